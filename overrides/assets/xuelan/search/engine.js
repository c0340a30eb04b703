// Answers letter for letter. The counterpart of scripts/xuelan/search/matching.py: both must agree.

import { phrase } from "./fold.js";
import { current } from "./load.js";
import { byDocument, common, sequence, single, SPAN, spans } from "./lists.js";
import { BODY, FIELDS, stands } from "./texts.js";

/**
 * @typedef {import("./fold.js").Query} Query
 * @typedef {import("./texts.js").Hit} Hit
 * @typedef {{hits: Hit[], about: boolean}} Exact `about`: not every hit is proved
 * @typedef {{weight: number, title: boolean, begins: boolean, place: number}} In
 */

const MOST_PROVED = 20;

/** @param {Query} query @returns {Promise<Exact>} documents with every term */
export async function exact(query) {
  const found = await Promise.all(query.terms.map((term) => weighed(term.text)));
  const docs = [...found[0].in.keys()].filter((doc) => found.every((f) => f.in.has(doc)));
  const rare = found.map((f) => bitLength(Math.floor(current().count / Math.max(1, f.in.size))));
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
  return { hits, about: unsure.length > 0 };
}

/** @param {number} number @returns {number} how many bits it takes */
export const bitLength = (number) => (number ? number.toString(2).length : 0);

/** @param {Map<number, number[]>} ranks @returns {number[]} its keys, by rank */
export function ordered(ranks) {
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
export async function weighed(text) {
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
    const often = Math.min(5, bitLength(list.length));
    const place = best(list);
    return [doc, { weight: weight(title, field, often), title, begins: list[0] === 0, place }];
  }));
}

/** @param {boolean} title @param {boolean} field @param {number} often @returns {number} */
const weight = (title, field, often) => (title ? 8 : 0) + (field ? 3 : 0) + often;

/** @param {number[]} places @returns {number} the first in the text, else in a field, else any */
export const best = (places) =>
  places.find((p) => p >= BODY) ?? places.find((p) => p >= FIELDS) ?? places[0];
