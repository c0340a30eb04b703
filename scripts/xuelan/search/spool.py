"""What is too much for memory: the texts in turn, and rows by key, gone through bucket by bucket.

Rows are put in order in two steps. Whoever makes the rows of some documents puts them into groups
by the top bits of their keys (:func:`grouped`); once all are there, the rows of a group from all
documents are joined and sorted (:func:`sorted_rows`). A row is one 64-bit number, so that sorting
numbers sorts rows: what is below the key's group bits, then the document, then the value.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from io import FileIO
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from xuelan.search.postings import I64, U32, Entries, Lists

GROUP_BITS: Final = 12
"""Top bits of a key that name its group."""
VALUE_BITS: Final = 24
DOC_BITS: Final = 20
"""Bits of a row for a place in a document, and for the document: a million of them."""

_KEY_SHIFT: Final = np.uint64(VALUE_BITS + DOC_BITS)
_VALUE_SHIFT: Final = np.uint64(VALUE_BITS)
_GROUP_SHIFT: Final = np.uint32(32 - GROUP_BITS)

U64 = npt.NDArray[np.uint64]


class Streams:
    """The packed streams of documents, in order, in a file."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / "streams").open("w+b", buffering=0)
        self._ends = [0]

    def __len__(self) -> int:
        return len(self._ends) - 1

    def add(self, stream: bytes) -> None:
        """Take the next document's."""
        self._ends.append(self._ends[-1] + len(stream))
        _write(self._file, stream)

    def of(self, docs: Iterable[int]) -> list[bytes]:
        """Those of some documents."""
        ends = self._ends
        return [_read(self._file, ends[doc], ends[doc + 1] - ends[doc]) for doc in docs]

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


def _write(file: FileIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _read(file: FileIO, start: int, size: int) -> bytes:
    """A part of a file. Several processes read it at once, so its position is left alone."""
    return os.pread(file.fileno(), size, start)


class Rows(NamedTuple):
    """Rows in order of their groups, and how many each group has."""

    counts: U32
    rows: U64


def grouped(entries: Entries) -> Rows:
    """Rows of some documents by group; those of a group stay in their order."""
    groups = (entries.keys >> _GROUP_SHIFT).astype(np.uint16)
    rows = entries.keys.astype(np.uint64)
    rows <<= _KEY_SHIFT
    rows |= entries.docs.astype(np.uint64) << _VALUE_SHIFT
    rows |= entries.values
    counts = np.bincount(groups, minlength=1 << GROUP_BITS).astype(np.uint32)
    return Rows(counts, rows[np.argsort(groups, kind="stable")])


class Spool:
    """Takes rows in the order of documents; gives them back bucket by bucket, from a file."""

    def __init__(self, folder: Path, name: str) -> None:
        self._file = (folder / name).open("w+b", buffering=0)
        self._size = 0
        self._parts: list[tuple[int, U32, I64]] = []

    def add(self, part: Rows) -> None:
        """Take the rows of some documents."""
        ends = np.append(0, np.cumsum(part.counts, dtype=np.int64))
        self._parts.append((self._size, part.counts, ends))
        data = part.rows.tobytes()
        _write(self._file, data)
        self._size += len(data)

    def bucket(self, number: int, count: int) -> list[Rows]:
        """Of ``count`` buckets of groups, the one with this number: its rows of all parts."""
        each = (1 << GROUP_BITS) // count
        low = number * each
        found = []
        for start, counts, ends in self._parts:
            first, size = int(ends[low]), int(ends[low + each] - ends[low])
            rows = np.frombuffer(_read(self._file, start + 8 * first, 8 * size), np.uint64)
            found.append(Rows(counts[low : low + each], rows))
        return found

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


def sorted_lists(
    bucket: list[Rows], first: int, apart: Iterable[int] = ()
) -> tuple[Lists, dict[int, Lists]]:
    """The lists of a bucket whose groups begin with ``first``; those of keys ``apart`` by key."""
    counts = np.array([part.counts for part in bucket], np.int64)
    size = counts.shape[1] if bucket else 0
    ends = [np.append(0, np.cumsum(row)).tolist() for row in counts]
    wanted: dict[int, list[int]] = {}
    for key in sorted(apart):
        wanted.setdefault((key >> int(_GROUP_SHIFT)) - first, []).append(key)
    kept: list[tuple[int, U64]] = []
    own: dict[int, Lists] = {}
    for group in range(size):
        rows = np.concatenate(
            [part.rows[end[group] : end[group + 1]] for part, end in zip(bucket, ends, strict=True)]
        )
        rows.sort()
        for key in wanted.get(group, ()):
            low, high = np.searchsorted(rows, _around(key))
            if low < high:
                own[key] = _lists([(first + group, rows[low:high])])
                rows = np.concatenate([rows[:low], rows[high:]])
        kept.append((first + group, rows))
    return _lists(kept), own


def _around(key: int) -> U64:
    """The lowest row of a key in its group, and the lowest of the next key."""
    within = key & (1 << int(_GROUP_SHIFT)) - 1
    top = (1 << 64) - 1
    return np.array([within << int(_KEY_SHIFT), min(top, within + 1 << int(_KEY_SHIFT))], np.uint64)


def _lists(groups: list[tuple[int, U64]]) -> Lists:
    """The lists of sorted rows by group."""
    rows = np.concatenate([np.zeros(0, np.uint64), *(rows for _, rows in groups)])
    sizes = np.array([len(rows) for _, rows in groups], np.int64)
    starts: I64 = np.cumsum(sizes) - sizes
    begin = _heads(rows >> _VALUE_SHIFT, starts[sizes > 0])
    heads = rows[begin]
    within = (heads >> _KEY_SHIFT).astype(np.uint32)
    numbers = np.array([number for number, _ in groups], np.uint32)
    which = np.repeat(numbers, np.diff(np.searchsorted(begin, np.append(starts, len(rows)))))
    keys = which << _GROUP_SHIFT | within
    first = _heads(keys, np.zeros(0, np.int64))
    return Lists(
        keys=keys[first],
        first=np.append(first, len(begin)),
        docs=(heads >> _VALUE_SHIFT).astype(np.uint32) & np.uint32((1 << DOC_BITS) - 1),
        begin=np.append(begin, len(rows)),
        values=rows.astype(np.uint32) & np.uint32((1 << VALUE_BITS) - 1),
    )


def _heads(values: U64 | U32, more: I64) -> I64:
    """Where values differ from the one before, the first included, and ``more``."""
    new = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=new[1:])
    new[more] = True
    return np.flatnonzero(new)
