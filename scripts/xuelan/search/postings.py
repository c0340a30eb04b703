r"""Postings: pairs of neighbouring units, and where they stand.

A token is two UTF-16 units, or one unit alone. Its key is a 32-bit number, mixed one to one, whose
top bits name the shard. A spot is a document and a place in it, ``document << 24 | place``. A pair
has a posting (key, spot) for each place where it stands, so an exact phrase is found without
reading a text. A single unit has one for each document, with a weight in place of the place:
whether the unit stands in the title or in a field, and how often it occurs.

Document 0 has the title 学习会, document 1 the field 学习. Both have the pair 学习:

    >>> title = Stream(np.array([*map(ord, "学习会\n")], "<u2"), np.array([[0, 4]], np.uint32))
    >>> field = Stream(np.array([*map(ord, "学习\n")], "<u2"), np.array([[256, 3]], np.uint32))
    >>> keys, spots = extract_pairs(UnitBatch.join([title, field]))
    >>> [f"{key:08x}" for key in keys.tolist()]
    ['260715b1', 'beea5da7', '87179eb6', '260715b1', '4dc9fa68']
    >>> [f"{spot:08x}" for spot in spots.tolist()]
    ['00000000', '00000001', '00000002', '01000100', '01000101']
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from xuelan.search.arrays import I64, U8, U16, U32
from xuelan.search.columns import mark_changes
from xuelan.search.document import Zone
from xuelan.search.normal import BREAK
from xuelan.search.stream import STARTS, Stream

IN_TITLE: Final = 8
IN_FIELD: Final = 16
MOST: Final = 5
"""The highest class of frequency, in the lowest three bits of a weight: sixteen times or more."""
PLACE_BITS: Final = 24
PLACE_MASK: Final = (1 << PLACE_BITS) - 1
"""The lower bits of a spot, which hold the place."""

_PLACE: Final = np.uint32(PLACE_MASK)
_BREAK: Final = ord(BREAK)
_CLASSES: Final = np.array([n.bit_length() for n in range(1 << MOST)], np.uint8)
"""The class of frequency of each number of occurrences; that of 31 holds for all above."""


class Postings(NamedTuple):
    """The keys and spots of some documents, row by row."""

    keys: U32
    spots: U32


def join_postings(parts: list[Postings]) -> Postings:
    """Return all rows of ``parts``, one after another."""
    keys, spots = zip(*parts, strict=True)
    return Postings(np.concatenate(keys), np.concatenate(spots))


def mix(tokens: U32) -> U32:
    """Spread tokens over all 32-bit numbers, one to one (the finaliser of MurmurHash3)."""
    key = tokens ^ (tokens >> np.uint32(16))
    key *= np.uint32(0x85EBCA6B)
    key ^= key >> np.uint32(13)
    key *= np.uint32(0xC2B2AE35)
    key ^= key >> np.uint32(16)
    return key


def unmix(key: int) -> int:
    """Return the token that :func:`mix` spread to ``key``.

    A factor is undone by its inverse modulo 2³², ``key ^ key >> 16`` by itself, and ``>> 13`` by
    adding ``>> 26``.
    """
    key ^= key >> 16
    key = key * pow(0xC2B2AE35, -1, 1 << 32) & 0xFFFFFFFF
    key ^= key >> 13 ^ key >> 26
    key = key * pow(0x85EBCA6B, -1, 1 << 32) & 0xFFFFFFFF
    return key ^ key >> 16


def hash_units(first: int, second: int = 0) -> int:
    """Return the key of a pair of units, or of one unit alone.

    >>> f"{hash_units(ord('学'), ord('习')):08x}"
    '260715b1'
    """
    token = np.array([first << 16 | second if second else first], dtype=np.uint32)
    return int(mix(token)[0])


class UnitBatch(NamedTuple):
    """The units of ``size`` documents, one document after another, and the spot of each unit.

    In spots documents are counted from the first of the batch; a spot has room for 256.
    """

    size: int
    units: U16
    spots: U32

    @classmethod
    def join(cls, streams: Sequence[Stream]) -> UnitBatch:
        """Join the streams of some documents."""
        units = np.concatenate([np.zeros(0, np.uint16), *(s.units for s in streams)])
        runs = np.concatenate([np.zeros((0, 2), np.uint32), *(s.runs for s in streams)])
        docs = np.arange(len(streams), dtype=np.uint32) << np.uint32(PLACE_BITS)
        lengths = runs[:, 1]
        starts = runs[:, 0] + np.repeat(docs, [len(s.runs) for s in streams])
        # The spot of a run, less the units before it: each unit's own number is then added.
        starts -= np.cumsum(lengths, dtype=np.uint32) - lengths
        spots = np.repeat(starts, lengths)
        spots += np.arange(len(units), dtype=np.uint32)
        return cls(len(streams), units, spots)


def extract_pairs(batch: UnitBatch) -> Postings:
    """Return a posting for every pair; a passage's last pair ends with its break."""
    units, spots = batch.units, batch.spots
    # Where the spot jumps, the next passage or document begins.
    there = spots[1:] - spots[:-1] == np.uint32(1)
    tokens = units[:-1].astype(np.uint32)
    tokens <<= np.uint32(16)
    tokens |= units[1:]
    return Postings(mix(tokens)[there], spots[:-1][there])


def extract_singles(batch: UnitBatch) -> Postings:
    """Return a posting for every different unit of each document, with its weight, by key.

    Units are counted document by document, which keeps the counters in the processor's nearest
    memory; the table of weights is transposed afterwards.
    """
    there = np.bincount(batch.units, minlength=0x10000) > 0
    there[_BREAK] = False
    found = np.flatnonzero(there).astype(np.uint32)
    keys = mix(found)
    order = np.argsort(keys)
    width = len(found) + 1  # the last column is for breaks
    ranks = np.full(0x10000, width - 1, np.uint32)
    ranks[found[order]] = np.arange(width - 1, dtype=np.uint32)
    # Each document has a row of counters, with a column for each unit in the order of keys.
    cells = ranks.take(batch.units)
    cells += (batch.spots >> np.uint32(PLACE_BITS)) * np.uint32(width)
    weights = _weigh(batch, cells, width)
    by_key = weights.reshape(batch.size, width)[:, :-1].T.ravel()
    at = np.flatnonzero(by_key > 0)
    rows, docs = np.divmod(at, max(1, batch.size))
    spots = docs.astype(np.uint32) << np.uint32(PLACE_BITS) | by_key[at]
    return Postings(keys[order][rows], spots)


def _weigh(batch: UnitBatch, cells: U32, width: int) -> U8:
    """Return all weights, document by document; ``cells`` are the weights that units count in."""
    counts = np.bincount(cells, minlength=batch.size * width)
    weights = _CLASSES[np.minimum(counts, len(_CLASSES) - 1)]
    places = batch.spots & _PLACE
    head = np.flatnonzero(places < STARTS[Zone.BODY])
    is_title = places[head] < STARTS[Zone.FIELD]
    weights[cells[head[is_title]]] |= IN_TITLE
    weights[cells[head[~is_title]]] |= IN_FIELD
    return weights


@dataclass(frozen=True, slots=True)
class PostingLists:
    """Postings in order, grouped by key and by document.

    Key ``n`` has the documents ``docs[first[n]:first[n + 1]]``; document ``n`` of these has the
    values ``values[begin[n]:begin[n + 1]]``: places of a pair, or one weight of a single unit.

    Key 7 stands in document 0 at places 3 and 5 and in document 2 at 4, key 9 in document 2 at 8:

        >>> columns = [7, 7, 7, 9], [0, 0, 2, 2], [3, 5, 4, 8]
        >>> lists = PostingLists.group(*(np.array(column, np.uint32) for column in columns))
        >>> lists.keys.tolist(), lists.first.tolist()
        ([7, 9], [0, 2, 3])
        >>> lists.docs.tolist(), lists.begin.tolist()
        ([0, 2, 2], [0, 2, 3, 4])
    """

    keys: U32
    first: I64
    docs: U32
    begin: I64
    values: U32

    @classmethod
    def group(cls, keys: U32, docs: U32, values: U32) -> PostingLists:
        """Group rows that are in order already."""
        new_key = mark_changes(keys)
        begin = np.flatnonzero(new_key | mark_changes(docs))
        first = np.flatnonzero(new_key[begin])
        return cls(
            keys=keys.take(begin.take(first)),
            first=np.append(first, len(begin)),
            docs=docs.take(begin),
            begin=np.append(begin, len(keys)),
            values=values,
        )
