"""Pairs of neighbouring characters and where they stand, sorted and packed with numpy.

A token is two UTF-16 units, one of them maybe a break; or one unit alone. Its key is a mixed
32-bit number, one to one, whose top bits name the shard. A pair carries every place where it
stands, so an exact phrase is found without reading a text; a single unit carries per document
whether it is in the title or a field, and how often it occurs.

Packed lists are columns, each of one kind of number, because each then compresses by its own
statistics. Of pairs: distances between keys; documents per key; the low bytes of the distances
between places; places per document less one; what is above the low bytes; distances between
documents. Of single units: distances between keys; documents per key; one byte of weight per
document; distances between documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from xuelan.search import packing
from xuelan.search.document import Zone
from xuelan.search.files import PAIRS, Kind
from xuelan.search.normal import BREAK
from xuelan.search.packing import Deflated
from xuelan.search.stream import STARTS, Stream

IN_TITLE: Final = 8
IN_FIELD: Final = 16
MOST: Final = 5
"""The highest class of frequency: sixteen occurrences or more."""
PLACE_BITS: Final = 24
"""Lower bits of a spot, which say where in a document it is."""

_PLACE: Final = np.uint32((1 << PLACE_BITS) - 1)
_BREAK: Final = ord(BREAK)
_CLASSES: Final = np.array([n.bit_length() for n in range(1 << MOST)], np.uint8)
"""The class of frequency of each number of occurrences; as of the last, so of all above."""

U8 = npt.NDArray[np.uint8]
U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

Columns = tuple[bytes, ...]
Packed = Iterator[Columns]


class Entries(NamedTuple):
    """Rows of some documents: keys, and spots; a place or a weight is in a spot's lower bits."""

    keys: U32
    spots: U32


def join(parts: list[Entries]) -> Entries:
    """All rows of ``parts``, one after another."""
    keys, spots = zip(*parts, strict=True)
    return Entries(np.concatenate(keys), np.concatenate(spots))


def mix(tokens: U32) -> U32:
    """Spread tokens over all 32-bit numbers, one to one (the finaliser of MurmurHash3)."""
    key = tokens ^ (tokens >> np.uint32(16))
    key *= np.uint32(0x85EBCA6B)
    key ^= key >> np.uint32(13)
    key *= np.uint32(0xC2B2AE35)
    key ^= key >> np.uint32(16)
    return key


def unmix(key: int) -> int:
    """The token that :func:`mix` spread to ``key``."""
    key ^= key >> 16
    key = key * pow(0xC2B2AE35, -1, 1 << 32) & 0xFFFFFFFF
    key ^= key >> 13 ^ key >> 26
    key = key * pow(0x85EBCA6B, -1, 1 << 32) & 0xFFFFFFFF
    return key ^ key >> 16


def key_of(first: int, second: int = 0) -> int:
    """The key of a pair of units, or of one unit alone."""
    token = np.array([first << 16 | second if second else first], dtype=np.uint32)
    return int(mix(token)[0])


class Texts(NamedTuple):
    """Some documents, ``size`` of them: all their units, in order.

    The spot of each is where it is: ``document << 24 | place``, documents counted from the first
    of these. Of more than 256 documents the numbers begin again.
    """

    size: int
    units: U16
    spots: U32

    @classmethod
    def of(cls, streams: Sequence[Stream]) -> Texts:
        """The texts of some documents."""
        units = np.concatenate([np.zeros(0, np.uint16), *(s.units for s in streams)])
        runs = np.concatenate([np.zeros((0, 2), np.uint32), *(s.runs for s in streams)])
        docs = np.arange(len(streams), dtype=np.uint32) << np.uint32(PLACE_BITS)
        lengths = runs[:, 1]
        starts = runs[:, 0] + np.repeat(docs, [len(s.runs) for s in streams])
        starts -= np.cumsum(lengths, dtype=np.uint32) - lengths
        spots = np.repeat(starts, lengths)
        spots += np.arange(len(units), dtype=np.uint32)
        return cls(len(streams), units, spots)


def pairs(texts: Texts) -> Entries:
    """Every pair of some documents; a piece's last pair ends with its break."""
    units, spots = texts.units, texts.spots
    there = spots[1:] - spots[:-1] == np.uint32(1)
    tokens = units[:-1].astype(np.uint32)
    tokens <<= np.uint32(16)
    tokens |= units[1:]
    return Entries(mix(tokens)[there], spots[:-1][there])


def singles(texts: Texts) -> Entries:
    """Every different unit of each of some documents with its weight, by key.

    They are counted document by document, which keeps the counters in the processor's nearest
    memory; the table of weights is turned afterwards.
    """
    there = np.bincount(texts.units, minlength=0x10000) > 0
    there[_BREAK] = False
    found = np.flatnonzero(there).astype(np.uint32)
    keys = mix(found)
    order = np.argsort(keys)
    width = len(found) + 1  # the last column is for breaks
    ranks = np.full(0x10000, width - 1, np.uint32)
    ranks[found[order]] = np.arange(width - 1, dtype=np.uint32)
    cells = ranks.take(texts.units)
    cells += (texts.spots >> np.uint32(PLACE_BITS)) * np.uint32(width)
    counts = np.bincount(cells, minlength=texts.size * width)
    weights = _CLASSES[np.minimum(counts, len(_CLASSES) - 1)]
    places = texts.spots & _PLACE
    head = np.flatnonzero(places < STARTS[Zone.BODY])
    is_title = places[head] < STARTS[Zone.FIELD]
    weights[cells[head[is_title]]] |= IN_TITLE
    weights[cells[head[~is_title]]] |= IN_FIELD
    by_key = weights.reshape(texts.size, width)[:, :-1].T.ravel()
    at = np.flatnonzero(by_key > 0)
    rows, docs = np.divmod(at, max(1, texts.size))
    spots = docs.astype(np.uint32) << np.uint32(PLACE_BITS) | by_key[at]
    return Entries(keys[order][rows], spots)


@dataclass(frozen=True, slots=True)
class Lists:
    """Sorted rows grouped by key and by document.

    Key ``n`` has the documents ``docs[first[n]:first[n + 1]]``; document ``n`` of these has the
    values ``values[begin[n]:begin[n + 1]]``: places of a pair, or one weight of a single unit.
    """

    keys: U32
    first: I64
    docs: U32
    begin: I64
    values: U32

    @classmethod
    def of(cls, keys: U32, docs: U32, values: U32) -> Lists:
        """The lists of rows that are in order already."""
        new_key = changes(keys)
        begin = np.flatnonzero(new_key | changes(docs))
        first = np.flatnonzero(new_key[begin])
        return cls(
            keys=keys.take(begin.take(first)),
            first=np.append(first, len(begin)),
            docs=docs.take(begin),
            begin=np.append(begin, len(keys)),
            values=values,
        )


def pack_pairs(lists: Lists, numbers: Sequence[int], bits: int) -> Packed:
    """The columns of each of the shards ``numbers``, of lists of pairs."""
    cuts = _Cuts(lists, numbers, bits)
    steps = _steps(lists.values, lists.begin)
    keys, counts, docs = _pack_heads(lists, cuts, bits)
    low = cuts.plain(steps.astype(np.uint8), cuts.values)
    often = cuts.varints((np.diff(lists.begin) - 1).astype(np.uint32), cuts.docs)
    high = cuts.varints(steps >> np.uint32(8), cuts.values)
    return zip(keys, counts, low, often, high, docs, strict=True)


def pack_singles(lists: Lists, numbers: Sequence[int], bits: int) -> Packed:
    """The columns of each of the shards ``numbers``, of lists of single units."""
    cuts = _Cuts(lists, numbers, bits)
    keys, counts, docs = _pack_heads(lists, cuts, bits)
    weights = cuts.plain(lists.values.astype(np.uint8), cuts.values)
    return zip(keys, counts, weights, docs, strict=True)


class _Cuts:
    """Where each shard begins and ends among the keys, documents and values of lists."""

    def __init__(self, lists: Lists, numbers: Sequence[int], bits: int) -> None:
        shards = lists.keys >> np.uint32(32 - bits)
        wanted = np.array(numbers, np.int64)
        self.keys = np.searchsorted(shards, [wanted, wanted + 1])
        self.docs = lists.first[self.keys]
        self.values = lists.begin[self.docs]

    def plain(self, values: U8, cuts: I64) -> list[bytes]:
        """One byte a value."""
        data = values.tobytes()
        return [data[a:b] for a, b in cuts.T.tolist()]

    def varints(self, values: U32, cuts: I64) -> list[bytes]:
        """Seven bits a byte, the lowest first, the top bit set on all but the last."""
        data, ends = varints(values)
        return [data[a:b] for a, b in np.append(0, ends)[cuts].T.tolist()]


def _pack_heads(lists: Lists, cuts: _Cuts, bits: int) -> Iterator[list[bytes]]:
    """The columns that say which documents each key has."""
    within = lists.keys & np.uint32((1 << (32 - bits)) - 1)
    starts = np.flatnonzero(changes(lists.keys >> np.uint32(32 - bits)))
    yield cuts.varints(_steps(within, np.append(starts, len(within))), cuts.keys)
    yield cuts.varints(np.diff(lists.first).astype(np.uint32), cuts.keys)
    yield cuts.varints(_steps(lists.docs, lists.first), cuts.docs)


def changes(values: U32) -> Bool:
    """True where a value differs from the one before, and for the first."""
    found = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=found[1:])
    return found


def _steps(values: U32, starts: I64) -> U32:
    """Distances from value to value; at each of ``starts`` the value itself."""
    steps = values.copy()
    steps[1:] -= values[:-1]
    steps[starts[:-1]] = values[starts[:-1]]
    return steps


def varints(values: U32) -> tuple[bytes, I64]:
    """``values`` as varints, and where each ends."""
    top = int(values.max(initial=0))
    if top < 128:
        return values.astype(np.uint8).tobytes(), np.arange(1, len(values) + 1)
    lengths = np.ones(len(values), np.uint8)
    for bits in range(7, top.bit_length(), 7):
        lengths += values >= np.uint32(1 << bits)
    ends = np.cumsum(lengths, dtype=np.int64)
    data = np.empty(int(ends[-1]), np.uint8)
    starts = ends - lengths
    data[starts] = (values & 127) | (lengths > 1) * np.uint32(128)
    for number in range(1, int(lengths.max())):
        rows = np.flatnonzero(lengths > number)
        byte = values[rows] >> np.uint32(7 * number) & np.uint32(127)
        data[starts[rows] + number] = byte | (lengths[rows] > number + 1) * np.uint32(128)
    return data.tobytes(), ends


def unpack_varints(data: bytes) -> U32:
    """The values of a row of varints."""
    raw = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(raw < 128)
    if len(ends) == len(raw):
        return raw.astype(np.uint32)
    starts = np.concatenate([[0], ends[:-1] + 1])
    values: U32 = raw[starts].astype(np.uint32)
    values &= np.uint32(127)
    rows = np.flatnonzero(starts < ends)
    number = 1
    while len(rows):
        byte = raw[starts[rows] + number].astype(np.uint32)
        values[rows] |= (byte & np.uint32(127)) << np.uint32(7 * number)
        rows = rows[starts[rows] + number < ends[rows]]
        number += 1
    return values


Opened = list[tuple[int, Columns]]
"""Numbers of shards and their columns, in order."""


def unpack_pairs(shards: Opened, bits: int) -> Lists:
    """The lists of pairs of ``shards``, as many as there are at the cost of one."""
    keys, first, docs = _unpack_heads(shards, bits)
    low = np.frombuffer(_joined(shards, 2), np.uint8)
    begin = sums(unpack_varints(_joined(shards, 3)) + np.uint32(1))
    steps = unpack_varints(_joined(shards, 4)) << np.uint32(8) | low
    return Lists(keys, first, docs, begin, _running(steps, begin))


def unpack_singles(shards: Opened, bits: int) -> Lists:
    """The lists of single units of ``shards``."""
    keys, first, docs = _unpack_heads(shards, bits)
    weights = np.frombuffer(_joined(shards, 2), np.uint8).astype(np.uint32)
    return Lists(keys, first, docs, np.arange(len(docs) + 1), weights)


def _unpack_heads(shards: Opened, bits: int) -> tuple[U32, I64, U32]:
    """Keys and the documents of each."""
    data = _joined(shards, 0)
    last_bytes = sums((np.frombuffer(data, np.uint8) < 128).astype(np.uint32))
    starts = last_bytes[sums(np.array([len(c[0]) for _, c in shards], np.uint32))]
    base = np.array([number << 32 - bits for number, _ in shards], np.uint32)
    keys = _running(unpack_varints(data), starts) + np.repeat(base, np.diff(starts))
    first = sums(unpack_varints(_joined(shards, 1)))
    return keys, first, _running(unpack_varints(_joined(shards, -1)), first)


def _joined(shards: Opened, column: int) -> bytes:
    return b"".join(columns[column] for _, columns in shards)


def sums(counts: U32) -> I64:
    """Zero, and the sum of ``counts`` up to each."""
    found = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=found[1:])
    return found


def _running(steps: U32, starts: I64) -> U32:
    """Sums of ``steps``, beginning anew at each of ``starts``."""
    total = np.zeros(len(steps) + 1, np.uint32)
    np.cumsum(steps, out=total[1:])
    running: U32 = total[1:]
    np.subtract(running, np.repeat(total[starts[:-1]], np.diff(starts)), out=running)
    return running


def packed(
    kind: Kind, lists: Lists, numbers: Sequence[int], bits: int, known: Deflated | None = None
) -> Iterator[tuple[Kind, int, bytes]]:
    """The files of the shards ``numbers``; ``bits`` name a shard of pairs in this index."""
    pack = pack_pairs if kind is PAIRS else pack_singles
    names = [kind.shard(number, bits) for number in numbers]
    columns = zip(names, pack(lists, numbers, bits - kind.fewer), strict=True)
    files = packing.pack_columns(list(columns), kind.plain, known)
    for number, file in zip(numbers, files, strict=True):
        yield kind, number, file


def packed_own(lists: Lists, number: int, bits: int) -> tuple[Kind, int, bytes]:
    """The file of shard ``number``, which is the list of one common sequence."""
    shard = PAIRS.shard(number, bits), next(pack_pairs(lists, [0], 0))
    return PAIRS, number, packing.pack_columns([shard], PAIRS.plain)[0]


def unpacked(
    kind: Kind, scripts: Sequence[tuple[int, bytes]], bits: int, known: Deflated | None = None
) -> Lists:
    """The lists in the shards of these numbers; raises :class:`DamagedIndexError`."""
    opened = [(number, _open(kind, number, bits, script, known)) for number, script in scripts]
    unpack = unpack_pairs if kind is PAIRS else unpack_singles
    return unpack(opened, bits - kind.fewer)


def unpacked_own(number: int, script: bytes, bits: int) -> Lists:
    """The list of one common sequence; raises :class:`DamagedIndexError`."""
    return unpack_pairs([(0, _open(PAIRS, number, bits, script))], 0)


def _open(
    kind: Kind, number: int, bits: int, script: bytes, known: Deflated | None = None
) -> Columns:
    name = kind.shard(number, bits)
    return tuple(packing.unpack_columns(name, script, kind.columns, kind.plain, known))
