"""What the rules need to know of a material's text, found in one pass and worth keeping."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from xuelan import prose
from xuelan.anchors import heading_ids
from xuelan.prose import Cited, Link, Sentence

LONG_QUOTATION: Final = 10
"""From this many Chinese characters on, words in “ ” must be found letter for letter."""

_NOT_HAN: Final = re.compile(r"[^一-鿿0-9A-Za-z]")
_INSIDE_QUOTES: Final = re.compile(r"[“”‘’「」『』\s]")


class Quotation(msgspec.Struct, frozen=True, array_like=True):
    """A long “…” as it stands on its line, and the bare words that must be found."""

    line: int
    text: str
    words: str


class Scan(msgspec.Struct, frozen=True, array_like=True):
    """A text's heading anchors, links, citations, sentences that cite, and long quotations.

    Lines count from 1 in the body.
    """

    anchors: frozenset[str]
    links: tuple[Link, ...]
    citations: tuple[Cited, ...]
    sentences: tuple[Sentence, ...]
    quotations: tuple[Quotation, ...]


def scan(body: str) -> Scan:
    """Look through a Markdown text once."""
    lines = prose.lines(body)
    cites = "[@" in body
    return Scan(
        anchors=heading_ids(body, lines),
        links=tuple(prose.links(lines)),
        citations=tuple(prose.citations(lines)) if cites else (),
        sentences=tuple(prose.sentences(lines)) if cites else (),
        quotations=tuple(_long(lines)),
    )


def _long(lines: list[str]) -> Iterator[Quotation]:
    for number, quoted in prose.quotations(lines):
        if len(quoted) >= LONG_QUOTATION:
            words = bare(quoted)
            if len(_NOT_HAN.sub("", words)) >= LONG_QUOTATION:
                yield Quotation(number, quoted, words.strip("，。；"))


def bare(text: str) -> str:
    """A text without quotation marks and spaces."""
    return _INSIDE_QUOTES.sub("", text)
