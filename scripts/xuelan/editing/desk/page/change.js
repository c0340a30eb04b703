// @ts-check
// Handing in: which texts go together into one change.

import { make } from "./dom.js";

/** @param {HTMLElement} main */
export async function showChange(main) {
  main.replaceChildren(make("h1", {}, "交稿"));
}
