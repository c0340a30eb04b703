r"""Scripts that hand over a name and bytes, and therefore load from a disk too.

``fetch`` and workers fail on ``file://``; ``<script src>`` works there and under
``script-src 'self'``. Each file of the index is one call, ``xuelanIndex("name",size,"letters");``,
whose letters are zlib data (:mod:`xuelan.search.letters`), so that a file is small on a server that
compresses nothing. The mark at the beginning of a file says that it is UTF-16, whatever a server or
a page say (https://encoding.spec.whatwg.org/#decode).

    >>> script = pack("words", b"[]")
    >>> script[:2].hex()
    'fffe'
    >>> script.decode("utf-16")[:22]
    'xuelanIndex("words",10'
    >>> unpack("words", script)
    b'[]'
"""

from __future__ import annotations

import codecs
import json
import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Any, Final

import deflate
import msgspec
import numpy as np

from xuelan.search.files import DamagedIndexError
from xuelan.search.letters import decode_letters, encode_letters

MAX_FILE_BYTES: Final = 64 * 1000 * 1000
"""Largest content unpacked; a file that claims more was not written here."""

_HEAD: Final = b"\x78\x01"
_FLUSHED: Final = b"\0\0\xff\xff"
_CHECK: Final = 4
"""How zlib data begins; what ends each part that is flushed; bytes of the checksum at the end."""
_BLOCK: Final = 0xFFFF
"""Most bytes in a stored block."""
_SCRIPT: Final = re.compile(r'xuelanIndex\("([^"]*)",(\d{1,9}),"([^"]*)"\);\n')


def pack(name: str, content: bytes) -> bytes:
    """Write the script that hands over ``content`` under ``name``."""
    return _write_scripts([(name, zlib.compress(content, 4))])[0]


PackedColumns = dict[tuple[bytes, bool], bytes]
"""By a column, and whether it is the last of its shard: its compressed bytes."""


def pack_columns(
    shards: Sequence[tuple[str, Sequence[bytes]]], plain: int, known: PackedColumns | None = None
) -> list[bytes]:
    r"""Write a script for each shard: its name and its columns of numbers.

    The lengths of the columns come first, four bytes each. In numbers zlib would search for
    repetitions in vain: run lengths and a Huffman code for each column are smaller and twice as
    fast. libdeflate compresses the last column, in a third of the time; its output can stand at the
    end only. The first ``plain`` columns, short ones and noise, would not become smaller, and are
    stored; at least one column is compressed. Columns in ``known`` are not compressed again.

        >>> (script,) = pack_columns([("pairs/4/a", [b"\7", b"\1\1\1\1"])], plain=1)
        >>> content = unpack("pairs/4/a", script)
        >>> content[:8].hex(" ", 4), content[8:].hex(" ")
        ('01000000 04000000', '07 01 01 01 01')
        >>> unpack_columns("pairs/4/a", script, count=2, plain=1)
        [b'\x07', b'\x01\x01\x01\x01']
    """
    return _write_scripts(
        [(name, _compress(columns, plain, known or {})) for name, columns in shards]
    )


def _compress(columns: Sequence[bytes], plain: int, known: PackedColumns) -> bytes:
    head = struct.pack(f"<{len(columns)}I", *map(len, columns))
    stored = b"".join([head, *columns[:plain]])
    *between, last = columns[plain:]
    deflated = [known.get((column, False)) or deflate_column(column) for column in between]
    end = known.get((last, True)) or deflate.deflate_compress(last, 1)
    # Columns are compressed one by one, the checksum is of all of them.
    check = zlib.adler32(b"".join(columns[plain:]), zlib.adler32(stored))
    return b"".join([_HEAD, *_store(stored), *deflated, end, check.to_bytes(_CHECK, "big")])


def unpack_columns(
    name: str, script: bytes, count: int, plain: int, known: PackedColumns | None = None
) -> list[bytes]:
    """Read the ``count`` columns of a script made by :func:`pack_columns`.

    The compressed columns are entered into ``known``. Raises :class:`DamagedIndexError`.
    """
    packed, content = _inflate(name, script)
    ends = list(accumulate(struct.unpack_from(f"<{count}I", content), initial=4 * count))
    if ends[-1] != len(content):
        raise DamagedIndexError(name)
    columns = [content[start:end] for start, end in pairwise(ends)]
    if known is not None:
        before = sum(map(len, _store(content[: ends[plain]])))
        *between, last = columns[plain:]
        *deflated, end = packed[len(_HEAD) + before : -_CHECK].split(_FLUSHED)
        if len(deflated) == len(between):  # no column has the mark of an end within
            compressed = zip(between, deflated, strict=True)
            known.update(((column, False), data + _FLUSHED) for column, data in compressed)
            known[last, True] = end
    return columns


def deflate_column(column: bytes) -> bytes:
    """Compress a column by itself, to a whole byte: the same whatever columns stand before it."""
    compressor = zlib.compressobj(4, zlib.DEFLATED, -zlib.MAX_WBITS, strategy=zlib.Z_RLE)
    return compressor.compress(column) + compressor.flush(zlib.Z_SYNC_FLUSH)


def _store(data: bytes) -> Iterator[bytes]:
    """Write ``data`` as stored blocks that are not the last ones, see RFC 1951, 3.2.4."""
    for start in range(0, len(data), _BLOCK):
        block = data[start : start + _BLOCK]
        yield struct.pack("<BHH", 0, len(block), len(block) ^ 0xFFFF)
        yield block


def _write_scripts(contents: Sequence[tuple[str, bytes | bytearray]]) -> list[bytes]:
    """Write the scripts that hand over zlib data under names."""
    found = []
    texts = encode_letters([data for _, data in contents])
    for (name, data), text in zip(contents, texts, strict=True):
        head, tail = f'xuelanIndex("{name}",{len(data)},"', '");\n'
        parts = codecs.BOM_UTF16_LE, head.encode("utf-16-le"), text, tail.encode("utf-16-le")
        found.append(b"".join(parts))
    return found


def read_name(script: bytes) -> str:
    """Return the name a script hands over; raises :class:`DamagedIndexError`."""
    return _parse(script)[0]


def _parse(script: bytes) -> tuple[str, int, str]:
    """Return the name in a script, the number of bytes and the letters."""
    try:
        match = _SCRIPT.fullmatch(script.decode("utf-16"))
    except ValueError as error:
        raise DamagedIndexError from error
    if match is None:
        raise DamagedIndexError
    return match[1], int(match[2]), match[3]


def unpack(name: str, script: bytes) -> bytes:
    """Read the content of a script made by :func:`pack`; raises :class:`DamagedIndexError`."""
    return _inflate(name, script)[1]


def _inflate(name: str, script: bytes) -> tuple[bytes, bytes]:
    """Return the zlib data in a script, and the content it unpacks to."""
    found, size, text = _parse(script)
    if found != name or size > MAX_FILE_BYTES:
        raise DamagedIndexError(name)
    try:
        packed = decode_letters(text.encode("utf-16-le"), size)
        decompressor = zlib.decompressobj()
        content = decompressor.decompress(packed, MAX_FILE_BYTES)
    except (zlib.error, ValueError) as error:
        raise DamagedIndexError(name) from error
    if not decompressor.eof:
        raise DamagedIndexError(name)
    return packed, content


def pack_json(name: str, content: Any) -> bytes:
    """Write the script that hands over ``content`` as JSON."""
    return pack(name, msgspec.json.encode(content))


def unpack_json(name: str, script: bytes) -> Any:
    """Read what :func:`pack_json` wrote; raises :class:`DamagedIndexError`."""
    try:
        return json.loads(unpack(name, script))
    except ValueError as error:
        raise DamagedIndexError(name) from error


_GBK: Final = "gbk"
_ESCAPE: Final = "xuelan.escape"
_SEPARATOR: Final = "\0"
_RESERVED: Final = {ord(c): f"\\u{ord(c):04x}" for c in (_SEPARATOR, "\\")}
_ESCAPED: Final = re.compile(r"\\u([0-9a-f]{4})")


def _escape(error: UnicodeError) -> tuple[str, int]:
    r"""Write the characters that an encoding lacks as ``\uXXXX``, unit by unit."""
    assert isinstance(error, UnicodeEncodeError)
    units = np.frombuffer(error.object[error.start : error.end].encode("utf-16-le"), "<u2")
    return "".join(f"\\u{unit:04x}" for unit in units.tolist()), error.end


codecs.register_error(_ESCAPE, _escape)


def pack_texts(rows: Sequence[tuple[str, Sequence[str]]]) -> list[bytes]:
    r"""Write a script for each name and row of texts, a zero between two texts.

    These files are as long as a page, and a question loads tens of them. GBK is a tenth smaller
    than Unicode for Chinese, and faster; libdeflate compresses as well as zlib in half the time.

        >>> (script,) = pack_texts([("text/a/0", ["学习", "é"])])
        >>> unpack("text/a/0", script)
        b'\xd1\xa7\xcf\xb0\x00\xa8\xa6'
        >>> (script,) = pack_texts([("text/a/0", ["ß"])])
        >>> unpack("text/a/0", script)
        b'\\u00df'
        >>> unpack_texts("text/a/0", script)
        ['ß']
    """
    packed = [deflate.zlib_compress(_join(texts).encode(_GBK, _ESCAPE), 1) for _, texts in rows]
    return _write_scripts(list(zip([name for name, _ in rows], packed, strict=True)))


def _join(texts: Sequence[str]) -> str:
    row = _SEPARATOR.join(texts)
    if "\\" in row or row.count(_SEPARATOR) >= len(texts):
        row = _SEPARATOR.join([text.translate(_RESERVED) for text in texts])
    return row


def unpack_texts(name: str, script: bytes) -> list[str]:
    """Read the row that :func:`pack_texts` wrote; raises :class:`DamagedIndexError`."""
    try:
        row = unpack(name, script).decode(_GBK)
    except ValueError as error:
        raise DamagedIndexError(name) from error
    return [_unescape(text) for text in row.split(_SEPARATOR)]


def _unescape(text: str) -> str:
    units = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
