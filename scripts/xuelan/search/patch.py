"""Only the shards that an edit touches, made from what the last build left.

The result is the same, byte for byte, as making all shards anew. Where the documents or their
order changed, or anything is missing, there is no result and all shards are made anew.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple

import numpy as np

from xuelan.search import postings
from xuelan.search.common import Common
from xuelan.search.files import PAIRS, SINGLES, Kind
from xuelan.search.packing import Deflated
from xuelan.search.postings import U32, Entries, Lists, Texts
from xuelan.search.stream import Stream

MOST_EDITS: Final = 8
"""With more documents edited at once, making everything anew costs less."""
_BATCH: Final = 256
"""Shards worked on together: enough to share the cost of a call, few enough for memory."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A document's number and its text before and after."""

    doc: int
    before: Stream
    after: Stream


class Change(NamedTuple):
    """The values a key now has in a document; none when the document no longer has it."""

    key: int
    doc: int
    values: U32


Shard = tuple[Kind, int]
"""The kind and number of a shard."""


def patched(
    read: Callable[[Kind, int], bytes], edits: list[Edit], bits: int, common: Common
) -> Iterator[tuple[Shard, bytes]]:
    """Each shard that ``edits`` touch, and its file; ``read`` gives the old ones.

    ``common`` are the common sequences, before and after.
    Raises :class:`~xuelan.search.files.DamagedIndexError` when an old shard cannot be used.
    """

    def sequences(texts: Texts) -> Entries:
        return postings.join([postings.pairs(texts), *common.longer(texts)])

    changes = _changes(edits, sequences)
    shared = [c for c in changes if c.key not in common.keys]
    own = [c for c in changes if c.key in common.keys]
    for kind, found in ((PAIRS, shared), (SINGLES, _changes(edits, postings.singles))):
        shift = 32 - bits + kind.fewer
        touched = sorted({c.key >> shift for c in found})
        for start in range(0, len(touched), _BATCH):
            numbers = touched[start : start + _BATCH]
            known: Deflated = {}
            old = postings.unpacked(kind, [(n, read(kind, n)) for n in numbers], bits, known)
            new = _applied(old, _among(found, numbers, shift))
            for _, number, file in postings.packed(kind, new, numbers, bits, known):
                yield (kind, number), file
    for key, group in groupby(own, lambda c: c.key):
        number = (1 << bits) + common.keys[key]
        old = postings.unpacked_own(number, read(PAIRS, number), bits)
        _, _, file = postings.packed_own(_applied(old, list(group)), number, bits)
        yield (PAIRS, number), file


def _among(changes: list[Change], numbers: list[int], shift: int) -> list[Change]:
    """The changes of the shards from the first to the last of ``numbers``."""
    low = bisect_left(changes, numbers[0] << shift, key=lambda c: c.key)
    high = bisect_left(changes, numbers[-1] + 1 << shift, key=lambda c: c.key)
    return changes[low:high]


def _changes(edits: list[Edit], entries: Callable[[Texts], Entries]) -> list[Change]:
    """What is different after ``edits``, by key and document."""
    found = []
    none = np.zeros(0, np.uint32)
    for edit in edits:
        both = (edit.before, edit.after)
        before, after = (_values(entries(Texts.of([text]))) for text in both)
        for key in before.keys() | after.keys():
            old, new = before.get(key, none), after.get(key, none)
            if old.tobytes() != new.tobytes():
                found.append(Change(key, edit.doc, new))
    return sorted(found, key=lambda c: c[:2])


def _values(entries: Entries) -> dict[int, U32]:
    """The values of each key of one document."""
    order = np.argsort(entries.keys, kind="stable")
    keys = entries.keys[order]
    begin = np.flatnonzero(postings.changes(keys))
    values = np.split(entries.spots[order], begin[1:])  # of one document a spot is a place
    return dict(zip(keys[begin].tolist(), values, strict=False))


def _applied(lists: Lists, changes: list[Change]) -> Lists:
    """The lists with ``changes``."""
    work = _Work(lists)
    for change in changes:
        work.apply(change)
    return work.done()


class _Work:
    """Lists being changed: what goes and what comes, by place in the old arrays."""

    def __init__(self, lists: Lists) -> None:
        self.old = lists
        self.counts = np.diff(lists.first)
        self.docs_stay = np.ones(len(lists.docs), np.bool_)
        self.values_stay = np.ones(len(lists.values), np.bool_)
        self.keys: list[tuple[int, int, int]] = []
        self.docs: list[tuple[int, int, int]] = []
        self.values: list[tuple[int, U32]] = []

    def apply(self, change: Change) -> None:
        """Take out what a document had of a key, and put in what it has."""
        old = self.old
        key, doc = np.uint32(change.key), np.uint32(change.doc)
        row = int(np.searchsorted(old.keys, key))
        known = row < len(old.keys) and old.keys[row] == key
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

    def done(self) -> Lists:
        """The new lists."""
        old = self.old
        at_key, new_keys, new_counts = _columns(self.keys)
        at_doc, new_docs, new_often = _columns(self.docs)
        at_value = np.repeat(
            np.array([at for at, _ in self.values], np.int64), new_often.astype(np.int64)
        )
        new_values = np.concatenate([np.zeros(0, np.uint32), *(v for _, v in self.values)])
        counts = np.insert(self.counts, at_key, new_counts)
        docs_stay = np.insert(self.docs_stay, at_doc, values=True)
        values_stay = np.insert(self.values_stay, at_value, values=True)
        often = np.insert(np.diff(old.begin), at_doc, new_often)[docs_stay]
        return Lists(
            keys=np.insert(old.keys, at_key, new_keys)[counts > 0],
            first=postings.sums(counts[counts > 0].astype(np.uint32)),
            docs=np.insert(old.docs, at_doc, new_docs)[docs_stay],
            begin=postings.sums(often.astype(np.uint32)),
            values=np.insert(old.values, at_value, new_values)[values_stay],
        )


def _columns(rows: list[tuple[int, int, int]]) -> tuple[postings.I64, U32, U32]:
    table = np.array(rows, np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1].astype(np.uint32), table[:, 2].astype(np.uint32)
