"""The index's files: scripts that hand over a name and bytes, so they load from a disk too.

``fetch`` and workers fail on ``file://``; ``<script src>`` works there and under
``script-src 'self'``. Each file is one call, ``xuelanIndex("name", "base64 of zlib")``. Its own
compression means that it is as small on a server that compresses nothing.
"""

from __future__ import annotations

import binascii
import json
import re
import zlib
from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

MAX_FILE_BYTES: Final = 64 * 1000 * 1000
"""Largest file unpacked; one that claims more is not ours."""

FOLDER: Final = "search/index"
"""The index's folder, below the site's root."""
NOW: Final = f"{FOLDER}/now.js"
"""The file that names the build now published."""

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
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


def pack(name: str, *columns: bytes) -> bytes:
    """The script that hands over ``columns``, one after another, under ``name``.

    Several columns are numbers, in which zlib would search for repetitions in vain: run lengths
    and a Huffman code for each are smaller and twice as fast.
    """
    strategy = zlib.Z_RLE if len(columns) > 1 else zlib.Z_DEFAULT_STRATEGY
    deflate = zlib.compressobj(4, strategy=strategy)
    data = b""
    for column in columns[:-1]:
        data += deflate.compress(column) + deflate.flush(zlib.Z_SYNC_FLUSH)
    data += deflate.compress(columns[-1]) + deflate.flush()
    packed = binascii.b2a_base64(data, newline=False)
    return b'xuelanIndex("%b","%b");\n' % (name.encode(), packed)


def unpack(name: str, script: bytes) -> bytes:
    """The content of a script made by :func:`pack`; raises :class:`DamagedIndexError`."""
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
    return content


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

    There are few different single units, so that ``fewer`` bits of a key name their shard.
    """

    name: str
    columns: int
    fewer: int

    def shard(self, number: int, bits: int) -> str:
        """What a shard calls itself."""
        return f"{self.name}/{bits}/{number:x}"

    def path(self, build: str, number: int) -> str:
        """Where a shard lies, below the site's root.

        A folder for each build: an old shard never meets a new manifest.
        """
        return f"{FOLDER}/{build}/{self.name}/{number >> 8:x}/{number & 255:02x}.js"


PAIRS: Final = Kind("pairs", 6, 0)
SINGLES: Final = Kind("singles", 4, 4)


def text_path(order: str, doc: int, window: int) -> str:
    """Where a part of a document's text lies, below the site's root.

    A folder for each order of documents, so that an edit leaves the other texts where they are.
    A text of another build does not hold what the shards say of it, and is found out by that.
    """
    return f"{FOLDER}/{order}/{doc >> 8:x}/{doc & 255:02x}-{window:x}.js"
