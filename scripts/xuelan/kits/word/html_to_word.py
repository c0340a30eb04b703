"""Transcripts of official documents as Word files, from their rendered HTML."""

from __future__ import annotations

import xml.etree.ElementTree as etree
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from xuelan.kits import html_tree
from xuelan.kits.ooxml import OfficeTemplate
from xuelan.kits.print.typeset import weights, width
from xuelan.kits.templating import render_xml
from xuelan.kits.word.opc import TEXT_WIDTH, word_parts

_FACES: Final = {2: "黑体", 3: "楷体_GB2312"}
"""Faces of headings, by level."""


@dataclass(frozen=True, slots=True)
class _WordParagraph:
    """A paragraph; with a ``level`` from 2 to 6, a heading."""

    text: str
    level: int = 0
    face: str = ""


@dataclass(frozen=True, slots=True)
class _WordTable:
    """A table; the first row is its head, widths are in twentieths of a point."""

    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


_WordBlock = _WordParagraph | _WordTable


def transcript_docx(
    title: str, number: str, html: str, closing: str, header: tuple[str, str], created: str
) -> bytes:
    """The Word file. ``header`` are two lines for the head of every page, ``created`` is ISO."""
    document = render_xml(
        "word/transcript.xml",
        title=title,
        number=number,
        closing=closing,
        blocks=tuple(_blocks(html_tree.parse(html))),
        text_width=TEXT_WIDTH,
    )
    return OfficeTemplate(word_parts(title, created, (document,), header)).fill({})


def _blocks(parent: Iterable[etree.Element]) -> Iterator[_WordBlock]:
    for e in parent:
        if e.tag.startswith("h") and e.tag != "hr":
            level = int(e.tag[1])
            text = html_tree.text(e, cites=False).strip()
            yield _WordParagraph(text, level, _FACES.get(level, ""))
        elif e.tag in ("ul", "ol"):
            yield from _items(e)
        elif e.tag == "table":
            yield from _table(e)
        elif e.tag in ("blockquote", "div"):
            yield from _blocks(e)
        elif e.tag == "figure":
            yield _WordParagraph(f"［图：{html_tree.own_text(e).strip()}］")
            yield from (_WordParagraph(html_tree.text(c)) for c in e if c.tag == "figcaption")
        else:
            yield from _lines(e)


def _lines(e: etree.Element, before: str = "") -> Iterator[_WordParagraph]:
    """A paragraph; after a line break in the text, another one."""
    text = before + html_tree.own_text(e)
    for line in text.split("\n"):
        if line.strip():
            yield _WordParagraph(line.strip())


def _items(e: etree.Element) -> Iterator[_WordBlock]:
    """List items as paragraphs that begin with their numbers, as in official documents."""
    start = int(e.get("start", "1")) if e.get("start", "1").isdigit() else 1
    for number, item in enumerate(e, start):
        mark = f"{number}. " if e.tag == "ol" else "· "
        own = html_tree.own_text(item).strip()
        if own:
            yield _WordParagraph(mark + own)
        first = "" if own else mark
        for child in item:
            if child.tag not in html_tree.BLOCKS:
                continue
            if child.tag == "p" and first:
                yield from _lines(child, first)
                first = ""
            else:
                yield from _blocks([child])


def _table(e: etree.Element) -> Iterator[_WordTable]:
    rows = [[html_tree.text(c, cites=False).strip() for c in row] for row in html_tree.rows(e)]
    columns = max(map(len, rows), default=0)
    if not columns:
        return
    padded = [row + [""] * (columns - len(row)) for row in rows]
    shares = weights([[width(c) for c in row] for row in padded], 28)
    widths = (round(TEXT_WIDTH * share / sum(shares)) for share in shares)
    yield _WordTable(tuple(widths), tuple(map(tuple, padded)))
