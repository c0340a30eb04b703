"""A ZIP written from members that were compressed once, for archives that share most of them.

``zipfile`` compresses every member anew. Here a member is made once, with its header and its
line of the directory, and an archive is a matter of writing them one after another. Names are
UTF-8 and marked so; every date is 1980-01-01.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_LOCAL: Final = struct.Struct("<IHHHHHIIIHH")
_ENTRY: Final = struct.Struct("<IHHHHHHIIIHHHHHII")
_END: Final = struct.Struct("<IHHHHIIH")
_UTF8: Final = 0x0800
_DATE: Final = (1 << 5) | 1
_VERSION: Final = 20
_MADE_BY: Final = (3 << 8) | _VERSION
_MODE: Final = 0o100644 << 16
_STORED, _DEFLATED = 0, 8
MAX_BYTES: Final = (1 << 32) - 1
"""Beyond this a ZIP needs other records; a branch's kit is some megabytes."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file ready for an archive: its name, its bytes as they will stand there, their figures."""

    name: str
    body: bytes
    size: int
    crc: int
    method: int

    @classmethod
    def of(cls, name: str, data: bytes, *, packed: bool = False) -> Member:
        """A member of ``data``; ``packed`` data (an office file, a ZIP) is not deflated again."""
        crc = zlib.crc32(data)
        if not packed:
            deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
            body = deflater.compress(data) + deflater.flush()
            if len(body) < len(data):
                return cls(name, body, len(data), crc, _DEFLATED)
        return cls(name, data, len(data), crc, _STORED)


def archive(folder: str, members: Iterable[Member], comment: str) -> list[bytes]:
    """The pieces of a ZIP with ``members`` below ``folder``; ``comment`` is plain ASCII."""
    pieces: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for m in members:
        name = f"{folder}/{m.name}".encode()
        figures = (_UTF8, m.method, 0, _DATE, m.crc, len(m.body), m.size, len(name), 0)
        pieces += [_LOCAL.pack(0x04034B50, _VERSION, *figures), name, m.body]
        entry = _ENTRY.pack(0x02014B50, _MADE_BY, _VERSION, *figures, 0, 0, 0, _MODE, offset)
        directory += [entry, name]
        offset += _LOCAL.size + len(name) + len(m.body)
    size, count = sum(map(len, directory)), len(directory) // 2
    assert offset + size <= MAX_BYTES
    note = comment.encode("ascii")
    end = _END.pack(0x06054B50, 0, 0, count, count, size, offset, len(note)) + note
    return [*pieces, *directory, end]


def comment_of(tail: bytes) -> str:
    """The comment at the end of a ZIP, from its last bytes; empty when there is none."""
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + _END.size:
        return ""
    length = _END.unpack_from(tail, at)[-1]
    note = tail[at + _END.size :]
    return note.decode("ascii", "replace") if len(note) == length else ""
