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
from typing import Final

_SIGNS: Final = "一-鿿㐀-䶿、-〿！-～\u2010-\u2027\u2030-\u205e·×°A-Za-z0-9,.:;?/%()+=\"'\\-"
_PHRASE: Final = rf"(?! )[{_SIGNS} ]++(?<! )"
"""Words without spaces at their ends."""


_MARKS: Final = (
    rf"\*\*{_PHRASE}\*\*(?!\*)"
    r"|\[@[A-Za-z0-9-]+(?:; @[A-Za-z0-9-]+)*\]"
    rf"|\[{_PHRASE}\]\([A-Za-z0-9/.-]+\)"
)
"""Strong words, citations and links."""
# Groups are repeated in (?>...): Python before 3.11.5 matches (?:...)++ wrongly (gh-106052).
_LINE: Final = rf"(?! )(?>(?:[{_SIGNS}]++| ++(?![|\n]|\Z)|{_MARKS})+)"
"""A line, or a table's cell, without spaces at its ends."""
_BEGINS_OTHERWISE: Final = r"[ =+-]|\*(?!\*)|[0-9]+[.)]|\[[^\[\]]*\]:"
"""Beginnings of a line that could make it something else than a paragraph."""
_LINES: Final = (
    rf"(?>(?:(?>(?:(?:#{{2,6}} |(?>(?:> |- |[0-9]+\. )?)(?!{_BEGINS_OTHERWISE})){_LINE}"
    rf"|\|(?>(?: {_LINE} \|)+))?)\n)*)"
)
"""Lines that may be part of a plain text, empty ones among them; :func:`_block` looks at what they
make together. (Preparing the pattern takes time for each set of signs, so they are in it seldom.)
"""
_NUMBER: Final = re.compile(r"[0-9]+\. ")
_DELIMITERS: Final = re.compile(r"\| ---(?: \| ---)+ \|")
_compiled: Final = cache(re.compile)
"""Compiles when first used: that takes time, and most commands read no text."""


Block = tuple[str, list[str]]
"""A tag, and the block's lines without the marks they begin with.

Those of a table are its rows, the head first and the line below it left out.
"""


def read(body: str) -> list[Block] | None:
    """The blocks of a plain text; ``None`` when the text is not plain."""
    if not _compiled(_LINES).fullmatch(body + "\n"):
        return None
    made: list[Block] = []
    previous = ""
    for part in body.split("\n\n"):
        text = part.strip("\n")
        if not text:
            continue
        block = _block(text)
        if block is None or block[0] == previous == "blockquote":
            return None
        if block[0] in _LISTS and previous in _LISTS:
            return None
        made.append(block)
        previous = block[0]
    return made or None


_LISTS: Final = frozenset({"ul", "ol"})
_BEGINNINGS: Final = frozenset("-|#>0123456789")
"""What all but paragraphs begin with."""


def _block(text: str) -> Block | None:
    """The block that lines without an empty one between them make; ``None`` if they make none."""
    if text[0] not in _BEGINNINGS:
        return None if "\n" in text else ("p", [text])
    if text.startswith(("- ", "1. ")):
        return _list(text.split("\n"))
    if text.startswith("|"):
        return _table(text.split("\n"))
    if "\n" in text or _NUMBER.match(text):
        return None
    if text.startswith("#"):
        marks, _, words = text.partition(" ")
        return f"h{len(marks)}", [words]
    return ("blockquote", [text[2:]]) if text.startswith("> ") else ("p", [text])


def _list(items: list[str]) -> Block | None:
    if items[0].startswith("- "):
        alike = all(item.startswith("- ") for item in items)
        return ("ul", [item[2:] for item in items]) if alike else None
    numbered = [item.partition(". ") for item in items]
    counted = all(number == str(n) for n, (number, _, _) in enumerate(numbered, 1))
    return ("ol", [words for _, _, words in numbered]) if counted else None


def _table(lines: list[str]) -> Block | None:
    if len(lines) < 3 or not _DELIMITERS.fullmatch(lines[1]):
        return None
    width = lines[1].count("|")
    even = all(line.startswith("|") and line.count("|") == width for line in lines)
    return ("table", [lines[0], *lines[2:]]) if even else None


def cells(row: str) -> list[str]:
    """The cells of a table's row."""
    return row[2:-2].split(" | ")
