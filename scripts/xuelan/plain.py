"""Plainly written texts read without the parser, which takes several times as long.

A text is plain when every block is a paragraph on one line, a heading, a flat list, a quotation
of one line or a simple table, and holds nothing but words, ``**strong**``, citations and links to
files. On such texts all Markdown parsers agree, and the tree is the one Python-Markdown makes:
``tests/build/test_plain.py`` compares the two. Of anything else :func:`tree` makes nothing, and the
parser reads it.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Callable
from typing import Final

_SIGNS: Final = "一-鿿㐀-䶿、-〿！-～\u2010-\u2027\u2030-\u205e·×°A-Za-z0-9,.:;?/%()+=\"'\\-"
_PHRASE: Final = rf"[{_SIGNS}](?:[{_SIGNS} ]*[{_SIGNS}])?"
_PIECE: Final = re.compile(
    rf"(?P<words>[{_SIGNS} ]+)"
    rf"|\*\*(?P<strong>{_PHRASE})\*\*(?!\*)"
    r"|\[@(?P<ids>[A-Za-z0-9-]+(?:; @[A-Za-z0-9-]+)*)\]"
    rf"|\[(?P<text>{_PHRASE})\]\((?P<target>[A-Za-z0-9/.-]+)\)"
)
_BEGINS_OTHERWISE: Final = re.compile(r"[ =+-]|\*(?!\*)|[0-9]+[.)]")
"""Beginnings of a line that could make it something else than a paragraph."""

_HEADING: Final = re.compile(r"(#{2,6}) (.+)")
_BLANK: Final = re.compile(r"\n{2,}")


class _NotPlainError(Exception):
    """The text holds something that only the parser reads."""


def tree(body: str, cite: Callable[[str], etree.Element]) -> etree.Element | None:
    """The tree of a plain text; ``None`` when the text is not plain.

    ``cite`` makes the element of a citation from what stands between ``[@`` and ``]``.
    """
    root = etree.Element("div")
    try:
        previous = ""
        for block in _BLANK.split(body.strip("\n")):
            element = _block(block, cite)
            if element.tag == previous == "blockquote" or {element.tag, previous} <= {"ul", "ol"}:
                return None
            previous = element.tag
            root.append(element)
    except _NotPlainError:
        return None
    return _spread(root)


def _block(block: str, cite: Callable[[str], etree.Element]) -> etree.Element:
    if heading := _HEADING.fullmatch(block):
        return _fill(etree.Element(f"h{len(heading[1])}"), heading[2], cite)
    lines = block.split("\n")
    if block.startswith("| "):
        return _table(lines, cite)
    if block.startswith("- "):
        return _list("ul", [_after(line, "- ") for line in lines], cite)
    if block.startswith("1. "):
        return _list("ol", [_after(line, f"{n}. ") for n, line in enumerate(lines, 1)], cite)
    if len(lines) > 1:
        raise _NotPlainError
    if block.startswith("> "):
        quotation = etree.Element("blockquote")
        quotation.append(_line("p", block[2:], cite))
        return _spread(quotation)
    return _line("p", block, cite)


def _after(line: str, mark: str) -> str:
    if not line.startswith(mark):
        raise _NotPlainError
    return line.removeprefix(mark)


def _list(tag: str, items: list[str], cite: Callable[[str], etree.Element]) -> etree.Element:
    made = etree.Element(tag)
    made.extend([_line("li", item, cite) for item in items])
    return _spread(made)


def _line(tag: str, text: str, cite: Callable[[str], etree.Element]) -> etree.Element:
    if _BEGINS_OTHERWISE.match(text):
        raise _NotPlainError
    return _fill(etree.Element(tag), text, cite)


def _table(lines: list[str], cite: Callable[[str], etree.Element]) -> etree.Element:
    rows = [_cells(line) for line in lines]
    width = len(rows[0])
    if len(rows) < 3 or width < 2 or any(len(row) != width for row in rows):
        raise _NotPlainError
    if rows[1] != ["---"] * width:
        raise _NotPlainError
    table = etree.Element("table")
    for part, cell, some in (("thead", "th", rows[:1]), ("tbody", "td", rows[2:])):
        group = etree.SubElement(table, part)
        for row in some:
            made = etree.SubElement(group, "tr")
            made.extend([_fill(etree.Element(cell), text, cite) for text in row])
            _spread(made)
        _spread(group)
    return _spread(table)


def _cells(line: str) -> list[str]:
    if not (line.startswith("| ") and line.endswith(" |")):
        raise _NotPlainError
    return line[2:-2].split(" | ")


def _spread(element: etree.Element) -> etree.Element:
    """Each child on a line of its own, as the parser prints blocks."""
    element.text = "\n"
    for child in element:
        child.tail = "\n"
    return element


def _fill(element: etree.Element, text: str, cite: Callable[[str], etree.Element]) -> etree.Element:
    """The words and marks of one line inside ``element``."""
    if not text or text != text.strip():
        raise _NotPlainError
    at, last = 0, None
    while at < len(text):
        piece = _PIECE.match(text, at)
        if piece is None:
            raise _NotPlainError
        at = piece.end()
        if words := piece["words"]:
            if last is None:
                element.text = words
            else:
                last.tail = words
            continue
        last = _marked(piece, cite)
        element.append(last)
    return element


def _marked(piece: re.Match[str], cite: Callable[[str], etree.Element]) -> etree.Element:
    if piece["ids"]:
        return cite(piece["ids"])
    if piece["strong"]:
        made = etree.Element("strong")
        made.text = piece["strong"]
    else:
        made = etree.Element("a", {"href": piece["target"]})
        made.text = piece["text"]
    return made
