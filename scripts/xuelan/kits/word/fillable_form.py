"""Forms as Word documents to fill in, with a content control for every field.

Page and type follow GB/T 9704-2012: A4, margins of 37/35/28/26 mm (text area 156 × 225 mm), body
in 仿宋 16 pt, titles in 小标宋 22 pt. The page number is “— 1 —” in 14 pt, 7 mm below the text,
at the right of odd pages and the left of even ones. The standard gives no line pitch; 28.95 pt is
the largest with 22 lines on 225 mm. Faces are named, not embedded, each with a face of Windows as
its substitute.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

from markupsafe import Markup

from xuelan.kits.form_sheet import Blank, FieldKind, FormColumn, FormSheet, Grid
from xuelan.kits.ooxml import OfficeTemplate, Piece, Repeat, Slot
from xuelan.kits.templating import render_xml
from xuelan.kits.word.opc import TEXT_WIDTH, word_parts

LEADING: Final = 579
"""28.95 pt in twentieths of a point: 22 lines on a page."""
BLANK_ROWS: Final = 8
"""Empty rows of a table for a guide's rows, in a form without a guide."""
_LABEL: Final = 1644
_FIELD: Final = TEXT_WIDTH // 2 - _LABEL

_VALUE: Final = Markup("\ue000")
"""Stands for the text of a slot during rendering."""
_HOLE: Final = re.compile("\ue001([0-9]+)\ue001")
"""Stands for a slot or a repeated part during rendering, by its number."""


@cache
def form_template(form: FormSheet, created: str) -> OfficeTemplate:
    """``form`` as a Word file with slots; ``created`` (ISO date) is its date.

    The slots are the values named in :mod:`xuelan.kits.form_sheet`, ``subtitle``, and the rows of a
    guide with the cells ``c0``, ``c1`` …
    """
    holes = _Holes()
    document = render_xml(
        "word/form.xml",
        form=form,
        text_width=TEXT_WIDTH,
        label_width=_LABEL,
        field_width=_FIELD,
        blank_rows=BLANK_ROWS,
        value=_VALUE,
        height=lambda lines: round(lines * LEADING),
        sized=_size,
        type_of=lambda block: type(block).__name__,
        grid_blank=_grid_blank,
        control_id=partial(_control_id, form),
        slot=holes.slot,
        repeat=holes.repeat,
    )
    return OfficeTemplate(word_parts(form.title, created, holes.pieces(document)))


class _Holes:
    """The slots and repeated parts of a template, numbered in the order of rendering."""

    def __init__(self) -> None:
        self._found: list[Slot | Repeat] = []

    def slot(self, name: str, empty: str, filled: str) -> Markup:
        """Add a slot: its XML without a text, and its XML with :data:`_VALUE` for the text."""
        before, _, after = filled.partition(_VALUE)
        return self._mark(Slot(name, str(empty), str(before), str(after)))

    def repeat(self, name: str, row: str, empty: str) -> Markup:
        """Add a repeated part: its XML for one row, and its XML if there is no row."""
        return self._mark(Repeat(name, self.pieces(row), str(empty)))

    def _mark(self, hole: Slot | Repeat) -> Markup:
        self._found.append(hole)
        return Markup(f"\ue001{len(self._found) - 1}\ue001")  # noqa: S704 - a number

    def pieces(self, xml: str) -> tuple[Piece, ...]:
        """Rendered XML as pieces: ``a⟨0⟩b`` gives ``a``, the first slot or part, ``b``."""
        parts = _HOLE.split(str(xml))
        holes = (self._found[int(p)] if n % 2 else p for n, p in enumerate(parts))
        return tuple(p for p in holes if p)


@dataclass(frozen=True, slots=True)
class _SizedColumn:
    """A column with its width in twentieths of a point."""

    title: str
    width: int


def _size(columns: tuple[FormColumn, ...]) -> list[_SizedColumn]:
    """The columns with their widths; the last one gets the remainder of rounding."""
    widths = [TEXT_WIDTH * c.share // 100 for c in columns]
    widths[-1] += TEXT_WIDTH - sum(widths)
    return [_SizedColumn(c.title, w) for c, w in zip(columns, widths, strict=True)]


def _grid_blank(block: Grid, row: int, name: str, column: int, title: str) -> Blank:
    """The field of a grid in the row ``name`` and the column ``title``."""
    return Blank(f"{block.key}-{row}-{column}", f"{name}：{title}", FieldKind.TEXT)


def _control_id(form: FormSheet, blank: Blank) -> int:
    """The id of a content control, unique in its form: Word wants a positive 31-bit number."""
    return zlib.crc32(f"{form.id}.{blank.key}".encode()) & 0x7FFFFFFF
