// Gets the index's files by <script>, so that it works on file:// and under script-src 'self'.

/**
 * @typedef {import("./forms.js").Form} Form
 * @typedef {object} Manifest
 * @property {string} build
 * @property {string} order
 * @property {number} bits
 * @property {number} count
 * @property {string} odd
 * @property {Form[]} forms
 * @property {string[]} common
 * @property {[string, number][]} menu words that bring a document first
 * @property {string[]} asking words dropped from a question
 * @property {string} particles dropped at the end of what is left
 * @typedef {{name: string, size: number, data: string}} Delivery
 */

const PATIENCE = 30_000;
/** Stands for zero; each letter is fifteen bits of zlib data. */
const LETTER = 0x3400;

/** A file of the index is missing, late, cut short or not the one asked for. */
export class Unavailable extends Error {}

class Late extends Unavailable {}

/** @type {Manifest} */
let manifest = {
  build: "", order: "", bits: 0, count: 0, odd: "", forms: [], common: [], menu: [],
  asking: [], particles: "",
};
/** The address of the folder with this script, ending in "/". */
let home = "";
/** @type {Map<string, Promise<unknown>>} */
const kept = new Map();
/** @type {WeakMap<HTMLOrSVGScriptElement, Delivery>} */
const delivered = new WeakMap();
/** @type {Manifest | undefined} */
let newest;

/** @param {Manifest} first @param {string} address of the folder with the index's script */
export function begin(first, address) {
  manifest = first;
  home = address;
  Object.assign(globalThis, {
    xuelanIndex: (/** @type {string} */ name, /** @type {number} */ size, /** @type {string} */ data) => {
      if (document.currentScript) delivered.set(document.currentScript, { name, size, data });
    },
    xuelanNow: (/** @type {Manifest} */ now) => {
      newest = now;
    },
  });
}

/** @returns {Manifest} */
export function current() {
  return manifest;
}

/** @returns {string} the address of the site's root, ending in "/" */
export function root() {
  return new URL("../", home).href;
}

/**
 * A file's content, fetched once and then kept.
 * @template T
 * @param {string} path below the index's folder
 * @param {RegExp} name what the file must call itself
 * @param {(content: Uint8Array) => T} read
 * @returns {Promise<T>}
 */
export function file(path, name, read) {
  let content = /** @type {Promise<T> | undefined} */ (kept.get(path));
  if (!content) {
    content = fetched(`index/${path}?${manifest.build}`, name).then(read);
    content.catch(() => kept.delete(path));
    kept.set(path, content);
  }
  return content;
}

/** @param {"facets" | "words" | "variants"} name @returns {Promise<any>} what that file says */
export function named(name) {
  const read = (/** @type {Uint8Array} */ content) => JSON.parse(new TextDecoder().decode(content));
  return file(`${manifest.build}/${name}.js`, new RegExp(`^${name}$`), read);
}

/** @param {string} path @param {RegExp} name @returns {Promise<Uint8Array>} */
async function fetched(path, name) {
  // Networks lose a file now and then; one that is late has had its time.
  const element = await script(path).catch((error) => {
    if (error instanceof Late) throw error;
    return script(path);
  });
  const delivery = delivered.get(element);
  if (!delivery || !name.test(delivery.name)) throw new Unavailable(path);
  try {
    return await inflated(delivery);
  } catch {
    throw new Unavailable(path);
  }
}

/** @param {string} path below the folder of this script @returns {Promise<HTMLScriptElement>} */
function script(path) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    const done = (/** @type {() => void} */ then) => {
      clearTimeout(timer);
      element.remove();
      then();
    };
    const timer = setTimeout(() => done(() => reject(new Late(path))), PATIENCE);
    element.onload = () => done(() => resolve(element));
    element.onerror = () => done(() => reject(new Unavailable(path)));
    element.src = home + path;
    document.head.append(element);
  });
}

/** @param {Delivery} delivery zlib data @returns {Promise<Uint8Array>} */
async function inflated({ size, data }) {
  const raw = new Uint8Array(size);
  let at = 0;
  let bits = 0;
  let rest = 0;
  for (let n = 0; n < data.length; n++) {
    rest = (rest << 15) | (data.charCodeAt(n) - LETTER);
    for (bits += 15; bits >= 8; bits -= 8) raw[at++] = rest >> (bits - 8);
    rest &= (1 << bits) - 1;
  }
  const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * Ask which build is published now. A page kept open or in a cache may know an older one.
 * Files that were there are forgotten: one of them may be the wrong one.
 * @returns {Promise<boolean>} true when it is another one; from then on that one is read
 */
export async function renewed() {
  newest = undefined;
  kept.clear();
  await script(`index/now.js?${Date.now()}`);
  const now = /** @type {Manifest | undefined} */ (newest);
  if (!now || now.build === manifest.build) return false;
  manifest = now;
  return true;
}
