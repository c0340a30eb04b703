"""Rendered HTML as an element tree: exporters walk it, and Markdown is never parsed again."""

from __future__ import annotations

import xml.etree.ElementTree as etree
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

_VOID: Final = frozenset({"br", "hr", "img"})
BLOCKS: Final = frozenset(
    {"p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "table", "pre", "hr", "figure"}
)


class _TreeReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.builder = etree.TreeBuilder()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in _VOID:
            self.builder.end(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self.builder.end(tag)

    def handle_data(self, data: str) -> None:
        self.builder.data(data)


def parse(html: str) -> etree.Element:
    """The tree of a :class:`~xuelan.model.content.Rendered` ``html``, below an element ``div``.

    That HTML comes from an allow-list serialiser, so every tag is closed.
    """
    reader = _TreeReader()
    reader.builder.start("div", {})
    reader.feed(html)
    reader.close()
    reader.builder.end("div")
    return reader.builder.close()


def text(element: etree.Element, *, cites: bool = True, alts: bool = True) -> str:
    """The text inside ``element``, with the alternative texts of pictures.

    Without ``cites``, numbers of cited references are left out; without ``alts``, those texts are.
    """
    return "".join(_texts(element, cites=cites, alts=alts))


def _texts(element: etree.Element, *, cites: bool, alts: bool) -> Iterator[str]:
    if element.tag == "img" and alts:
        yield element.get("alt", "")
    yield element.text or ""
    for child in element:
        if cites or not is_citation(child):
            yield from _texts(child, cites=cites, alts=alts)
        yield child.tail or ""


def is_citation(element: etree.Element) -> bool:
    """True for an element with the raised numbers of cited references."""
    return element.tag == "sup" and element.get("class") == "cite"


def pieces(element: etree.Element) -> Iterator[str]:
    """The visible text of every paragraph, heading, list item and cell, without citation numbers.

    Blocks inside a block are pieces of their own.
    """
    own = own_text(element, alts=False).strip()
    if own:
        yield own
    for child in element:
        if child.tag in _HOLDERS:
            yield from pieces(child)


_HOLDERS: Final = BLOCKS | {"li", "thead", "tbody", "tr", "th", "td", "figcaption"}


def own_text(element: etree.Element, *, alts: bool = True) -> str:
    """The text of ``element`` without the blocks inside it and without citation numbers."""
    parts = [element.text or ""]
    for child in element:
        if child.tag not in _HOLDERS and not is_citation(child):
            parts.append(text(child, cites=False, alts=alts) if child.tag != "br" else "\n")
        parts.append(child.tail or "")
    return "".join(parts)


def rows(table: etree.Element) -> list[list[etree.Element]]:
    """The cells of a table, row by row, the head first."""
    return [[c for c in row if c.tag in ("th", "td")] for row in table.iter("tr")]
