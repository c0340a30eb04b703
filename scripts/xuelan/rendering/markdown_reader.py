"""Any text read by Python-Markdown, which defines what a text means.

Raw HTML is read as plain text. The tree it makes is walked once, at the end: citations get their
numbers, blocks their anchors, links their addresses, glossary words their links.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Iterable, Iterator
from typing import Final

import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from xuelan.model.rendered import HEADINGS
from xuelan.rendering.gathering import Gathering
from xuelan.text import prose

_IDS: Final = "data-ids"
"""Carries the ids of a citation until the whole text is there and numbers can be given."""
_STASHED: Final = re.compile("\x02[^\x03]*\x03")

_TAGS: Final = {
    *HEADINGS,
    *("p", "ul", "ol", "li", "blockquote", "pre", "hr"),
    *("table", "thead", "tbody", "tr", "th", "td"),
    *("a", "em", "strong", "code", "sup", "sub", "del", "br", "img", "span"),
}
_ATTRIBUTES: Final = {
    "*": {"id", "class"},
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "th": {"align", "scope"},
    "td": {"align"},
    "ol": {"start"},
}
_CLEANER: Final = nh3.Cleaner(tags=_TAGS, attributes=_ATTRIBUTES, link_rel=None, url_schemes=set())


def clean(html: str) -> str:
    """HTML with nothing in it but what the allow-list names."""
    return _CLEANER.clean(html)


class Parser:
    """The parser, made once: making it anew for each text would cost a quarter more."""

    def __init__(self) -> None:
        self._finish = _Finish()
        self._markdown = Markdown(
            extensions=["tables", "sane_lists", "fenced_code", _Dialect(self._finish)],
            output_format="html",
        )

    def convert(self, body: str, page: Gathering) -> str:
        """The HTML of a text; what is in it goes to ``page``."""
        self._finish.begin(page)
        self._markdown.reset()
        return clean(self._markdown.convert(body))


class _Dialect(Extension):
    """Python-Markdown with tables and citations, and without raw HTML."""

    def __init__(self, finish: _Finish) -> None:
        super().__init__()
        self._finish = finish

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the host's name
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.inlinePatterns.deregister("entity")  # else it is stashed, and missing in plain text
        md.inlinePatterns.register(_Citations(prose.CITATION.pattern), "citation", 175)
        md.treeprocessors.register(self._finish, "finish", -10)


class _Citations(InlineProcessor):
    """``[@life-001; @W-032]`` becomes raised numbers that link to the references.

    The numbers are given in reading order, which the parser does not keep: see :func:`_fill`.
    """

    def handleMatch(  # type: ignore[override]  # noqa: N802 - the host's name
        self, m: re.Match[str], _data: str
    ) -> tuple[etree.Element, int, int]:
        ids = " ".join(prose.cited_ids(m[1]))
        return etree.Element("sup", {"class": "cite", _IDS: ids}), m.start(0), m.end(0)


class _Finish(Treeprocessor):
    """After inline markup: anchors, link targets, glossary links, plain text of each block."""

    _page: Gathering

    def begin(self, page: Gathering) -> None:
        """The next tree is that of ``page``."""
        self._page = page

    def run(self, root: etree.Element) -> None:
        for sup in root.iter("sup"):
            if _IDS in sup.attrib:
                _fill(sup, self._page)
        for element in root:
            self._block(element)

    def _block(self, element: etree.Element) -> None:
        if element.tag in HEADINGS:
            self._resolve(element)
            element.set("id", self._page.heading(element.tag, _plain(element)))
        elif element.tag in ("p", "pre"):
            self._gather(element)
        elif element.tag in ("ul", "ol"):
            for item in element:
                self._item(item)
        elif element.tag == "table":
            self._table(element)
        elif element.tag == "blockquote":
            for child in element:
                self._block(child)
        else:
            self._resolve(element)

    def _item(self, item: etree.Element) -> None:
        """A list item is a block of its own; lists inside it make theirs."""
        inner = [c for c in item if c.tag in ("ul", "ol", "blockquote", "table")]
        self._gather(item, leave_out=inner)
        for child in inner:
            self._block(child)

    def _table(self, table: etree.Element) -> None:
        for row in table.iter("tr"):
            for cell in row:
                if cell.tag == "th":
                    cell.set("scope", "col")
        self._resolve(table)
        rows = ["｜".join(_plain(cell) for cell in row) for row in table.iter("tr")]
        table.set("id", self._page.block("\n".join(rows)))

    def _gather(self, element: etree.Element, leave_out: Iterable[etree.Element] = ()) -> None:
        left = set(leave_out)
        self._resolve(element, left)
        self._link_terms(element, left)
        text = _plain(element, left)
        if text:
            element.set("id", self._page.block(text))

    def _resolve(self, element: etree.Element, left: set[etree.Element] | None = None) -> None:
        """Turn links between files into links between pages."""
        for node in _walk(element, left or set()):
            for attribute in ("href", "src"):
                target = node.get(attribute)
                if target is not None:
                    node.set(attribute, self._page.address(target))

    def _link_terms(self, element: etree.Element, left: set[etree.Element]) -> None:
        """Link each glossary word at its first use in the text, never inside another link."""
        if not self._page.around.terms:
            return
        for node in list(_walk(element, left, skip=("a", "code", "pre", "sup"))):
            if node.text and not isinstance(node.text, AtomicString):
                node.text, made = self._split(node.text)
                for position, link in enumerate(made):
                    node.insert(position, link)
            for child in list(node):
                if child in left or not child.tail or isinstance(child.tail, AtomicString):
                    continue
                child.tail, made = self._split(child.tail)
                position = list(node).index(child) + 1
                for offset, link in enumerate(made):
                    node.insert(position + offset, link)

    def _split(self, text: str) -> tuple[str, list[etree.Element]]:
        """``text`` up to its first unlinked glossary word, then a link for each such word."""
        before, start = text, 0
        made: list[etree.Element] = []
        for term, first, end in self._page.first_uses(text):
            link = etree.Element("a", {"href": f"../{term}/", "class": "term"})
            link.text = AtomicString(text[first:end])
            if made:
                made[-1].tail = text[start:first]
            else:
                before = text[:first]
            made.append(link)
            start = end
        if made:
            made[-1].tail = text[start:]
        return before, made


def _fill(sup: etree.Element, page: Gathering) -> None:
    """Give one citation its numbers."""
    sup.text = AtomicString("[")
    last: etree.Element | None = None
    for text, number, is_first in page.mentions(sup.attrib.pop(_IDS)):
        if number is None:
            if last is not None:
                last.tail = AtomicString(text)
            continue
        last = etree.SubElement(sup, "a", {"href": f"#ref-{number}"})
        if is_first:
            last.set("id", f"cite-{number}")
        last.text = AtomicString(text)
    if last is None:
        sup.text = AtomicString("[?]")
    else:
        last.tail = AtomicString("]")


def _walk(
    element: etree.Element, left: set[etree.Element], skip: tuple[str, ...] = ()
) -> Iterator[etree.Element]:
    if element.tag in skip:
        return
    yield element
    for child in element:
        if child not in left:
            yield from _walk(child, left, skip)


def _plain(element: etree.Element, left: set[etree.Element] | None = None) -> str:
    """The text a reader sees, without citation numbers."""
    text = _STASHED.sub("", "".join(_pieces(element, left or set())))
    return prose.unescape(text).strip()


def _pieces(element: etree.Element, left: set[etree.Element]) -> Iterator[str]:
    if element.tag == "img":
        yield element.get("alt") or ""
    yield element.text or ""
    for child in element:
        if child not in left and not (child.tag == "sup" and child.get("class") == "cite"):
            yield from _pieces(child, left)
        yield child.tail or "" if child not in left else ""
