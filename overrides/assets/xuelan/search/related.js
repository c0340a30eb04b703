// What comes near a query that stands nowhere, in one ranked list.
// The counterpart of scripts/xuelan/search/related.py and question_words.py: both must agree.

import { BREAK } from "./fold.js";
import { current } from "./load.js";
import { byDocument, sequence } from "./lists.js";
import { bitLength, best, ordered, weighed } from "./engine.js";
import { BODY, FIELDS } from "./texts.js";

/**
 * @typedef {import("./fold.js").Query} Query
 * @typedef {import("./fold.js").Term} Term
 * @typedef {import("./texts.js").Hit} Hit
 * @typedef {{text: string, rarity: number, places: number[]}} RarePiece in one document
 * @typedef {Map<number, RarePiece[]>} Found the pieces of a text in each document
 * @typedef {{text: string, must: boolean, found: Found}} Part
 */

const LONGEST_RELATED = 32;
const SHORTEST_ASCII = 4;
const SAMPLES = 6;
const SAMPLE = 4;
const NEAR = 72;
const TITLE_WEIGHT = 6;
const FIELD_WEIGHT = 3;
const BODY_WEIGHT = 2;
const NEAR_WEIGHT = 2;

/** @param {Query} query @returns {Promise<Hit[]>} documents with at least half of it, best first */
export async function related(query) {
  const parts = (await Promise.all(query.terms.map(lookedUp))).flat();
  if (parts.every((part) => part.must)) return [];
  const docs = new Set(parts.flatMap((part) => [...part.found.keys()]));
  const total = parts.reduce((sum, part) => sum + part.text.length, 0);
  /** @type {Map<number, Hit>} */
  const hits = new Map();
  /** @type {Map<number, number[]>} */
  const ranks = new Map();
  for (const doc of docs) {
    if (!parts.every((part) => !part.must || part.found.has(doc))) continue;
    const pieces = parts.flatMap((part) => part.found.get(doc) ?? []);
    if (2 * pieces.reduce((sum, piece) => sum + piece.text.length, 0) < total) continue;
    const [near, place] = nearest(pieces);
    const score = pieces.reduce((sum, piece) => sum + piece.rarity * placeWeight(piece.places), 0);
    const missing = parts.flatMap((part) => gaps(part, part.found.get(doc) ?? []));
    ranks.set(doc, [-(score + NEAR_WEIGHT * near), doc]);
    hits.set(doc, { doc, place, pieces: [...new Set(pieces.map((piece) => piece.text))], missing });
  }
  return ordered(ranks).map((doc) => /** @type {Hit} */ (hits.get(doc)));
}

/** @param {Term} term @returns {Promise<Part[]>} the parts that are looked for */
function lookedUp({ text, whole }) {
  const must = whole;
  const inPieces = !whole && text.length <= LONGEST_RELATED;
  const texts = whole ? [text] : inPieces ? withoutQuestionWords(text) : samples(text);
  return Promise.all(texts.map(async (part) => {
    return { text: part, must, found: await (inPieces ? inParts(part) : asWhole(part)) };
  }));
}

/** @param {string} text @returns {string[]} its parts between question words */
function withoutQuestionWords(text) {
  const { asking, particles } = current();
  let parts = text.split(BREAK);
  for (const word of asking) parts = parts.flatMap((part) => part.split(word));
  const kept = parts.filter((part) => part.length > 1).map((part) => {
    let end = part.length;
    while (end > 2 && particles.includes(part[end - 1])) end--;
    return part.slice(0, end);
  });
  return kept.length ? kept : text.split(BREAK).filter(Boolean);
}

/** @param {string} text @returns {string[]} samples of a long text, evenly spread */
function samples(text) {
  const last = text.length - SAMPLE;
  return Array.from({ length: SAMPLES }, (_, n) => Math.floor((n * last) / (SAMPLES - 1)))
    .map((at) => text.slice(at, at + SAMPLE))
    .filter((sample) => !sample.includes(BREAK));
}

/** @param {number} holding @returns {number} how rare is what stands in so many documents */
function rarity(holding) {
  const { count } = current();
  return bitLength(Math.floor((count * count) / Math.max(1, holding * holding)));
}

/** @param {string} text @returns {Promise<Found>} the documents in which it stands as it is */
async function asWhole(text) {
  const { in: all, stands } = await weighed(text);
  const proved = await Promise.all([...all.keys()].map((doc) => stands?.(doc) ?? true));
  const found = [...all].filter((_, n) => proved[n]);
  const rare = rarity(found.length);
  return new Map(found.map(([doc, { title, place }]) => {
    const places = title && place > 0 ? [0, place] : [Math.max(0, place)];
    return [doc, [{ text, rarity: rare, places }]];
  }));
}

/** @param {string} text @returns {Promise<Found>} its pieces, the longest from the left */
async function inParts(text) {
  if (text.length === 1 || /[\uD800-\uDFFF]/.test(text)) return asWhole(text);
  const units = Array.from({ length: text.length - 1 }, (_, n) => n);
  const pairs = (await Promise.all(units.map((n) => sequence(text.slice(n, n + 2), 0)))).map(byDocument);
  const rare = pairs.map((pair) => rarity(pair.size));
  /** @type {Found} */
  const found = new Map();
  for (const doc of new Set(pairs.flatMap((pair) => [...pair.keys()]))) {
    const pieces = piecesOf(text, pairs.map((pair) => pair.get(doc) ?? []), rare);
    if (pieces.length) found.set(doc, pieces);
  }
  return found;
}

/**
 * @param {string} text @param {number[][]} chain where each of its pairs stands
 * @param {number[]} rare @returns {RarePiece[]}
 */
function piecesOf(text, chain, rare) {
  /** @type {RarePiece[]} */
  const pieces = [];
  for (let at = 0; at < chain.length; ) {
    const [length, places] = longest(chain, at);
    const piece = text.slice(at, at + length);
    if (length && saysSomething(piece)) {
      const sum = rare.slice(at, at + length - 1).reduce((a, b) => a + b, 0);
      pieces.push({ text: piece, rarity: sum, places });
    }
    at += Math.max(1, length);
  }
  return pieces;
}

/** @param {string} piece @returns {boolean} two Chinese characters do, two letters do not */
const saysSomething = (piece) =>
  piece.length >= (/^[\0-\x7F]*$/.test(piece) ? SHORTEST_ASCII : 2);

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

/** @param {number[]} places @returns {number} */
function placeWeight([first]) {
  if (first < FIELDS) return TITLE_WEIGHT;
  return first < BODY ? FIELD_WEIGHT : BODY_WEIGHT;
}

/**
 * @param {RarePiece[]} pieces
 * @returns {[number, number]} the most rarity near together in the text, and where that begins
 */
function nearest(pieces) {
  const spots = pieces.flatMap((piece, n) => piece.places.map((p) => [p, n]))
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const body = spots.filter(([place]) => place >= BODY);
  if (!body.length) return [0, best(spots.map(([place]) => place))];
  let [most, where, first, total] = [0, body[0][0], 0, 0];
  const inside = pieces.map(() => 0);
  for (const [place, n] of body) {
    if (!inside[n]++) total += pieces[n].rarity;
    for (; place - body[first][0] > NEAR; first++) {
      const left = body[first][1];
      if (!--inside[left]) total -= pieces[left].rarity;
    }
    if (total > most) [most, where] = [total, body[first][0]];
  }
  return [most, where];
}

/** @param {Part} part @param {RarePiece[]} pieces @returns {string[]} what no piece covers */
function gaps({ text }, pieces) {
  const found = [];
  let from = 0;
  for (const piece of pieces) {
    const at = text.indexOf(piece.text, from);
    found.push(text.slice(from, at));
    from = at + piece.text.length;
  }
  return [...found, text.slice(from)].filter(Boolean);
}
