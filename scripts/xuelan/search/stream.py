"""A document laid out in places: one folded UTF-16 unit after another.

The title begins at place 0, short fields at 256, the text at 1024; so a place alone tells the
zone. Between two pieces lies a break, and room. A title or fields too long for their zone are
searched with the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from xuelan.search.document import Document, Piece, Zone
from xuelan.search.normal import is_break
from xuelan.search.units import Ends, Units, folded, reach

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

Runs = npt.NDArray[np.uint32]

_BEGINS: Final = np.array([STARTS[zone] for zone in Zone])
_LIMITS: Final = np.array([_ENDS[zone] for zone in Zone])


class Placed(NamedTuple):
    """A piece, where its folded text begins and where it ends, before the break after it."""

    piece: Piece
    place: int
    end: int


@dataclass(frozen=True, slots=True)
class Stream:
    """All units of a document; ``runs`` are the (place, length) of each piece with its break."""

    units: Units
    runs: Runs

    @staticmethod
    def size(content: bytes) -> int:
        """How many units there are in a packed stream."""
        return (len(content) - 4 - 8 * int.from_bytes(content[:4], "little")) // 2

    def packed(self) -> bytes:
        """The stream as bytes."""
        head = len(self.runs).to_bytes(4, "little")
        return b"".join([head, self.runs.astype("<u4").tobytes(), self.units.tobytes()])

    @classmethod
    def unpack(cls, content: bytes) -> Stream:
        """The stream that :meth:`packed` made into bytes."""
        count = int.from_bytes(content[:4], "little")
        runs = np.frombuffer(content, "<u4", 2 * count, 4).reshape(-1, 2)
        return cls(np.frombuffer(content, "<u2", -1, 4 + 8 * count), runs)


class Laid(NamedTuple):
    """A document laid out: its pieces, but for those nothing is left of, and all units."""

    placed: list[Placed]
    stream: Stream


def layouts(documents: Sequence[Document]) -> list[Laid]:
    """Each document laid out; many at the cost of one."""
    pieces = [piece for document in documents for piece in document.pieces]
    owners = np.repeat(np.arange(len(documents)), [len(d.pieces) for d in documents])
    units, ends = folded([piece.text for piece in pieces])
    sizes = np.diff(ends, prepend=0)
    left = np.flatnonzero(sizes > 1)
    if len(left) < len(pieces):
        units = np.delete(units, ends[sizes == 1] - 1)
        pieces, owners, sizes = [pieces[n] for n in left.tolist()], owners[left], sizes[left]
    zones = np.array([int(piece.zone) for piece in pieces], np.int64)
    places, fits = _places(owners, zones, sizes)
    runs = np.stack([places, sizes], axis=1).astype(np.uint32)
    crowded = set(owners[~fits].tolist())
    bounds = np.searchsorted(owners, np.arange(len(documents) + 1))
    cuts = np.append(0, np.cumsum(sizes))[bounds].tolist()
    found = []
    for doc, (low, high) in enumerate(pairwise(bounds.tolist())):
        stream = Stream(units[cuts[doc] : cuts[doc + 1]], runs[low:high])
        laid = _laid(pieces[low:high], stream)
        found.append(_crowded(laid) if doc in crowded else laid)
    return found


def _laid(pieces: Sequence[Piece], stream: Stream) -> Laid:
    runs = zip(pieces, stream.runs.tolist(), strict=True)
    return Laid([Placed(p, place, place + size - 1) for p, (place, size) in runs], stream)


def _places(owners: Ends, zones: Ends, sizes: Ends) -> tuple[Ends, npt.NDArray[np.bool_]]:
    """Where pieces begin, one after another in each zone of each document; which fit into it."""
    steps = (sizes // STEP + 1) * STEP  # after the break, and not right after it
    groups = owners * len(Zone) + zones
    order = np.argsort(groups, kind="stable")
    before = np.cumsum(steps[order]) - steps[order]
    new = np.diff(groups[order], prepend=-1) > 0
    places = np.empty(len(sizes), np.int64)
    places[order] = before - np.maximum.accumulate(np.where(new, before, 0))
    places += _BEGINS[zones]
    return places, places + steps <= _LIMITS[zones]


def _crowded(laid: Laid) -> Laid:
    """A document laid out with a zone too small: what does not fit comes after the text."""
    free = dict(STARTS)
    early: list[tuple[int, int]] = []
    late: list[tuple[int, int]] = []
    sizes = laid.stream.runs[:, 1].tolist()
    for n, (placed, size) in enumerate(zip(laid.placed, sizes, strict=True)):
        zone = placed.piece.zone
        place, after = free[zone], free[zone] + (size // STEP + 1) * STEP
        if after <= _ENDS[zone]:
            free[zone] = after
            early.append((n, place))
        else:
            late.append((n, size))
    for n, size in late:
        early.append((n, free[Zone.BODY]))
        free[Zone.BODY] += (size // STEP + 1) * STEP
    parts = np.split(laid.stream.units, np.cumsum(sizes)[:-1])
    runs = np.array([(place, sizes[n]) for n, place in early], np.uint32)
    units = np.concatenate([parts[n] for n, _ in early])
    return _laid([laid.placed[n].piece for n, _ in early], Stream(units, runs))


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


_CARD: Final = ("id", "url", "title", "kind", "date", "unit")


def shown(document: Document, pieces: Sequence[tuple[int, Piece, str]]) -> list[str]:
    """What a file of texts says: what a result shows besides its text, then columns of pieces."""
    return [
        *(document.id, document.url, document.title, document.kind, document.date, document.unit),
        *[str(place) for place, _, _ in pieces],
        *[piece.anchor for _, piece, _ in pieces],
        *[piece.label for _, piece, _ in pieces],
        *[text for _, _, text in pieces],
    ]


def read_shown(row: Sequence[str]) -> dict[str, Any]:
    """What :func:`shown` says, by name; ``pieces`` are place, anchor, label and text of each.

    Raises ``ValueError``.
    """
    first, count = len(_CARD), (len(row) - len(_CARD)) // 4
    columns = [row[first + n * count : first + (n + 1) * count] for n in range(4)]
    places, anchors, labels, texts = columns
    pieces = list(zip(map(int, places), anchors, labels, texts, strict=True))
    return {**dict(zip(_CARD, row, strict=False)), "pieces": pieces}
