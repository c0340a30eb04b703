// When two texts are the same to a reader who searches, and what a query asks for.
// The counterpart of scripts/xuelan/search/normal.py and query.py: both must agree.

export const BREAK = "\n";
const MOST_CHARACTERS = 2000;
const MOST_TERMS = 12;
const MOST_PAIRS = 12;

const BREAKS = new Set("。!?;:,|\n\r\t\v\f\x85\u2028\u2029");
const KEPT = new Set("%‰&@#.");
const DROPPED = /[\p{P}\p{Z}\p{Cc}\p{Cf}~`^\uFE00-\uFE0F]/u;
const SPACE = /[\t\n\v\f\r \x85\xA0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]/;
/** @type {Record<string, string>} */
const CLOSING = { '"': '"', "“": "”", "「": "」", "『": "』", "＂": "＂" };

/** @type {Map<string, string>} */
const folded = new Map();
/** @type {Map<string, string>} */
let variants = new Map([["ς", "σ"], ["ß", "ss"]]);

/**
 * Take over the table of traditional characters.
 * @param {string} from
 * @param {string} to one character for each of `from`
 */
export function useVariants(from, to) {
  variants = new Map([...variants, ...[...from].map((c, n) => /** @type {const} */ ([c, to[n]]))]);
  folded.clear();
}

/** @param {string} character @returns {string} nothing, a break, or one or more characters */
function foldCharacter(character) {
  let result = folded.get(character);
  if (result === undefined) {
    const plain = "…⋯".includes(character) ? BREAK : character.normalize("NFKC").toLowerCase();
    result = [...plain].map(foldOne).join("").replace(/\n{2,}/g, BREAK);
    folded.set(character, result);
  }
  return result;
}

/** @param {string} character @returns {string} */
function foldOne(character) {
  if (BREAKS.has(character)) return BREAK;
  if (KEPT.has(character)) return character;
  if (DROPPED.test(character)) return "";
  return variants.get(character) ?? character;
}

/** @param {string} text @returns {string} `text` as it is compared */
export function fold(text) {
  return [...text].map(foldCharacter).join("").replace(/\n{2,}/g, BREAK).replace(/^\n|\n$/g, "");
}

/**
 * For each UTF-16 unit of a text, how many places it and all before it take.
 * @param {string} text
 * @returns {number[]}
 */
export function ends(text) {
  const reach = [];
  let taken = 0;
  let afterBreak = true;
  for (const character of text) {
    const result = foldCharacter(character);
    if (result === BREAK) {
      taken += afterBreak ? 0 : 1;
      afterBreak = true;
    } else if (result) {
      taken += result.length;
      afterBreak = false;
    }
    for (let n = 0; n < character.length; n++) reach.push(taken);
  }
  return reach;
}

/**
 * @typedef {{text: string, whole: boolean}} Term a folded piece of a query
 * @typedef {object} Query
 * @property {Term[]} terms
 * @property {boolean} cut its end is not searched
 * @property {string[]} without folded terms that no result may hold
 */

/** @param {string} typed @returns {Query} */
export function parse(typed) {
  const text = typed.normalize("NFC");
  const characters = [...text];
  /** @type {Map<string, Term>} */
  const terms = new Map();
  /** @type {Map<string, Term>} */
  const without = new Map();
  for (const [raw, whole, minus] of separated(characters.slice(0, MOST_CHARACTERS).join(""))) {
    const result = fold(raw);
    const those = minus ? without : terms;
    if (result && !those.has(result)) those.set(result, { text: result, whole });
  }
  const kept = [...(terms.size ? terms : without).values()];
  const left = terms.size ? [...without.keys()] : [];
  const cut = characters.length > MOST_CHARACTERS || Math.max(kept.length, left.length) > MOST_TERMS;
  return { terms: kept.slice(0, MOST_TERMS), cut, without: left.slice(0, MOST_TERMS) };
}

/** @param {string} text @returns {[string, boolean, boolean][]} raw, quoted, after a minus */
function separated(text) {
  /** @type {[string, boolean, boolean][]} */
  const found = [];
  let at = 0;
  while (at < text.length) {
    if (SPACE.test(text[at])) {
      at++;
      continue;
    }
    const minus = "-－−".includes(text[at]) && at + 1 < text.length && !SPACE.test(text[at + 1]);
    if (minus) at++;
    let end = quoted(text, at);
    const whole = end > 0;
    if (!whole) for (end = at + 1; end < text.length && !SPACE.test(text[end]); ) end++;
    found.push([text.slice(at, end), whole, minus]);
    at = end;
  }
  return found;
}

/** @param {string} text @param {number} at @returns {number} the end of a quoted term, or 0 */
function quoted(text, at) {
  const closing = CLOSING[text[at]];
  if (!closing) return 0;
  for (let end = text.indexOf(closing, at + 1); end > 0; end = text.indexOf(closing, end + 1)) {
    if (end + 1 === text.length || SPACE.test(text[end + 1])) return end + 1;
  }
  return 0;
}

/**
 * @typedef {object} Phrase a phrase as what the index can say of it
 * @property {number[]} offsets of the pairs to look up
 * @property {number} single the one unit of a phrase of one, or 0
 * @property {boolean} sure when places alone prove the phrase
 */

/** @param {string} text @returns {Phrase} */
export function phrase(text) {
  if (text.length === 1) return { offsets: [], single: text.charCodeAt(0), sure: true };
  let at = [];
  for (let n = 0; n < text.length - 2; n += 2) at.push(n);
  at.push(text.length - 2);
  const sure = at.length <= MOST_PAIRS;
  if (!sure) {
    const all = at;
    const last = all.length - 1;
    at = Array.from({ length: MOST_PAIRS }, (_, n) => all[Math.floor((n * last) / (MOST_PAIRS - 1))]);
  }
  return { offsets: at, single: 0, sure };
}
