"""A document laid out in places: one folded UTF-16 unit after another.

The title begins at place 0, short fields at 256, the text at 1024; so a place alone tells the
zone. Between two pieces lies a break, and room. A title or fields too long for their zone are
searched with the text.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from xuelan.search.document import Document, Piece, Zone
from xuelan.search.normal import is_break
from xuelan.search.units import Units, folded, reach

STARTS: Final = {Zone.TITLE: 0, Zone.FIELD: 256, Zone.BODY: 1024}
_ENDS: Final = {Zone.TITLE: 256, Zone.FIELD: 1024, Zone.BODY: 1 << 24}
FIRST: Final = 4608
"""Where the first file of texts ends: most materials are no longer."""
WINDOW: Final = 1536
"""How many places each further file covers."""
MARGIN: Final = 96
"""How many places of its neighbours it holds as well, so that no excerpt is cut short."""
STEP: Final = 64
"""Pieces begin at multiples of this, so that a small edit moves no piece but its own."""

Places = npt.NDArray[np.uint32]


class Placed(NamedTuple):
    """A piece, its folded text with a break after it, where it begins and where it ends."""

    piece: Piece
    units: Units
    place: int
    end: int


def layouts(documents: Sequence[Document]) -> list[list[Placed]]:
    """Of each document every piece at its place; many at the cost of one."""
    texts = iter(folded([piece.text for document in documents for piece in document.pieces]))
    return [_layout([(piece, next(texts)) for piece in d.pieces]) for d in documents]


def _layout(pieces: list[tuple[Piece, Units]]) -> list[Placed]:
    free = dict(STARTS)
    placed, late = [], []
    for piece, units in pieces:
        size = len(units) - 1
        if not size:
            continue
        place = free[piece.zone]
        if _next(place + size) <= _ENDS[piece.zone]:
            placed.append(Placed(piece, units, place, place + size))
            free[piece.zone] = _next(place + size)
        else:
            late.append((piece, units))
    place = free[Zone.BODY]
    for piece, units in late:
        placed.append(Placed(piece, units, place, place + len(units) - 1))
        place = _next(placed[-1].end)
    return placed


def _next(end: int) -> int:
    """Where the next piece may begin: after the break at ``end``, and not right after it."""
    return ((end + 1) // STEP + 1) * STEP


@dataclass(frozen=True, slots=True)
class Stream:
    """All units of a document; ``runs`` are the (place, length) of each piece with its break."""

    units: Units
    runs: npt.NDArray[np.uint32]

    @property
    def places(self) -> Places:
        """The place of each unit."""
        lengths = self.runs[:, 1].astype(np.int64)
        before = np.cumsum(lengths) - lengths
        offsets = np.repeat(self.runs[:, 0].astype(np.int64) - before, lengths)
        places: Places = (np.arange(len(self.units)) + offsets).astype(np.uint32)
        return places

    @staticmethod
    def size(content: bytes) -> int:
        """How many units there are in a packed stream."""
        return (len(content) - 4 - 8 * int.from_bytes(content[:4], "little")) // 2

    @classmethod
    def unpack(cls, content: bytes) -> Stream:
        """The stream that :func:`packed` made into bytes."""
        count = int(np.frombuffer(content, "<u4", 1)[0])
        runs = np.frombuffer(content, "<u4", 2 * count, 4).reshape(-1, 2)
        return cls(np.frombuffer(content, "<u2", -1, 4 + 8 * count), runs)


def packed(placed: list[Placed]) -> bytes:
    """All units of a document, a break after each piece, as :meth:`Stream.unpack` reads them."""
    runs = [number for p in placed for number in (p.place, len(p.units))]
    head = struct.pack(f"<{1 + len(runs)}I", len(placed), *runs)
    return head + b"".join([p.units.tobytes() for p in placed])


def window(place: int) -> int:
    """The file of texts that holds ``place``."""
    return 0 if place < FIRST else 1 + (place - FIRST) // WINDOW


def windows(placed: list[Placed]) -> list[list[tuple[int, Piece, str]]]:
    """For each file of texts, the pieces in it: place, piece, and the text or a slice of it."""
    count = window(max((p.end for p in placed), default=0) - 1) + 1
    if count == 1:
        return [[(p.place, p.piece, p.piece.text) for p in placed]]
    found: list[list[tuple[int, Piece, str]]] = [[] for _ in range(count)]
    for p in placed:
        first = window(p.place - MARGIN)
        last = min(window(p.end - 1 + MARGIN), count - 1)
        if first == last:
            found[first].append((p.place, p.piece, p.piece.text))
            continue
        for number in range(first, last + 1):
            end = FIRST + number * WINDOW
            begin = end - WINDOW if number else 0
            place, text = _slice(p, begin - MARGIN - p.place, end + MARGIN - p.place)
            if text:
                found[number].append((place, p.piece, text))
    return found


def _slice(p: Placed, low: int, high: int) -> tuple[int, str]:
    """What of a piece stands from ``low`` to ``high``, counted from its beginning, and where."""
    text = p.piece.text
    if low <= 0 and p.end - p.place <= high:
        return p.place, text
    reached = reach(text)
    begin = int(np.searchsorted(reached, low, "right")) if low > 0 else 0
    while 0 < begin < len(text) and is_break(text[begin]):
        begin += 1
    end = int(np.searchsorted(reached, high))
    return p.place + (int(reached[begin - 1]) if begin else 0), text[begin : end + 1]


def card(document: Document) -> dict[str, Any]:
    """What a result shows besides its text."""
    return {
        "id": document.id,
        "url": document.url,
        "title": document.title,
        "kind": document.kind,
        "date": document.date,
        "unit": document.unit,
    }
