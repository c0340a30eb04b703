// The answer to a query: what stands letter for letter, else what comes near.
// The counterpart of scripts/xuelan/search/answer.py: both must agree.

import { exact, weighed } from "./engine.js";
import { current } from "./load.js";
import { related } from "./related.js";

/**
 * @typedef {import("./fold.js").Query} Query
 * @typedef {import("./fold.js").Term} Term
 * @typedef {import("./texts.js").Hit} Hit
 * @typedef {"完整匹配" | "相关匹配"} Group
 * @typedef {{group: Group, hits: Hit[], about: boolean}} Answer `about`: not every hit is proved
 */

/** @param {Query} query @returns {Promise<Answer>} */
export async function answer(query) {
  if (!query.terms.length) return { group: "完整匹配", hits: [], about: false };
  const whole = await exact(query);
  if (whole.hits.length) return { ...whole, group: "完整匹配", hits: await withoutExcluded(whole.hits, query) };
  return { group: "相关匹配", hits: await withoutExcluded(await related(query), query), about: false };
}

/** @param {Hit[]} hits @param {Query} query @returns {Promise<Hit[]>} those without what is excluded */
async function withoutExcluded(hits, { terms, without }) {
  const excluded = await Promise.all(without.map(weighed));
  const good = await Promise.all(hits.map(async ({ doc }) => {
    const holds = excluded.map(async (e) => e.in.has(doc) && (!e.stands || (await e.stands(doc))));
    return !(await Promise.all(holds)).some(Boolean);
  }));
  return menuFirst(hits.filter((_, n) => good[n]), terms);
}

/**
 * @param {Hit[]} hits @param {Term[]} terms
 * @returns {Hit[]} the pages first of which the only term is the name
 */
function menuFirst(hits, terms) {
  const named = new Set(current().menu.filter(([word]) => terms.length === 1 && word === terms[0].text).map(([, doc]) => doc));
  return [...hits.filter(({ doc }) => named.has(doc)), ...hits.filter(({ doc }) => !named.has(doc))];
}
