// Answers from the index. The counterpart of scripts/xuelan/search/engine.py: both must agree.

import { BREAK, phrase } from "./fold.js";
import { current } from "./load.js";
import { byDocument, common, sequence, single, SPAN, spans } from "./lists.js";
import { BODY, FIELDS, stands } from "./texts.js";

/**
 * @typedef {import("./fold.js").Query} Query
 * @typedef {import("./fold.js").Term} Term
 * @typedef {import("./texts.js").Hit} Hit
 * @typedef {"完整匹配" | "拆开匹配" | "部分匹配"} Group
 * @typedef {{group: Group, hits: Hit[], about: boolean}} Answer `about`: not every hit is proved
 * @typedef {{weight: number, title: boolean, begins: boolean, place: number}} In
 * @typedef {[piece: string, place: number, title: boolean]} Cut
 */

const LONGEST_SPLIT = 32;
const SHORTEST_SPLIT = 4;
const SHORTEST_ASCII = 4;
const MOST_PIECES = 4;
const SAMPLES = 6;
const SAMPLE = 4;
const MOST_PROVED = 20;

/** @param {Query} query @returns {Promise<Answer>} the first group that is not empty */
export async function answer(query) {
  if (!query.terms.length) return { group: "完整匹配", hits: [], about: false };
  const whole = await exact(query);
  if (whole.hits.length) return whole;
  const cut = await split(query);
  if (cut.length) return { group: "拆开匹配", hits: cut, about: false };
  return { group: "部分匹配", hits: await partial(query), about: false };
}

/** @param {Query} query @returns {Promise<Answer>} */
async function exact(query) {
  const found = await Promise.all(query.terms.map((term) => weighed(term.text)));
  const docs = [...found[0].in.keys()].filter((doc) => found.every((f) => f.in.has(doc)));
  const rare = found.map((f) => bits(Math.floor(current().count / Math.max(1, f.in.size))));
  const shown = found.reduce((a, b) => (b.in.size < a.in.size ? b : a));
  const pieces = query.terms.map((term) => term.text);
  const ranks = new Map(docs.map((doc) => {
    const places = found.map((f) => /** @type {In} */ (f.in.get(doc)));
    const title = Number(places.every((p) => p.title)) + Number(places.every((p) => p.begins));
    return [doc, [-title, -places.reduce((sum, p, n) => sum + rare[n] * p.weight, 0), doc]];
  }));
  const unsure = found.filter((f) => f.stands);
  const hits = ordered(ranks).map((doc) => {
    const place = /** @type {In} */ (shown.in.get(doc)).place;
    if (!unsure.length) return { doc, place, pieces };
    const proofs = async () => (await Promise.all(unsure.map((f) => f.stands?.(doc)))).every(Boolean);
    return { doc, place, pieces, stands: proofs };
  });
  return { group: "完整匹配", hits, about: unsure.length > 0 };
}

/** @param {number} number @returns {number} how many bits it takes */
const bits = (number) => (number ? 32 - Math.clz32(number) : 0);

/** @param {Map<number, number[]>} ranks @returns {number[]} its keys, by rank */
function ordered(ranks) {
  return [...ranks].sort(([, a], [, b]) => {
    const at = a.findIndex((n, i) => n !== b[i]);
    return at < 0 ? 0 : a[at] - b[at];
  }).map(([doc]) => doc);
}

/**
 * The documents a folded text stands in. `stands` is there when places are no proof and there
 * are too many to look at all of them at once.
 * @param {string} text
 * @returns {Promise<{in: Map<number, In>, stands?: (doc: number) => Promise<boolean>}>}
 */
async function weighed(text) {
  const wanted = phrase(text);
  if (wanted.single) {
    const weights = await single(wanted.single);
    return { in: new Map([...weights].map(([doc, w]) => [doc, alone(w)])) };
  }
  const parts = spans(text, wanted.offsets);
  const lists = await Promise.all(parts.map(([a, b]) => sequence(text.slice(a, b), a)));
  const found = lists.sort((a, b) => a.length - b.length).reduce(common);
  if (wanted.sure) return { in: summed(byDocument(found)) };
  const proved = async (/** @type {number} */ start) =>
    stands(Math.floor(start / SPAN), start % SPAN, text);
  if (found.length <= MOST_PROVED) {
    const good = await Promise.all([...found].map(proved));
    return { in: summed(byDocument(found.filter((_, n) => good[n]))) };
  }
  const places = byDocument(found);
  return {
    in: summed(places),
    stands: async (doc) => {
      for (const place of places.get(doc) ?? []) if (await proved(doc * SPAN + place)) return true;
      return false;
    },
  };
}

/** @param {number} w a byte of weight @returns {In} */
function alone(w) {
  return { weight: weight(!!(w & 8), !!(w & 16), w & 7), title: !!(w & 8), begins: false, place: -1 };
}

/** @param {Map<number, number[]>} places @returns {Map<number, In>} */
function summed(places) {
  return new Map([...places].map(([doc, list]) => {
    const title = list[0] < FIELDS;
    const field = list.some((p) => p >= FIELDS && p < BODY);
    const often = Math.min(5, bits(list.length));
    const place = best(list);
    return [doc, { weight: weight(title, field, often), title, begins: list[0] === 0, place }];
  }));
}

/** @param {boolean} title @param {boolean} field @param {number} often @returns {number} */
const weight = (title, field, often) => (title ? 8 : 0) + (field ? 3 : 0) + often;

/** @param {number[]} places @returns {number} the first in the text, else in a field, else any */
const best = (places) =>
  places.find((p) => p >= BODY) ?? places.find((p) => p >= FIELDS) ?? places[0];

/** @param {Term} term @returns {boolean} */
const maySplit = (term) =>
  !term.whole && term.text.length >= SHORTEST_SPLIT && term.text.length <= LONGEST_SPLIT;

/** @param {string} piece @returns {boolean} two Chinese characters do, two letters do not */
const saysSomething = (piece) =>
  piece.length >= (/^[\0-\x7F]*$/.test(piece) ? SHORTEST_ASCII : 2);

/** @param {Query} query @returns {Promise<Hit[]>} */
async function split(query) {
  if (!query.terms.some(maySplit)) return [];
  const found = await Promise.all(query.terms.map(cut));
  /** @type {Map<number, Hit>} */
  const hits = new Map();
  /** @type {Map<number, number[]>} */
  const ranks = new Map();
  for (const doc of found[0].keys()) {
    if (!found.every((f) => f.has(doc))) continue;
    const cuts = found.flatMap((f) => f.get(doc) ?? []);
    if (cuts.length > MOST_PIECES + found.length - 1) continue;
    hits.set(doc, { doc, place: cuts[0][1], pieces: cuts.map(([piece]) => piece) });
    ranks.set(doc, [cuts.length, -cuts.filter(([, , title]) => title).length, doc]);
  }
  return ordered(ranks).map((doc) => /** @type {Hit} */ (hits.get(doc)));
}

/** @param {Term} term @returns {Promise<Map<number, Cut[]>>} */
async function cut(term) {
  const whole = await weighed(term.text);
  /** @type {Map<number, Cut[]>} */
  const found = new Map();
  for (const [doc, p] of whole.in) {
    if (!whole.stands || (await whole.stands(doc))) found.set(doc, [[term.text, p.place, p.title]]);
  }
  if (!maySplit(term)) return found;
  for (const [doc, chain] of await chains(term.text)) {
    const pieces = found.has(doc) ? [] : fewest(chain, term.text);
    if (pieces.length) found.set(doc, pieces);
  }
  return found;
}

/**
 * For each document with one of the overlapping pairs of `text`, where each pair stands.
 * @param {string} text @returns {Promise<Map<number, number[][]>>}
 */
async function chains(text) {
  /** @type {Map<number, number[][]>} */
  const result = new Map();
  if (text.includes(BREAK) || /[\uD800-\uDFFF]/.test(text)) return result;
  const units = Array.from({ length: text.length - 1 }, (_, n) => n);
  const lists = await Promise.all(units.map((n) => sequence(text.slice(n, n + 2), 0)));
  for (const n of units) {
    for (const [doc, places] of byDocument(lists[n])) {
      const chain = result.get(doc) ?? units.map(() => []);
      chain[n] = places;
      result.set(doc, chain);
    }
  }
  return result;
}

/** @param {number[][]} chain @param {number} at @returns {[number, number[]]} length and places */
function longest(chain, at) {
  let here = chain[at];
  if (!here.length) return [0, []];
  let length = 2;
  for (; at + length - 1 < chain.length; length++) {
    const following = new Set(chain[at + length - 1]);
    const step = length - 1;
    const further = here.filter((p) => following.has(p + step));
    if (!further.length) break;
    here = further;
  }
  return [length, here];
}

/** @param {number[][]} chain @param {string} text @returns {Cut[]} the fewest pieces, or none */
function fewest(chain, text) {
  const size = chain.length + 1;
  const reach = chain.map((_, n) => longest(chain, n)[0]);
  const least = [0, ...Array(size).fill(MOST_PIECES + 1)];
  const came = Array(size + 1).fill(0);
  for (let end = 2; end <= size; end++) {
    for (let begin = 0; begin < end - 1; begin++) {
      if (reach[begin] < end - begin || !saysSomething(text.slice(begin, end))) continue;
      if (least[begin] + 1 < least[end]) {
        least[end] = least[begin] + 1;
        came[end] = begin;
      }
    }
  }
  if (least[size] > MOST_PIECES) return [];
  /** @type {Cut[]} */
  const cuts = [];
  for (let end = size; end; end = came[end]) {
    const begin = came[end];
    let places = chain[begin];
    for (let n = begin + 1; n < end - 1; n++) {
      const following = new Set(chain[n]);
      places = places.filter((p) => following.has(p + n - begin));
    }
    cuts.unshift([text.slice(begin, end), best(places), places[0] < FIELDS]);
  }
  return cuts;
}

/** @param {Query} query @returns {Promise<Hit[]>} documents with at least half of the query */
async function partial(query) {
  if (query.terms.some((term) => term.whole)) return [];
  const parts = query.terms.flatMap((term) => partsOf(term.text));
  const total = parts.reduce((sum, [text]) => sum + text.length, 0);
  /** @type {Map<number, Cut[]>} */
  const pieces = new Map();
  for (const found of await Promise.all(parts.map(([text, sample]) => coverage(text, sample)))) {
    for (const [doc, cuts] of found) pieces.set(doc, [...(pieces.get(doc) ?? []), ...cuts]);
  }
  /** @type {Map<number, number[]>} */
  const ranks = new Map();
  for (const [doc, cuts] of pieces) {
    const covered = cuts.reduce((sum, [text]) => sum + text.length, 0);
    if (2 * covered >= total && covered) ranks.set(doc, [-covered, doc]);
  }
  return ordered(ranks).map((doc) => {
    const cuts = /** @type {Cut[]} */ (pieces.get(doc));
    const longestCut = cuts.reduce((a, b) => (b[0].length > a[0].length ? b : a));
    return { doc, place: longestCut[1], pieces: cuts.map(([text]) => text) };
  });
}

/** @param {string} text @returns {[string, boolean][]} parts, or samples (true) of a long text */
function partsOf(text) {
  if (text.length <= LONGEST_SPLIT) {
    return text.split(BREAK).filter(Boolean).map((run) => [run, false]);
  }
  const last = text.length - SAMPLE;
  return Array.from({ length: SAMPLES }, (_, n) => Math.floor((n * last) / (SAMPLES - 1)))
    .map((at) => text.slice(at, at + SAMPLE))
    .filter((sample) => !sample.includes(BREAK))
    .map((sample) => [sample, true]);
}

/** @param {string} text @param {boolean} sample @returns {Promise<Map<number, Cut[]>>} */
async function coverage(text, sample) {
  /** @type {Map<number, Cut[]>} */
  const found = new Map();
  if (sample || text.length === 1) {
    for (const [doc, p] of (await weighed(text)).in) found.set(doc, [[text, p.place, p.title]]);
    return found;
  }
  for (const [doc, chain] of await chains(text)) {
    /** @type {Cut[]} */
    const cuts = [];
    for (let at = 0; at < text.length - 1; ) {
      const [length, places] = longest(chain, at);
      const piece = text.slice(at, at + length);
      if (saysSomething(piece)) cuts.push([piece, best(places), places[0] < FIELDS]);
      at += Math.max(1, length);
    }
    found.set(doc, cuts);
  }
  return found;
}
