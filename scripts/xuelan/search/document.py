"""What can be found: each public material as a title, short fields and pieces of text."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from itertools import chain
from typing import NamedTuple

import msgspec

from xuelan.model.catalog import Catalog
from xuelan.model.material import Material
from xuelan.model.rendered import Searched
from xuelan.reading.attachments import Text
from xuelan.rendering.texts import Texts
from xuelan.text.digests import key_of, program


class Zone(IntEnum):
    """Where in a material a text stands; the title weighs most."""

    TITLE = 0
    FIELD = 1
    BODY = 2


class Piece(msgspec.Struct, frozen=True, gc=False):
    """A text that is searched. ``anchor`` is its place on the page, ``label`` what it is.

    The label is shown beside the excerpt: the section's heading, 发文字号, 附件《…》第3页.
    Hundreds of thousands are made: structures, in half the time of tuples with names.
    """

    zone: Zone
    anchor: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """One material to be searched. ``url`` is its page below the site's root."""

    id: str
    url: str
    title: str
    kind: str
    date: str
    unit: str
    pieces: tuple[Piece, ...]


class Facets(NamedTuple):
    """What a document can be sorted by, and the words in its fields."""

    kind: str
    year: str
    unit: str
    activities: tuple[str, ...]
    words: tuple[str, ...]


class Entry(NamedTuple):
    """A document not yet opened: ``key`` differs when it does, ``face`` when its facets do.

    Entries are in the order that decides between equals: newest first.
    """

    key: bytes
    face: bytes
    id: str
    facets: Callable[[], Facets]
    open: Callable[[], Document]


Files = Mapping[str, Text]
"""The texts of attachments, by SHA-256."""


def entries(catalog: Catalog, rendered: Texts, files: Files) -> list[Entry]:
    """Every public material, newest first."""
    return [_entry(m, rendered, files) for m in catalog.public]


def _entry(m: Material, rendered: Texts, files: Files) -> Entry:
    key = key_of(program(), m.digest, rendered.known[m.id][2], [a.sha256 for a in m.attachments])
    return Entry(
        key, m.face, m.id, partial(facets, m), lambda: document(m, rendered.searched(m.id), files)
    )


def facets(m: Material) -> Facets:
    """What one material can be sorted by."""
    words = (m.title, m.publisher, *m.people, *m.places, *m.tags, *m.aliases)
    return Facets(m.kind, m.year, m.publisher, m.activity, tuple(w for w in words if w))


def document(m: Material, rendered: Searched, files: Files) -> Document:
    """One material with its rendered text and the texts of its attachments."""
    pieces = [p for p in chain(_fields(m), _body(m, rendered), _files(m, files)) if p.text]
    return Document(
        id=m.id,
        url=m.address,
        title=_normal(m.title),
        kind=m.kind,
        date=m.issued,
        unit=m.publisher,
        pieces=tuple(_composed(pieces)),
    )


def _composed(pieces: list[Piece]) -> list[Piece]:
    """Pieces with their texts as :func:`_normal` has them, which they mostly are already.

    Of a text that is composed every part is too.
    """
    if unicodedata.is_normalized("NFC", "".join([piece.text for piece in pieces])):
        return pieces
    return [msgspec.structs.replace(piece, text=_normal(piece.text)) for piece in pieces]


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _fields(m: Material) -> Iterator[Piece]:
    yield Piece(Zone.TITLE, "", "", m.title)
    fields = (
        ("提要", m.summary),
        ("原题", m.original_title),
        ("发文字号", m.number),
        ("发文机关", m.issuer),
        ("媒体或出版者", m.outlet),
        ("作者", "，".join(m.author)),
        ("日期说明", m.issued_note),
        ("又称", "，".join(m.aliases)),
        ("标签", "，".join(m.tags)),
    )
    for label, text in fields:
        if text:
            yield Piece(Zone.FIELD, "", label, text)


def _body(m: Material, rendered: Searched) -> Iterator[Piece]:
    """Headings and blocks in the order of the page."""
    section = -1
    for block in rendered.blocks:
        while section < block.section:
            section += 1
            heading = rendered.headings[section]
            yield Piece(Zone.BODY, heading.anchor, "小标题", heading.text)
        label = rendered.headings[section].text if section >= 0 else ""
        yield Piece(Zone.BODY, block.anchor, label, block.text)
    for heading in rendered.headings[section + 1 :]:
        yield Piece(Zone.BODY, heading.anchor, "小标题", heading.text)
    for question in m.questions:
        yield Piece(Zone.BODY, "questions", "讨论题", question)
    for item in m.media:
        text = "，".join(t for t in (item.title, item.alt, item.transcript) if t)
        yield Piece(Zone.BODY, "media", "图片与音像", text)


def _files(m: Material, files: Files) -> Iterator[Piece]:
    for file in m.attachments:
        yield Piece(Zone.BODY, "attachments", "附件", file.title)
        text = files.get(file.sha256)
        for place, words in text.places if text else ():
            yield Piece(Zone.BODY, "attachments", f"附件《{file.title}》{place}", words)
