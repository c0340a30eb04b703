"""Reads a web page, or a text that Word or LibreOffice saved as one, into blocks."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import unquote

from xuelan.editing.importing.archive import NotImportedError
from xuelan.editing.importing.blocks import (
    BULLET,
    NUMBER,
    AnyBlock,
    CodeBlock,
    Ledger,
    SourceImage,
    SourceText,
    Span,
    TextBlock,
    bare,
)
from xuelan.editing.importing.grid import Cell, flatten_table
from xuelan.editing.importing.text_reader import clean_controls
from xuelan.editing.importing.web_page import (
    NEVER,
    count_page,
    decode_page,
    find_content,
    find_hints,
    find_title,
    is_around,
    is_hidden,
    parse_page,
)

MAX_HTML: Final = 10 * 1000 * 1000

_FONT: Final = re.compile(r"</?font\b[^>]*>", re.IGNORECASE)
_BLOCKS: Final = frozenset(
    ("p", "div", "section", "article", "main", "header", "footer", "aside", "nav", "h1", "h2", "h3",
     "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "table", "blockquote", "pre", "hr",
     "center", "figure", "figcaption", "address", "fieldset", "details", "summary", "form", "body",
     "tr", "td", "th", "tbody", "thead", "caption")
)  # fmt: skip
_GONE: Final = {"del": "修订中删去的文字", "rp": "注音外面的括号"}
_NOTE: Final = re.compile(
    r"#(?:sdfootnote|sdendnote|_ftn|_edn|_ftnref|_ednref|fn:|fnref:)([0-9]+)(?:sym|anc)?"
)
_BACK: Final = re.compile(r"#(?:sdfootnote|sdendnote)[0-9]+anc|#_(?:ftn|edn)ref[0-9]+")


def read_html(data: bytes) -> SourceText:
    """Read a web page. Raises :class:`NotImportedError` for one that is too large or too deep."""
    if len(data) > MAX_HTML:
        raise NotImportedError(f"网页文件有 {len(data) // 1000 // 1000} MB，太大。")
    ledger = Ledger()
    text = clean_controls(decode_page(data, ledger), ledger)
    # LibreOffice closes these crosswise with the <span> that hides words, which would show them.
    return read_page(_FONT.sub("", text), ledger)


def read_page(text: str, ledger: Ledger, *, whole: bool = False) -> SourceText:
    """Read the text of a page; with ``whole`` all of it is content."""
    tree = parse_page(text)
    body = tree.find("body")
    body = tree if body is None else body
    content = body if whole else find_content(body)
    title = find_title(body, content)
    reader = _HtmlReader(ledger, whole=whole)
    blocks = [] if title is None else reader.read_one(title)
    blocks += reader.read(content)
    counted = count_page(body, content, title, whole=whole)
    hints = {} if whole else find_hints(tree)
    return SourceText(blocks, ledger, counted, reader.images, hints=hints)


@dataclass
class _HtmlReader:
    """Walks through a page. A heading of level 1 stays one: the title is looked for later."""

    ledger: Ledger
    images: dict[str, SourceImage] = field(default_factory=dict)
    whole: bool = False

    def read(self, content: Any) -> list[AnyBlock]:
        """The blocks in ``content``."""
        return list(self._flow(content, TextBlock(())))

    def read_one(self, element: Any) -> list[AnyBlock]:
        """A single heading."""
        return list(self._flow(element, TextBlock((), level=1)))

    def _flow(self, element: Any, dress: TextBlock) -> Iterator[AnyBlock]:
        """Blocks in ``element``; words between its blocks are paragraphs in the dress given."""
        spans: list[Span] = [_span(element.text)]
        for child in element:
            if self._skips(child):
                pass
            elif child.tag in _BLOCKS or self._has_blocks(child):
                yield from _paragraphs(spans, dress)
                spans = []
                yield from self._block(child, dress)
                dress = replace(dress, label="", listed="") if dress.listed else dress
            else:
                spans += self._inline(child, bold=False, italic=False)
            spans.append(_span(child.tail))
        yield from _paragraphs(spans, dress)

    def _skips(self, element: Any) -> bool:
        if not isinstance(element.tag, str) or element.tag in NEVER:
            return True
        if not self.whole and is_around(element):
            return True
        if is_hidden(element):
            if bare(element.text_content()):
                self.ledger.tell("网页里有隐藏的文字，没有收入。")
            return True
        return False

    def _has_blocks(self, element: Any) -> bool:
        return any(e.tag in _BLOCKS for e in element.iterdescendants())

    def _block(self, element: Any, dress: TextBlock) -> Iterator[AnyBlock]:
        tag = element.tag
        plain = replace(dress, align=_align(element) or dress.align)
        if re.fullmatch(r"h[1-6]", tag):
            yield from self._flow(element, replace(plain, level=int(tag[1])))
        elif tag in ("ul", "ol"):
            yield from self._list(element)
        elif tag == "table":
            yield from self._table(element)
        elif tag == "pre":
            words = element.text_content()
            if bare(words):
                yield CodeBlock(words)
        elif tag == "blockquote":
            yield from self._flow(element, replace(plain, is_quote=True))
        elif tag in ("figcaption", "caption"):
            yield from self._flow(element, replace(plain, is_caption=True))
        else:
            yield from self._flow(element, plain)

    def _list(self, element: Any) -> Iterator[AnyBlock]:
        depth = sum(1 for e in element.iterancestors() if e.tag in ("ul", "ol"))
        start = element.get("start", "1")
        number = int(start) if start.isdigit() else 1
        plain = element.tag == "ul" or element.get("type", "1") not in ("1", "")
        for item in element:
            if self._skips(item):
                continue
            if item.tag in ("ul", "ol"):
                yield from self._list(item)
                continue
            listed = TextBlock((), listed=BULLET if plain else NUMBER, depth=depth)
            if not plain and bare(item.text_content()):
                listed = replace(listed, label=f"{number}.")
                self.ledger.add("自动编号", f"{number}.")
                if item.find(".//h1") is not None or item.find(".//h2") is not None:
                    self.ledger.tell("网页里的自动编号只剩阿拉伯数字，请照原件改回一、（一）等。")
                number += 1
            yield from self._flow(item, listed)

    def _table(self, table: Any) -> Iterator[AnyBlock]:
        caption = table.find("caption")
        if caption is not None:
            yield from self._flow(caption, TextBlock((), is_caption=True))
        rows: list[list[Cell]] = []
        open_cells: dict[int, int] = {}
        for row in table.iter("tr"):
            if next((e for e in row.iterancestors("table")), None) is not table:
                continue
            rows.append(self._row(row, open_cells))
        yield from flatten_table(rows, self.ledger)

    def _row(self, row: Any, open_cells: dict[int, int]) -> list[Cell]:
        """The cells of a row; ``open_cells``: how far cells above reach down, by column."""
        cells: list[Cell] = []
        column = 0
        for element in row:
            if element.tag not in ("td", "th"):  # a page that puts something between cells
                if not self._skips(element) and bare(element.text_content()):
                    cells.append(Cell(list(self._block(element, TextBlock(())))))
                continue
            column = _fill(cells, column, open_cells)
            width, height = (_whole(element.get(name)) for name in ("colspan", "rowspan"))
            cells.append(Cell(list(self._flow(element, TextBlock(()))), width))
            if height > 1:
                open_cells.update(dict.fromkeys(range(column, column + width), height - 1))
            column += width
        _fill(cells, column, open_cells)
        return cells

    def _inline(self, element: Any, *, bold: bool, italic: bool) -> list[Span]:
        """The spans of an element within a paragraph."""
        if self._skips(element):
            return []
        special = self._special(element)
        if special is not None:
            return special
        tag = element.tag
        bold = bold or tag in ("b", "strong")
        italic = italic or tag in ("i", "em")
        spans = [_span(element.text, bold=bold, italic=italic)]
        for child in element:
            spans += self._inline(child, bold=bold, italic=italic)
            spans.append(_span(child.tail, bold=bold, italic=italic))
        return spans

    def _special(self, element: Any) -> list[Span] | None:
        """The spans of an element that is more than words in a dress; ``None`` for others."""
        tag, words = element.tag, element.text_content()
        if tag == "br":
            return [Span("\n")]
        if tag == "img":
            return self._image(element)
        if tag == "rt":
            self.ledger.add("注音外面的括号", "（）")
            return [Span(f"（{words}）")]
        if tag in _GONE:
            self.ledger.remove(_GONE[tag], words)
            return []
        if tag == "a" and _NOTE.fullmatch(element.get("href") or ""):
            return [self._note(element)]
        if tag == "a":
            self._link(element)
        return None

    def _note(self, element: Any) -> Span:
        """A note's mark, in the text or before the note itself."""
        href = element.get("href") or ""
        match = _NOTE.fullmatch(href)
        number = match[1] if match else ""
        if href.startswith("#fnref:"):
            self.ledger.remove("脚注的标号", element.text_content())
            return Span("")
        mark = f"注{number}：" if _BACK.fullmatch(href) else f"（注{number}）"
        self.ledger.remove("脚注的标号", element.text_content())
        self.ledger.add("脚注的标号", mark)
        return Span(mark)

    def _image(self, element: Any) -> list[Span]:
        source = element.get("src") or ""
        match = re.match(r"data:image/[a-z+.-]+;base64,", source)
        if match:
            try:
                data = base64.b64decode(source[match.end() :], validate=False)
            except (binascii.Error, ValueError):
                data = b""
            key = f"image-{len(self.images) + 1}"
            self.images[key] = SourceImage(data, element.get("alt") or "")
            return [Span("", image=key)]
        name = unquote(source.rpartition("/")[2])[:60]
        self.ledger.tell(f"网页里的图片“{name}”不在这个文件里，没有收入；需要的请另存后补上。")
        return []

    def _link(self, element: Any) -> None:
        target = element.get("href") or ""
        if re.match(r"https?:|mailto:", target):
            words = bare(element.text_content())[:20]
            about = f"“{words}”→" if words and words not in target else ""
            self.ledger.tell(f"站外链接只留下文字，网址没有写进正文：{about}{target[:120]}")


def _fill(cells: list[Cell], column: int, open_cells: dict[int, int]) -> int:
    """Add the cells that reach down from rows above, from ``column`` on; the next free column."""
    while open_cells.get(column):
        open_cells[column] -= 1
        cells.append(Cell([], goes_on=True))
        column += 1
    return column


def _whole(text: str | None) -> int:
    return min(int(text), 100) if text and text.isdigit() and int(text) else 1


def _align(element: Any) -> str:
    style = re.search(r"text-align:\s*(center|right)", element.get("style") or "")
    return style[1] if style else (element.get("align") or "").lower()


def _span(text: str | None, *, bold: bool = False, italic: bool = False) -> Span:
    return Span(re.sub(r"[\t\n\r\f ]+", " ", text or ""), bold, italic)


def _paragraphs(spans: list[Span], dress: TextBlock) -> Iterator[TextBlock]:
    """A paragraph for each line; ``<br>`` ends one. Headings' lines are joined."""
    lines: list[list[Span]] = [[]]
    for span in spans:
        if span.text == "\n":
            lines.append([])
        elif span.text or span.image:
            lines[-1].append(span)
    lines = [s for s in lines if bare("".join(x.text for x in s)) or any(x.image for x in s)]
    if dress.level and len(lines) > 1:
        lines = [[span for line in lines for span in line]]
    for number, line in enumerate(lines):
        yield replace(dress, spans=tuple(line), label="" if number else dress.label,
                      listed="" if number else dress.listed)  # fmt: skip
