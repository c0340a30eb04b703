// @ts-check
// A ZIP written in the browser: nothing is sent anywhere, and it works from a folder. Classic
// scripts share these functions, because pages opened as file:// may not load modules.
"use strict";

/** The CRC-32 table of ISO 3309, which ZIP uses. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit += 1) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c >>> 0;
});

/**
 * @param {Uint8Array} data
 * @returns {number} the CRC-32, unsigned
 */
function crc32(data) {
  let c = 0xffffffff;
  for (const byte of data) c = (CRC_TABLE[(c ^ byte) & 0xff] ?? 0) ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/**
 * @param {Uint8Array} data
 * @returns {Promise<Uint8Array | null>} the data deflated; null where the browser cannot, or where
 *   that would not make it smaller
 */
async function deflated(data) {
  if (typeof CompressionStream === "undefined" || data.length < 64) return null;
  let stream;
  try {
    stream = new CompressionStream("deflate-raw");
  } catch {
    return null; // Browsers before 2023 know other formats only.
  }
  const copy = new Uint8Array(data); // In a buffer of its own, as Blob asks.
  const small = await new Response(new Blob([copy]).stream().pipeThrough(stream)).arrayBuffer();
  return small.byteLength < data.length ? new Uint8Array(small) : null;
}

/** 1980-01-01, the date of every file: the same input gives the same bytes. */
const ZIP_DATE = (1 << 5) | 1;

/**
 * A ZIP of files in the order given, names in UTF-8.
 * @param {[name: string, data: Uint8Array][]} files
 * @returns {Promise<Uint8Array>}
 */
async function zipArchive(files) {
  const encoder = new TextEncoder();
  /** @type {Uint8Array[]} */
  const bodies = [];
  /** @type {Uint8Array[]} */
  const entries = [];
  let offset = 0;
  for (const [name, data] of files) {
    const path = encoder.encode(name);
    const small = await deflated(data);
    const body = small ?? data;
    const shared = [
      [2, 20], [2, 0x0800], [2, small ? 8 : 0], [2, 0], [2, ZIP_DATE],
      [4, crc32(data)], [4, body.length], [4, data.length], [2, path.length], [2, 0],
    ];
    const local = zipRecord([[4, 0x04034b50], ...shared]);
    entries.push(
      zipRecord([
        [4, 0x02014b50], [2, 0x0314], ...shared, [2, 0], [2, 0], [2, 0],
        [4, 0o100644 * 65536], [4, offset],
      ]),
      path,
    );
    bodies.push(local, path, body);
    offset += local.length + path.length + body.length;
  }
  const size = entries.reduce((sum, entry) => sum + entry.length, 0);
  const end = zipRecord([
    [4, 0x06054b50], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, size], [4, offset],
    [2, 0],
  ]);
  return joinBytes([...bodies, ...entries, end]);
}

/**
 * @param {number[][]} fields each a width in bytes (2 or 4) and a number, least byte first
 * @returns {Uint8Array}
 */
function zipRecord(fields) {
  const bytes = [];
  for (const [width = 0, value = 0] of fields) {
    for (let n = 0; n < width; n += 1) bytes.push(Math.floor(value / 256 ** n) & 0xff);
  }
  return Uint8Array.from(bytes);
}

/**
 * @param {Uint8Array[]} parts
 * @returns {Uint8Array}
 */
function joinBytes(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
