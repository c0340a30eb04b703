// The packed lists of a shard. The counterpart of scripts/xuelan/search/postings.py.

import { current, file } from "./load.js";

/** A place in a document as one number: document times this, plus place. */
export const SPAN = 2 ** 24;
/** What shards are made of: columns in each, the last tells documents; by how many bits fewer named. */
const PAIRS = { name: "pairs", columns: 6, fewer: 0 };
const SINGLES = { name: "singles", columns: 4, fewer: 4 };

/**
 * @typedef {object} Lists of one shard, of pairs or of single units
 * @property {Uint32Array} keys
 * @property {Uint32Array} first key n has the documents first[n] to first[n + 1]
 * @property {Uint32Array} docs
 * @property {Uint32Array} begin document n has the values begin[n] to begin[n + 1]
 * @property {Uint32Array} values
 */

/** @param {number} token @returns {number} the finaliser of MurmurHash3: one to one */
function mix(token) {
  let key = token ^ (token >>> 16);
  key = Math.imul(key, 0x85ebca6b);
  key ^= key >>> 13;
  key = Math.imul(key, 0xc2b2ae35);
  return (key ^ (key >>> 16)) >>> 0;
}

/** @param {Uint8Array} raw @returns {Uint32Array} */
function varints(raw) {
  let count = 0;
  for (const byte of raw) if (byte < 128) count++;
  const values = new Uint32Array(count);
  let at = 0;
  let shift = 0;
  for (const byte of raw) {
    values[at] |= (byte & 127) << shift;
    if (byte < 128) {
      at++;
      shift = 0;
    } else shift += 7;
  }
  return values;
}

/** @param {Uint32Array} counts @param {number} more @returns {Uint32Array} */
function sums(counts, more) {
  const result = new Uint32Array(counts.length + 1);
  for (let n = 0; n < counts.length; n++) result[n + 1] = result[n] + counts[n] + more;
  return result;
}

/**
 * Sums of `steps`, beginning anew at each of `starts`; in place.
 * @param {Uint32Array} steps @param {Uint32Array} starts
 */
function run(steps, starts) {
  for (let n = 0; n + 1 < starts.length; n++) {
    for (let at = starts[n] + 1; at < starts[n + 1]; at++) steps[at] += steps[at - 1];
  }
  return steps;
}

const LONGEST = 5;
const HIGH = 0xd800;
/** @type {WeakMap<string[], Map<string, number>>} */
const numbersOf = new WeakMap();

/** @returns {Map<string, number>} the common sequences of the index and their numbers */
function numbers() {
  const { common } = current();
  const known = numbersOf.get(common) ?? new Map(common.map((text, n) => [text, n]));
  numbersOf.set(common, known);
  return known;
}

/** @param {string} text a sequence that is kept @returns {number} its key */
function keyOf(text) {
  const last = text.length - 1;
  const before = numbers().get(text.slice(0, last));
  let [first, second] = [text.charCodeAt(0), text.charCodeAt(last)];
  if (last > 1) {
    const after = /** @type {number} */ (before ?? numbers().get(text.slice(1)));
    if (before === undefined) second = first;
    first = HIGH + 2 * after + Number(before === undefined);
  }
  return mix(((first << 16) | second) >>> 0);
}

/** @param {string} text @param {number} begin @returns {[number, number]} a pair, or more if common */
function span(text, begin) {
  let end = begin + 2;
  const plain = (/** @type {number} */ n) => n >= 0 && /^[^\uD800-\uDFFF]$/.test(text.charAt(n));
  while (end - begin < LONGEST && numbers().has(text.slice(begin, end))) {
    if (plain(begin - 1)) begin--;
    else if (plain(end)) end++;
    else break;
  }
  return [begin, end];
}

/**
 * From where to where a phrase is looked up, for its pairs at `offsets`.
 * @param {string} text @param {number[]} offsets @returns {[number, number][]}
 */
export function spans(text, offsets) {
  const all = [...new Map(offsets.map((n) => span(text, n)).map((s) => [s.join(), s])).values()];
  return all.filter((s) => !all.some((o) => o !== s && o[0] <= s[0] && s[1] <= o[1]));
}

/** @param {Uint8Array} content @param {typeof PAIRS} kind @param {number} base @returns {Lists} */
function unpack(content, kind, base) {
  const view = new DataView(content.buffer, content.byteOffset);
  let start = 4 * kind.columns;
  const columns = Array.from({ length: kind.columns }, (_, n) => {
    const column = content.subarray(start, start + view.getUint32(4 * n, true));
    start += column.length;
    return column;
  });
  const keys = varints(columns[0]);
  let key = base;
  for (let n = 0; n < keys.length; n++) keys[n] = key += keys[n];
  const first = sums(varints(columns[1]), 0);
  const docs = run(varints(columns[kind.columns - 1]), first);
  if (kind === SINGLES) {
    return { keys, first, docs, begin: new Uint32Array(0), values: Uint32Array.from(columns[2]) };
  }
  const begin = sums(varints(columns[3]), 1);
  const values = varints(columns[4]);
  for (let n = 0; n < values.length; n++) values[n] = (values[n] << 8) | columns[2][n];
  return { keys, first, docs, begin, values: run(values, begin) };
}

/** @param {number} number @returns {string} a folder for each 256 files */
export const place = (number) =>
  `${(number >> 8).toString(16)}/${(number & 255).toString(16).padStart(2, "0")}`;

/**
 * @param {typeof PAIRS} kind @param {number} key
 * @param {string} [text] a common one has its own shard
 * @returns {Promise<[Lists, number]>} the row, or -1
 */
async function find(kind, key, text = "") {
  const { bits, build } = current();
  const rest = 32 - bits + kind.fewer;
  const own = numbers().get(text);
  const number = own === undefined ? Math.floor(key / 2 ** rest) : 2 ** bits + own;
  const base = own === undefined ? number * 2 ** rest : 0;
  const path = `${build}/${kind.name}/${place(number)}.js`;
  const name = new RegExp(`^${kind.name}/${bits}/${number.toString(16)}$`);
  const lists = await file(path, name, (content) => unpack(content, kind, base));
  let low = 0;
  let high = lists.keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lists.keys[middle] < key) low = middle + 1;
    else high = middle;
  }
  return [lists, lists.keys[low] === key ? low : -1];
}

/**
 * Where a pair, or a longer sequence that is kept, stands, less `offset`.
 * @param {string} text @param {number} offset
 * @returns {Promise<Float64Array>} document times SPAN plus place, in order
 */
export async function sequence(text, offset) {
  const [lists, row] = await find(PAIRS, keyOf(text), text);
  if (row < 0) return new Float64Array(0);
  const { first: docs, begin, values } = lists;
  const start = begin[docs[row]];
  const result = new Float64Array(begin[docs[row + 1]] - start);
  for (let n = docs[row]; n < docs[row + 1]; n++) {
    const base = lists.docs[n] * SPAN - offset;
    for (let at = begin[n]; at < begin[n + 1]; at++) result[at - start] = base + values[at];
  }
  return result;
}

/** @param {number} unit @returns {Promise<Map<number, number>>} documents and weights */
export async function single(unit) {
  const [lists, row] = await find(SINGLES, mix(unit));
  const result = new Map();
  if (row < 0) return result;
  for (let n = lists.first[row]; n < lists.first[row + 1]; n++) {
    result.set(lists.docs[n], lists.values[n]);
  }
  return result;
}

/** @param {Float64Array} a @param {Float64Array} b @returns {Float64Array} what is in both */
export function common(a, b) {
  const result = new Float64Array(Math.min(a.length, b.length));
  let count = 0;
  let at = 0;
  for (const value of a) {
    while (at < b.length && b[at] < value) at++;
    if (at === b.length) break;
    if (b[at] === value) result[count++] = value;
  }
  return result.subarray(0, count);
}

/** @param {Float64Array} places @returns {Map<number, number[]>} places by document */
export function byDocument(places) {
  const result = new Map();
  for (const value of places) {
    const doc = Math.floor(value / SPAN);
    const list = result.get(doc);
    if (list) list.push(value - doc * SPAN);
    else result.set(doc, [value - doc * SPAN]);
  }
  return result;
}
