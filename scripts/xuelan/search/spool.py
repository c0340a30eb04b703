"""Rows by key, which are too many for memory, gone through bucket by bucket.

Rows are put in order in two steps. Whoever makes the rows of some documents puts them into groups
by the top bits of their keys (:func:`grouped`); once all are there, the rows of a group from all
documents are joined and sorted (:func:`sorted_lists`). A row is one 64-bit number: what is below
the key's group bits, then the document, then the value. Rows come in the order of documents and
places, so sorting leaves those of one key as they came.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from io import FileIO
from pathlib import Path
from typing import Final, Literal, NamedTuple

import numpy as np

from xuelan.search.postings import I64, U32, U64, Entries, Lists, changes

GROUP_BITS: Final = 12
"""Top bits of a key that name its group."""
VALUE_BITS: Final = 24
DOC_BITS: Final = 20
"""Bits of a row for a place in a document, and for the document: a million of them."""

_KEY_SHIFT: Final = np.uint64(VALUE_BITS + DOC_BITS)
_VALUE_SHIFT: Final = np.uint64(VALUE_BITS)
_GROUP_SHIFT: Final = np.uint32(32 - GROUP_BITS)


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


class Part(NamedTuple):
    """The rows of some documents: the file, where they begin in it, how many of each group."""

    file: str
    start: int
    counts: U32


class Spool:
    """Takes rows in the order of documents; gives them back bucket by bucket, from files.

    Each process that makes rows writes them into a file of its own: passed on from process to
    process, they would cost as much again.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._process = 0
        self._files: dict[str, FileIO] = {}
        self._parts: list[tuple[Part, I64]] = []

    def write(self, rows: Rows) -> Part:
        """Put the rows of some documents into this process's file."""
        if self._process != os.getpid():
            handle, self._own = tempfile.mkstemp(dir=self._folder, prefix=self._name)
            os.close(handle)
            self._process, self._size = os.getpid(), 0
        file = self._open(self._own)
        part = Part(self._own, self._size, rows.counts)
        data = memoryview(rows.rows.tobytes())
        self._size += len(data)
        while data:
            data = data[file.write(data) :]
        return part

    def add(self, part: Part) -> None:
        """Take what a process has written of the next documents."""
        self._parts.append((part, np.append(0, np.cumsum(part.counts, dtype=np.int64))))

    def bucket(self, number: int, count: int) -> list[Rows]:
        """Of ``count`` buckets of groups, the one with this number: its rows of all parts."""
        each = (1 << GROUP_BITS) // count
        low = number * each
        found = []
        for part, ends in self._parts:
            first, size = int(ends[low]), int(ends[low + each] - ends[low])
            data = os.pread(self._open(part.file).fileno(), 8 * size, part.start + 8 * first)
            found.append(Rows(part.counts[low : low + each], np.frombuffer(data, np.uint64)))
        return found

    def _open(self, name: str) -> FileIO:
        if name not in self._files:
            self._files[name] = FileIO(name, "r+b")
        return self._files[name]

    def close(self) -> None:
        """Let the files go."""
        for file in self._files.values():
            file.close()


def sorted_lists(
    bucket: list[Rows], first: int, apart: Iterable[int] = ()
) -> tuple[Lists, dict[int, Lists]]:
    """The lists of a bucket whose groups begin with ``first``; those of keys ``apart`` by key."""
    keys, rows = _sorted(bucket, first)
    own: dict[int, Lists] = {}
    stays = np.ones(len(keys), np.bool_)
    for key in sorted(apart):
        low, high = (int(np.searchsorted(keys, np.uint32(key), side)) for side in _SIDES)
        if low < high:
            own[key] = _lists(keys[low:high], rows[low:high])
            stays[low:high] = False
    return _lists(keys[stays], rows[stays]) if own else _lists(keys, rows), own


_SIDES: Final[tuple[Literal["left"], Literal["right"]]] = "left", "right"


def _sorted(bucket: list[Rows], first: int) -> tuple[U32, U64]:
    """All rows of a bucket by key, and their keys; those of a key are in order as they came.

    Numbers of 16 bits are sorted by radix, which takes a third of the time.
    """
    if not bucket:
        return np.zeros(0, np.uint32), np.zeros(0, np.uint64)
    counts = np.concatenate([part.counts for part in bucket])
    numbers = np.arange(len(counts), dtype=np.uint32) % np.uint32(len(bucket[0].counts))
    rows = np.concatenate([part.rows for part in bucket])
    keys = np.repeat(numbers + np.uint32(first) << _GROUP_SHIFT, counts)
    keys |= (rows >> _KEY_SHIFT).astype(np.uint32)
    order = np.argsort(keys.astype(np.uint16), kind="stable")
    keys = keys[order]
    above = (keys - (np.uint32(first) << _GROUP_SHIFT)) >> np.uint32(16)
    again = np.argsort(above.astype(np.uint16), kind="stable")
    return keys[again], rows[order[again]]


def _lists(keys: U32, rows: U64) -> Lists:
    """The lists of sorted rows with these keys."""
    new_key = changes(keys)
    begin = np.flatnonzero(new_key | changes(rows >> _VALUE_SHIFT))
    first = np.flatnonzero(new_key[begin])
    return Lists(
        keys=keys[begin[first]],
        first=np.append(first, len(begin)),
        docs=(rows[begin] >> _VALUE_SHIFT).astype(np.uint32) & np.uint32((1 << DOC_BITS) - 1),
        begin=np.append(begin, len(rows)),
        values=rows.astype(np.uint32) & np.uint32((1 << VALUE_BITS) - 1),
    )
