"""Anchors of headings, made of their words, so that a link to a clause outlives its moving.

Chinese is kept, punctuation and spaces are left out. A second heading of the same text gets ``-2``.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from xuelan.text import prose

_DROPPED: Final = re.compile(r"[^\w-]+|_")
_MARKUP: Final = re.compile(
    r"(?P<mark>`+)(?!`)(?P<code>.*?)(?<!`)(?P=mark)(?!`)|!?\[(?P<text>[^\]]*)\]\([^)]*\)|\[@[^\]]*\]"
)


def slug(text: str) -> str:
    """The anchor for a heading's plain text; ``"s"`` if nothing usable is left.

    One of ASCII only begins with ``s-``, because pages use such names themselves: ``p1`` is a
    paragraph.
    """
    normal = unicodedata.normalize("NFKC", text).casefold()
    name = _DROPPED.sub("", normal).strip("-")
    return f"s-{name}".rstrip("-") if name.isascii() else name


class Anchors:
    """The anchors of one page, each given out once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def unique(self, wanted: str) -> str:
        """``wanted``, or ``wanted-2``, ``wanted-3`` … if it is taken."""
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}-{number}"
        self._taken.add(name)
        return name


def _words(markup: re.Match[str]) -> str:
    """The words that a piece of markup shows; in code ``&amp;`` shows as it is written."""
    return (markup["code"] or "").replace("&", "&amp;") or markup["text"] or ""


def heading_ids(body: str, lines: list[str] | None = None) -> frozenset[str]:
    """The heading anchors that a Markdown text will have on its page, found without rendering it.

    ``lines`` are those of :func:`xuelan.text.prose.lines`, if the caller has them.
    """
    anchors = Anchors()
    found = []
    lines = prose.lines(body) if lines is None else lines
    for heading in prose.headings(lines):
        line = lines[heading.line - 1]
        text = (body.split("\n")[heading.line - 1] if "`" in line else line).lstrip(" #")
        found.append(anchors.unique(slug(words_of(text))))
    return frozenset(found)


def words_of(heading: str) -> str:
    """The words that a heading shows: without its markup, entities as what they stand for."""
    return prose.unescape(_MARKUP.sub(_words, heading))
