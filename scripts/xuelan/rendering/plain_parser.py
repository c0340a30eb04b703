r"""Parses plainly written Markdown in a tenth of the time that Python-Markdown takes.

A text is plain if every block is a paragraph on one line, a heading of level 2 to 6, a flat list, a
quotation of one line or a simple table, and if its lines hold only words, ``**strong words**``,
citations and links to files. Words may hold any printable character that Python-Markdown does not
read as markup at that place. For any other text :func:`parse` returns ``None``, and Python-Markdown
reads it.

``tests/rendering/test_plain.py`` compares both readers on random texts, byte for byte. What the
patterns below rely on in Python-Markdown 3:

- ``_`` is literal between letters and digits: emphasis with it is "smart".
- ``&`` is escaped unless it begins what looks like an entity (``&amp;``, ``&#8226;``).
- ``<`` is literal unless a ``>`` follows, which could end an automatic link.
- ``\d`` of a numbered list is any decimal digit of Unicode: ``１. 甲`` is a list.
- Its patterns use ``\s`` and it strips with ``str.strip``, so any Unicode space at the end of a
  line, a cell or a mark would matter. Two spaces are allowed at all: U+0020 and U+3000.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

# Negated sets of ASCII signs compile in 1 ms and match any other character in one look-up; a set
# that names the Chinese characters takes 6 ms.
_MARKUP: Final = r"\n\\*`\[\]|_&<!"
_LITERAL: Final = r"(?<=[^\W_])_++(?=[^\W_])|&(?![\w#]*+;)|<(?![^<>\n]*+>)|!(?!\[)"
"""Signs of markup at places where Python-Markdown reads them as words."""
_PHRASE: Final = rf"(?! )(?>(?:[^{_MARKUP}]++|{_LITERAL})+)(?<! )"
"""Words without spaces at their ends."""
_MARKS: Final = (
    rf"\*\*{_PHRASE}\*\*(?!\*)"
    r"|\[@[A-Za-z0-9-]+(?:; @[A-Za-z0-9-]+)*\]"
    rf"|\[(?!@){_PHRASE}\]\([\w/.#-]+\)"
)
"""Strong words, citations and links."""
# Groups are repeated in (?>...): Python before 3.11.5 matches (?:...)++ wrongly (gh-106052).
_LINE: Final = rf"(?! )(?>(?:[^{_MARKUP} ]++| ++(?![|\n])|{_MARKS}|{_LITERAL})+)"
"""A line, or a table's cell, without spaces at its ends."""
_BEGINS_OTHERWISE: Final = r"[ #>]|[+-] |-[- ]*+\n|\d+\. |\[[^\[\]\n]*+\]:|~~~"
"""Beginnings that make a line something else than a paragraph."""
_LINES: Final = (
    rf"(?>(?:(?>(?:(?:#{{2,6}} |(?>(?:> |- |[0-9]+\. )?)(?!{_BEGINS_OTHERWISE})){_LINE}"
    rf"|\|(?>(?: {_LINE} \|)+))?)\n)*)"
)
"""Lines that may be part of a plain text, empty ones among them.

:func:`_block` looks at what neighbouring lines make together, so that the sets stand in the pattern
only six times.
"""
_WIDE_SPACE: Final = "\u3000"
_WIDE_SPACE_AT_AN_END: Final = rf"(?:\A|[\n *|\[]){_WIDE_SPACE}|{_WIDE_SPACE}(?:[\n *|\]]|\Z)"
_DELIMITERS: Final = r"\| ---(?: \| ---)+ \|"
_compiled: Final = cache(re.compile)
"""Compiles when first used: most commands parse no text."""


PlainBlock = tuple[str, list[str]]
"""A tag, and the block's lines without the marks they begin with.

``"- 甲\n- 乙"`` is ``("ul", ["甲", "乙"])``. The lines of a table are its rows, the head first and
the delimiter row left out.
"""


def parse(body: str) -> list[PlainBlock] | None:
    """The blocks of a plain text; ``None`` if the text is not plain."""
    if not _has_printable_signs_only(body) or not _compiled(_LINES).fullmatch(body + "\n"):
        return None
    blocks: list[PlainBlock] = []
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
        blocks.append(block)
        previous = block[0]
    return blocks or None


def _has_printable_signs_only(body: str) -> bool:
    """True if no other space than U+0020 and U+3000 is in ``body``, and U+3000 only inside lines.

    ``str.isprintable`` reads 1,500 characters in a microsecond, a pattern in ten.
    """
    text = body.replace("\n", "")
    if _WIDE_SPACE in text:
        if _compiled(_WIDE_SPACE_AT_AN_END).search(body):
            return False
        text = text.replace(_WIDE_SPACE, "")
    return text.isprintable()


_LISTS: Final = frozenset({"ul", "ol"})
_BEGINNINGS: Final = frozenset("-|#>0123456789")
"""What all but paragraphs begin with."""


def _block(text: str) -> PlainBlock | None:
    """The block that lines without an empty one between them make; ``None`` if they make none."""
    if text[0] not in _BEGINNINGS:
        return None if "\n" in text else ("p", [text])
    if text.startswith(("- ", "1. ")):
        return _list(text.split("\n"))
    if text.startswith("|"):
        return _table(text.split("\n"))
    if "\n" in text or _compiled(r"[0-9]+\. ").match(text):
        return None
    if text.startswith("#"):
        marks, _, words = text.partition(" ")
        return None if words.endswith("#") else (f"h{len(marks)}", [words])
    return ("blockquote", [text[2:]]) if text.startswith("> ") else ("p", [text])


def _list(items: list[str]) -> PlainBlock | None:
    if items[0].startswith("- "):
        alike = all(item.startswith("- ") for item in items)
        return ("ul", [item[2:] for item in items]) if alike else None
    numbered = [item.partition(". ") for item in items]
    counted = all(number == str(n) and dot for n, (number, dot, _) in enumerate(numbered, 1))
    return ("ol", [words for _, _, words in numbered]) if counted else None


def _table(lines: list[str]) -> PlainBlock | None:
    if len(lines) < 3 or not _compiled(_DELIMITERS).fullmatch(lines[1]):
        return None
    width = lines[1].count("|")
    even = all(line.startswith("|") and line.count("|") == width for line in lines)
    return ("table", [lines[0], *lines[2:]]) if even else None


def cells(row: str) -> list[str]:
    """The cells of a table's row: ``"| 甲 | 乙 |"`` gives ``["甲", "乙"]``."""
    return row[2:-2].split(" | ")
