"""Bytes as scripts: they hand over a name and bytes, and so they load from a disk too.

``fetch`` and workers fail on ``file://``; ``<script src>`` works there and under
``script-src 'self'``. Each file is one call, ``xuelanIndex("name", bytes, "letters")``. The letters
are zlib data, so that a file is small on a server that compresses nothing.

A letter is fifteen bits and takes two bytes in UTF-16, which adds a fifteenth where base64 adds a
third. The mark at the beginning of a file says that it is UTF-16, whatever a server or a page say
(https://encoding.spec.whatwg.org/#decode). No letter is a surrogate, a quotation mark or the end
of a line.
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

MAX_FILE_BYTES: Final = 64 * 1000 * 1000
"""Largest file unpacked; one that claims more is not ours."""

_HEAD: Final = b"\x78\x01"
_FLUSHED: Final = b"\0\0\xff\xff"
_CHECK: Final = 4
"""How zlib data begins; what ends each part that is flushed; bytes of the checksum at the end."""
_BLOCK: Final = 0xFFFF
"""Most bytes in a stored block."""

_FIRST: Final = 0x3400
"""The letter for zero."""
_BITS: Final = 15
"""Bits of a letter: eight letters are fifteen bytes."""
_SHIFTS: Final = np.array([45, 30, 15, 0], np.uint64)
"""Where in sixty bits four letters are."""
_FOUR: Final = np.uint64(4)
_SIXTY: Final = np.uint64(60)
_SCRIPT: Final = re.compile(r'xuelanIndex\("([^"]*)",(\d{1,9}),"([^"]*)"\);\n')


def pack(name: str, content: bytes) -> bytes:
    """The script that hands over ``content`` under ``name``."""
    return _scripts([(name, zlib.compress(content, 4))])[0]


Deflated = dict[tuple[bytes, bool], bytes]
"""Columns, and whether each is the last of its shard; what it is packed to."""


def pack_columns(
    shards: Sequence[tuple[str, Sequence[bytes]]], plain: int, known: Deflated | None = None
) -> list[bytes]:
    """Like :func:`pack`, for columns of numbers; their lengths come first, four bytes each.

    In numbers zlib would search for repetitions in vain: run lengths and a Huffman code for each
    column are smaller and twice as fast. libdeflate packs the last column, in a third of the time;
    what it makes can stand at the end only. The first ``plain`` columns, short ones and noise,
    would not become smaller, and are stored; at least one is packed. Columns that are ``known``
    need not be packed again.
    """
    return _scripts([(name, _shrunk(columns, plain, known or {})) for name, columns in shards])


def _shrunk(columns: Sequence[bytes], plain: int, known: Deflated) -> bytes:
    head = struct.pack(f"<{len(columns)}I", *map(len, columns))
    stored = b"".join([head, *columns[:plain]])
    *between, last = columns[plain:]
    deflated = [known.get((column, False)) or _deflated(column) for column in between]
    end = known.get((last, True)) or deflate.deflate_compress(last, 1)
    check = zlib.adler32(b"".join(columns[plain:]), zlib.adler32(stored))
    return b"".join([_HEAD, *_stored(stored), *deflated, end, check.to_bytes(_CHECK, "big")])


def unpack_columns(
    name: str, script: bytes, count: int, plain: int, known: Deflated | None = None
) -> list[bytes]:
    """The ``count`` columns of a script made by :func:`pack_columns`; ``known`` learns them.

    Raises :class:`DamagedIndexError`.
    """
    packed, content = _inflated(name, script)
    ends = list(accumulate(struct.unpack_from(f"<{count}I", content), initial=4 * count))
    if ends[-1] != len(content):
        raise DamagedIndexError(name)
    columns = [content[start:end] for start, end in pairwise(ends)]
    if known is not None:
        before = sum(map(len, _stored(content[: ends[plain]])))
        *between, last = columns[plain:]
        *deflated, end = packed[len(_HEAD) + before : -_CHECK].split(_FLUSHED)
        if len(deflated) == len(between):  # no column has the mark of an end within
            shrunk = zip(between, deflated, strict=True)
            known.update(((column, False), data + _FLUSHED) for column, data in shrunk)
            known[last, True] = end
    return columns


def _deflated(column: bytes) -> bytes:
    """A column packed by itself, up to a byte's end: the same whatever stands before it."""
    shrink = zlib.compressobj(4, zlib.DEFLATED, -zlib.MAX_WBITS, strategy=zlib.Z_RLE)
    return shrink.compress(column) + shrink.flush(zlib.Z_SYNC_FLUSH)


def _stored(data: bytes) -> Iterator[bytes]:
    """``data`` as blocks of a deflate stream that are not the last, see RFC 1951, 3.2.4."""
    for start in range(0, len(data), _BLOCK):
        block = data[start : start + _BLOCK]
        yield struct.pack("<BHH", 0, len(block), len(block) ^ 0xFFFF)
        yield block


def _scripts(contents: Sequence[tuple[str, bytes | bytearray]]) -> list[bytes]:
    """The scripts that hand over zlib data under names."""
    found = []
    texts = letters([data for _, data in contents])
    for (name, data), text in zip(contents, texts, strict=True):
        head, tail = f'xuelanIndex("{name}",{len(data)},"', '");\n'
        parts = codecs.BOM_UTF16_LE, head.encode("utf-16-le"), text, tail.encode("utf-16-le")
        found.append(b"".join(parts))
    return found


def letters(contents: Sequence[bytes | bytearray]) -> list[bytes]:
    """Each of ``contents`` in letters, as UTF-16 writes them; many at the cost of one."""
    padded = b"".join([data.ljust(_groups(len(data)) * _BITS, b"\0") for data in contents])
    shape = len(padded) // _BITS, 2  # sixty bits each: the byte in the middle is in both
    both = np.ndarray(shape, ">u8", padded, strides=(_BITS, _BITS // 2)).astype(np.uint64)
    both[:, 0] >>= _FOUR
    values = np.empty((*shape, 4), "<u2")
    for number, shift in enumerate(_SHIFTS):
        np.right_shift(both, shift, out=values[:, :, number], casting="unsafe")
    values &= np.uint16((1 << _BITS) - 1)
    values += np.uint16(_FIRST)
    data = values.tobytes()
    starts = accumulate((16 * _groups(len(data)) for data in contents), initial=0)
    return [data[at : at + 2 * _needed(len(c))] for at, c in zip(starts, contents, strict=False)]


def _groups(size: int) -> int:
    """How many times eight letters so many bytes take, the last time maybe fewer."""
    return -(-size // _BITS)


def read_letters(text: bytes, size: int) -> bytes:
    """The ``size`` bytes that :func:`letters` wrote. Raises ``ValueError``."""
    found = np.frombuffer(text, "<u2")
    if len(found) != _needed(size) or found.min(initial=_FIRST) < _FIRST:
        raise ValueError
    values = np.zeros(_groups(size) * 8, np.uint64)
    values[: len(found)] = found - np.uint16(_FIRST)
    if values.max(initial=0) >> np.uint64(_BITS):
        raise ValueError
    both = values.reshape(-1, 2, 4) @ (np.uint64(1) << _SHIFTS)
    first = (both[:, 0] << _FOUR).astype(">u8").view(np.uint8).reshape(-1, 8)
    second = (both[:, 0] << _SIXTY | both[:, 1]).astype(">u8").view(np.uint8).reshape(-1, 8)
    return np.concatenate([first[:, :7], second], axis=1).tobytes()[:size]


def _needed(size: int) -> int:
    """How many letters so many bytes take."""
    return -(-8 * size // _BITS)


def named(script: bytes) -> str:
    """What a script calls itself; raises :class:`DamagedIndexError`."""
    return _opened(script)[0]


def _opened(script: bytes) -> tuple[str, int, str]:
    """The name in a script, the number of bytes and the letters."""
    try:
        match = _SCRIPT.fullmatch(script.decode("utf-16"))
    except ValueError as error:
        raise DamagedIndexError from error
    if match is None:
        raise DamagedIndexError
    return match[1], int(match[2]), match[3]


def unpack(name: str, script: bytes) -> bytes:
    """The content of a script made by :func:`pack`; raises :class:`DamagedIndexError`."""
    return _inflated(name, script)[1]


def _inflated(name: str, script: bytes) -> tuple[bytes, bytes]:
    """The zlib data in a script, and what it holds."""
    found, size, text = _opened(script)
    if found != name or size > MAX_FILE_BYTES:
        raise DamagedIndexError(name)
    try:
        packed = read_letters(text.encode("utf-16-le"), size)
        inflate = zlib.decompressobj()
        content = inflate.decompress(packed, MAX_FILE_BYTES)
    except (zlib.error, ValueError) as error:
        raise DamagedIndexError(name) from error
    if not inflate.eof:
        raise DamagedIndexError(name)
    return packed, content


def pack_json(name: str, content: Any) -> bytes:
    """Like :func:`pack`, for anything JSON can say."""
    return pack(name, msgspec.json.encode(content))


def unpack_json(name: str, script: bytes) -> Any:
    """What a script made by :func:`pack_json` says; raises :class:`DamagedIndexError`."""
    try:
        return json.loads(unpack(name, script))
    except ValueError as error:
        raise DamagedIndexError(name) from error


_GBK: Final = "gbk"
_ESCAPE: Final = "xuelan.escape"
_APART: Final = "\0"
_RESERVED: Final = {ord(c): f"\\u{ord(c):04x}" for c in (_APART, "\\")}
_ESCAPED: Final = re.compile(r"\\u([0-9a-f]{4})")


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """What an encoding does not have, unit by unit."""
    assert isinstance(error, UnicodeEncodeError)
    units = np.frombuffer(error.object[error.start : error.end].encode("utf-16-le"), "<u2")
    return "".join(f"\\u{unit:04x}" for unit in units.tolist()), error.end


codecs.register_error(_ESCAPE, _escaped)


def pack_texts(texts: Sequence[tuple[str, Sequence[str]]]) -> list[bytes]:
    """Like :func:`pack`, for rows of texts: what is as long as a page and is asked for in tens.

    GBK packs Chinese a tenth smaller than Unicode, and faster; libdeflate packs as small as zlib
    does, in half the time. Between two texts stands a zero.
    """
    packed = [deflate.zlib_compress(_row(row).encode(_GBK, _ESCAPE), 1) for _, row in texts]
    return _scripts(list(zip([name for name, _ in texts], packed, strict=True)))


def _row(texts: Sequence[str]) -> str:
    row = _APART.join(texts)
    if "\\" in row or row.count(_APART) >= len(texts):
        row = _APART.join([text.translate(_RESERVED) for text in texts])
    return row


def unpack_texts(name: str, script: bytes) -> list[str]:
    """The row in a script made by :func:`pack_texts`; raises :class:`DamagedIndexError`."""
    try:
        row = unpack(name, script).decode(_GBK)
    except ValueError as error:
        raise DamagedIndexError(name) from error
    return [_plain(text) for text in row.split(_APART)]


def _plain(text: str) -> str:
    units = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
