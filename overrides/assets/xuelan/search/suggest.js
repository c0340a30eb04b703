// What a query without an answer may have meant: dates written otherwise, words that sound alike.
// The counterpart of scripts/xuelan/search/suggest.py: both must agree.

import { fold } from "./fold.js";
import { named } from "./load.js";

const MOST_TRIED = 12;
const DATE = /(?<![0-9])([0-9]{4})([-./]|年)0?([0-9]{1,2})([-./]|月)0?([0-9]{1,2})(?:日|(?![0-9]))/g;
const SHORTEST_START = 4;

/**
 * @typedef {{words: [string, string][], sounds: Record<string, string>}} Words
 * @typedef {{word: string, syllables: string[]}} Word
 */

/** @param {string} sound @returns {string} without the differences many speakers do not make */
const plain = (sound) => sound.replace(/([zcs])h/g, "$1").replace(/ng/g, "n");

/** @param {string} query @returns {Promise<string[]>} other queries worth a try, best first */
export async function suggestions(query) {
  const plainQuery = query.normalize("NFKC");
  const dated = plainQuery.replace(DATE, "$1年$3月$5日");
  if (dated !== plainQuery) return [dated];
  /** @type {Words} */
  const { words, sounds } = await named("words");
  const known = words.map(([word, said]) => ({ word, syllables: said.split(" ") }));
  const found = /^[A-Za-z' ]+$/.test(query) ? byPinyin(query, known) : bySound(query, known, sounds);
  return [...new Set(found)].filter((word) => word !== query).slice(0, MOST_TRIED);
}

/** @param {string} query @param {Word[]} known @returns {string[]} */
function byPinyin(query, known) {
  const typed = query.toLowerCase().replace(/[^a-z]/g, "");
  const same = known.filter(({ syllables }) => plain(syllables.join("")) === plain(typed));
  const first = known.filter(({ syllables }) => syllables.map((s) => s[0]).join("") === typed);
  const begin = known.filter(({ syllables }) =>
    typed.length >= SHORTEST_START && plain(syllables.join("")).startsWith(plain(typed)));
  return [...same, ...first, ...begin].map(({ word }) => word);
}

/**
 * @param {string} query @param {Word[]} known @param {Record<string, string>} sounds
 * @returns {string[]} the query with a part replaced by a word that sounds the same
 */
function bySound(query, known, sounds) {
  /** @type {Map<string, string>} */
  const soundOf = new Map();
  for (const [sound, characters] of Object.entries(sounds)) {
    for (const character of characters) soundOf.set(character, plain(sound));
  }
  const characters = [...fold(query)];
  const heard = characters.map((c) => soundOf.get(c) ?? c);
  /** @type {[number, string][]} */
  const found = [];
  for (const { word, syllables } of known) {
    const letters = [...word];
    if (letters.length !== syllables.length) continue;
    const said = syllables.map(plain);
    for (let at = 0; at + letters.length <= characters.length; at++) {
      const alike = said.filter((s, n) => s === heard[at + n]).length;
      const same = letters.filter((c, n) => c === characters[at + n]).length;
      const missed = letters.length - alike;
      if (same === letters.length || missed > 1 || (missed && (same < 2 || letters.length < 3))) continue;
      const other = [...characters.slice(0, at), word, ...characters.slice(at + letters.length)];
      found.push([10 * letters.length - 5 * missed, other.join("")]);
    }
  }
  return found.sort((a, b) => b[0] - a[0]).map(([, text]) => text);
}
