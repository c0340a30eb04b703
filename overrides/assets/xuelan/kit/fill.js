// @ts-check
// Office files from templates: text that never changes, and slots that are filled. The same
// templates, filled in the same way, as scripts/xuelan/kits/forms_fill.py.
"use strict";

/**
 * A place for text: the XML when there is none, and the XML around it when there is.
 * @typedef {{ slot: string, empty: string, before: string, after: string }} Slot
 */
/**
 * XML repeated for every row of values.
 * @typedef {{ repeat: string, pieces: Piece[], empty: string }} Repeat
 */
/**
 * A number stands for one of the shared texts.
 * @typedef {string | number | Slot | Repeat} Piece
 */
/** @typedef {{ parts: [path: string, pieces: Piece[]][] }} Template */
/** @typedef {Record<string, string>} Row */
/** @typedef {Record<string, string | Row[]>} Values */

/** What XML 1.0 has no place for: most control characters, halves of characters, non-characters. */
const XML_ILLEGAL = /^(?:[\0-\x08\v\f\x0e-\x1f\x7f\ufffe\uffff]|[\ud800-\udfff])$/;
const LINE_BREAK = /[ \t]*[\r\n\u2028\u2029]\s*/g;

/**
 * @param {string} text
 * @returns {string} the text as XML character data, on one line
 */
function escapeXml(text) {
  return [...text.replace(LINE_BREAK, " ")]
    .filter((character) => !XML_ILLEGAL.test(character))
    .join("")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;");
}

/**
 * The parts of an office file with its slots filled.
 * @param {Template} template
 * @param {string[]} texts the shared texts
 * @param {Values} values
 * @returns {[path: string, data: Uint8Array][]}
 */
function fillTemplate(template, texts, values) {
  const encoder = new TextEncoder();
  return template.parts.map(([path, pieces]) => [
    path,
    encoder.encode(pieces.map((piece) => fillPiece(piece, texts, values)).join("")),
  ]);
}

/**
 * @param {Piece} piece
 * @param {string[]} texts
 * @param {Values} values
 * @returns {string}
 */
function fillPiece(piece, texts, values) {
  if (typeof piece === "string") return piece;
  if (typeof piece === "number") return texts[piece] ?? "";
  if ("repeat" in piece) {
    const rows = values[piece.repeat];
    if (!Array.isArray(rows) || !rows.length) return piece.empty;
    return rows.map((row) => piece.pieces.map((p) => fillPiece(p, texts, row)).join("")).join("");
  }
  const given = values[piece.slot];
  return typeof given === "string" && given ? piece.before + escapeXml(given) + piece.after : piece.empty;
}

const FORBIDDEN_SIGNS = '<>:"/\\|?*';
const FULL_WIDTH_SIGNS = "＜＞：＂／＼｜？＊";

/**
 * A file name that Windows, macOS and Linux accept, as scripts/xuelan/kits/names.py makes it.
 * @param {string} text
 * @param {string} [ending]
 * @returns {string}
 */
function fileName(text, ending = "") {
  const signs = [...text.normalize("NFC")].map((c) => {
    const place = FORBIDDEN_SIGNS.indexOf(c);
    return place < 0 ? c : (FULL_WIDTH_SIGNS[place] ?? "");
  });
  const seen = signs.join("").replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{So}\p{Sk}]/gu, "");
  const cut = [...seen.replace(/\s+/gu, " ").trim()].slice(0, 40).join("").replace(/^[ .]+|[ .]+$/g, "");
  const reserved = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?$/i.test(cut);
  return (reserved ? `${cut}_` : cut || "未命名") + ending;
}
