"""The elements that forms are declared with: fields, tables, lists, room to write and to sign."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class FieldKind(Enum):
    """The kind of text a field takes."""

    LINE = "line"
    TEXT = "text"
    DATE = "date"
    CHOICE = "choice"


BRANCH, MEETING, DATE, TIME, PLACE, HOST, READINGS, AGENDA, CHECKS = (
    "branch", "meeting", "date", "time", "place", "host", "readings", "agenda", "checks",
)  # fmt: skip
"""Values a program may fill in: particulars of the branch, chosen readings, rows from a guide."""


@dataclass(frozen=True, slots=True)
class Blank:
    """A field to fill in: ``key`` names it in the file, ``lines`` is its height (28.95 pt each).

    ``prefill`` names the value that a program may put here; most fields have none.
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
    """A column of a table: its head, and its share of the page's width in hundredths."""

    title: str
    share: int


@dataclass(frozen=True, slots=True)
class Roster:
    """A table with ``count`` empty rows, and their numbers in its first column if ``numbered``."""

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

    ``slot`` names the rows among the values of the form; they fill the first ``given`` columns. A
    column with the title ``□`` has a box to tick in every row.
    """

    slot: str
    columns: tuple[FormColumn, ...]
    given: int


@dataclass(frozen=True, slots=True)
class Writing:
    """A heading with empty lines below it, for a longer text."""

    blank: Blank


@dataclass(frozen=True, slots=True)
class Signatures:
    """A row of labels, each with a line to sign on by hand, and a place for the date."""

    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """A note in small type on how to fill in the form."""

    text: str


Block = FieldTable | Roster | Grid | GuideTable | Writing | Signatures | Advice


@dataclass(frozen=True, slots=True)
class FormSheet:
    """One form. Recipes ask for it by its ``name``, the browser by its ``id``."""

    id: str
    name: str
    title: str
    summary: str
    blocks: tuple[Block, ...]
