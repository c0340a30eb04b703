"""The content of a rendered text: what pages, search and kits are made from.

A column has a million of these values. msgspec structures are made, encoded and decoded in half the
time of dataclasses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from typing import Final
from urllib.parse import unquote

import msgspec

from xuelan.model.material import Media
from xuelan.text.file_names import published_name

HEADINGS: Final = ("h2", "h3", "h4", "h5", "h6")
READING_SPEED: Final = 400
"""Characters read silently in a minute: 300–500 are usual for adult readers of Chinese."""
SPEAKING_SPEED: Final = 220
"""Characters read aloud at a meeting in a minute; broadcasters speak about 300."""

_PICTURE: Final = re.compile(r'<img\b[^>]*? src="([^"]*)"')
_HEXAGRAM: Final = re.compile(r"[\u4dc0-\u4dff]")
_NOT_HAN: Final = bytes([*range(0x34), *range(0xA0, 0x100)])
"""First bytes in UTF-16 of all but Chinese characters (U+3400–4DBF, U+4E00–9FFF) and hexagrams."""
_LETTERS: Final = bytes(n if chr(n).isalnum() and n < 0x80 else 0x20 for n in range(0x100))
"""Translation table: keeps the letters and digits of ASCII, makes a space of all else."""


class Heading(msgspec.Struct, frozen=True, array_like=True):
    """A heading of the page: its anchor, its level (2–6) and its plain text."""

    anchor: str
    level: int
    text: str


class Block(msgspec.Struct, frozen=True, array_like=True):
    """The plain text of one paragraph, list item, quotation or table, for search and kits.

    ``section`` is the index of its heading in :attr:`Shown.headings`, -1 before the first.
    """

    anchor: str
    section: int
    text: str


class Shown(msgspec.Struct, frozen=True):
    """What a material's page shows of its text.

    ``references`` are the ids of the works cited, in the order of their numbers; ``characters``
    counts Chinese characters, words and numbers.
    """

    html: str
    headings: tuple[Heading, ...]
    references: tuple[str, ...]
    characters: int

    @property
    def minutes(self) -> int:
        """Minutes to read it silently, at least one."""
        return minutes(self.characters, READING_SPEED)

    @property
    def minutes_aloud(self) -> int:
        """Minutes to read it aloud, at least one."""
        return minutes(self.characters, SPEAKING_SPEED)


class Rendered(Shown, frozen=True):
    """A whole rendered text; ``links`` are the ids of the materials it links to."""

    id: str
    blocks: tuple[Block, ...]
    links: tuple[str, ...]


class Searched(msgspec.Struct, frozen=True):
    """What search needs of a text."""

    headings: tuple[Heading, ...]
    blocks: tuple[Block, ...]


def minutes(characters: int, speed: int) -> int:
    """Minutes that ``characters`` take at ``speed`` characters a minute, at least one."""
    return max(1, round(characters / speed))


def characters(text: str) -> int:
    """The number of Chinese characters, and of words and numbers in ASCII: ``2016年GDP`` has 3.

    It is counted in encoded bytes: a pattern for each character takes ten times as long.
    """
    first = text.encode("utf-16-be", "surrogatepass")[::2].translate(None, _NOT_HAN)
    others = len(_HEXAGRAM.findall(text)) if b"\x4d" in first else 0
    words = text.encode("ascii", "replace").translate(_LETTERS).split()
    return len(first) - others + len(words)


def pictures_in(html: str) -> frozenset[str]:
    """The names of the files that the pictures in a rendered text show."""
    if "<img" not in html:
        return frozenset()
    return frozenset(unquote(unescape(address)) for address in _PICTURE.findall(html))


def media_below(media: Iterable[Media], html: str) -> list[Media]:
    """The pictures, sound and films that the rendered text does not show itself."""
    shown = pictures_in(html)
    return [item for item in media if published_name(item.path) not in shown]
