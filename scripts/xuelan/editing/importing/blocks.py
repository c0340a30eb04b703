"""What every reader of a file gives and the writer of Markdown takes: a text as a list of blocks.

Readers know one format each and nothing of Markdown; the writer knows Markdown and no format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

BULLET, NUMBER = "bullet", "number"
"""The two kinds of list items."""

NOTES: Final = "注释"
"""The heading above the notes, for which Markdown as we write it has no other place."""

BLANKS: Final = re.compile(
    r"[\s\u00a0\u2000-\u200a\u202f\u205f\u3000\u00ad\u200b-\u200f\u2060\ufeff]+"
)
"""Blanks of every width, and characters without any."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a paragraph in one dress; ``image`` is the key of a picture in its place."""

    text: str
    bold: bool = False
    italic: bool = False
    image: str = ""


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph, heading or list item, as the file has it.

    ``level`` is that of a heading by the file's own styles, 1 to 9, 0 for other paragraphs.
    ``label`` is the number that the program counts by itself, such as ``（一）``. ``listed`` is
    the kind of an item of a list at ``depth`` (from 0). ``size`` is in half points, 0 if unknown.
    """

    spans: tuple[Span, ...]
    level: int = 0
    label: str = ""
    listed: str = ""
    depth: int = 0
    align: str = ""
    size: int = 0
    is_title: bool = False
    is_quote: bool = False
    is_caption: bool = False

    @property
    def text(self) -> str:
        """The words of the paragraph, with the number that stands before them."""
        return tidy_blanks(self.label + "".join(s.text for s in self.spans))


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table whose rows all have the same number of cells."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Lines that stay as they are."""

    text: str


AnyBlock = TextBlock | TableBlock | CodeBlock


@dataclass(frozen=True, slots=True)
class SourceImage:
    """A picture as it stands in the file, with the words its author gave for it."""

    data: bytes
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that came along: its name and its bytes."""

    name: str
    data: bytes


@dataclass
class Ledger:
    """What a reader did with the characters of a file, and what a person has to know.

    ``added`` and ``removed`` are pairs of kind and text: together with the characters of the
    file they must give those of the Markdown (:mod:`xuelan.editing.importing.proof`). ``told``
    are sentences for the editor.
    """

    added: list[tuple[str, str]] = field(default_factory=list)
    removed: list[tuple[str, str]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def add(self, kind: str, text: str) -> None:
        """Note characters that the file's own text does not have."""
        self.added.append((kind, text))

    def remove(self, kind: str, text: str) -> None:
        """Note characters of the file that the Markdown does not have."""
        self.removed.append((kind, text))

    def tell(self, sentence: str) -> None:
        """Note a sentence for the editor, once."""
        if sentence not in self.told:
            self.told.append(sentence)


@dataclass
class SourceText:
    """All that a reader found in one file.

    ``counted`` are the characters by kind, counted apart from the reader. ``hints`` are fields of
    the front matter that the file states in so many words, such as a web page's date.
    ``markdown`` is the text itself, where it may stay as it is.
    """

    blocks: list[AnyBlock]
    ledger: Ledger
    counted: dict[str, str] = field(default_factory=dict)
    images: dict[str, SourceImage] = field(default_factory=dict)
    enclosures: list[Enclosure] = field(default_factory=list)
    hints: dict[str, str] = field(default_factory=dict)
    markdown: str = ""


def tidy_blanks(text: str) -> str:
    """``text`` with one blank for several, none at its ends.

    U+3000 between characters stays: authors set names apart with it.
    """
    if text.isprintable() and "  " not in text and text == text.strip() and "\u3000" not in text:
        return text
    return BLANKS.sub(lambda m: _blank(m[0]), text).strip(" \u3000")


def _blank(run: str) -> str:
    if not re.search(r"[\s\u00a0\u2000-\u200a\u202f\u205f\u3000]", run):
        return ""
    return "\u3000" if set(run) == {"\u3000"} else " "


def bare(text: str) -> str:
    """``text`` without blanks of any kind: what is counted as characters."""
    return BLANKS.sub("", text)


def plain(lines: Iterable[str]) -> list[AnyBlock]:
    """A paragraph for each line that has something in it."""
    return [TextBlock((Span(line.strip()),)) for line in lines if bare(line)]
