"""Rows by key, which are too many for memory, gone through bucket by bucket.

Rows are put in order in two steps. Whoever makes the rows of some documents puts them into buckets
by the top bits of their keys (:func:`grouped`); once all are there, the rows of a bucket from all
documents are joined and sorted (:func:`sorted_lists`). A row is two 32-bit numbers, a spot and a
key. Rows come in the order of documents and places, so sorting leaves those of one key as they
came.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from io import FileIO
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal, NamedTuple

import numpy as np

from xuelan.search.postings import I64, PLACE_BITS, U32, Entries, Lists

MOST_BITS: Final = 12
"""Top bits of a key that name its bucket, at most."""

_PLACE: Final = np.uint32((1 << PLACE_BITS) - 1)
_LARGEST: Final = 30 * 1024 * 1024
"""Somewhat less than the most that glibc goes by."""
_ROW: Final = 8
"""Bytes of a row."""


class Rows(NamedTuple):
    """Rows in order of their buckets, and how many each bucket has."""

    counts: I64
    rows: U32


def keep_memory() -> None:
    """Let this process and its forks keep the memory that arrays leave, for the next ones.

    Given back to the system, it would come again page by page, each of them cleared. glibc keeps
    blocks up to the size of the largest one that was set free (mallopt(3), ``M_MMAP_THRESHOLD``).
    """
    largest = np.empty(_LARGEST, np.uint8)
    del largest


def grouped(entries: Entries, bits: int) -> Rows:
    """Rows of some documents by bucket, which ``bits`` name; those of one stay in their order.

    Numbers of eight bits are sorted by radix in one go, those of sixteen in two.
    """
    buckets = (entries.keys >> np.uint32(32 - bits)).astype(np.uint8 if bits <= 8 else np.uint16)
    rows = np.stack([entries.spots, entries.keys], axis=1)
    counts = np.bincount(buckets, minlength=1 << bits)
    return Rows(counts, rows.take(np.argsort(buckets, kind="stable"), axis=0))


class Part(NamedTuple):
    """The rows of the documents from ``first`` on: the file, and where each bucket ends in it."""

    first: int
    file: str
    ends: I64


class Bucket(NamedTuple):
    """A bucket's rows of all documents, and for each row the first of its batch of documents."""

    rows: U32
    firsts: U32


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
        self._parts: list[Part] = []

    def write(self, first: int, rows: Rows) -> Part:
        """Put the rows of the documents from ``first`` on into this process's file."""
        if self._process != os.getpid():
            handle, self._own = tempfile.mkstemp(dir=self._folder, prefix=self._name)
            os.close(handle)
            self._process, self._size = os.getpid(), 0
        file = self._open(self._own)
        ends = np.append(0, np.cumsum(rows.counts)) * _ROW + self._size
        data = rows.rows.data.cast("B")
        self._size += len(data)
        while data:
            data = data[file.write(data) :]
        return Part(first, self._own, ends)

    def add(self, part: Part) -> None:
        """Take what a process has written of the next documents."""
        self._parts.append(part)

    def bucket(self, number: int) -> Bucket:
        """The bucket with this number."""
        found = [self._read(part, number) for part in self._parts]
        sizes = [len(data) // _ROW for data in found]
        firsts = np.array([part.first for part in self._parts], np.uint32)
        rows = np.frombuffer(b"".join(found), np.uint32).reshape(-1, 2)
        return Bucket(rows, np.repeat(firsts, sizes))

    def _read(self, part: Part, number: int) -> bytes:
        begin, end = part.ends[number : number + 2].tolist()
        return os.pread(self._open(part.file).fileno(), end - begin, begin)

    def _open(self, name: str) -> FileIO:
        if name not in self._files:
            self._files[name] = FileIO(name, "r+b")
        return self._files[name]

    def close(self) -> None:
        """Let the files go."""
        for file in self._files.values():
            file.close()


def sorted_lists(
    bucket: Bucket, bits: int, apart: Iterable[int] = ()
) -> tuple[Lists, dict[int, Lists]]:
    """The lists of a bucket which ``bits`` name; those of the keys ``apart`` by key."""
    keys, docs, values = _sorted(bucket, bits)
    own: dict[int, Lists] = {}
    cuts: list[int] = []
    for key in sorted(apart):
        low, high = (int(np.searchsorted(keys, np.uint32(key), side)) for side in _SIDES)
        if low < high:
            own[key] = Lists.of(keys[low:high], docs[low:high], values[low:high])
            cuts += low, high
    if own:
        rest = list(pairwise([0, *cuts, len(keys)]))[::2]
        keys, docs, values = (
            np.concatenate([column[low:high] for low, high in rest])
            for column in (keys, docs, values)
        )
    return Lists.of(keys, docs, values), own


_SIDES: Final[tuple[Literal["left"], Literal["right"]]] = "left", "right"


def _sorted(bucket: Bucket, bits: int) -> tuple[U32, U32, U32]:
    """All rows of a bucket by key: keys, documents and values; those of a key as they came.

    What is sorted are halves of keys, by radix, which takes a third of the time.
    """
    low, high = (bucket.rows[:, 1] >> np.uint32(shift) for shift in (0, 16))
    order = np.argsort(low.astype(np.uint16), kind="stable")
    again = high.astype(np.uint8 if bits >= 8 else np.uint16).take(order)
    order = order.take(np.argsort(again, kind="stable"))
    spots, keys = np.ascontiguousarray(bucket.rows.take(order, axis=0).T)
    docs = bucket.firsts.take(order)
    docs += spots >> np.uint32(PLACE_BITS)
    spots &= _PLACE
    return keys, docs, spots
