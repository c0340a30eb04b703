// One question to the index: terms, hits and the first of them as they are shown.

import { answer } from "./answer.js";
import { exact } from "./engine.js";
import { parse, useVariants } from "./fold.js";
import { namedForms } from "./forms.js";
import { current, named, renewed, Unavailable } from "./load.js";
import { suggestions } from "./suggest.js";
import { show } from "./texts.js";

/**
 * @typedef {import("./texts.js").Hit} Hit
 * @typedef {import("./texts.js").Shown} Shown
 * @typedef {import("./answer.js").Answer} Answer
 * @typedef {Shown & {hit: Hit}} Row
 * @typedef {object} Reply
 * @property {Answer} answer
 * @property {boolean} cut the query was too long and its end was not searched
 * @property {Row[]} rows the first hits
 * @property {number} next the first hit not yet looked at
 * @property {string[]} meant other queries, when this one stands nowhere
 * @property {import("./forms.js").Form[]} forms that can be downloaded
 */

const BATCH = 10;
const MOST_OFFERS = 3;

/** @type {Set<string> | undefined} */
let simplified;

/** @returns {Set<string>} the Chinese characters of GB 2312, all but a few of them simplified */
function gb2312() {
  const bytes = new Uint8Array(72 * 94 * 2);
  for (let n = 0; n < bytes.length / 2; n++) {
    bytes[2 * n] = 0xb0 + Math.floor(n / 94);
    bytes[2 * n + 1] = 0xa1 + (n % 94);
  }
  return new Set(new TextDecoder("gbk").decode(bytes));
}

/** @param {string} text @returns {boolean} true when it may hold a traditional character */
export function mayNeedVariants(text) {
  const plain = (simplified ??= gb2312());
  return [...text.normalize("NFKC")].some(
    (c) => /\p{Script=Han}/u.test(c) && (!plain.has(c) || current().odd.includes(c)),
  );
}

/** @param {string} text fetch the table of traditional characters when `text` may need it */
async function prepare(text) {
  if (!mayNeedVariants(text)) return;
  const [from, to] = await named("variants");
  useVariants(from, to);
}

/**
 * Do `work`; when a file of the index is missing because a newer build has taken its place,
 * do it once more with that.
 * @template T @param {() => Promise<T>} work @returns {Promise<T>}
 */
async function steady(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Unavailable) || !(await renewed())) throw error;
    return work();
  }
}

/** @param {string[]} others @returns {Promise<string[]>} the first of them that stand somewhere */
async function standing(others) {
  const found = await Promise.all(others.map((other) => exact(parse(other))));
  return others.filter((_, n) => found[n].hits.length).slice(0, MOST_OFFERS);
}

/**
 * @param {string} text
 * @param {(hits: Hit[]) => Promise<Hit[]>} [arrange] choose and order the hits to show
 * @returns {Promise<Reply>}
 */
export function ask(text, arrange = async (hits) => hits) {
  return steady(async () => {
    await prepare(text);
    const query = parse(text);
    const found = await answer(query);
    const hits = await arrange(found.hits);
    const [rows, next] = await take(hits, 0);
    const missed = query.terms.length && found.group === "相关匹配";
    const meant = missed ? await standing(await suggestions(text.trim())) : [];
    const forms = namedForms(text);
    return { answer: { ...found, hits }, cut: query.cut, rows, next, meant, forms };
  });
}

/**
 * The next hits as they are shown; those that turn out not to hold the query are passed over.
 * @param {Hit[]} hits @param {number} from
 * @returns {Promise<[Row[], number]>}
 */
export async function take(hits, from) {
  /** @type {Row[]} */
  const rows = [];
  let next = from;
  while (rows.length < BATCH && next < hits.length) {
    const batch = hits.slice(next, next + BATCH - rows.length);
    next += batch.length;
    const good = await Promise.all(batch.map(async (hit) => !hit.stands || (await hit.stands())));
    const kept = batch.filter((_, n) => good[n]);
    rows.push(...(await Promise.all(kept.map(async (hit) => ({ ...(await show(hit)), hit })))));
  }
  return [rows, next];
}
