"""Only the shards that an edit touches, made from what the last build left.

The result is the same, byte for byte, as making all shards anew: the same rows are packed by
the same code. Where the documents or their order changed, or anything is missing, there is no
result and all shards are made anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from xuelan.search import postings
from xuelan.search.postings import U32, Columns, Entries, Lists, among, distinct
from xuelan.search.stream import Stream

MOST_EDITS: Final = 8
"""With more documents edited at once, making everything anew costs less."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A document's number and its text before and after."""

    doc: int
    before: Stream
    after: Stream


def patched(read: Callable[[int], bytes], edits: list[Edit], bits: int) -> dict[int, bytes]:
    """The files of the shards that ``edits`` touch, by number; ``read`` gives the old ones.

    Raises :class:`~xuelan.search.files.DamagedIndexError` when an old shard cannot be used.
    """
    pairs = _Change.of(edits, postings.pairs)
    singles = _Change.of(edits, postings.singles)
    keys = np.concatenate([pairs.keys, singles.keys])
    touched = distinct(keys >> np.uint32(32 - bits)).tolist()
    opened = [(n, postings.open_shard(read(n), n, bits)) for n in touched]
    two = pairs.applied(postings.unpack_pairs([(n, p) for n, (p, _) in opened], bits))
    one = singles.applied(postings.unpack_singles([(n, s) for n, (_, s) in opened], bits))
    packed_pairs = _packed(two, touched, bits, postings.pack_pairs)
    packed_singles = _packed(one, touched, bits, postings.pack_singles)
    return {
        n: postings.pack_shard(p, s, n, bits)
        for n, p, s in zip(touched, packed_pairs, packed_singles, strict=True)
    }


def _packed(
    entries: Entries,
    numbers: list[int],
    bits: int,
    pack: Callable[[Entries, range, int], postings.Packed],
) -> list[Columns]:
    wanted = set(numbers)
    whole = range(1 << bits)
    return [c for n, c in zip(whole, pack(entries, whole, bits), strict=True) if n in wanted]


@dataclass(frozen=True, slots=True)
class _Change:
    """The keys for which an edited document has other rows, and its new rows for all these."""

    keys: U32
    docs: U32
    rows: Entries

    @classmethod
    def of(cls, edits: list[Edit], entries: Callable[[int, Stream], Entries]) -> _Change:
        """What changes between the texts before and after."""
        before = [entries(e.doc, e.before) for e in edits]
        after = [entries(e.doc, e.after) for e in edits]
        found = [_differing(a, b) for a, b in zip(before, after, strict=True)]
        keys = distinct(np.concatenate([np.zeros(0, np.uint32), *found]))
        rows = postings.join(after)
        rows = postings.sort(rows.take(among(rows.keys, keys)))
        return cls(keys, np.array([e.doc for e in edits], np.uint32), rows)

    def applied(self, lists: Lists) -> Entries:
        """All rows of ``lists`` with the edited documents' rows replaced."""
        old = lists.rows()
        gone = among(old.docs, self.docs)
        gone[gone] = among(old.keys[gone], self.keys)
        old = old.take(~gone)
        at = np.searchsorted(_order(old), _order(self.rows), side="right")
        return Entries(
            np.insert(old.keys, at, self.rows.keys),
            np.insert(old.docs, at, self.rows.docs),
            np.insert(old.values, at, self.rows.values),
        )


def _differing(before: Entries, after: Entries) -> U32:
    was, now = (e.keys.astype(np.uint64) << np.uint64(32) | e.values for e in (before, after))
    both = np.sort(np.concatenate([was, now]))
    differs = np.ones(len(both) + 1, np.bool_)
    np.not_equal(both[1:], both[:-1], out=differs[1:-1])
    alone = both[differs[1:] & differs[:-1]]
    return distinct((alone >> np.uint64(32)).astype(np.uint32))


def _order(entries: Entries) -> npt.NDArray[np.uint64]:
    return entries.keys.astype(np.uint64) << np.uint64(32) | entries.docs
