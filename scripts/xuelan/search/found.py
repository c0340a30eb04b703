"""Hits as they are shown: title, link to the paragraph, excerpt; and what may have been meant."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xuelan.search import engine
from xuelan.search.engine import Hit
from xuelan.search.normal import fold
from xuelan.search.query import parse
from xuelan.search.reader import Reader
from xuelan.search.stream import ends, width, window

BEFORE: Final = 24
AFTER: Final = 72
"""Characters of an excerpt before and after the beginning of what was found."""


@dataclass(frozen=True, slots=True)
class Found:
    """A hit as it is shown. ``label`` says what kind of place it is, such as a heading."""

    id: str
    title: str
    url: str
    kind: str
    date: str
    label: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Page:
    """The answer to a query: how many documents in which group, and the first of them."""

    group: str
    count: int
    found: tuple[Found, ...]
    cut: bool


def search(site: Path, text: str, most: int) -> Page:
    """What the built ``site`` answers to ``text``, with up to ``most`` results.

    Raises :class:`~xuelan.search.files.DamagedIndex` when a file is missing or spoilt.
    """
    reader = Reader(site)
    query = parse(text)
    answer = engine.answer(reader, query)
    found = tuple(show(reader, hit) for hit in answer.hits[:most])
    return Page(answer.group, len(answer.hits), found, query.cut)


def show(reader: Reader, hit: Hit) -> Found:
    """One hit with its excerpt."""
    content = reader.text(hit.doc, window(max(0, hit.place)))
    place, anchor, label, text = _piece(content["pieces"], hit)
    folded = ends(text)
    at = bisect_right(folded, max(0, hit.place - place)) if hit.place >= place else 0
    return Found(
        id=content["id"],
        title=content["title"],
        url=content["url"] + (f"#{anchor}" if anchor else ""),
        kind=content["kind"],
        date=content["date"],
        label=label,
        excerpt=_excerpt(text, at),
    )


def _piece(pieces: list[Any], hit: Hit) -> Any:
    """The piece at the hit's place; else one with what was found; never the title alone."""
    texts = [p for p in pieces if p[0] or len(pieces) == 1]
    for piece in texts:
        if piece[0] <= hit.place < piece[0] + width(fold(piece[3])):
            return piece
    for piece in texts:
        if any(wanted in fold(piece[3]) for wanted in hit.pieces):
            return piece
    return texts[0]


def _excerpt(text: str, at: int) -> str:
    begin = max(0, at - BEFORE)
    end = min(len(text), at + AFTER)
    inside = " ".join(text[begin:end].split())
    return ("…" if begin else "") + inside + ("…" if end < len(text) else "")
