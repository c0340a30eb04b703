r"""The layout of a document: each folded UTF-16 unit has a place.

The title begins at place 0, short fields at 256, the body at 1024, so a place alone tells the zone.
Passages begin at multiples of 64; behind each stands a break. A title or fields too long for their
zone are placed behind the body.

    >>> from xuelan.search.document import IndexDocument
    >>> title, first = "学习会", "今天学习。"
    >>> passages = Passage(Zone.TITLE, "", "", title), Passage(Zone.BODY, "p1", "", first)
    >>> document = IndexDocument("a", "materials/a/", title, "通知", "", "", passages)
    >>> (layout,) = lay_out([document])
    >>> layout.stream.units.tobytes().decode("utf-16-le")
    '学习会\n今天学习\n'
    >>> layout.stream.runs.tolist()
    [[0, 4], [1024, 5]]

The first four units have the places 0 to 3, the other five 1024 to 1028.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from xuelan.search.arrays import I64, U16, U32, Bools
from xuelan.search.document import IndexDocument, Passage, Zone
from xuelan.search.units import fold_texts

STARTS: Final = {Zone.TITLE: 0, Zone.FIELD: 256, Zone.BODY: 1024}
_ENDS: Final = {Zone.TITLE: 256, Zone.FIELD: 1024, Zone.BODY: 1 << 24}
STEP: Final = 64
"""Passages begin at multiples of this, so that a small edit moves no other passage."""

_BEGINS: Final = np.array([STARTS[zone] for zone in Zone])
_LIMITS: Final = np.array([_ENDS[zone] for zone in Zone])


class PlacedPassage(NamedTuple):
    """A passage, and the places where its folded text begins and ends (without its break)."""

    passage: Passage
    place: int
    end: int


@dataclass(frozen=True, slots=True)
class Stream:
    r"""All units of a document; ``runs`` are (place, length) of each passage with its break.

    Packed: the number of runs (four bytes, least first), the runs, the units.

        >>> units, runs = np.array([0x5B66, 0x4E60, 10], "<u2"), np.array([[0, 3]], np.uint32)
        >>> packed = Stream(units, runs).pack()
        >>> packed.hex(" ", 2)
        '0100 0000 0000 0000 0300 0000 665b 604e 0a00'
        >>> Stream.read_size(packed)
        3
    """

    units: U16
    runs: U32

    @staticmethod
    def read_size(packed: bytes) -> int:
        """Return the number of units in a packed stream."""
        return (len(packed) - 4 - 8 * int.from_bytes(packed[:4], "little")) // 2

    def pack(self) -> bytes:
        """Write the stream as bytes."""
        head = len(self.runs).to_bytes(4, "little")
        return b"".join([head, self.runs.astype("<u4").tobytes(), self.units.tobytes()])

    @classmethod
    def unpack(cls, packed: bytes) -> Stream:
        """Read what :meth:`pack` wrote."""
        count = int.from_bytes(packed[:4], "little")
        runs = np.frombuffer(packed, "<u4", 2 * count, 4).reshape(-1, 2)
        return cls(np.frombuffer(packed, "<u2", -1, 4 + 8 * count), runs)


class Layout(NamedTuple):
    """A document laid out: its passages, without those that fold to nothing, and its units."""

    placed: list[PlacedPassage]
    stream: Stream


def lay_out(documents: Sequence[IndexDocument]) -> list[Layout]:
    """Fold and place all ``documents`` at once, which shares the cost of array calls."""
    passages = [passage for document in documents for passage in document.passages]
    owners = np.repeat(np.arange(len(documents)), [len(d.passages) for d in documents])
    units, ends = fold_texts([passage.text for passage in passages])
    sizes = np.diff(ends, prepend=0)
    # A passage that folds to nothing is a break alone: it goes.
    left = np.flatnonzero(sizes > 1)
    if len(left) < len(passages):
        units = np.delete(units, ends[sizes == 1] - 1)
        passages, owners, sizes = [passages[n] for n in left.tolist()], owners[left], sizes[left]
    zones = np.array([int(passage.zone) for passage in passages], np.int64)
    places, fits = _place(owners, zones, sizes)
    runs = np.stack([places, sizes], axis=1).astype(np.uint32)
    crowded = set(owners[~fits].tolist())
    bounds = np.searchsorted(owners, np.arange(len(documents) + 1))
    cuts = np.append(0, np.cumsum(sizes))[bounds].tolist()
    found = []
    for doc, (low, high) in enumerate(pairwise(bounds.tolist())):
        stream = Stream(units[cuts[doc] : cuts[doc + 1]], runs[low:high])
        layout = _make_layout(passages[low:high], stream)
        found.append(_move_behind_body(layout) if doc in crowded else layout)
    return found


def _make_layout(passages: Sequence[Passage], stream: Stream) -> Layout:
    runs = zip(passages, stream.runs.tolist(), strict=True)
    placed = [PlacedPassage(each, place, place + size - 1) for each, (place, size) in runs]
    return Layout(placed, stream)


def _place(owners: I64, zones: I64, sizes: I64) -> tuple[I64, Bools]:
    """Return where passages begin, and True for those that fit into their zone.

    They stand one after another in each zone of each document. A passage of 63 units and its break
    takes two steps of 64: at 64 the next one would stand right behind the break.
    """
    steps = (sizes // STEP + 1) * STEP
    groups = owners * len(Zone) + zones
    order = np.argsort(groups, kind="stable")
    # The steps before a passage, less those before the first passage of its zone.
    before = np.cumsum(steps[order]) - steps[order]
    new = np.diff(groups[order], prepend=-1) > 0
    places = np.empty(len(sizes), np.int64)
    places[order] = before - np.maximum.accumulate(np.where(new, before, 0))
    places += _BEGINS[zones]
    return places, places + steps <= _LIMITS[zones]


def _move_behind_body(layout: Layout) -> Layout:
    """Place a document again, what does not fit into its zone behind the body."""
    free = dict(STARTS)
    early: list[tuple[int, int]] = []
    late: list[tuple[int, int]] = []
    sizes = layout.stream.runs[:, 1].tolist()
    for n, (placed, size) in enumerate(zip(layout.placed, sizes, strict=True)):
        zone = placed.passage.zone
        place, after = free[zone], free[zone] + (size // STEP + 1) * STEP
        if after <= _ENDS[zone]:
            free[zone] = after
            early.append((n, place))
        else:
            late.append((n, size))
    for n, size in late:
        early.append((n, free[Zone.BODY]))
        free[Zone.BODY] += (size // STEP + 1) * STEP
    parts = np.split(layout.stream.units, np.cumsum(sizes)[:-1])
    runs = np.array([(place, sizes[n]) for n, place in early], np.uint32)
    units = np.concatenate([parts[n] for n, _ in early])
    return _make_layout([layout.placed[n].passage for n, _ in early], Stream(units, runs))
