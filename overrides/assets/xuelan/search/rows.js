// Results and messages as elements.

import { root } from "./load.js";
import { marked } from "./texts.js";

/** @typedef {import("./ask.js").Row} Row @typedef {import("./ask.js").Reply} Reply */

export const SLOW = 400;
const FAILED = "检索暂时不可用：索引没有取到。请稍后再试，或从资料库按文种、年份查找。";

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name @param {Record<string, string>} [attributes] @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** @param {string} address below the site's root @returns {string} one that works on a disk too */
export function link(address) {
  const url = new URL(address, root());
  if (url.protocol === "file:") url.pathname = url.pathname.replace(/\/$/, "/index.html");
  return url.href;
}

/** @param {string} text @param {string[]} pieces @returns {(Node | string)[]} with marks */
function withMarks(text, pieces) {
  return marked(text, pieces).map((part, n) => (n % 2 ? element("mark", {}, part) : part));
}

/** @param {Row} row @returns {HTMLLIElement} */
export function result({ card, url, label, excerpt, hit }) {
  const place = label ? [element("span", { class: "hit-place" }, label)] : [];
  const compared = hit.missing && element("p", { class: "hit-compared" }, ...comparison(hit.pieces, hit.missing));
  const facts = [card.date, card.unit].filter(Boolean).map((fact) => element("span", {}, fact));
  return element(
    "li",
    { class: "hit", "data-material-id": card.id },
    element("a", { class: "hit-title", href: link(url) }, ...withMarks(card.title, hit.pieces)),
    element("p", { class: "hit-text" }, ...withMarks(excerpt, hit.pieces)),
    element("p", { class: "hit-meta" }, element("span", { class: "kind" }, card.kind), ...facts, ...place),
    ...(compared ? [compared] : []),
  );
}

/**
 * @param {string[]} pieces @param {string[]} missing
 * @returns {string[]} what of the question stands there and what does not
 */
function comparison(pieces, missing) {
  const quoted = (/** @type {string[]} */ texts) => texts.map((text) => `“${text}”`).join("");
  return [`有${quoted(pieces)}`, ...(missing.length ? [`，没有${quoted(missing)}`] : [])];
}

/**
 * What the answer is, in a sentence or two.
 * @param {Reply} reply @param {string} text what was asked
 * @param {number} [left] how many are left, where a filter is on
 * @returns {(Node | string)[]}
 */
export function sentence({ answer: { group, hits, about }, cut }, text, left) {
  const count = element("b", { "data-search-count": "" }, String(left ?? hits.length));
  const asked = `“${[...text.trim()].slice(0, 20).join("")}${[...text.trim()].length > 20 ? "…" : ""}”`;
  const long = cut ? ["检索词太长，只用了前面一部分。"] : [];
  if (!hits.length) return [...long, `没有找到${asked}，共`, count, "篇。"];
  const all = `${about ? "约" : ""}${hits.length}篇。`;
  const number = left === undefined ? [about ? "约" : "共", count, "篇。"] : ["筛选后", count, `篇，不筛选有${all}`];
  if (group === "完整匹配") return [...long, "完整匹配，", ...number];
  return [...long, `没有一篇照样写着${asked}；相关匹配，`, ...number];
}

/** @param {import("./forms.js").Form[]} forms @returns {(Node | string)[]} where to get them */
export function formLinks(forms) {
  if (!forms.length) return [];
  const rows = forms.map(([title, , kit, url]) => [element("a", { href: link(url) }, title), `（${kit}）`]);
  return ["表格：", ...rows.flatMap((row, n) => (n ? ["、", ...row] : row))];
}

/** @param {() => void} again @returns {(Node | string)[]} that search does not work just now */
export function failure(again) {
  const button = element("button", { type: "button", class: "link" }, "再试一次");
  button.addEventListener("click", again);
  return [FAILED, button];
}

/**
 * @param {string[]} meant @param {(query: string) => void} use
 * @returns {(Node | string)[]} 您是不是要找：…？
 */
export function offers(meant, use) {
  if (!meant.length) return [];
  const buttons = meant.map((query) => {
    const button = element("button", { type: "button", class: "link" }, query);
    button.addEventListener("click", () => use(query));
    return button;
  });
  return ["您是不是要找：", ...buttons.flatMap((b, n) => (n ? ["、", b] : [b])), "？"];
}
