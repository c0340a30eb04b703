"""Material to :class:`Rendered`: pure, so that it can run in parallel and be cached.

Python-Markdown defines what a text means. Raw HTML is read as plain text, and what comes out
goes through an allow-list (nh3) as well, so no editor's mistake becomes code on a page.
"""

from __future__ import annotations

import posixpath
import re
import xml.etree.ElementTree as etree
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from urllib.parse import quote, unquote, urlsplit

import msgspec
import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from xuelan import plain, prose
from xuelan.anchors import Anchors, slug
from xuelan.link_table import Surroundings, word_finder
from xuelan.plain import Block as PlainBlock

HEADINGS: Final = ("h2", "h3", "h4", "h5", "h6")
READING_SPEED: Final = 400
"""Characters a minute read silently; 300–500 is the usual range for adult readers of Chinese."""
SPEAKING_SPEED: Final = 220
"""Characters a minute read aloud at a meeting; broadcasters speak about 300, a reader less."""

_TAGS: Final = frozenset(
    [
        "p",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "blockquote",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "a",
        "em",
        "strong",
        "code",
        "pre",
        "sup",
        "sub",
        "del",
        "hr",
        "br",
        "img",
        "span",
    ]
)
_ATTRIBUTES: Final = {
    "*": {"id", "class"},
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "th": {"align", "scope"},
    "td": {"align"},
    "ol": {"start"},
}
_CLEANER: Final = nh3.Cleaner(
    tags=set(_TAGS), attributes=_ATTRIBUTES, link_rel=None, url_schemes=set()
)
_HEXAGRAM: Final = re.compile(r"[\u4dc0-\u4dff]")
_NOT_HAN: Final = bytes([*range(0x34), *range(0xA0, 0x100)])
"""First bytes, in UTF-16, of all but Chinese characters (U+3400–4DBF, 4E00–9FFF) and hexagrams."""
_LETTERS: Final = bytes(n if chr(n).isalnum() and n < 0x80 else 0x20 for n in range(0x100))
"""Keeps the letters and digits of ASCII, and puts a space for anything else."""
_STASHED: Final = re.compile("\x02[^\x03]*\x03")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the page: its anchor, level (2–6) and plain text."""

    anchor: str
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, list item, quotation or table as plain text, for search and kits.

    ``section`` is the index of the heading it stands under, or -1 before the first.
    """

    anchor: str
    section: int
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A material ready to be framed.

    ``references`` are the ids of the works cited, in the order of their numbers; ``links`` the
    ids of the materials linked; ``characters`` counts Chinese characters, words and numbers.
    """

    id: str
    html: str
    headings: tuple[Heading, ...]
    blocks: tuple[Block, ...]
    references: tuple[str, ...]
    links: tuple[str, ...]
    characters: int

    @property
    def minutes(self) -> int:
        """Minutes to read it silently, at least one."""
        return minutes(self.characters, READING_SPEED)

    @property
    def minutes_aloud(self) -> int:
        """Minutes to read it aloud, at least one."""
        return minutes(self.characters, SPEAKING_SPEED)


def minutes(characters: int, speed: int) -> int:
    """Minutes for so many characters at ``speed`` characters a minute, at least one."""
    return max(1, round(characters / speed))


@dataclass
class _Page:
    """What one rendering gathers."""

    path: str = ""
    id: str = ""
    references: list[str] = field(default_factory=list)
    mentioned: set[int] = field(default_factory=set)
    headings: list[Heading] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


class _Citations(InlineProcessor):
    """``[@life-001; @W-032]`` becomes raised numbers that link to the references."""

    def __init__(self, owner: Renderer) -> None:
        super().__init__(prose.CITATION.pattern)
        self.owner = owner

    def handleMatch(  # type: ignore[override]  # noqa: N802 - the host's name
        self, m: re.Match[str], _data: str
    ) -> tuple[etree.Element, int, int]:
        return _cite(m[1]), m.start(0), m.end(0)


_IDS: Final = "data-ids"
"""Carries the ids of a citation until the whole text is there and numbers can be given."""


def _cite(inside: str) -> etree.Element:
    """The element of a citation, still without its numbers."""
    return etree.Element("sup", {"class": "cite", _IDS: " ".join(prose.cited_ids(inside))})


def _fill(sup: etree.Element, page: _Page, sources: Mapping[str, tuple[str, ...]]) -> None:
    """Give one citation its numbers; called in reading order, which the parser does not keep."""
    sup.text = AtomicString("[")
    last: etree.Element | None = None
    for text, number, is_first in _mentions(sup.attrib.pop(_IDS), page, sources):
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


def _filled(ids: str, page: _Page, sources: Mapping[str, tuple[str, ...]]) -> str:
    """The HTML of the same."""
    made = []
    for text, number, is_first in _mentions(ids, page, sources):
        mark = f' id="cite-{number}"' if is_first else ""
        made.append(text if number is None else f'<a href="#ref-{number}"{mark}>{text}</a>')
    return f'<sup class="cite">[{"".join(made) or "?"}]</sup>'


def _mentions(
    ids: str, page: _Page, sources: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, int | None, bool]]:
    """The :func:`runs` of a citation's numbers, each with whether it is the first of its work."""
    works = [w for i in ids.split() for w in sources.get(i, ())]
    for text, number in runs(sorted({_number(page.references, w) for w in works})):
        yield text, number, number is not None and number not in page.mentioned
        if number is not None:
            page.mentioned.add(number)


def _number(references: list[str], work: str) -> int:
    if work not in references:
        references.append(work)
    return references.index(work) + 1


def runs(numbers: list[int]) -> Iterator[tuple[str, int | None]]:
    """``[1, 2, 3, 5]`` as 1 - 3 , 5: neighbours joined by a hyphen, the rest by a comma."""
    groups: list[list[int]] = []
    for n in numbers:
        if groups and groups[-1][-1] == n - 1:
            groups[-1].append(n)
        else:
            groups.append([n])
    for position, group in enumerate(groups):
        if position:
            yield ",", None
        yield str(group[0]), group[0]
        if len(group) > 1:
            yield "-", None
            yield str(group[-1]), group[-1]


class _Finish(Treeprocessor):
    """After inline markup: anchors, link targets, glossary links, plain text of each block."""

    def __init__(self, owner: Renderer) -> None:
        super().__init__()
        self.owner = owner

    def run(self, root: etree.Element) -> None:
        self.owner.finish(root)


class _Dialect(Extension):
    """Python-Markdown with tables and citations, and without raw HTML."""

    def __init__(self, owner: Renderer) -> None:
        super().__init__()
        self.owner = owner

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the host's name
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.inlinePatterns.deregister("entity")  # else it is stashed, and missing in plain text
        md.inlinePatterns.register(_Citations(self.owner), "citation", 175)
        md.treeprocessors.register(_Finish(self.owner), "finish", -10)


@dataclass
class Renderer:
    """Renders materials one after another.

    The parser is made once: making it anew for each text would cost a quarter more. ``quick``
    reads plain texts without it.
    """

    docs_dir: str
    quick: bool = True
    page: _Page = field(default_factory=_Page, init=False)
    around: Surroundings = field(default_factory=lambda: Surroundings({}, {}, {}), init=False)

    def __call__(self, item: tuple[str, str, str, Surroundings]) -> bytes:
        """An item of :func:`xuelan.texts.render_all` rendered, as the cache keeps it."""
        return msgspec.msgpack.encode(self.render(*item))

    def __getstate__(self) -> dict[str, object]:
        return {"docs_dir": self.docs_dir, "quick": self.quick}

    @cached_property
    def _markdown(self) -> Markdown:
        return Markdown(
            extensions=["tables", "sane_lists", "fenced_code", _Dialect(self)],
            output_format="html",
        )

    def render(self, name: str, path: str, body: str, around: Surroundings) -> Rendered:
        """Render the text ``body`` of the material ``name``, whose file stands at ``path``.

        Anything the text links to is resolved by ``around``.
        """
        self.page = page = _Page(path, name)
        self.around = around
        self._anchors = Anchors()
        self._numbers = 0
        self._linked = {name}
        self._term = word_finder(around.terms) if around.terms else None
        html = self._read(body)
        return Rendered(
            id=name,
            html=_CLEANER.clean(html),
            headings=tuple(page.headings),
            blocks=tuple(page.blocks),
            references=tuple(page.references),
            links=tuple(dict.fromkeys(page.links)),
            characters=characters("\n".join([block.text for block in page.blocks])),
        )

    def _read(self, body: str) -> str:
        """The HTML of a text: of a plain one without the parser, which would make the same."""
        blocks = plain.read(body) if self.quick else None
        if blocks is None:
            self._markdown.reset()
            return self._markdown.convert(body)
        return "\n".join([self._written(block) for block in blocks])

    def _written(self, block: PlainBlock) -> str:
        """The HTML of a plain block, as the parser and :meth:`finish` would make it."""
        tag, lines = block
        if tag in HEADINGS:
            html, text = self._inline(lines[0], self._untouched)
            anchor = self._anchors.unique(slug(text))
            self.page.headings.append(Heading(anchor, int(tag[1]), text))
            return f'<{tag} id="{anchor}">{html}</{tag}>'
        if tag == "table":
            return self._written_table([plain.cells(row) for row in lines])
        if tag == "p":
            return self._written_line("p", lines[0])
        inner = "p" if tag == "blockquote" else "li"
        inside = "\n".join([self._written_line(inner, line) for line in lines])
        return f"<{tag}>\n{inside}\n</{tag}>"

    def _written_line(self, tag: str, line: str) -> str:
        html, text = self._inline(line, self._with_terms)
        return f"<{tag}{self._numbered(text)}>{html}</{tag}>" if text else f"<{tag}>{html}</{tag}>"

    def _written_table(self, rows: list[list[str]]) -> str:
        made = [[self._inline(cell, self._untouched) for cell in row] for row in rows]
        mark = self._numbered("\n".join("｜".join(text for _, text in row) for row in made))
        printed = [
            "\n".join(["<tr>", *(f"<{cell}>{html}</{cell[:2]}>" for html, _ in row), "</tr>"])
            for row, cell in zip(made, ['th scope="col"', *["td"] * (len(made) - 1)], strict=True)
        ]
        head, body = printed[0], "\n".join(printed[1:])
        return f"<table{mark}>\n<thead>\n{head}\n</thead>\n<tbody>\n{body}\n</tbody>\n</table>"

    def _numbered(self, text: str) -> str:
        """Take in the text of a block; the attribute that carries its anchor."""
        self._numbers += 1
        self._add(f"p{self._numbers}", text)
        return f' id="p{self._numbers}"'

    def _inline(self, line: str, words: Callable[[str], str]) -> tuple[str, str]:
        """The HTML and the text of a plain line; its glossary words are linked by ``words``.

        As in :meth:`_link_terms`, words in ``**`` come after those outside.
        """
        if "[" not in line and "*" not in line:
            return words(line), line.strip()
        pieces = plain.pieces(line)
        addresses = [self._address(piece.target) for piece in pieces if piece.target]
        html = [""] * len(pieces)
        for n, piece in enumerate(pieces):
            if piece.words:
                html[n] = words(piece.words)
            elif piece.target:
                html[n] = f'<a href="{addresses.pop(0)}">{piece.text}</a>'
            elif piece.ids:
                ids = piece.ids.replace("; @", " ")
                html[n] = _filled(ids, self.page, self.around.sources)
        for n, piece in enumerate(pieces):
            if piece.strong:
                html[n] = f"<strong>{words(piece.strong)}</strong>"
        text = "".join([piece.words or piece.strong or piece.text for piece in pieces])
        return "".join(html), text.strip()

    def _untouched(self, text: str) -> str:
        return text

    def _with_terms(self, text: str) -> str:
        """The HTML of plain words, glossary words linked."""
        if self._term is None:
            return text
        made, start = [], 0
        for term, first, end in self._first_uses(text):
            made.append(
                f'{text[start:first]}<a class="term" href="../{term}/">{text[first:end]}</a>'
            )
            start = end
        return "".join(made) + text[start:] if made else text

    def finish(self, root: etree.Element) -> None:
        """Walk the finished tree once (called by the parser)."""
        for sup in root.iter("sup"):
            if _IDS in sup.attrib:
                _fill(sup, self.page, self.around.sources)
        for element in root:
            self._block(element)

    def _block(self, element: etree.Element) -> None:
        if element.tag in HEADINGS:
            self._resolve(element)
            text = _plain(element)
            anchor = self._anchors.unique(slug(text))
            element.set("id", anchor)
            self.page.headings.append(Heading(anchor, int(element.tag[1]), text))
        elif element.tag in ("p", "pre"):
            self._gather(element, element)
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
        self._gather(item, item, leave_out=inner)
        for child in inner:
            self._block(child)

    def _table(self, table: etree.Element) -> None:
        for row in table.iter("tr"):
            for cell in row:
                if cell.tag == "th":
                    cell.set("scope", "col")
        self._resolve(table)
        self._numbers += 1
        anchor = f"p{self._numbers}"
        table.set("id", anchor)
        rows = ["｜".join(_plain(cell) for cell in row) for row in table.iter("tr")]
        self._add(anchor, "\n".join(rows))

    def _gather(
        self, element: etree.Element, holder: etree.Element, leave_out: Iterable[etree.Element] = ()
    ) -> None:
        left = set(leave_out)
        self._resolve(element, left)
        self._link_terms(element, left)
        text = _plain(element, left)
        if text:
            self._numbers += 1
            holder.set("id", f"p{self._numbers}")
            self._add(f"p{self._numbers}", text)

    def _add(self, anchor: str, text: str) -> None:
        self.page.blocks.append(Block(anchor, len(self.page.headings) - 1, text))

    def _resolve(self, element: etree.Element, left: set[etree.Element] | None = None) -> None:
        """Turn links between files into links between pages."""
        for node in _walk(element, left or set()):
            for attribute in ("href", "src"):
                target = node.get(attribute)
                if target is not None:
                    node.set(attribute, self._address(target))

    def _address(self, target: str) -> str:
        """The address, seen from this material's page, of a file linked in its text."""
        try:
            parts = urlsplit(target)
        except ValueError:
            return "#"
        if parts.scheme or parts.netloc:
            return "#"
        fragment = f"#{parts.fragment}" if parts.fragment else ""
        if not parts.path:
            return fragment or "#"
        path = posixpath.normpath(
            posixpath.join(posixpath.dirname(self.page.path), unquote(parts.path))
        )
        if path in self.around.materials:
            other = self.around.materials[path]
            self.page.links.append(other)
            self._linked.add(other)
            return f"../{other}/{fragment}"
        if path.startswith(self.docs_dir + "/") and path.endswith(".md"):
            page = path.removeprefix(self.docs_dir + "/").removesuffix(".md").removesuffix("index")
            return f"../../{page.rstrip('/')}/{fragment}" if page else f"../../{fragment}"
        return quote(posixpath.basename(path))

    def _link_terms(self, element: etree.Element, left: set[etree.Element]) -> None:
        """Link each glossary word at its first use in the text, never inside another link."""
        if self._term is None:
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
        for term, first, end in self._first_uses(text):
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

    def _first_uses(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Each glossary entry not linked so far: its id, and where its word begins and ends."""
        assert self._term is not None
        finder, words = self._term
        for number, first, end in finder.find_matches_as_indexes(text):
            term = self.around.terms[words[number]]
            if term not in self._linked:
                self._linked.add(term)
                yield term, first, end


def characters(text: str) -> int:
    """Chinese characters, and words and numbers of other letters.

    Counted in bytes: looking at each character with a pattern takes ten times as long.
    """
    first = text.encode("utf-16-be", "surrogatepass")[::2].translate(None, _NOT_HAN)
    others = len(_HEXAGRAM.findall(text)) if b"\x4d" in first else 0
    words = text.encode("ascii", "replace").translate(_LETTERS).split()
    return len(first) - others + len(words)


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
