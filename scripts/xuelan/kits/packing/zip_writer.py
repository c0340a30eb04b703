"""Writes ZIP files from members that are already compressed, for archives that share most of them.

``zipfile`` compresses each member again for each archive. Here a member is compressed once; an
archive is its members one after another with a directory behind them (PKWARE APPNOTE 6.3). Names
are in UTF-8 and flagged so.
"""

from __future__ import annotations

import datetime
import hashlib
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from xuelan.kits.plan import KitFile
from xuelan.model.kit import KitError
from xuelan.text.dates import first_day

_LOCAL: Final = struct.Struct("<IHHHHHIIIHH")
_ENTRY: Final = struct.Struct("<IHHHHHHIIIHHHHHII")
_END: Final = struct.Struct("<IHHHHIIH")
_LARGE_END: Final = struct.Struct("<IQHHIIQQQQIIQI")
_UTF8: Final = 0x0800
_VERSION: Final = 20
_MADE_BY: Final = (3 << 8) | _VERSION
_MODE: Final = 0o100644 << 16
_STORED, _DEFLATED = 0, 8
_MANY: Final = (1 << 16) - 1
MAX_BYTES: Final = (1 << 32) - 1
"""The largest ZIP that every system can unpack; larger ones do not fit on a FAT32 stick either."""

_COMPRESSED: Final = (
    ".docx", ".xlsx", ".epub", ".zip", ".zim", ".png", ".jpg", ".jpeg", ".webp", ".mp3", ".mp4",
)  # fmt: skip
"""Endings of the names of files that deflating makes no smaller."""


@dataclass(frozen=True, slots=True)
class ZipMember:
    """A compressed file: ``body`` as it stands in an archive, ``size`` and ``crc`` of its data."""

    name: str
    body: bytes
    size: int
    crc: int
    method: int

    @classmethod
    def of(cls, name: str, data: bytes) -> ZipMember:
        """``data`` as a member, deflated unless its name has one of the endings above."""
        crc = zlib.crc32(data)
        if not name.lower().endswith(_COMPRESSED):
            deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
            body = deflater.compress(data) + deflater.flush()
            if len(body) < len(data):
                return cls(name, body, len(data), crc, _DEFLATED)
        return cls(name, data, len(data), crc, _STORED)

    @property
    def data(self) -> bytes:
        """The data, decompressed."""
        return zlib.decompress(self.body, -15) if self.method == _DEFLATED else self.body


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file of a kit, compressed: title, heading and SHA-256 for the manifest, and the member."""

    title: str
    group: str
    sha256: str
    member: ZipMember

    @classmethod
    def of(cls, file: KitFile) -> PackedFile:
        """``file``, compressed."""
        digest = hashlib.sha256(file.data).hexdigest()
        return cls(file.title, file.group, digest, ZipMember.of(file.name, file.data))

    @property
    def name(self) -> str:
        """The path of the file in the kit."""
        return self.member.name

    @property
    def manifest_entry(self) -> dict[str, Any]:
        """Its entry in the manifest."""
        return {
            "path": self.name,
            "title": self.title,
            "group": self.group,
            "bytes": self.member.size,
            "sha256": self.sha256,
        }


def write_zip(
    folder: str, members: Iterable[ZipMember], date: str, comment: str = ""
) -> list[bytes]:
    """The pieces of a ZIP with ``members`` below ``folder``, all of one ``date`` (ISO).

    ``comment`` is plain ASCII. Raises :class:`~xuelan.model.kit.KitError` beyond
    :data:`MAX_BYTES`.
    """
    pieces: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    moment = _moment(date)
    for m in members:
        name = f"{folder}/{m.name}".encode()
        figures = (_UTF8, m.method, *moment, m.crc, len(m.body), m.size, len(name), 0)
        pieces += [_LOCAL.pack(0x04034B50, _VERSION, *figures), name, m.body]
        entry = _ENTRY.pack(0x02014B50, _MADE_BY, _VERSION, *figures, 0, 0, 0, _MODE, offset)
        directory += [entry, name]
        offset += _LOCAL.size + len(name) + len(m.body)
        if offset > MAX_BYTES:
            raise KitError("压缩包超过 4 GB，许多电脑解不开；请少收几篇材料，或去掉离线网页。")
    size, count = sum(map(len, directory)), len(directory) // 2
    return [*pieces, *directory, _end(offset, size, count, comment)]


def _moment(date: str) -> tuple[int, int]:
    """Time and day in MS-DOS form: 2026-01-02 is 0 and ``(46 << 9) | (1 << 5) | 2``."""
    day = datetime.date.fromisoformat(first_day(max(date, "1980-01-01")))
    return 0, (day.year - 1980) << 9 | day.month << 5 | day.day


def _end(offset: int, size: int, count: int, comment: str) -> bytes:
    """The end of the directory; beyond 65,534 files, the records of ZIP64 come before it."""
    note = comment.encode("ascii")
    end = _END.pack(0x06054B50, 0, 0, *(min(count, _MANY),) * 2, size, offset, len(note)) + note
    if count < _MANY:
        return end
    head = (0x06064B50, 44, _VERSION, _VERSION, 0, 0, count, count, size, offset)
    return _LARGE_END.pack(*head, 0x07064B50, 0, offset + size, 1) + end


def comment_of(tail: bytes) -> str:
    """The comment of a ZIP, from its last bytes; empty if there is none."""
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + _END.size:
        return ""
    length = _END.unpack_from(tail, at)[-1]
    note = tail[at + _END.size :]
    return note.decode("ascii", "replace") if len(note) == length else ""
