"""What a form is made of: fields, tables, lists, room to write and to sign."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class FieldKind(Enum):
    """What is written into a field."""

    LINE = "line"
    TEXT = "text"
    DATE = "date"
    CHOICE = "choice"


BRANCH, MEETING, DATE, TIME, PLACE, HOST, READINGS, AGENDA, CHECKS = (
    "branch", "meeting", "date", "time", "place", "host", "readings", "agenda", "checks",
)  # fmt: skip
"""What a machine may fill in: the branch's own particulars, readings chosen, rows from a guide."""


@dataclass(frozen=True, slots=True)
class Blank:
    """A field to fill in: its name in the file, its label, and its height in lines of 28.95 pt.

    ``prefill`` names the particular that may stand here already; empty for most.
    """

    key: str
    label: str
    kind: FieldKind = FieldKind.LINE
    lines: int = 1
    choices: tuple[str, ...] = ()
    prefill: str = ""


@dataclass(frozen=True, slots=True)
class FieldTable:
    """A table of labels and fields, one or two fields to a row."""

    rows: tuple[tuple[Blank, ...], ...]


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column of a list: its head and its share of the page's width (in hundredths)."""

    title: str
    share: int


@dataclass(frozen=True, slots=True)
class Roster:
    """A list with ``count`` empty rows, the first column numbered when ``numbered``."""

    columns: tuple[FormColumn, ...]
    count: int
    numbered: bool = True
    lines: float = 1.0


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with named rows and an empty field under each column but the first."""

    key: str
    columns: tuple[FormColumn, ...]
    rows: tuple[str, ...]
    lines: float


@dataclass(frozen=True, slots=True)
class GuideTable:
    """A table whose rows come from a guide; columns beyond the guide's stay empty.

    ``slot`` names the rows, ``given`` counts the columns they fill. A column titled ``□`` has a
    box to tick in every row.
    """

    slot: str
    columns: tuple[FormColumn, ...]
    given: int


@dataclass(frozen=True, slots=True)
class Writing:
    """Room for a text of one's own, below a heading, about ``lines`` lines high."""

    blank: Blank


@dataclass(frozen=True, slots=True)
class Signatures:
    """A line to sign by hand."""

    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """A small line that says how to fill the form in."""

    text: str


Block = FieldTable | Roster | Grid | GuideTable | Writing | Signatures | Advice


@dataclass(frozen=True, slots=True)
class FormSheet:
    """One form. ``name`` is what a recipe asks for; ``id`` names it in addresses."""

    id: str
    name: str
    title: str
    summary: str
    blocks: tuple[Block, ...]
