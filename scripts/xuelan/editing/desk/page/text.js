// @ts-check
// The field in which the text is written: CodeMirror where it has been bundled, else a plain one.

import { make } from "./dom.js";

/**
 * @typedef {object} TextField
 * @property {HTMLElement} element
 * @property {() => string} get
 * @property {(text: string) => void} set
 * @property {(line: number) => void} goTo
 * @property {(before: string, after: string) => void} wrap
 * @property {(mark: string) => void} lead
 * @property {(text: string) => void} insert
 * @property {(problems: any[]) => void} mark
 */

/**
 * @param {string} text @param {string} label @param {() => void} onChange
 * @returns {Promise<TextField>}
 */
export async function makeTextField(text, label, onChange) {
  const address = meta("desk-bundle");
  if (address) {
    try {
      const { makeEditor } = await import(`../${address}`);
      return makeEditor(text, label, onChange, meta("desk-nonce"));
    } catch (error) {
      console.warn("the editor could not be loaded", error);
    }
  }
  return makePlain(text, label, onChange);
}

/** @param {string} name */
function meta(name) {
  return document.querySelector(`meta[name="${name}"]`)?.getAttribute("content") ?? "";
}

/** @param {string} text @param {string} label @param {() => void} onChange @returns {TextField} */
function makePlain(text, label, onChange) {
  const area = make("textarea", { class: "desk-plain", rows: 20, "aria-label": label });
  area.value = text;
  area.addEventListener("input", onChange);
  /** @param {number} from @param {number} to @param {string} new_ */
  const change = (from, to, new_) => {
    area.focus();
    area.setRangeText(new_, from, to, "end");
    onChange();
  };
  return {
    element: area,
    get: () => area.value,
    set: (other) => {
      area.value = other;
    },
    goTo: (line) => {
      const start = area.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
      const end = area.value.indexOf("\n", start);
      area.focus();
      area.setSelectionRange(start, end < 0 ? area.value.length : end);
    },
    wrap: (before, after) => {
      const { selectionStart: from, selectionEnd: to } = area;
      change(from, to, before + area.value.slice(from, to) + after);
    },
    lead: (mark) => {
      const from = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
      change(from, from, mark);
    },
    insert: (added) => change(area.selectionStart, area.selectionEnd, added),
    mark: () => {},
  };
}
