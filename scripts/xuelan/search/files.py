"""The index's files: scripts that hand over a name and bytes, so they load from a disk too.

``fetch`` and workers fail on ``file://``; ``<script src>`` works there and under
``script-src 'self'``. Each file is one call, ``xuelanIndex("name", "base64 of zlib")``. Its own
compression means that it is as small on a server that compresses nothing.
"""

from __future__ import annotations

import binascii
import json
import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate, pairwise
from typing import Any, Final, NamedTuple

MAX_FILE_BYTES: Final = 64 * 1000 * 1000
"""Largest file unpacked; one that claims more is not ours."""

FOLDER: Final = "search/index"
"""The index's folder, below the site's root."""
NOW: Final = f"{FOLDER}/now.js"
"""The file that names the build now published."""

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_HEAD: Final = b"\x78\x01"
_FLUSHED: Final = b"\0\0\xff\xff"
_CHECK: Final = 4
"""How zlib data begins; what ends each part that is flushed; bytes of the checksum at the end."""
_BLOCK: Final = 0xFFFF
"""Most bytes in a stored block."""
_NOW: Final = re.compile(r"xuelanNow\((\{.*\})\);\n")


class DamagedIndexError(Exception):
    """A file of the index is missing, cut short or not the one asked for."""


class Form(NamedTuple):
    """A form to fill in: its title, what is in it, the kit it comes with and that kit's page."""

    title: str
    about: str
    kit: str
    url: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a reader of the index must know first.

    ``build`` names this index, ``order`` the documents and their order; ``bits`` is the number
    of top bits of a key that name its shard; ``count`` the number of documents; ``odd`` are the
    traditional characters that also are in GB 2312. ``forms`` are few, and found without a file.
    ``common`` are the sequences with shards of their own, which follow those that bits name.
    """

    build: str
    order: str
    bits: int
    count: int
    odd: str
    forms: tuple[Form, ...] = ()
    common: tuple[str, ...] = ()

    def as_json(self) -> str:
        """The manifest as the browser reads it."""
        return json.dumps(asdict(self), ensure_ascii=False)


def pack(name: str, content: bytes) -> bytes:
    """The script that hands over ``content`` under ``name``."""
    return _script(name, zlib.compress(content, 4))


Deflated = dict[bytes, bytes]
"""Columns, and what each is packed to."""


def pack_columns(
    name: str, columns: Sequence[bytes], *, noisy: bool, known: Deflated | None = None
) -> bytes:
    """Like :func:`pack`, for columns of numbers; their lengths come first, four bytes each.

    In numbers zlib would search for repetitions in vain: run lengths and a Huffman code for each
    column are smaller and twice as fast. A ``noisy`` last column would not become smaller, and is
    stored. Columns that are ``known`` need not be packed again.
    """
    head = b"".join([len(column).to_bytes(4, "little") for column in columns])
    *packed, noise = (head, *columns) if noisy else (head, *columns, b"")
    known = known or {}
    deflated = [known.get(column) or _deflated(column) for column in packed]
    check = zlib.adler32(noise, zlib.adler32(b"".join(packed)))
    return _script(
        name, b"".join([_HEAD, *deflated, *_stored(noise), check.to_bytes(_CHECK, "big")])
    )


def unpack_columns(
    name: str, script: bytes, count: int, *, noisy: bool, known: Deflated | None = None
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
        shrunk = columns[:-1] if noisy else columns
        rest = sum(map(len, _stored(columns[-1] if noisy else b""))) + _CHECK
        _, *deflated, _ = packed[len(_HEAD) : -rest].split(_FLUSHED)
        if len(deflated) == len(shrunk):  # no column has the mark of an end within
            known.update((c, d + _FLUSHED) for c, d in zip(shrunk, deflated, strict=True))
    return columns


def _deflated(column: bytes) -> bytes:
    """A column packed by itself, up to a byte's end: the same whatever stands before it."""
    deflate = zlib.compressobj(4, zlib.DEFLATED, -zlib.MAX_WBITS, strategy=zlib.Z_RLE)
    return deflate.compress(column) + deflate.flush(zlib.Z_SYNC_FLUSH)


def _stored(data: bytes) -> Iterator[bytes]:
    """``data`` as the last blocks of a deflate stream, see RFC 1951, 3.2.4."""
    for start in range(0, max(1, len(data)), _BLOCK):
        block = data[start : start + _BLOCK]
        is_last = start + _BLOCK >= len(data)
        yield struct.pack("<BHH", is_last, len(block), len(block) ^ 0xFFFF)
        yield block


def _script(name: str, packed: bytes) -> bytes:
    data = binascii.b2a_base64(packed, newline=False)
    return b'xuelanIndex("%b","%b");\n' % (name.encode(), data)


def unpack(name: str, script: bytes) -> bytes:
    """The content of a script made by :func:`pack`; raises :class:`DamagedIndexError`."""
    return _inflated(name, script)[1]


def _inflated(name: str, script: bytes) -> tuple[bytes, bytes]:
    """The zlib data in a script, and what it holds."""
    head, tail = f'xuelanIndex("{name}","'.encode(), b'");\n'
    if not (script.startswith(head) and script.endswith(tail)):
        raise DamagedIndexError(name)
    try:
        packed = binascii.a2b_base64(script[len(head) : -len(tail)], strict_mode=True)
        inflate = zlib.decompressobj()
        content = inflate.decompress(packed, MAX_FILE_BYTES)
    except (zlib.error, ValueError) as error:
        raise DamagedIndexError(name) from error
    if not inflate.eof:
        raise DamagedIndexError(name)
    return packed, content


def pack_json(name: str, content: Any) -> bytes:
    """Like :func:`pack`, for anything JSON can say."""
    return pack(name, _ENCODER.encode(content).encode())


def unpack_json(name: str, script: bytes) -> Any:
    """What a script made by :func:`pack_json` says; raises :class:`DamagedIndexError`."""
    try:
        return json.loads(unpack(name, script))
    except ValueError as error:
        raise DamagedIndexError(name) from error


def pack_text(name: str, content: Any) -> bytes:
    """Like :func:`pack_json`, as UTF-16: Chinese takes two bytes, packs smaller and faster."""
    return pack(name, _ENCODER.encode(content).encode("utf-16-le"))


def unpack_text(name: str, script: bytes) -> Any:
    """What a script made by :func:`pack_text` says; raises :class:`DamagedIndexError`."""
    try:
        return json.loads(unpack(name, script).decode("utf-16-le"))
    except ValueError as error:
        raise DamagedIndexError(name) from error


def now(manifest: Manifest) -> bytes:
    """The script that names the build now published, asked for when a file is missing."""
    return f"xuelanNow({manifest.as_json()});\n".encode()


def read_now(script: bytes) -> Manifest:
    """The manifest in a script made by :func:`now`; raises :class:`DamagedIndexError`."""
    match = _NOW.fullmatch(script.decode("utf-8", "replace"))
    if match is None:
        raise DamagedIndexError("now")
    content = json.loads(match[1])
    forms = tuple(Form(*form) for form in content.pop("forms"))
    return Manifest(**content | {"forms": forms, "common": tuple(content["common"])})


class Kind(NamedTuple):
    """What shards are made of: their first name, and the number of columns in each.

    There are few different single units, so that ``fewer`` bits of a key name their shard. A
    ``noisy`` last column does not become smaller when it is packed.
    """

    name: str
    columns: int
    fewer: int
    noisy: bool

    def shard(self, number: int, bits: int) -> str:
        """What a shard calls itself."""
        return f"{self.name}/{bits}/{number:x}"

    def folder(self, build: str) -> str:
        """Where shards lie, below the site's root.

        A folder for each build: an old shard never meets a new manifest.
        """
        return f"{FOLDER}/{build}/{self.name}"

    def path(self, build: str, number: int) -> str:
        """Where a shard lies, below the site's root."""
        return f"{FOLDER}/{build}/{self.name}/{number >> 8:x}/{number & 255:02x}.js"


PAIRS: Final = Kind("pairs", 6, 0, noisy=True)
SINGLES: Final = Kind("singles", 4, 4, noisy=False)


def text_path(order: str, doc: int, window: int) -> str:
    """Where a part of a document's text lies, below the site's root.

    A folder for each order of documents, so that an edit leaves the other texts where they are.
    A text of another build does not hold what the shards say of it, and is found out by that.
    """
    return f"{FOLDER}/{order}/{doc >> 8:x}/{doc & 255:02x}-{window:x}.js"
