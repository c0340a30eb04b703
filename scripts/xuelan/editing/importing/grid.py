"""Tables with merged cells and tables in tables, made into rows of equal length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xuelan.editing.importing.blocks import (
    AnyBlock,
    CodeBlock,
    Ledger,
    TableBlock,
    TextBlock,
    bare,
    tidy_blanks,
)

MOST_COLUMNS = 60


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: what stands in it, its width in columns, and whether it continues that above it."""

    blocks: list[AnyBlock]
    width: int = 1
    goes_on: bool = False


def flatten_table(rows: list[list[Cell]], ledger: Ledger) -> Iterator[AnyBlock]:
    """Yield a table as blocks: lines above it, and the table or, if it has one column, its text."""
    rows = [row for row in rows if any(_words(cell) or _pictures(cell) for cell in row)]
    if not rows:
        return
    width = min(max(sum(max(c.width, 1) for c in row) for row in rows), MOST_COLUMNS)
    while width > 1 and len(rows) > 1 and len([c for c in rows[0] if _words(c)]) == 1:
        if rows[0][0].width < width:  # a line over the whole table is its title
            break
        yield from rows.pop(0)[0].blocks
    if width == 1 or len(rows) == 1:
        for row in rows:
            for cell in row:
                yield from cell.blocks
        return
    yield from _as_table(rows, width, ledger)


def _as_table(rows: list[list[Cell]], width: int, ledger: Ledger) -> Iterator[AnyBlock]:
    flat = []
    merged = nested = False
    for row in rows:
        cells: list[str] = []
        for cell in row:
            merged = merged or cell.goes_on or cell.width > 1
            nested = nested or any(isinstance(b, TableBlock) for b in cell.blocks)
            cells += [_words(cell), *[""] * (max(cell.width, 1) - 1)]
        if len(cells) > width:
            cells = [*cells[: width - 1], tidy_blanks(" ".join(cells[width - 1 :]))]
        flat.append((*cells, *[""] * (width - len(cells))))
    if merged:
        ledger.tell("表格里有合并的格子：文字放在第一格，其余留空，请对照原件。")
    if nested:
        ledger.tell("表格里套着表格：里面的文字合在外面的一格里，请对照原件。")
    yield TableBlock(tuple(flat))
    for row in rows:
        for cell in row:
            for block in cell.blocks:
                if isinstance(block, TextBlock) and any(s.image for s in block.spans):
                    ledger.tell("表格里有图片，移到了表格下面。")
                    yield TextBlock(tuple(s for s in block.spans if s.image))


def _words(cell: Cell) -> str:
    """The text of a cell in one line."""
    parts: list[str] = []
    for block in cell.blocks:
        if isinstance(block, TextBlock | CodeBlock):
            parts.append(block.text)
        else:
            parts += [word for row in block.rows for word in row]
    return tidy_blanks(" ".join(part for part in parts if bare(part)))


def _pictures(cell: Cell) -> bool:
    return any(isinstance(b, TextBlock) and any(s.image for s in b.spans) for b in cell.blocks)
