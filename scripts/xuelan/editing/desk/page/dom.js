// @ts-check
// Small helpers for making elements, and the one way to ask the desk for something.

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * Makes an element. `attributes` with a function are listeners; true sets an empty attribute.
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...Child} children
 * @returns {any}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (name === "value") /** @type {any} */ (element).value = value;
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined)
      element.setAttribute(name, String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/** An answer of the desk that is not the wanted one. */
export class Refusal extends Error {
  /** @param {number} status @param {any} answer */
  constructor(status, answer) {
    super(answer.message || "编辑台没有回答。");
    this.status = status;
    this.answer = answer;
  }
}

/**
 * Asks the desk to do something.
 * @param {string} action
 * @param {object} [asked]
 * @returns {Promise<any>}
 */
export async function ask(action, asked = {}) {
  return read(await send(`do/${action}`, JSON.stringify(asked)));
}

/**
 * Sends a file to the desk.
 * @param {string} action @param {Record<string, string>} asked @param {Blob} file
 * @returns {Promise<any>}
 */
export async function upload(action, asked, file) {
  return read(await send(`put/${action}?${new URLSearchParams(asked)}`, file));
}

/** @param {string} address @param {BodyInit} body */
async function send(address, body) {
  try {
    return await fetch(address, { method: "POST", body });
  } catch {
    const message = "编辑台没有回答，可能已经关了。这一页先别关：重新运行编辑台之后再存。";
    throw new Refusal(0, { message });
  }
}

/** @param {Response} response */
async function read(response) {
  let answer = null;
  const text = await response.text();
  try {
    answer = JSON.parse(text);
  } catch {
    answer = { message: text };
  }
  if (!response.ok) throw new Refusal(response.status, answer);
  return answer;
}

/** Says something to a person who cannot see the page. @param {string} text */
export function say(text) {
  const place = document.getElementById("said");
  if (place) place.textContent = text;
}

/** Shows what went wrong, on top of the page; an empty text takes it away. @param {string} text */
export function alert(text) {
  const place = document.getElementById("alert");
  if (!place) return;
  place.textContent = text;
  place.hidden = !text;
}

/** @param {unknown} error */
export function explain(error) {
  alert(error instanceof Error ? error.message : String(error));
}

/**
 * A place to drop files on, or to choose them by a button.
 * @param {string} label @param {string} accept @param {(file: File) => Promise<void>} take
 */
export function dropZone(label, accept, take) {
  const id = `drop-${Math.random().toString(36).slice(2)}`;
  const input = make("input", { type: "file", id, accept });
  const zone = make("div", { class: "desk-drop" }, make("label", { for: id }, label), input);
  /** @param {FileList | null | undefined} files */
  const takeAll = async (files) => {
    input.disabled = true;
    try {
      for (const file of files ?? []) await take(file);
    } catch (error) {
      explain(error);
    } finally {
      input.disabled = false;
      input.value = "";
    }
  };
  input.addEventListener("change", () => takeAll(input.files));
  zone.addEventListener("dragover", (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    zone.classList.add("desk-over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("desk-over"));
  zone.addEventListener("drop", (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    zone.classList.remove("desk-over");
    takeAll(event.dataTransfer?.files);
  });
  return zone;
}
