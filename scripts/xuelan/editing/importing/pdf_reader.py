"""Reads the text of a PDF: letters to lines by their places on the page, lines to paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median
from typing import Any, Final
from unicodedata import normalize

import pypdfium2
import pypdfium2.raw as pdfium

from xuelan.editing.importing import symbols
from xuelan.editing.importing.archive import NotImportedError
from xuelan.editing.importing.blocks import AnyBlock, Ledger, SourceText, Span, TextBlock, bare

MAX_PAGES: Final = 300
MAX_LETTERS: Final = 600_000
_PAGE_NUMBER: Final = re.compile(r"[-—–―·第]*\s*[0-9]{1,4}\s*[-—–―·页]*(?:[/共][0-9]{1,4}页?)?")
_OF_FONTS: Final = re.compile("[\ue000-\uf8ff\u2f00-\u2fd5\ufb00-\ufb06]")
_WIDE: Final = "[\u2e80-\u9fff\uff00-\uffef\u3000-\u303f“”‘’—…]"
_BESIDE_WIDE: Final = re.compile(rf"(?<={_WIDE}) +| +(?={_WIDE})")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line on a page: its words and its box, in points from the lower left corner."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    page: int

    @property
    def size(self) -> float:
        return max(self.top - self.bottom, 1.0)


def read_pdf(data: bytes) -> SourceText:
    """Read the text of a PDF. Raises :class:`NotImportedError` for one that cannot be read."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        why = "PDF 加了密码，请去掉密码再试。" if locked else "不是完好的 PDF 文件，打不开。"
        raise NotImportedError(why) from error
    if len(document) > MAX_PAGES:
        raise NotImportedError(f"PDF 有 {len(document)} 页，太长。请拆开再导入。")
    ledger = Ledger()
    pages: list[list[_Line]] = []
    counted: list[str] = []
    pictures = 0
    width = 0.0
    for number in range(len(document)):
        page = document[number]
        text = page.get_textpage()
        counted.append(text.get_text_range())
        if sum(map(len, counted)) > MAX_LETTERS:
            raise NotImportedError("PDF 里的文字太多。请拆开再导入。")
        pages.append(_lines(text, number))
        pictures += sum(1 for _ in page.get_objects([pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3))
        width = max(width, page.get_width())
    if pictures:
        ledger.tell(f"PDF 里有图片 {pictures} 张，没有收入；需要的请另存后补上。")
    ledger.tell("PDF 里没有段落和表格，分段是照版面推断的，请对照原件。")
    _drop_running_lines(pages, ledger)
    blocks = list(_paragraphs([line for page in pages for line in page], width))
    shown = "".join(counted).replace("\ufffe", "").replace("\x02", "")
    return SourceText([_decode(b, ledger) for b in blocks], ledger, {"正文": shown})


def _lines(text: Any, page: int) -> list[_Line]:
    """The lines of a page, from the top, each from left to right."""
    letters = []
    for n in range(text.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text.raw, n)
        if code in (0, 2, 0xFFFE) or not bare(chr(code)):
            continue
        letters.append((chr(code), *text.get_charbox(n, loose=True)))
    rows: list[list[tuple[str, float, float, float, float]]] = []
    for letter in letters:
        _, _, bottom, _, top = letter
        middle = (bottom + top) / 2
        row = next((r for r in reversed(rows[-12:]) if r[0][2] < middle < r[0][4]), None)
        if row is None:
            rows.append([letter])
        else:
            row.append(letter)
    lines = [_join(sorted(row, key=lambda x: x[1]), page) for row in rows]
    return sorted(lines, key=lambda line: -line.top)


def _join(row: list[tuple[str, float, float, float, float]], page: int) -> _Line:
    size = median(max(top - bottom, 1.0) for _, _, bottom, _, top in row)
    words, end = "", row[0][1]
    for letter, left, _, right, _ in row:
        gap = left - end
        words += (
            ("\u3000" if gap > 1.5 * size else " " if gap > 0.2 * size else "") if words else ""
        )
        words += letter
        end = max(end, right)
    words = _BESIDE_WIDE.sub("", words)
    return _Line(words, row[0][1], end, max(x[4] for x in row), min(x[2] for x in row), page)


def _drop_running_lines(pages: list[list[_Line]], ledger: Ledger) -> None:
    """Take out page numbers, and lines that stand at the edge of two pages or more."""
    edges = Counter(
        key for page in pages for key in {_running(line) for line in (*page[:2], *page[-3:])}
    )
    for page in pages:
        edge = {id(line) for line in (*page[:2], *page[-3:])}
        for line in list(page):
            repeated = edges[_running(line)] > 1 and len(pages) > 1
            number = line is page[-1] and _PAGE_NUMBER.fullmatch(bare(line.text))
            if id(line) in edge and (repeated or number):
                ledger.remove("页眉、页脚和页码", line.text)
                page.remove(line)


def _running(line: _Line) -> str:
    """A line without its figures; lines of figures only differ from each other."""
    words = re.sub(r"[0-9]+", "#", bare(line.text))
    return words if re.search(r"[^\W\d_]", words) else f"{words}{line.page}{line.top}"


def _paragraphs(lines: list[_Line], width: float) -> Iterator[AnyBlock]:
    if not lines:
        return
    size = median(line.size for line in lines)
    left = Counter(round(line.left / 3) for line in lines if len(line.text) > 8).most_common(1)
    margin = left[0][0] * 3 if left else min(line.left for line in lines)
    edge = sorted(line.right for line in lines)[int(len(lines) * 0.95)]
    open_lines: list[_Line] = []
    for line in lines:
        if open_lines and _begins(open_lines[-1], line, margin, edge, size, width):
            yield _block(open_lines, width, margin, edge)
            open_lines = []
        open_lines.append(line)
    yield _block(open_lines, width, margin, edge)


def _begins(
    before: _Line, line: _Line, margin: float, edge: float, size: float, width: float
) -> bool:
    """True if ``line`` begins a paragraph."""
    if before.right < edge - 2.2 * before.size or before.left > (margin + edge) / 2:
        return True
    if abs(before.size - line.size) > 0.3 * size:
        return True
    if _is_centred(before, width) and _is_centred(line, width) and before.left > margin + size:
        return False
    indented = line.left > margin + 1.2 * size
    apart = before.page == line.page and before.bottom - line.top > 1.6 * size
    return indented or apart


def _is_centred(line: _Line, width: float) -> bool:
    return abs((line.left + line.right) / 2 - width / 2) < 0.04 * width


def _block(lines: list[_Line], width: float, margin: float, edge: float) -> TextBlock:
    words = lines[0].text
    for line in lines[1:]:
        latin = re.search(r"[0-9A-Za-z,.;]$", words) and re.match(r"[0-9A-Za-z]", line.text)
        words += (" " if latin else "") + line.text
    first = lines[0]
    centred = _is_centred(first, width) and first.left > margin + 2 * first.size
    right = first.right > edge - 5 * first.size and first.left > (margin + edge) / 2
    align = "center" if centred else "right" if right else ""
    return TextBlock((Span(words),), align=align, size=round(first.size * 2))


def _decode(block: AnyBlock, ledger: Ledger) -> AnyBlock:
    """The block with what only fonts of a PDF have (signs, radicals, ligatures) as characters."""
    if not isinstance(block, TextBlock) or not _OF_FONTS.search(block.text):
        return block

    def change(match: re.Match[str]) -> str:
        letter = match[0]
        private = symbols.is_private(letter)
        kind = "符号字体里的字" if private else "PDF 里的部首和连字"
        words = symbols.translate(ord(letter), "Symbol") if private else normalize("NFKC", letter)
        ledger.remove(kind, letter)
        ledger.add(kind, words)
        return words

    spans = [replace(span, text=_OF_FONTS.sub(change, span.text)) for span in block.spans]
    return replace(block, spans=tuple(spans))
