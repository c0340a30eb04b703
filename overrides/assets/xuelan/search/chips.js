// What filters are on, each to be taken off: nothing is hidden without a word.

import { element } from "./rows.js";

/**
 * @typedef {{facet: string, label: string, name: string, known: boolean}} Chosen a value that is on
 */

/**
 * @param {Chosen[]} chosen @param {(gone: Chosen[]) => void} drop
 * @returns {HTMLElement[]} a button for each, and one for all
 */
export function chips(chosen, drop) {
  const button = (/** @type {string} */ text, /** @type {Chosen[]} */ gone, /** @type {string} */ name) => {
    const made = element("button", { type: "button", class: "chip", "aria-label": name }, text);
    made.addEventListener("click", () => drop(gone));
    return made;
  };
  const one = chosen.map((c) => {
    const text = `${c.label}：${c.name}${c.known ? "" : "（没有这一项）"}`;
    return button(`${text} ×`, [c], `去掉筛选 ${text}`);
  });
  return chosen.length ? [...one, button("清除筛选", chosen, "清除筛选")] : [];
}

/** @param {Chosen[]} chosen @returns {string} which of them no document of this site has */
export function unknown(chosen) {
  return chosen.filter((c) => !c.known).map((c) => `本站的${c.label}里没有“${c.name}”。`).join("");
}
