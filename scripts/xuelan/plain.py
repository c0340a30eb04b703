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
_WORDS: Final = rf"(?!{_BEGINS_OTHERWISE}){_LINE}"
_ROW: Final = rf"\| {_LINE}(?: \| {_LINE})++ \|"
_BLOCKS: Final = (
    _WORDS,
    rf"#{{2,6}} {_LINE}",
    rf"> {_WORDS}",
    rf"- {_WORDS}(?:\n- {_WORDS})*+",
    rf"1\. {_WORDS}(?:\n[0-9]+\. {_WORDS})*+",
    rf"{_ROW}\n\| ---(?: \| ---)++ \|(?:\n{_ROW})++",
)
_PLAIN: Final = rf"\n*+(?:(?>{'|'.join(_BLOCKS)})\n*+(?:(?<=\n\n)|\Z))++"
_compiled: Final = cache(re.compile)
"""Compiles when first used: that takes a tenth of a second, and most commands read no text."""


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
    if not _compiled(_PLAIN).fullmatch(body):
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
    return made


def _block(text: str) -> Block | None:
    if text.startswith("#"):
        marks, _, words = text.partition(" ")
        return Block(f"h{len(marks)}", [words])
    if text.startswith("> "):
        return Block("blockquote", [text[2:]])
    if text.startswith("- "):
        return Block("ul", [line[2:] for line in text.split("\n")])
    if text.startswith("1. "):
        items = [line.split(". ", 1) for line in text.split("\n")]
        counted = all(number == str(n) for n, (number, _) in enumerate(items, 1))
        return Block("ol", [words for _, words in items]) if counted else None
    if text.startswith("|"):
        head, marks, *rows = text.split("\n")
        width = head.count("|")
        even = all(line.count("|") == width for line in (marks, *rows))
        return Block("table", [head, *rows]) if even else None
    return Block("p", [text])


def cells(row: str) -> list[str]:
    """The cells of a table's row."""
    return row[2:-2].split(" | ")


def pieces(line: str) -> list[Piece]:
    """What a line, or a cell, of a plain text is made of."""
    return _compiled(_PIECE).findall(line)
