"""The whole column as a ZIM file for Kiwix and other offline readers, with search in Chinese.

libzim has no option for reproducible files. With one worker, two files of the same content differ
in four places of 16 bytes: the UUID of the file, the UUIDs of its two Xapian databases, and the MD5
at the end. They are replaced by digests of the content. libzim is pinned to 3.6: from 3.7 on it
writes ZIM 6.3, which zimcheck in current Linux distributions refuses.
"""

from __future__ import annotations

import hashlib
import os
import struct
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import typst
from libzim.writer import Creator, Hint, IndexData, Item, StringProvider

from xuelan import __version__
from xuelan.engine import overrides
from xuelan.kits.packing.site_copy import IndexedText, SiteCopy
from xuelan.kits.plan import KitFile, KitPlan
from xuelan.text.dates import first_day
from xuelan.text.file_names import file_name

GROUP: Final = "离线阅读器"
HOME: Final = "index.html"
ICON_PIXELS: Final = 48

_TYPES: Final = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "json": "application/json",
    "xml": "application/xml",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "vtt": "text/vtt",
    "pdf": "application/pdf",
    "txt": "text/plain",
}
_UUID_AT: Final = 8
_CHECKSUM_POSITION_AT: Final = 72
_XAPIAN: Final = b"\x0f\x0dXapian Glass"
_XAPIAN_UUID_AFTER: Final = len(_XAPIAN) + 2
"""Magic number, two bytes of version, then the UUID of the database."""


def files(plan: KitPlan, site: SiteCopy) -> Iterator[KitFile]:
    """The column as ZIM."""
    name = file_name(f"70-{plan.column.title}", ".zim")
    yield KitFile(name, "整个栏目（ZIM，用 Kiwix 打开）", GROUP, archive(plan, site))


def archive(plan: KitPlan, site: SiteCopy) -> bytes:
    """The ZIM: every file of the site's copy, and a full-text index of the materials."""
    indexed = {text.path: text for text in site.index}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "column.zim"
        creator = Creator(path).config_verbose(False).config_indexing(True, "zho")
        creator.config_nbworkers(1)
        creator.set_mainpath(HOME)
        with _silence(), creator:
            for name, text in _metadata(plan):
                creator.add_metadata(name, text)
            creator.add_illustration(ICON_PIXELS, _icon())
            for name, data in sorted(site.items()):
                creator.add_item(_ZimItem(plan.column.title, name, data, indexed.get(name)))
        return _set_identifiers(path.read_bytes(), _content_digest(plan, site))


@contextmanager
def _silence() -> Iterator[None]:
    """Keep the progress messages of libzim, which bypass ``sys.stdout``, off the terminal."""
    sys.stdout.flush()
    own = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(own, 1)
        os.close(own)
        os.close(nowhere)


def _metadata(plan: KitPlan) -> Iterator[tuple[str, str]]:
    """Metadata for the lists of reader programs, which show 80 characters of a description."""
    column = plan.column
    yield "Name", f"xuelan_zho_{plan.kit.id}"
    yield "Title", column.title
    yield "Description", (column.tagline or column.description or column.title)[:80]
    yield "LongDescription", column.description or column.title
    yield "Language", "zho"
    yield "Creator", column.publisher
    yield "Publisher", column.publisher
    yield "Date", first_day(plan.date)
    yield "License", column.copyright or column.publisher
    yield "Scraper", f"xuelan {__version__}"
    if column.url:
        yield "Source", column.url


def _icon() -> bytes:
    """The mark of the site as PNG."""
    svg = (overrides.folder() / "assets" / "xuelan" / "mark.svg").read_text(encoding="utf-8")
    quoted = svg.replace("\\", "\\\\").replace('"', '\\"')
    source = (
        f"#set page(width: {ICON_PIXELS}pt, height: {ICON_PIXELS}pt, margin: 0pt, fill: none)\n"
        f'#image(bytes("{quoted}"), format: "svg", width: 100%, height: 100%)'
    )
    made = typst.compile(source.encode(), format="png", ppi=72)
    assert isinstance(made, bytes)
    return made


class _TextIndex(IndexData):  # type: ignore[misc]  # libzim has no types
    """The indexed words of a material."""

    def __init__(self, text: IndexedText) -> None:
        super().__init__()
        self._text = text

    def has_indexdata(self) -> bool:
        return True

    def get_title(self) -> str:
        return self._text.title

    def get_content(self) -> str:
        return self._text.text

    def get_keywords(self) -> str:
        return " ".join(self._text.keywords)

    def get_wordcount(self) -> int:
        return self._text.characters

    def get_position(self) -> tuple[bool, float, float]:
        return (False, 0.0, 0.0)


class _NoIndex(IndexData):  # type: ignore[misc]  # libzim has no types
    """No index, for lists and tools."""

    def has_indexdata(self) -> bool:
        return False


class _ZimItem(Item):  # type: ignore[misc]  # libzim has no types
    """One file of the site; ``text`` is its index, if it is the page of a material."""

    def __init__(self, column: str, path: str, data: bytes, text: IndexedText | None) -> None:
        super().__init__()
        self._column, self._path, self._data, self._text = column, path, data, text

    def get_path(self) -> str:
        return self._path

    def get_title(self) -> str:
        if self._text:
            return self._text.title
        return self._column if self._path == HOME else ""

    def get_mimetype(self) -> str:
        return _TYPES.get(self._path.rsplit(".", 1)[-1].lower(), "application/octet-stream")

    def get_contentprovider(self) -> StringProvider:
        return StringProvider(self._data)

    def get_hints(self) -> dict[Hint, bool]:
        return {Hint.FRONT_ARTICLE: self._text is not None or self._path == HOME}

    def get_indexdata(self) -> IndexData:
        return _TextIndex(self._text) if self._text else _NoIndex()


def _content_digest(plan: KitPlan, site: SiteCopy) -> bytes:
    digest = hashlib.sha256(repr(tuple(_metadata(plan))).encode())
    for path, data in sorted(site.items()):
        digest.update(path.encode() + b"\0" + hashlib.sha256(data).digest())
    return digest.digest()


def _set_identifiers(data: bytes, digest: bytes) -> bytes:
    """The file with identifiers made from ``digest`` for the random ones, and a new checksum."""
    whole = bytearray(data)
    whole[_UUID_AT : _UUID_AT + 16] = digest[:16]
    at, number = whole.find(_XAPIAN), 1
    while at >= 0:
        own = hashlib.sha256(digest + bytes([number])).digest()[:16]
        start = at + _XAPIAN_UUID_AFTER
        whole[start : start + 16] = own
        at, number = whole.find(_XAPIAN, start), number + 1
    (checksum_at,) = struct.unpack_from("<Q", whole, _CHECKSUM_POSITION_AT)
    whole[checksum_at:] = hashlib.md5(whole[:checksum_at], usedforsecurity=False).digest()
    return bytes(whole)
