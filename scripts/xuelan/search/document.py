"""The documents of the index: each public material as a title, short fields and passages."""

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
from xuelan.model.content import Searched
from xuelan.model.material import Material
from xuelan.reading.attachments import AttachmentText
from xuelan.rendering.pipeline import RenderedTexts
from xuelan.text.digests import key_of, program


class Zone(IntEnum):
    """The part of a material in which a passage stands; a hit in the title weighs most."""

    TITLE = 0
    FIELD = 1
    BODY = 2


class Passage(msgspec.Struct, frozen=True, gc=False):
    """A text that is searched: ``anchor`` is its place on the page, ``label`` its description.

    The label is shown beside the excerpt: the section's heading, 发文字号, 附件《…》第3页.
    Hundreds of thousands are made; a structure takes half the time of a named tuple.
    """

    zone: Zone
    anchor: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """One material to be searched. ``url`` is its page below the site's root."""

    id: str
    url: str
    title: str
    kind: str
    date: str
    unit: str
    passages: tuple[Passage, ...]


class Facets(NamedTuple):
    """The values by which a document is filtered, and the words of its fields."""

    kind: str
    year: str
    unit: str
    activities: tuple[str, ...]
    words: tuple[str, ...]


class DocumentRef(NamedTuple):
    """A document that is loaded only when the index needs its text.

    ``key`` changes with the document, ``face`` with its facets. References stand in the order that
    decides between equal hits: newest first. A question that is one of the words in ``menu`` brings
    this document first.
    """

    key: bytes
    face: bytes
    id: str
    facets: Callable[[], Facets]
    load: Callable[[], IndexDocument]
    menu: tuple[str, ...] = ()


AttachmentTexts = Mapping[str, AttachmentText]
"""The texts of attachments, by SHA-256."""


def list_documents(
    catalog: Catalog, rendered: RenderedTexts, attached: AttachmentTexts
) -> list[DocumentRef]:
    """Return a reference to every public material, newest first."""
    return [_refer_to(m, rendered, attached) for m in catalog.public]


def _refer_to(m: Material, rendered: RenderedTexts, attached: AttachmentTexts) -> DocumentRef:
    key = key_of(program(), m.digest, rendered.records[m.id].key, [a.sha256 for a in m.attachments])
    load = partial(_load, m, rendered, attached)
    return DocumentRef(key, m.face, m.id, partial(collect_facets, m), load)


def _load(m: Material, rendered: RenderedTexts, attached: AttachmentTexts) -> IndexDocument:
    return make_document(m, rendered.searched(m.id), attached)


def collect_facets(m: Material) -> Facets:
    """Collect the facets of one material."""
    words = (m.title, m.publisher, *m.people, *m.places, *m.tags, *m.aliases)
    return Facets(m.kind, m.year, m.publisher, m.activity, tuple(w for w in words if w))


def make_document(m: Material, rendered: Searched, attached: AttachmentTexts) -> IndexDocument:
    """Make a document of a material, its rendered text and the texts of its attachments."""
    parts = chain(_list_fields(m), _list_body(m, rendered), _list_attachments(m, attached))
    return IndexDocument(
        id=m.id,
        url=m.address,
        title=_compose(m.title),
        kind=m.kind,
        date=m.issued,
        unit=m.publisher,
        passages=tuple(_compose_all([passage for passage in parts if passage.text])),
    )


def _compose_all(passages: list[Passage]) -> list[Passage]:
    """Bring the texts into NFC, which they mostly are already.

    When the joined text is NFC, so is each part, and one question answers for all of them.
    """
    if unicodedata.is_normalized("NFC", "".join([passage.text for passage in passages])):
        return passages
    return [msgspec.structs.replace(each, text=_compose(each.text)) for each in passages]


def _compose(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _list_fields(m: Material) -> Iterator[Passage]:
    yield Passage(Zone.TITLE, "", "", m.title)
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
            yield Passage(Zone.FIELD, "", label, text)


def _list_body(m: Material, rendered: Searched) -> Iterator[Passage]:
    """Headings and blocks in the order of the page, then questions and media."""
    section = -1
    for block in rendered.blocks:
        while section < block.section:
            section += 1
            heading = rendered.headings[section]
            yield Passage(Zone.BODY, heading.anchor, "小标题", heading.text)
        label = rendered.headings[section].text if section >= 0 else ""
        yield Passage(Zone.BODY, block.anchor, label, block.text)
    for heading in rendered.headings[section + 1 :]:
        yield Passage(Zone.BODY, heading.anchor, "小标题", heading.text)
    for question in m.questions:
        yield Passage(Zone.BODY, "questions", "讨论题", question)
    for item in m.media:
        text = "，".join(t for t in (item.title, item.alt, item.transcript) if t)
        yield Passage(Zone.BODY, "media", "图片与音像", text)


def _list_attachments(m: Material, attached: AttachmentTexts) -> Iterator[Passage]:
    for file in m.attachments:
        yield Passage(Zone.BODY, "attachments", "附件", file.title)
        text = attached.get(file.sha256)
        for place, words in text.places if text else ():
            yield Passage(Zone.BODY, "attachments", f"附件《{file.title}》{place}", words)
