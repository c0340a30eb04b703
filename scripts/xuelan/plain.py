"""Plainly written texts read without the parser, which takes several times as long.

A text is plain when every block is a paragraph on one line, a heading, a flat list, a quotation
of one line or a simple table, and holds nothing but words, ``**strong**``, citations and links to
files. On such texts all Markdown parsers agree: ``tests/build/test_plain.py`` compares what is made
of them with what Python-Markdown makes. Of anything else :func:`read` makes nothing, and the parser
reads it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

_SIGNS: Final = "一-鿿㐀-䶿、-〿！-～\u2010-\u2027\u2030-\u205e·×°A-Za-z0-9,.:;?/%()+=\"'\\-"
_PHRASE: Final = rf"(?! )[{_SIGNS} ]++(?<! )"
"""Words without spaces at their ends."""


def _marks(group: str) -> str:
    """The pattern of strong words, citations and links, their parts in groups begun so."""
    return (
        rf"\*\*{group}{_PHRASE})\*\*(?!\*)"
        rf"|\[@{group}[A-Za-z0-9-]+(?:; @[A-Za-z0-9-]+)*)\]"
        rf"|\[{group}{_PHRASE})\]\({group}[A-Za-z0-9/.-]+)\)"
    )


_PIECE: Final = rf"([{_SIGNS} ]+)|{_marks('(')}"
_LINE: Final = rf"(?! )(?:[{_SIGNS}]++| ++(?![|\n]|\Z)|{_marks('(?:')})++"
"""A line, or a table's cell, without spaces at its ends."""
_BEGINS_OTHERWISE: Final = r"[ =+-]|\*(?!\*)|[0-9]+[.)]|\[[^\[\]]*\]:"
"""Beginnings of a line that could make it something else than a paragraph."""
_LINES: Final = (
    rf"(?:(?:(?:#{{2,6}} |(?:> |- |[0-9]+\. )?+(?!{_BEGINS_OTHERWISE})){_LINE}"
    rf"|\|(?: {_LINE} \|)++)?+\n)*+"
)
"""Lines that may be part of a plain text, empty ones among them; :func:`_block` looks at what they
make together. (Preparing the pattern takes time for each set of signs, so they are in it seldom.)
"""
_NUMBER: Final = re.compile(r"[0-9]+\. ")
_DELIMITERS: Final = re.compile(r"\| ---(?: \| ---)+ \|")
_compiled: Final = cache(re.compile)
"""Compiles when first used: that takes time, and most commands read no text."""


class Block(NamedTuple):
    """A block: its tag, and its lines without the marks they begin with.

    Those of a table are its rows, the head first and the line below it left out.
    """

    tag: str
    lines: list[str]


Piece = tuple[str, str, str, str, str]
"""A part of a line: words, or strong words, or cited ids, or a link's text and its target."""


def read(body: str) -> list[Block] | None:
    """The blocks of a plain text; ``None`` when the text is not plain."""
    if not _compiled(_LINES).fullmatch(body + "\n"):
        return None
    made: list[Block] = []
    previous = ""
    for text in filter(None, (part.strip("\n") for part in body.split("\n\n"))):
        block = _block(text)
        if block is None or block.tag == previous == "blockquote":
            return None
        if block.tag in {"ul", "ol"} and previous in {"ul", "ol"}:
            return None
        made.append(block)
        previous = block.tag
    return made or None


def _block(text: str) -> Block | None:
    """The block that lines without an empty one between them make; ``None`` if they make none."""
    if text.startswith(("- ", "1. ")):
        return _list(text.split("\n"))
    if text.startswith("|"):
        return _table(text.split("\n"))
    if "\n" in text or _NUMBER.match(text):
        return None
    if text.startswith("#"):
        marks, _, words = text.partition(" ")
        return Block(f"h{len(marks)}", [words])
    quoted = text.startswith("> ")
    return Block("blockquote", [text[2:]]) if quoted else Block("p", [text])


def _list(items: list[str]) -> Block | None:
    if items[0].startswith("- "):
        alike = all(item.startswith("- ") for item in items)
        return Block("ul", [item[2:] for item in items]) if alike else None
    numbered = [item.partition(". ") for item in items]
    counted = all(number == str(n) for n, (number, _, _) in enumerate(numbered, 1))
    return Block("ol", [words for _, _, words in numbered]) if counted else None


def _table(lines: list[str]) -> Block | None:
    if len(lines) < 3 or not _DELIMITERS.fullmatch(lines[1]):
        return None
    width = lines[1].count("|")
    even = all(line.startswith("|") and line.count("|") == width for line in lines)
    return Block("table", [lines[0], *lines[2:]]) if even else None


def cells(row: str) -> list[str]:
    """The cells of a table's row."""
    return row[2:-2].split(" | ")


def pieces(line: str) -> list[Piece]:
    """What a line, or a cell, of a plain text is made of."""
    return _compiled(_PIECE).findall(line)
