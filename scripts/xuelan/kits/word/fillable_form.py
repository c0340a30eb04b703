"""Forms as Word documents to fill in: WordprocessingML with a content control for every field.

Page, type and leading follow GB/T 9704-2012: A4, margins 37/35/28/26 mm (text area 156 × 225 mm),
body in 仿宋 16 pt, titles in 小标宋 22 pt, the page number as “— 1 —” in 14 pt, 7 mm below the
text area, odd pages right, even pages left. The standard names no leading; 28.95 pt is the
largest that lets 22 lines stand on 225 mm. Only font *names* are written, with the names Windows
ships as substitutes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from xuelan.kits.forms import (
    Advice,
    Blank,
    Block,
    Column,
    Entry,
    FormSheet,
    Grid,
    Guided,
    Roster,
    Rows,
    Signatures,
    Writing,
)
from xuelan.kits.ooxml import Piece, Repeat, Slot, Template, escape, joined
from xuelan.kits.word.opc import WORD_NAMESPACES, word_parts

TEXT_WIDTH: Final = 8844
"""156 mm in twentieths of a point: the width of the text area."""
LEADING: Final = 579
"""28.95 pt in twentieths: 22 lines on a page."""
_LABEL: Final = 1644
_FIELD: Final = TEXT_WIDTH // 2 - _LABEL
_ROOM: Final = "　" * 4
"""What a content control shows while it is empty: room to click on that prints as nothing."""


@cache
def template(form: FormSheet, created: str) -> Template:
    """``form`` as a Word file to fill; ``created`` (ISO date) goes into its properties.

    Slots are the particulars of :mod:`xuelan.kits.forms`, ``subtitle``, and the rows of a
    guide with their cells ``c0``, ``c1`` …
    """
    body: list[Piece] = [_title(form.title), _subtitle()]
    for number, block in enumerate(form.blocks):
        body += [*([_GAP] if number else []), *_block(form, block)]
    document = joined((f"<w:document {WORD_NAMESPACES}><w:body>", *body, SECTION))
    return Template(word_parts(form.title, created, document))


def _block(form: FormSheet, block: Block) -> Iterator[Piece]:
    match block:
        case Rows():
            yield from _rows(form, block)
        case Roster():
            yield from _roster(block)
        case Grid():
            yield from _grid(form, block)
        case Guided():
            yield from _guided(block)
        case Writing(blank):
            yield from _writing(form, blank)
        case Signatures(labels):
            yield _signatures(labels)
        case Advice(text):
            yield _paragraph(f"填写说明：{text}", "FormAdvice")


def _paragraph(text: str, style: str, properties: str = "") -> str:
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>'
        f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
    )


_GAP: Final = '<w:p><w:pPr><w:pStyle w:val="FormGap"/></w:pPr></w:p>'
"""Keeps two tables apart: Word joins tables that touch."""


def _title(text: str) -> str:
    return _paragraph(text, "Title")


def _subtitle() -> Slot:
    head = '<w:p><w:pPr><w:pStyle w:val="Subtitle"/></w:pPr>'
    return Slot("subtitle", "", f'{head}<w:r><w:t xml:space="preserve">', "</w:t></w:r></w:p>")


SECTION: Final = (
    "<w:sectPr>"
    '<w:footerReference w:type="default" r:id="rId4"/>'
    '<w:footerReference w:type="even" r:id="rId5"/>'
    '<w:pgSz w:w="11906" w:h="16838"/>'
    # 37, 26, 35, 28 mm; the foot of the page number's line is 25.5 mm above the paper's edge.
    '<w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1587" w:header="851" '
    'w:footer="1446" w:gutter="0"/>'
    f'<w:docGrid w:type="lines" w:linePitch="{LEADING}"/>'
    "</w:sectPr></w:body></w:document>"
)
"""The end of every document: the page, its footers and its grid of lines."""


def _table(widths: Iterable[int], rows: Iterable[Piece]) -> Iterator[Piece]:
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
    yield (
        '<w:tbl><w:tblPr><w:tblStyle w:val="FormTable"/>'
        f'<w:tblW w:w="{TEXT_WIDTH}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
    )
    yield from rows
    yield "</w:tbl>"


def _row(cells: Iterable[Piece], lines: float = 1, *, head: bool = False) -> Iterator[Piece]:
    mark = "<w:tblHeader/>" if head else ""
    height = round(lines * LEADING)
    yield (
        f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{height}" w:hRule="atLeast"/>{mark}'
        "</w:trPr>"
    )
    yield from cells
    yield "</w:tr>"


def _cell(
    width: int, content: Iterable[Piece], style: str, *, span: int = 1, top: bool = False
) -> Iterator[Piece]:
    spanned = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    align = "top" if top else "center"
    yield (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{spanned}<w:vAlign w:val="{align}"/>'
        f'</w:tcPr><w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>'
    )
    yield from content
    yield "</w:p></w:tc>"


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""


def _label(width: int, text: str) -> Iterator[Piece]:
    return _cell(width, [_run(text)], "FormLabel")


def _rows(form: FormSheet, block: Rows) -> Iterator[Piece]:
    def rows() -> Iterator[Piece]:
        for blanks in block.rows:
            alone = len(blanks) == 1
            cells: list[Piece] = []
            for blank in blanks:
                width = TEXT_WIDTH - _LABEL if alone else _FIELD
                cells += _label(_LABEL, blank.label)
                cells += _cell(
                    width, _control(form, blank), "FormText",
                    span=3 if alone else 1, top=blank.lines > 1,
                )  # fmt: skip
            yield from _row(cells, max(b.lines for b in blanks))

    return _table((_LABEL, _FIELD, _LABEL, _FIELD), rows())


def _widths(columns: tuple[Column, ...]) -> list[int]:
    """The columns' widths; what rounding leaves over goes to the last."""
    widths = [TEXT_WIDTH * c.share // 100 for c in columns]
    widths[-1] += TEXT_WIDTH - sum(widths)
    return widths


def _head(columns: tuple[Column, ...]) -> Iterator[Piece]:
    cells: list[Piece] = []
    for column, width in zip(columns, _widths(columns), strict=True):
        cells += _label(width, "做到" if column.title == "□" else column.title)
    return _row(cells, head=True)


def _roster(block: Roster) -> Iterator[Piece]:
    widths = _widths(block.columns)

    def rows() -> Iterator[Piece]:
        yield from _head(block.columns)
        for number in range(1, block.count + 1):
            first = [_run(str(number))] if block.numbered else []
            cells = [*_cell(widths[0], first, "FormCentre")]
            for width in widths[1:]:
                cells += _cell(width, [], "FormText")
            yield from _row(cells, block.lines)

    return _table(widths, rows())


def _grid(form: FormSheet, block: Grid) -> Iterator[Piece]:
    widths = _widths(block.columns)

    def rows() -> Iterator[Piece]:
        yield from _head(block.columns)
        for number, name in enumerate(block.rows, 1):
            cells = [*_label(widths[0], name)]
            for column, width in zip(block.columns[1:], widths[1:], strict=True):
                key = f"{block.key}-{number}-{block.columns.index(column)}"
                blank = Blank(key, f"{name}：{column.title}", Entry.TEXT)
                cells += _cell(width, _control(form, blank), "FormSmall", top=True)
            yield from _row(cells, block.lines)

    return _table(widths, rows())


def _guided(block: Guided) -> Iterator[Piece]:
    widths = _widths(block.columns)

    def row() -> Iterator[Piece]:
        cells: list[Piece] = []
        for number, (column, width) in enumerate(zip(block.columns, widths, strict=True)):
            if column.title == "□":
                cells += _cell(width, [_TICK], "FormCentre")
            elif number < block.given:
                slot = Slot(f"c{number}", "", '<w:r><w:t xml:space="preserve">', "</w:t></w:r>")
                cells += _cell(width, [slot], "FormSmall")
            else:
                cells += _cell(width, [], "FormText")
        return _row(cells)

    empty: list[Piece] = [p for _ in range(8) for p in row()]
    blank_rows = "".join(p if isinstance(p, str) else "" for p in empty)
    rows = Repeat(block.slot, joined(row()), blank_rows)
    return _table(widths, [*_head(block.columns), rows])


_TICK: Final = (
    '<w:sdt><w:sdtPr><w:alias w:val="做到"/><w14:checkbox><w14:checked w14:val="0"/>'
    '<w14:checkedState w14:val="2611" w14:font="Segoe UI Symbol"/>'
    '<w14:uncheckedState w14:val="25A1" w14:font="宋体"/></w14:checkbox></w:sdtPr>'
    '<w:sdtContent><w:r><w:rPr><w:rFonts w:ascii="宋体" w:hAnsi="宋体" w:eastAsia="宋体"/></w:rPr>'
    "<w:t>□</w:t></w:r></w:sdtContent></w:sdt>"
)


def _control(form: FormSheet, blank: Blank) -> list[Piece]:
    """A content control in a line of text; a prefilled one starts with the branch's own words."""
    shown = _ROOM + f"</w:t></w:r>{_CONTROL_END}"
    empty = _control_start(form, blank, prompting=True) + f"{_PROMPT_RUN}{shown}"
    if not blank.prefill:
        return [empty]
    before = _control_start(form, blank, prompting=False) + '<w:r><w:t xml:space="preserve">'
    return [Slot(blank.prefill, empty, before, f"</w:t></w:r>{_CONTROL_END}")]


_CONTROL_END: Final = "</w:sdtContent></w:sdt>"
_PROMPT_RUN: Final = (
    '<w:r><w:rPr><w:rStyle w:val="PlaceholderText"/></w:rPr><w:t xml:space="preserve">'
)


def _control_start(form: FormSheet, blank: Blank, *, prompting: bool) -> str:
    number = zlib.crc32(f"{form.id}.{blank.key}".encode()) & 0x7FFFFFFF
    prompt = "<w:showingPlcHdr/>" if prompting else ""
    return (
        f'<w:sdt><w:sdtPr><w:alias w:val="{escape(blank.label)}"/><w:tag w:val="{blank.key}"/>'
        f'<w:id w:val="{number}"/>{prompt}{_kind(blank)}</w:sdtPr><w:sdtContent>'
    )


def _kind(blank: Blank) -> str:
    match blank.entry:
        case Entry.LINE:
            return "<w:text/>"
        case Entry.TEXT:
            return '<w:text w:multiLine="1"/>'
        case Entry.DATE:
            return (
                '<w:date><w:dateFormat w:val="yyyy年M月d日"/><w:lid w:val="zh-CN"/>'
                '<w:storeMappedDataAs w:val="dateTime"/><w:calendar w:val="gregorian"/></w:date>'
            )
        case Entry.CHOICE:
            items = "".join(
                f'<w:listItem w:displayText="{escape(c)}" w:value="{escape(c)}"/>'
                for c in blank.choices
            )
            return f"<w:dropDownList>{items}</w:dropDownList>"


def _writing(form: FormSheet, blank: Blank) -> Iterator[Piece]:
    """A heading and a control that takes whole paragraphs, with room for as many lines."""
    yield _paragraph(blank.label, "Heading1")
    number = zlib.crc32(f"{form.id}.{blank.key}".encode()) & 0x7FFFFFFF
    yield (
        f'<w:sdt><w:sdtPr><w:alias w:val="{escape(blank.label)}"/><w:tag w:val="{blank.key}"/>'
        f'<w:id w:val="{number}"/><w:showingPlcHdr/></w:sdtPr><w:sdtContent>'
    )
    yield f"<w:p>{_PROMPT_RUN}{_ROOM}</w:t></w:r></w:p>" + "<w:p/>" * (blank.lines - 1)
    yield _CONTROL_END


def _signatures(labels: tuple[str, ...]) -> str:
    """Labels with a line to sign on, and room for the date at the right edge."""
    share = (TEXT_WIDTH - 2000) // len(labels)
    stops = "".join(
        f'<w:tab w:val="left" w:leader="underscore" w:pos="{share * n - 200}"/>'
        f'<w:tab w:val="left" w:pos="{share * n}"/>'
        for n in range(1, len(labels) + 1)
    )
    stops += f'<w:tab w:val="right" w:pos="{TEXT_WIDTH}"/>'
    runs = "".join(f"<w:t>{escape(label)}：</w:t><w:tab/><w:tab/>" for label in labels)
    return (
        f'<w:p><w:pPr><w:pStyle w:val="FormSign"/><w:tabs>{stops}</w:tabs></w:pPr>'
        f"<w:r>{runs}<w:tab/><w:t>年　　月　　日</w:t></w:r></w:p>"
    )
