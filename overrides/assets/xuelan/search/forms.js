// Forms to fill in that a query names: few enough to stand in the manifest.

import { fold, parse } from "./fold.js";
import { current } from "./load.js";

/** @typedef {[title: string, about: string, kit: string, url: string]} Form */

const MOST_FORMS = 3;

/** @param {string} text @returns {Form[]} in which every term stands, those titled so first */
export function namedForms(text) {
  const terms = parse(text).terms.map((term) => term.text);
  const named = (/** @type {string} */ words) => terms.every((term) => fold(words).includes(term));
  const held = current().forms.filter(([title, about]) => terms.length && named(`${title}\n${about}`));
  const titled = held.filter(([title]) => named(title));
  return [...new Set([...titled, ...held])].slice(0, MOST_FORMS);
}
