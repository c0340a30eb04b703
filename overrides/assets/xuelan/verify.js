// @ts-check
// Is a copy of a kit complete, unaltered and current? Everything happens on this computer: the ZIP
// is read here, its files are hashed here, and what is current stands in the page itself.
// No imports and no fetch, so that it works from a folder (file://) too.

(() => {
  "use strict";

  /** @typedef {{path: string, sha256: string}} Listed */
  /** @typedef {{id: string, title: string, sha256: string}} Text */
  /** @typedef {{id: string, title: string, version: string, date: string, build: string, files: Listed[], materials: Text[]}} Manifest */
  /** @typedef {{id: string, version: string, date: string, build: string, manifest_sha256: string, materials: Text[]}} Published */
  /** @typedef {{name: string, method: number, packed: number, size: number, offset: number}} Entry */

  const MANIFEST = "manifest.json";
  const SUMS = "SHA256SUMS";
  const LARGEST = 1_000_000_000;

  class NotAKit extends Error {}

  // ZIP: the central directory at the end says where every file stands.

  /** @param {DataView} view @returns {Entry[]} */
  function entries(view) {
    let end = view.byteLength - 22;
    const lowest = Math.max(0, end - 65535);
    while (end >= lowest && view.getUint32(end, true) !== 0x06054b50) end -= 1;
    if (end < lowest) throw new NotAKit("这不是压缩包，或者没有下载完整，请重新下载。");
    const count = view.getUint16(end + 10, true);
    let at = view.getUint32(end + 16, true);
    if (count === 0xffff || at === 0xffffffff) throw new NotAKit("压缩包太大，请用 xuelan verify 核对。");
    const found = [];
    for (let n = 0; n < count; n += 1) {
      if (view.getUint32(at, true) !== 0x02014b50) throw new NotAKit("压缩包坏了，请重新下载。");
      const nameLength = view.getUint16(at + 28, true);
      const bytes = new Uint8Array(view.buffer, view.byteOffset + at + 46, nameLength);
      found.push({
        name: new TextDecoder().decode(bytes),
        method: view.getUint16(at + 10, true),
        packed: view.getUint32(at + 20, true),
        size: view.getUint32(at + 24, true),
        offset: view.getUint32(at + 42, true),
      });
      at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    }
    return found;
  }

  /** @param {DataView} view @param {Entry} entry @returns {Promise<Uint8Array>} */
  async function content(view, entry) {
    const at = entry.offset;
    const start = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
    const packed = new Uint8Array(view.buffer, view.byteOffset + start, entry.packed);
    if (entry.method === 0) return packed;
    if (entry.method !== 8 || entry.size > LARGEST) throw new NotAKit("压缩包的格式读不了，请重新下载。");
    const stream = new Blob([/** @type {BlobPart} */ (packed)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const whole = new Uint8Array(entry.size);
    const reader = stream.getReader();
    let filled = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (filled + value.length > entry.size) throw new RangeError("longer than it says");
      whole.set(value, filled);
      filled += value.length;
    }
    return whole.subarray(0, filled);
  }

  // SHA-256 (FIPS 180-4). The browser's own is refused on plain http pages, so here is ours.

  const primes = [2];
  for (let n = 3; primes.length < 64; n += 2) if (primes.every((p) => n % p)) primes.push(n);
  /** The first 32 bits of the fraction of `x`. @param {number} x */
  const fraction = (x) => ((x - Math.floor(x)) * 0x100000000) | 0;
  const ROUNDS = Int32Array.from(primes, (p) => fraction(Math.cbrt(p)));
  const INITIAL = Int32Array.from(primes.slice(0, 8), (p) => fraction(Math.sqrt(p)));

  /** @param {Int32Array} state @param {DataView} view @param {number} at @param {Int32Array} w */
  function block(state, view, at, w) {
    for (let n = 0; n < 16; n += 1) w[n] = view.getInt32(at + n * 4);
    for (let n = 16; n < 64; n += 1) {
      const a = w[n - 15];
      const b = w[n - 2];
      const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
      const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
      w[n] = (w[n - 16] + s0 + w[n - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let n = 0; n < 64; n += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUNDS[n] + w[n]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, n) => { state[n] = (state[n] + value) | 0; });
  }

  /** @param {Uint8Array} data @returns {string} */
  function ownSha256(data) {
    const whole = data.length - (data.length % 64);
    const tail = new Uint8Array((data.length % 64 < 56 ? 1 : 2) * 64);
    tail.set(data.subarray(whole));
    tail[data.length - whole] = 0x80;
    const tailView = new DataView(tail.buffer);
    tailView.setUint32(tail.length - 8, Math.floor(data.length / 0x20000000));
    tailView.setUint32(tail.length - 4, data.length << 3);
    const state = INITIAL.slice();
    const w = new Int32Array(64);
    const view = new DataView(data.buffer, data.byteOffset, whole);
    for (let at = 0; at < whole; at += 64) block(state, view, at, w);
    for (let at = 0; at < tail.length; at += 64) block(state, tailView, at, w);
    return Array.from(state, (n) => (n >>> 0).toString(16).padStart(8, "0")).join("");
  }

  /** @param {Uint8Array} data @returns {Promise<string>} */
  async function sha256(data) {
    if (!globalThis.crypto?.subtle) return ownSha256(data);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", /** @type {BufferSource} */ (data)));
    return Array.from(digest, (n) => n.toString(16).padStart(2, "0")).join("");
  }

  // The check itself, finding for finding as the command line does it.

  /** @param {Uint8Array} bytes @returns {Manifest} */
  function manifestOf(bytes) {
    let data;
    try {
      data = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    } catch {
      throw new NotAKit("manifest.json 读不懂，可能被改动过。");
    }
    if (data?.format !== "xuelan-kit/1" || !Array.isArray(data.files) || !Array.isArray(data.materials)) {
      throw new NotAKit("这个套装是另一种格式，网页核对不了。");
    }
    return data;
  }

  /** @param {ArrayBuffer} buffer @param {Published[]} published @param {(done: number, of: number) => void} progress */
  async function verify(buffer, published, progress) {
    const view = new DataView(buffer);
    const all = entries(view).filter((e) => !e.name.endsWith("/"));
    const manifests = all.filter((e) => e.name.split("/").pop() === MANIFEST);
    manifests.sort((a, b) => a.name.length - b.name.length);
    if (!manifests.length) throw new NotAKit("里面没有 manifest.json，不是本专栏的套装。");
    const folder = manifests[0].name.slice(0, -MANIFEST.length);
    const bytes = await content(view, manifests[0]);
    const told = manifestOf(bytes);
    /** @type {Map<string, string>} */
    const digests = new Map();
    for (const entry of all) {
      const name = entry.name.startsWith(folder) ? entry.name.slice(folder.length) : `../${entry.name}`;
      const digest = await content(view, entry).then(sha256).catch(() => "damaged");
      digests.set(name, digest);
      progress(digests.size, all.length);
    }
    const listed = new Set([...told.files.map((f) => f.path), MANIFEST, SUMS]);
    const now = published.find((k) => k.id === told.id);
    return {
      told,
      missing: told.files.filter((f) => !digests.has(f.path)).map((f) => f.path),
      altered: told.files.filter((f) => (digests.get(f.path) ?? f.sha256) !== f.sha256).map((f) => f.path),
      unknown: [...digests.keys()].filter((name) => !listed.has(name)),
      now,
      forged: now?.version === told.version && now.build === told.build && now.manifest_sha256 !== (await sha256(bytes)),
    };
  }

  /** @param {string} date */
  const chinese = (date) => date.split("-").map((part, n) => `${Number(part)}${"年月日"[n]}`).join("");

  /** @param {Awaited<ReturnType<typeof verify>>} found @returns {string[]} */
  function sentences(found) {
    const lines = [`${found.told.title}，版本 ${found.told.version}，${chinese(found.told.date)}`];
    for (const [label, names] of /** @type {[string, string[]][]} */ ([
      ["缺少", found.missing],
      ["被改动", found.altered],
      ["多出", found.unknown],
    ])) {
      if (names.length) lines.push(`${label}：${names.slice(0, 5).join("、")}${names.length > 5 ? ` 等${names.length}个文件` : ""}`);
    }
    if (!found.missing.length && !found.altered.length && !found.unknown.length) {
      lines.push(`完整：清单上的${found.told.files.length}个文件都在，没有改动。`);
    }
    return [...lines, ...currency(found)];
  }

  /** @param {Awaited<ReturnType<typeof verify>>} found @returns {string[]} */
  function currency({ told, now, forged }) {
    if (!now) return ["本站没有这个套装，不知道是不是最新。"];
    if (forged) return ["清单与本站发布的不同，可能被人改过，请重新下载。"];
    if (now.version === told.version) return ["是最新版本。"];
    const old = new Map(told.materials.map((m) => [m.id, m]));
    const ids = new Set(now.materials.map((m) => m.id));
    const lines = [`不是最新：现在是版本 ${now.version}，${chinese(now.date)}。`];
    for (const [label, texts] of /** @type {[string, Text[]][]} */ ([
      ["新收", now.materials.filter((m) => !old.has(m.id))],
      ["有改动", now.materials.filter((m) => old.has(m.id) && old.get(m.id)?.sha256 !== m.sha256)],
      ["已去掉", told.materials.filter((m) => !ids.has(m.id))],
    ])) {
      if (texts.length) lines.push(`${label}：${texts.map((m) => m.title).join("、")}`);
    }
    return lines;
  }

  // The page

  const input = /** @type {HTMLInputElement} */ (document.querySelector("[data-verify-file]"));
  const verdict = /** @type {HTMLElement} */ (document.querySelector("[data-verify-verdict]"));

  /** @param {string[]} lines @param {"busy" | "good" | "bad"} state */
  function show(lines, state) {
    verdict.dataset.state = state;
    verdict.replaceChildren(...lines.map((line) => {
      const p = document.createElement("p");
      p.textContent = line;
      return p;
    }));
  }

  input.addEventListener("change", async () => {
    const file = input.files?.[0];
    if (!file) return;
    const published = JSON.parse(document.getElementById("kits-current")?.textContent ?? "{}").kits ?? [];
    show(["正在核对……"], "busy");
    try {
      const found = await verify(await file.arrayBuffer(), published, (done, of) => {
        if (done % 50 === 0) show([`正在核对：第${done}个文件，共${of}个`], "busy");
      });
      const good = !found.missing.length && !found.altered.length && !found.unknown.length && !found.forged;
      show(sentences(found), good ? "good" : "bad");
    } catch (error) {
      const known = error instanceof NotAKit;
      show([known ? error.message : "压缩包坏了或打不开，请重新下载。"], "bad");
    }
  });
  input.disabled = false;
})();
