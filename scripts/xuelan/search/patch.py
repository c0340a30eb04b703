"""A patch: only the shards that edits touch, made from the shards of the last build.

The result is the same, byte for byte, as making all shards from all documents. Where the set of
documents or their order has changed, or an old file is missing, all shards are made instead.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple

import numpy as np

from xuelan.search.arrays import I64, U32
from xuelan.search.columns import mark_changes, sum_counts
from xuelan.search.common import CommonSequences
from xuelan.search.files import PAIRS, SINGLES, ShardKind
from xuelan.search.packing import PackedColumns
from xuelan.search.postings import PostingLists, Postings, UnitBatch, extract_singles
from xuelan.search.shards import (
    ShardFile,
    pack_own_shard,
    pack_shards,
    unpack_own_shard,
    unpack_shards,
)
from xuelan.search.stream import Stream

MOST_EDITS: Final = 8
"""When more documents are edited at once, making all shards costs less."""
_BATCH: Final = 256
"""Shards patched together: enough to share the cost of a call, few enough for memory."""


@dataclass(frozen=True, slots=True)
class DocumentEdit:
    """A document's number, and its stream before and after an edit."""

    doc: int
    before: Stream
    after: Stream


class PostingChange(NamedTuple):
    """The values that a key now has in a document; none when the document no longer has it."""

    key: int
    doc: int
    values: U32


@dataclass(frozen=True, slots=True)
class ShardPatcher:
    """Makes shards of an index whose shards ``bits`` name.

    ``read`` returns the old file of a shard of a kind, and may raise ``OSError``; ``common`` are
    the common sequences, the same before and after.
    """

    read: Callable[[ShardKind, int], bytes]
    bits: int
    common: CommonSequences

    def patch(self, edits: list[DocumentEdit]) -> Iterator[ShardFile]:
        """Yield each shard that ``edits`` touch, with its new file.

        Raises :class:`~xuelan.search.files.DamagedIndexError` when an old shard cannot be used.
        """
        changes = _compare(edits, self.common.extract)
        yield from self._patch(PAIRS, [c for c in changes if c.key not in self.common.keys])
        yield from self._patch(SINGLES, _compare(edits, extract_singles))
        yield from self._patch_own([c for c in changes if c.key in self.common.keys])

    def _patch(self, kind: ShardKind, changes: list[PostingChange]) -> Iterator[ShardFile]:
        """Yield the shards of a kind; ``changes`` are in the order of keys."""
        shift = 32 - self.bits + kind.fewer
        touched = sorted({c.key >> shift for c in changes})
        for start in range(0, len(touched), _BATCH):
            numbers = touched[start : start + _BATCH]
            known: PackedColumns = {}
            files = [(number, self.read(kind, number)) for number in numbers]
            old = unpack_shards(kind, files, self.bits, known)
            new = _apply(old, _select(changes, numbers, shift))
            yield from pack_shards(kind, new, numbers, self.bits, known)

    def _patch_own(self, changes: list[PostingChange]) -> Iterator[ShardFile]:
        """Yield the shards of common sequences."""
        for key, group in groupby(changes, lambda c: c.key):
            number = (1 << self.bits) + self.common.keys[key]
            old = unpack_own_shard(number, self.read(PAIRS, number), self.bits)
            yield pack_own_shard(_apply(old, list(group)), number, self.bits)


def _select(changes: list[PostingChange], numbers: list[int], shift: int) -> list[PostingChange]:
    """Return the changes in the shards from the first to the last of ``numbers``."""
    low = bisect_left(changes, numbers[0] << shift, key=lambda c: c.key)
    high = bisect_left(changes, numbers[-1] + 1 << shift, key=lambda c: c.key)
    return changes[low:high]


def _compare(
    edits: list[DocumentEdit], extract: Callable[[UnitBatch], Postings]
) -> list[PostingChange]:
    """Return what ``edits`` change in the postings, by key and document."""
    found = []
    none = np.zeros(0, np.uint32)
    for edit in edits:
        both = (edit.before, edit.after)
        before, after = (_map_values(extract(UnitBatch.join([stream]))) for stream in both)
        for key in before.keys() | after.keys():
            old, new = before.get(key, none), after.get(key, none)
            if old.tobytes() != new.tobytes():
                found.append(PostingChange(key, edit.doc, new))
    return sorted(found, key=lambda c: c[:2])


def _map_values(postings: Postings) -> dict[int, U32]:
    """Return the values of each key, from the postings of one document."""
    order = np.argsort(postings.keys, kind="stable")
    keys = postings.keys[order]
    begin = np.flatnonzero(mark_changes(keys))
    values = np.split(postings.spots[order], begin[1:])  # in the first document a spot is a place
    return dict(zip(keys[begin].tolist(), values, strict=False))


def _apply(lists: PostingLists, changes: list[PostingChange]) -> PostingLists:
    """Return the lists with ``changes``, which are in the order of keys and documents."""
    editor = _ListEditor(lists)
    for change in changes:
        editor.apply(change)
    return editor.finish()


class _ListEditor:
    """Lists being changed: what is removed and what is inserted, by place in the old arrays."""

    def __init__(self, lists: PostingLists) -> None:
        self.old = lists
        self.counts = np.diff(lists.first)
        self.docs_stay = np.ones(len(lists.docs), np.bool_)
        self.values_stay = np.ones(len(lists.values), np.bool_)
        self.keys: list[tuple[int, int, int]] = []
        self.docs: list[tuple[int, int, int]] = []
        self.values: list[tuple[int, U32]] = []

    def apply(self, change: PostingChange) -> None:
        """Remove the values that a document had of a key, and insert those it has now."""
        old = self.old
        key, doc = np.uint32(change.key), np.uint32(change.doc)
        row = int(np.searchsorted(old.keys, key))
        known = row < len(old.keys) and old.keys[row] == key
        # A new key has no documents: begin and end are where its first one is inserted.
        begin, end = int(old.first[row]), int(old.first[row + known])
        at = begin + int(np.searchsorted(old.docs[begin:end], doc))
        if at < end and old.docs[at] == doc:
            self.docs_stay[at] = False
            self.values_stay[old.begin[at] : old.begin[at + 1]] = False
            self.counts[row] -= 1
        size = len(change.values)
        if not size:
            return
        self.docs.append((at, change.doc, size))
        self.values.append((int(old.begin[at]), change.values))
        if known:
            self.counts[row] += 1
        elif self.keys and self.keys[-1][1] == change.key:
            self.keys[-1] = (row, change.key, self.keys[-1][2] + 1)
        else:
            self.keys.append((row, change.key, 1))

    def finish(self) -> PostingLists:
        """Return the new lists."""
        old = self.old
        at_key, new_keys, new_counts = _transpose(self.keys)
        at_doc, new_docs, new_often = _transpose(self.docs)
        at_value = np.repeat(
            np.array([at for at, _ in self.values], np.int64), new_often.astype(np.int64)
        )
        new_values = np.concatenate([np.zeros(0, np.uint32), *(v for _, v in self.values)])
        # All positions are those of the old arrays: first everything is inserted, then cut out.
        counts = np.insert(self.counts, at_key, new_counts)
        docs_stay = np.insert(self.docs_stay, at_doc, values=True)
        values_stay = np.insert(self.values_stay, at_value, values=True)
        often = np.insert(np.diff(old.begin), at_doc, new_often)[docs_stay]
        return PostingLists(
            keys=np.insert(old.keys, at_key, new_keys)[counts > 0],
            first=sum_counts(counts[counts > 0].astype(np.uint32)),
            docs=np.insert(old.docs, at_doc, new_docs)[docs_stay],
            begin=sum_counts(often.astype(np.uint32)),
            values=np.insert(old.values, at_value, new_values)[values_stay],
        )


def _transpose(rows: list[tuple[int, int, int]]) -> tuple[I64, U32, U32]:
    """Return the columns of rows of a place and two numbers."""
    table = np.array(rows, np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1].astype(np.uint32), table[:, 2].astype(np.uint32)
