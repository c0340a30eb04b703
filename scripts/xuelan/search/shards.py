r"""Shards: posting lists as files of columns.

Each column holds one kind of number, because each then compresses by its own statistics.

====================================================  =====  =======
column                                                pairs  singles
====================================================  =====  =======
distances between keys, without the shard's bits          0        0
documents of each key                                     1        1
low byte of each distance between places                  2
weight of each document                                            2
places in each document, less one                         3
the rest of each distance between places                  4
distances between documents                               5        3
====================================================  =====  =======

One key, 0x30000001, in the shard 3 that four bits name. It stands in document 6 at the places 1024
and 1030, and in document 7 at 2:

    >>> columns = [0x30000001] * 3, [6, 6, 7], [1024, 1030, 2]
    >>> lists = PostingLists.group(*(np.array(column, np.uint32) for column in columns))
    >>> [column.hex(" ") for column in next(pack_pairs(lists, [3], bits=4))]
    ['01', '02', '00 06 02', '01 00', '04 00 00', '06 01']

The distance from place 0 to 1024 is 4 · 256 + 0; the next ones are 6 and, in the new document, 2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from xuelan.search import packing
from xuelan.search.arrays import I64, U8, U32
from xuelan.search.columns import (
    add_runs,
    decode_varints,
    encode_varints,
    mark_changes,
    subtract_runs,
    sum_counts,
)
from xuelan.search.files import PAIRS, ShardKind
from xuelan.search.packing import PackedColumns
from xuelan.search.postings import PostingLists

Columns = tuple[bytes, ...]
ShardFile = tuple[ShardKind, int, bytes]
"""A shard's kind, its number and its file."""


def pack_shards(
    kind: ShardKind,
    lists: PostingLists,
    numbers: Sequence[int],
    bits: int,
    known: PackedColumns | None = None,
) -> Iterator[ShardFile]:
    """Write the shards ``numbers``; ``bits`` name a shard of pairs in this index."""
    pack = pack_pairs if kind is PAIRS else pack_singles
    names = [kind.shard_name(number, bits) for number in numbers]
    columns = zip(names, pack(lists, numbers, bits - kind.fewer), strict=True)
    files = packing.pack_columns(list(columns), kind.plain, known)
    for number, file in zip(numbers, files, strict=True):
        yield kind, number, file


def pack_own_shard(lists: PostingLists, number: int, bits: int) -> ShardFile:
    """Write shard ``number``, which is the list of one common sequence."""
    shard = PAIRS.shard_name(number, bits), next(pack_pairs(lists, [0], 0))
    return PAIRS, number, packing.pack_columns([shard], PAIRS.plain)[0]


def unpack_shards(
    kind: ShardKind,
    scripts: Sequence[tuple[int, bytes]],
    bits: int,
    known: PackedColumns | None = None,
) -> PostingLists:
    """Read the lists in the shards of these numbers; raises :class:`DamagedIndexError`."""
    opened = [(number, _open(kind, number, bits, script, known)) for number, script in scripts]
    unpack = _unpack_pairs if kind is PAIRS else _unpack_singles
    return unpack(opened, bits - kind.fewer)


def unpack_own_shard(number: int, script: bytes, bits: int) -> PostingLists:
    """Read the list of one common sequence; raises :class:`DamagedIndexError`."""
    return _unpack_pairs([(0, _open(PAIRS, number, bits, script))], 0)


def _open(
    kind: ShardKind, number: int, bits: int, script: bytes, known: PackedColumns | None = None
) -> Columns:
    name = kind.shard_name(number, bits)
    return tuple(packing.unpack_columns(name, script, kind.columns, kind.plain, known))


def pack_pairs(lists: PostingLists, numbers: Sequence[int], bits: int) -> Iterator[Columns]:
    """Return the columns of each of the shards ``numbers``, from lists of pairs."""
    cuts = _Cuts(lists, numbers, bits)
    steps = subtract_runs(lists.values, lists.begin)
    keys, counts, docs = _pack_documents(lists, cuts, bits)
    low = cuts.cut_bytes(steps.astype(np.uint8), cuts.values)
    often = cuts.cut_varints((np.diff(lists.begin) - 1).astype(np.uint32), cuts.docs)
    high = cuts.cut_varints(steps >> np.uint32(8), cuts.values)
    return zip(keys, counts, low, often, high, docs, strict=True)


def pack_singles(lists: PostingLists, numbers: Sequence[int], bits: int) -> Iterator[Columns]:
    """Return the columns of each of the shards ``numbers``, from lists of single units."""
    cuts = _Cuts(lists, numbers, bits)
    keys, counts, docs = _pack_documents(lists, cuts, bits)
    weights = cuts.cut_bytes(lists.values.astype(np.uint8), cuts.values)
    return zip(keys, counts, weights, docs, strict=True)


class _Cuts:
    """Where each shard begins and ends among the keys, documents and values of lists."""

    def __init__(self, lists: PostingLists, numbers: Sequence[int], bits: int) -> None:
        shards = lists.keys >> np.uint32(32 - bits)
        wanted = np.array(numbers, np.int64)
        self.keys = np.searchsorted(shards, [wanted, wanted + 1])
        self.docs = lists.first[self.keys]
        self.values = lists.begin[self.docs]

    def cut_bytes(self, values: U8, cuts: I64) -> list[bytes]:
        """Return each shard's part of a column of bytes."""
        data = values.tobytes()
        return [data[a:b] for a, b in cuts.T.tolist()]

    def cut_varints(self, values: U32, cuts: I64) -> list[bytes]:
        """Return each shard's part of a column of varints."""
        data, ends = encode_varints(values)
        return [data[a:b] for a, b in np.append(0, ends)[cuts].T.tolist()]


def _pack_documents(lists: PostingLists, cuts: _Cuts, bits: int) -> Iterator[list[bytes]]:
    """Yield the columns that both kinds have: keys, documents of each key, documents."""
    # The distances between keys begin anew in each shard.
    within = lists.keys & np.uint32((1 << (32 - bits)) - 1)
    starts = np.flatnonzero(mark_changes(lists.keys >> np.uint32(32 - bits)))
    yield cuts.cut_varints(subtract_runs(within, np.append(starts, len(within))), cuts.keys)
    yield cuts.cut_varints(np.diff(lists.first).astype(np.uint32), cuts.keys)
    yield cuts.cut_varints(subtract_runs(lists.docs, lists.first), cuts.docs)


OpenShards = list[tuple[int, Columns]]
"""Numbers of shards and their columns, in order."""


def _unpack_pairs(shards: OpenShards, bits: int) -> PostingLists:
    """Read the lists of pairs of ``shards``; together they share the cost of array calls."""
    keys, first, docs = _unpack_documents(shards, bits)
    low = np.frombuffer(_join_column(shards, 2), np.uint8)
    begin = sum_counts(decode_varints(_join_column(shards, 3)) + np.uint32(1))
    steps = decode_varints(_join_column(shards, 4)) << np.uint32(8) | low
    return PostingLists(keys, first, docs, begin, add_runs(steps, begin))


def _unpack_singles(shards: OpenShards, bits: int) -> PostingLists:
    """Read the lists of single units of ``shards``."""
    keys, first, docs = _unpack_documents(shards, bits)
    weights = np.frombuffer(_join_column(shards, 2), np.uint8).astype(np.uint32)
    return PostingLists(keys, first, docs, np.arange(len(docs) + 1), weights)


def _unpack_documents(shards: OpenShards, bits: int) -> tuple[U32, I64, U32]:
    """Read the keys, where each one's documents begin, and the documents."""
    data = _join_column(shards, 0)
    # The varints that end before a shard's first byte are the keys of the shards before it.
    last_bytes = sum_counts((np.frombuffer(data, np.uint8) < 128).astype(np.uint32))
    starts = last_bytes[sum_counts(np.array([len(c[0]) for _, c in shards], np.uint32))]
    base = np.array([number << 32 - bits for number, _ in shards], np.uint32)
    keys = add_runs(decode_varints(data), starts) + np.repeat(base, np.diff(starts))
    first = sum_counts(decode_varints(_join_column(shards, 1)))
    return keys, first, add_runs(decode_varints(_join_column(shards, -1)), first)


def _join_column(shards: OpenShards, column: int) -> bytes:
    return b"".join(columns[column] for _, columns in shards)
