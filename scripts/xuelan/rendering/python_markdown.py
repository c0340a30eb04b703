"""Reads any text with Python-Markdown, which defines what a text means, and cleans it with nh3.

Raw HTML is read as plain text. :class:`_TreeFinisher` walks the tree that Python-Markdown has
built: citations get their numbers, blocks their anchors, links their addresses, glossary words
their links.
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

from xuelan.model.content import HEADINGS
from xuelan.rendering.content_builder import ContentBuilder
from xuelan.text import prose
from xuelan.text.line_breaks import join_pieces

_IDS: Final = "data-ids"
"""Carries the ids of a citation until the tree is complete and numbers can be given in order."""
_PLACEHOLDER: Final = re.compile("\x02[^\x03]*\x03")
"""Stands in Python-Markdown's tree for what it keeps apart, such as a fenced block of code."""

_TAGS: Final = {
    *HEADINGS,
    *("p", "ul", "ol", "li", "blockquote", "pre", "hr"),
    *("table", "thead", "tbody", "tr", "th", "td"),
    *("figure", "figcaption"),
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
    """``html`` without the tags and attributes that the allow-list does not name."""
    return _CLEANER.clean(html)


class MarkdownParser:
    """Python-Markdown with the site's extensions.

    One instance converts many texts: to set it up for each would take a quarter more time.
    """

    def __init__(self) -> None:
        self._finisher = _TreeFinisher()
        self._markdown = Markdown(
            extensions=["tables", "sane_lists", "fenced_code", _Dialect(self._finisher)],
            output_format="html",
        )

    def convert(self, body: str, content: ContentBuilder) -> str:
        """The HTML of a text; headings, blocks and links are added to ``content``."""
        self._finisher.content = content
        self._markdown.reset()
        return clean(self._markdown.convert(body))


def read_any_markdown(body: str) -> str:
    """The HTML of Markdown that was not written for this site: HTML in it counts, too."""
    extensions = ["tables", "sane_lists", "fenced_code", "footnotes", "def_list"]
    return Markdown(extensions=extensions, output_format="html").convert(body)


class _Dialect(Extension):
    """Adds citations, and takes raw HTML away."""

    def __init__(self, finisher: _TreeFinisher) -> None:
        super().__init__()
        self._finisher = finisher

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        # An entity would become a placeholder, and be missing in the plain text.
        md.inlinePatterns.deregister("entity")
        md.inlinePatterns.register(_Citations(prose.CITATION.pattern), "citation", 175)
        md.treeprocessors.register(self._finisher, "finish", -10)


class _Citations(InlineProcessor):
    """Turns ``[@life-001; @W-032]`` into ``<sup>``, without its numbers yet.

    Numbers are given in reading order, which inline patterns do not keep: see :func:`_number`.
    """

    def handleMatch(  # type: ignore[override]  # noqa: N802 - Python-Markdown's name
        self, m: re.Match[str], _data: str
    ) -> tuple[etree.Element, int, int]:
        ids = " ".join(prose.cited_ids(m[1]))
        return etree.Element("sup", {"class": "cite", _IDS: ids}), m.start(0), m.end(0)


class _TreeFinisher(Treeprocessor):
    """Runs after the inline markup: anchors, link targets, glossary links, plain text of blocks."""

    content: ContentBuilder
    """Set before each text."""

    def run(self, root: etree.Element) -> None:
        for words in _runs_of_words(root):
            _join_lines(words)
        for sup in root.iter("sup"):
            if _IDS in sup.attrib:
                _number(sup, self.content)
        for element in root:
            self._block(element)

    def _block(self, element: etree.Element) -> None:
        if element.tag in HEADINGS:
            self._resolve(element)
            element.set("id", self.content.add_heading(element.tag, _plain_text(element)))
        elif element.tag == "p" and _is_figure(element):
            self._figure(element)
        elif element.tag in ("p", "pre"):
            self._add_block(element)
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

    def _figure(self, element: etree.Element) -> None:
        """A picture by itself, with its title as caption."""
        self._resolve(element)
        picture = element[0]
        element.tag, element.text, picture.tail = "figure", None, None
        caption = etree.SubElement(element, "figcaption")
        caption.text = AtomicString(picture.attrib.pop("title"))
        words = prose.unescape(f"{picture.get('alt') or ''}\n{caption.text}").strip()
        element.set("id", self.content.add_block(words))

    def _item(self, item: etree.Element) -> None:
        """A list item is one block; lists, quotations and tables inside it are others."""
        inner = [c for c in item if c.tag in ("ul", "ol", "blockquote", "table")]
        self._add_block(item, leave_out=inner)
        for child in inner:
            self._block(child)

    def _table(self, table: etree.Element) -> None:
        for row in table.iter("tr"):
            for cell in row:
                if cell.tag == "th":
                    cell.set("scope", "col")
        self._resolve(table)
        rows = ["｜".join(_plain_text(cell) for cell in row) for row in table.iter("tr")]
        table.set("id", self.content.add_block("\n".join(rows)))

    def _add_block(self, element: etree.Element, leave_out: Iterable[etree.Element] = ()) -> None:
        skipped = set(leave_out)
        self._resolve(element, skipped)
        self._link_terms(element, skipped)
        text = _plain_text(element, skipped)
        if text:
            element.set("id", self.content.add_block(text))

    def _resolve(self, element: etree.Element, skipped: set[etree.Element] | None = None) -> None:
        """Turn links between files into links between pages."""
        for node in _walk(element, skipped or set()):
            for attribute in ("href", "src"):
                target = node.get(attribute)
                if target is not None:
                    node.set(attribute, self.content.resolve(target))

    def _link_terms(self, element: etree.Element, skipped: set[etree.Element]) -> None:
        """Link each glossary word at its first use in the text, never inside another link."""
        if not self.content.dependencies.terms:
            return
        for node in list(_walk(element, skipped, without=("a", "code", "pre", "sup"))):
            if node.text and not isinstance(node.text, AtomicString):
                node.text, links = self._split(node.text)
                for position, link in enumerate(links):
                    node.insert(position, link)
            for child in list(node):
                if child in skipped or not child.tail or isinstance(child.tail, AtomicString):
                    continue
                child.tail, links = self._split(child.tail)
                position = list(node).index(child) + 1
                for offset, link in enumerate(links):
                    node.insert(position + offset, link)

    def _split(self, text: str) -> tuple[str, list[etree.Element]]:
        """``text`` up to its first unlinked glossary word, then a link for each such word.

        The tail of a link is the text up to the next.
        """
        before, start = text, 0
        links: list[etree.Element] = []
        for term, first, end in self.content.link_terms(text):
            link = etree.Element("a", {"href": f"../{term}/", "class": "term"})
            link.text = AtomicString(text[first:end])
            if links:
                links[-1].tail = text[start:first]
            else:
                before = text[:first]
            links.append(link)
            start = end
        if links:
            links[-1].tail = text[start:]
        return before, links


_Place = tuple[etree.Element, str]
"""An element, and where at it words stand: its ``text`` or its ``tail``."""


def _runs_of_words(element: etree.Element) -> Iterator[list[_Place]]:
    """The places of the words that stand in one block without a break written as such.

    The numbers of a citation are no words; what is kept apart as code has no breaks.
    """
    run: list[_Place] = [(element, "text")]
    for child in element:
        if child.tag in ("a", "em", "strong", "code"):
            inside = list(_runs_of_words(child))
            run += inside[0]
            for further in inside[1:]:
                yield run
                run = further
        elif child.tag not in ("sup", "img"):
            yield run
            run = []
            yield from _runs_of_words(child)
        run.append((child, "tail"))
    yield run


def _join_lines(run: list[_Place]) -> None:
    """Join the lines of a paragraph as :func:`~xuelan.text.line_breaks.join` says."""
    words = [getattr(node, where) or "" for node, where in run]
    if not any("\n" in text for text in words):
        return
    for (node, where), before, after in zip(run, words, join_pieces(words), strict=True):
        if before != after and not isinstance(before, AtomicString):
            setattr(node, where, after)


def _is_figure(element: etree.Element) -> bool:
    """True for a paragraph that is one picture with a title."""
    return (
        len(element) == 1
        and element[0].tag == "img"
        and bool(element[0].get("title"))
        and not f"{element.text or ''}{element[0].tail or ''}".strip()
    )


def _number(sup: etree.Element, content: ContentBuilder) -> None:
    """Give a citation its numbers."""
    sup.text = AtomicString("[")
    last: etree.Element | None = None
    for text, number, is_first in content.cite(sup.attrib.pop(_IDS)):
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
    element: etree.Element, skipped: set[etree.Element], without: tuple[str, ...] = ()
) -> Iterator[etree.Element]:
    """``element`` and all below it, except ``skipped`` elements and the tags ``without``."""
    if element.tag in without:
        return
    yield element
    for child in element:
        if child not in skipped:
            yield from _walk(child, skipped, without)


def _plain_text(element: etree.Element, skipped: set[etree.Element] | None = None) -> str:
    """The text a reader sees, without citation numbers."""
    text = _PLACEHOLDER.sub("", "".join(_pieces(element, skipped or set())))
    return prose.unescape(text).strip()


def _pieces(element: etree.Element, skipped: set[etree.Element]) -> Iterator[str]:
    if element.tag == "img":
        yield element.get("alt") or ""
    yield element.text or ""
    for child in element:
        if child not in skipped and not (child.tag == "sup" and child.get("class") == "cite"):
            yield from _pieces(child, skipped)
        yield child.tail or "" if child not in skipped else ""
