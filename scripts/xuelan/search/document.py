"""What can be found: each public material as a title, short fields and pieces of text."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from xuelan.catalog import Catalog
from xuelan.material import Material
from xuelan.render import Rendered


class Zone(IntEnum):
    """Where in a material a text stands; the title weighs most."""

    TITLE = 0
    FIELD = 1
    BODY = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """A text that is searched. ``anchor`` is its place on the page, ``label`` what it is.

    The label is shown beside the excerpt: the section's heading, 发文字号, 附件《…》第3页.
    """

    zone: Zone
    anchor: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """One material to be searched. ``address`` is its page below the site's root."""

    id: str
    address: str
    title: str
    kind: str
    date: str
    year: str
    unit: str
    activities: tuple[str, ...]
    names: tuple[str, ...]
    pieces: tuple[Piece, ...]

    @property
    def digest(self) -> str:
        """A hash of everything a reader can find or see in a result (40 hex digits)."""
        fields = [self.id, self.address, self.title, self.kind, self.date, self.year, self.unit]
        fields += ["\2".join(self.activities), "\2".join(self.names)]
        fields += [f"{p.zone:d}\2{p.anchor}\2{p.label}\2{p.text}" for p in self.pieces]
        return hashlib.blake2b("\1".join(fields).encode(), digest_size=20).hexdigest()


Texts = Mapping[str, tuple[tuple[str, str], ...]]
"""The texts of attachments by SHA-256: a place (第3页) and the text there."""


def documents(catalog: Catalog, rendered: Mapping[str, Rendered], texts: Texts) -> list[Document]:
    """Every public material, newest first: the order that decides between equals."""
    return [document(m, rendered[m.id], texts) for m in catalog.public if m.id in rendered]


def document(m: Material, rendered: Rendered, texts: Texts) -> Document:
    """One material with its rendered text and the texts of its attachments."""
    pieces = [
        Piece(p.zone, p.anchor, p.label, unicodedata.normalize("NFC", p.text))
        for p in (*_fields(m), *_body(m, rendered), *_files(m, texts))
        if p.text
    ]
    return Document(
        id=m.id,
        address=m.address,
        title=m.title,
        kind=m.kind,
        date=m.issued,
        year=m.year,
        unit=m.publisher,
        activities=m.activity,
        names=(*m.people, *m.places, *m.tags, *m.aliases),
        pieces=tuple(pieces),
    )


def _fields(m: Material) -> Iterator[Piece]:
    yield Piece(Zone.TITLE, "", "", m.title)
    yield Piece(Zone.FIELD, "", "提要", m.summary)
    yield Piece(Zone.FIELD, "", "原题", m.original_title)
    yield Piece(Zone.FIELD, "", "发文字号", m.number)
    yield Piece(Zone.FIELD, "", "发文机关", m.issuer)
    yield Piece(Zone.FIELD, "", "媒体或出版者", m.outlet)
    yield Piece(Zone.FIELD, "", "作者", "，".join(m.author))
    yield Piece(Zone.FIELD, "", "日期说明", m.issued_note)
    yield Piece(Zone.FIELD, "", "又称", "，".join(m.aliases))
    yield Piece(Zone.FIELD, "", "标签", "，".join(m.tags))


def _body(m: Material, rendered: Rendered) -> Iterator[Piece]:
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


def _files(m: Material, texts: Texts) -> Iterator[Piece]:
    for file in m.attachments:
        yield Piece(Zone.BODY, "attachments", "附件", file.title)
        for place, text in texts.get(file.sha256, ()):
            yield Piece(Zone.BODY, "attachments", f"附件《{file.title}》{place}", text)
