// The texts behind results: the piece where something stands, and an excerpt of it.
// The counterpart of scripts/xuelan/search/found.py.

import { ends, fold } from "./fold.js";
import { current, file, Unavailable } from "./load.js";
import { place } from "./lists.js";

export const FIELDS = 256;
export const BODY = 1024;
const FIRST = 4608;
const WINDOW = 1536;
const BEFORE = 24;
const AFTER = 72;

/**
 * @typedef {[place: number, anchor: string, label: string, text: string]} Piece
 * @typedef {object} Card
 * @property {string} id
 * @property {string} url below the site's root
 * @property {string} title
 * @property {string} kind
 * @property {string} date
 * @property {string} unit
 * @property {Piece[]} pieces
 * @typedef {{doc: number, place: number, pieces: string[], missing?: string[], stands?: () => Promise<boolean>}} Hit
 * @typedef {{card: Card, url: string, label: string, excerpt: string}} Shown
 */

/** @param {number} place @returns {number} */
const windowOf = (place) => (place < FIRST ? 0 : 1 + Math.floor((place - FIRST) / WINDOW));

/** @param {number} doc @param {number} window @returns {Promise<Card>} */
function text(doc, window) {
  const part = window.toString(16);
  const name = new RegExp(`^text/.+/${part}$`);
  return file(`${current().order}/${place(doc)}-${part}.js`, name, card);
}

/** @param {Uint8Array} content texts with a zero between two, as stream.py writes them @returns {Card} */
function card(content) {
  const row = new TextDecoder("gbk").decode(content).split("\0").map(unescaped);
  const [id, url, title, kind, date, unit, ...columns] = row;
  const count = columns.length / 4;
  const [places, anchors, labels, texts] = [0, 1, 2, 3].map((n) => columns.slice(n * count, (n + 1) * count));
  const pieces = texts.map((words, n) => /** @type {Piece} */ ([Number(places[n]), anchors[n], labels[n], words]));
  return { id, url, title, kind, date, unit, pieces };
}

/** @param {string} text @returns {string} with what GBK does not have */
function unescaped(text) {
  return text.replace(/\\u([0-9a-f]{4})/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
}

/**
 * @param {number} doc @param {number} start @param {string} wanted folded
 * @returns {Promise<boolean>} true when `wanted` stands at `start`
 */
export async function stands(doc, start, wanted) {
  /** @type {Map<number, string>} */
  const found = new Map();
  for (let n = windowOf(start); n <= windowOf(start + wanted.length - 1); n++) {
    for (const [place, , , piece] of (await text(doc, n)).pieces) {
      const folded = fold(piece);
      for (let at = 0; at < folded.length; at++) found.set(place + at, folded[at]);
    }
  }
  for (let n = 0; n < wanted.length; n++) {
    if ((found.get(start + n) ?? "\n") !== wanted[n]) return false;
  }
  return true;
}

/** @param {Hit} hit @returns {Promise<Shown>} */
export async function show(hit) {
  const card = await text(hit.doc, windowOf(hit.place));
  const [start, anchor, label, piece] = pieceOf(card.pieces, hit);
  const offset = hit.place - start;
  // A text of another build does not hold what the lists say of it.
  if (hit.place >= FIELDS && !begins(fold(piece).slice(offset), hit.pieces)) {
    throw new Unavailable(card.id);
  }
  const at = offset < 0 ? 0 : ends(piece).findIndex((end) => end > offset);
  return { card, url: card.url + (anchor && `#${anchor}`), label, excerpt: excerpt(piece, at) };
}

/** @param {string} text @param {string[]} pieces @returns {boolean} one begins it, if cut short */
function begins(text, pieces) {
  return text !== "" && pieces.some((p) => p.startsWith(text.slice(0, p.length)));
}

/** @param {Piece[]} pieces @param {Hit} hit @returns {Piece} */
function pieceOf(pieces, hit) {
  const texts = pieces.filter((p) => p[0] || pieces.length === 1);
  const inside = (/** @type {Piece} */ p) => hit.place >= p[0] && hit.place < p[0] + fold(p[3]).length;
  const holds = (/** @type {Piece} */ p) => hit.pieces.some((wanted) => fold(p[3]).includes(wanted));
  return texts.find(inside) ?? texts.find(holds) ?? texts[0];
}

/** @param {string} piece @param {number} at @returns {string} */
function excerpt(piece, at) {
  const characters = [...piece];
  const middle = [...piece.slice(0, at)].length;
  const begin = Math.max(0, middle - BEFORE);
  const end = Math.min(characters.length, middle + AFTER);
  const inside = characters.slice(begin, end).join("").trim().replace(/\s+/g, " ");
  const shown = begin ? inside.replace(/^[，、。；：！？]+/, "") : inside;
  return (begin ? "…" : "") + shown + (end < characters.length ? "…" : "");
}

/**
 * `text` in parts, every second one being what was found.
 * @param {string} text @param {string[]} pieces folded
 * @returns {string[]}
 */
export function marked(text, pieces) {
  const folded = fold(text);
  const reach = ends(text);
  /** @type {[number, number][]} */
  const ranges = [];
  for (const piece of pieces) {
    for (let at = folded.indexOf(piece); at >= 0; at = folded.indexOf(piece, at + piece.length)) {
      const end = reach.findIndex((n) => n >= at + piece.length) + 1;
      ranges.push([reach.findIndex((n) => n > at), end]);
    }
  }
  const parts = [];
  let done = 0;
  for (const [begin, end] of ranges.sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
    if (begin < done) continue;
    parts.push(text.slice(done, begin), text.slice(begin, end));
    done = end;
  }
  return [...parts, text.slice(done)];
}
