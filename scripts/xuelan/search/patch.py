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

from xuelan.search import files, postings
from xuelan.search.postings import U32, Columns, Entries, Lists
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

    Raises :class:`~xuelan.search.files.DamagedIndex` when an old shard cannot be used.
    """
    pairs = _Change.of(edits, postings.pairs)
    singles = _Change.of(edits, postings.singles)
    keys = np.concatenate([pairs.keys, singles.keys])
    touched = np.unique(keys >> np.uint32(32 - bits)).tolist()
    opened = [files.unpack_shard(read(n), n, bits) for n in touched]
    two = pairs.applied([p for p, _ in opened])
    one = singles.applied([s for _, s in opened])
    packed_pairs = _packed(two, touched, bits, postings.pack_pairs)
    packed_singles = _packed(one, touched, bits, postings.pack_singles)
    return {
        n: files.pack_shard(p, s, n, bits)
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
        keys = np.unique(np.concatenate([np.zeros(0, np.uint32), *found]))
        rows = postings.join(after)
        rows = postings.sort(rows.take(np.isin(rows.keys, keys)))
        return cls(keys, np.array([e.doc for e in edits], np.uint32), rows)

    def applied(self, lists: list[Lists]) -> Entries:
        """All rows of ``lists`` with the edited documents' rows replaced."""
        old = postings.join([part.rows() for part in lists])
        gone = np.isin(old.docs, self.docs)
        gone[gone] = np.isin(old.keys[gone], self.keys)
        old = old.take(~gone)
        at = np.searchsorted(_order(old), _order(self.rows), side="right")
        return Entries(
            np.insert(old.keys, at, self.rows.keys),
            np.insert(old.docs, at, self.rows.docs),
            np.insert(old.values, at, self.rows.values),
        )


def _differing(before: Entries, after: Entries) -> U32:
    was, now = (e.keys.astype(np.uint64) << np.uint64(32) | e.values for e in (before, after))
    return np.unique(np.setxor1d(was, now) >> np.uint64(32)).astype(np.uint32)


def _order(entries: Entries) -> npt.NDArray[np.uint64]:
    return entries.keys.astype(np.uint64) << np.uint64(32) | entries.docs
