// Starts search: in the header of every page, and on the page for results.

import { begin } from "./load.js";
import { wire } from "./dialog.js";
import { fill } from "./page.js";
import { link } from "./rows.js";

/** @param {import("./load.js").Manifest} manifest */
export function start(manifest) {
  const own = /** @type {HTMLScriptElement} */ (document.currentScript);
  begin(manifest, new URL(".", own.src).href);
  for (const opener of document.querySelectorAll("[data-search-open]")) {
    if (opener instanceof HTMLElement) wire(opener);
  }
  for (const place of document.querySelectorAll("[data-search-page]")) {
    if (place instanceof HTMLElement) fill(place);
  }
  // On a disk an address must name its file.
  for (const form of document.querySelectorAll("form[role=search]:not(.search-form)")) {
    form.setAttribute("action", link("search/"));
  }
}
