"""Buckets: postings of many documents brought into order of their keys, by way of files.

All postings are too many for memory, so they are sorted in two steps. A process that has extracted
the postings of a batch of documents puts them into buckets by the top bits of their keys
(:func:`split_into_buckets`) and writes them into its file. When all batches are written, the rows
of one bucket are read from all files and sorted (:func:`sort_bucket`). Batches come in the order of
documents and both steps are stable, so the rows of one key stay in the order of documents and
places.

With one bit for a bucket, the keys 2… and 7… go into bucket 0, 9… into bucket 1; a row is a spot
and a key:

    >>> keys = np.array([0x90000000, 0x20000000, 0x70000000, 0x20000000], np.uint32)
    >>> buckets = split_into_buckets(Postings(keys, np.array([0, 1, 2, 3], np.uint32)), bits=1)
    >>> buckets.counts.tolist()
    [3, 1]
    >>> [f"{spot} {key:x}" for spot, key in buckets.rows.tolist()]
    ['1 20000000', '2 70000000', '3 20000000', '0 90000000']
    >>> lists, _ = sort_bucket(Bucket(buckets.rows[:3], np.zeros(3, np.uint32)), bits=1)
    >>> [f"{key:x}" for key in lists.keys.tolist()], lists.values.tolist()
    (['20000000', '70000000'], [1, 3, 2])
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

from xuelan.engine.positioned import read_at
from xuelan.search.arrays import I64, U32
from xuelan.search.postings import PLACE_BITS, PLACE_MASK, PostingLists, Postings

MOST_BITS: Final = 12
"""Top bits of a key that name its bucket, at most."""

_LARGEST: Final = 30 * 1024 * 1024
"""Somewhat less than the largest block that glibc keeps."""
_ROW: Final = 8
"""Bytes of a row."""
_SIDES: Final[tuple[Literal["left"], Literal["right"]]] = "left", "right"


class BucketedRows(NamedTuple):
    """Rows in the order of their buckets, and how many rows each bucket has."""

    counts: I64
    rows: U32


def keep_memory() -> None:
    """Let this process and its forks keep the memory of freed arrays for the next ones.

    Given back to the system, it would come again page by page, each of them cleared. glibc keeps
    blocks up to the size of the largest one that was freed (mallopt(3), ``M_MMAP_THRESHOLD``).
    """
    largest = np.empty(_LARGEST, np.uint8)
    del largest


def split_into_buckets(postings: Postings, bits: int) -> BucketedRows:
    """Sort the rows of some documents by bucket, which ``bits`` name; the sort is stable.

    numpy sorts numbers of eight bits by radix in one pass, those of sixteen in two.
    """
    buckets = (postings.keys >> np.uint32(32 - bits)).astype(np.uint8 if bits <= 8 else np.uint16)
    rows = np.stack([postings.spots, postings.keys], axis=1)
    counts = np.bincount(buckets, minlength=1 << bits)
    return BucketedRows(counts, rows.take(np.argsort(buckets, kind="stable"), axis=0))


class SpoolSegment(NamedTuple):
    """One batch in a file: its first document, the file, and the offsets between its buckets.

    Bucket ``n`` stands at the bytes ``ends[n]`` to ``ends[n + 1]``.
    """

    first: int
    file: str
    ends: I64


class Bucket(NamedTuple):
    """A bucket's rows of all documents, and for each row the first document of its batch."""

    rows: U32
    firsts: U32


class Spool:
    """Files that take rows in the order of documents, and give them back bucket by bucket.

    Each process that makes rows writes them into a file of its own: passed on from process to
    process, they would cost as much again.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._process = 0
        self._files: dict[str, FileIO] = {}
        self._segments: list[SpoolSegment] = []

    def write(self, first: int, rows: BucketedRows) -> SpoolSegment:
        """Write the rows of the documents from ``first`` on into this process's file."""
        if self._process != os.getpid():  # a fork has its parent's spool, and needs its own file
            handle, self._own = tempfile.mkstemp(dir=self._folder, prefix=self._name)
            os.close(handle)
            self._process, self._size = os.getpid(), 0
        file = self._open(self._own)
        ends = np.append(0, np.cumsum(rows.counts)) * _ROW + self._size
        data = rows.rows.data.cast("B")
        self._size += len(data)
        while data:
            data = data[file.write(data) :]
        return SpoolSegment(first, self._own, ends)

    def add(self, segment: SpoolSegment) -> None:
        """Take a segment that a process has written; segments come in the order of documents."""
        self._segments.append(segment)

    def read_bucket(self, number: int) -> Bucket:
        """Read the bucket with this number from all segments."""
        found = [self._read(segment, number) for segment in self._segments]
        sizes = [len(data) // _ROW for data in found]
        firsts = np.array([segment.first for segment in self._segments], np.uint32)
        rows = np.frombuffer(b"".join(found), np.uint32).reshape(-1, 2)
        return Bucket(rows, np.repeat(firsts, sizes))

    def _read(self, segment: SpoolSegment, number: int) -> bytes:
        begin, end = segment.ends[number : number + 2].tolist()
        return read_at(self._open(segment.file), end - begin, begin)

    def _open(self, name: str) -> FileIO:
        if name not in self._files:
            self._files[name] = FileIO(name, "r+b")
        return self._files[name]

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()


def sort_bucket(
    bucket: Bucket, bits: int, apart: Iterable[int] = ()
) -> tuple[PostingLists, dict[int, PostingLists]]:
    """Return the lists of a bucket, which ``bits`` name; those of the keys ``apart`` by key."""
    keys, docs, values = _sort_rows(bucket, bits)
    own: dict[int, PostingLists] = {}
    cuts: list[int] = []
    for key in sorted(apart):
        low, high = (int(np.searchsorted(keys, np.uint32(key), side)) for side in _SIDES)
        if low < high:
            own[key] = PostingLists.group(keys[low:high], docs[low:high], values[low:high])
            cuts += low, high
    if own:
        # Cuts come in pairs: every second stretch between them is what is left.
        rest = list(pairwise([0, *cuts, len(keys)]))[::2]
        keys, docs, values = (
            np.concatenate([column[low:high] for low, high in rest])
            for column in (keys, docs, values)
        )
    return PostingLists.group(keys, docs, values), own


def _sort_rows(bucket: Bucket, bits: int) -> tuple[U32, U32, U32]:
    """Return all rows of a bucket by key: keys, documents and values; the sort is stable.

    The low halves of the keys are sorted, then the high ones: numpy sorts sixteen bits by radix,
    which takes a third of the time of sorting the keys. With eight bits for a bucket, all high
    halves share their upper byte, and the lower one is enough.
    """
    low, high = (bucket.rows[:, 1] >> np.uint32(shift) for shift in (0, 16))
    order = np.argsort(low.astype(np.uint16), kind="stable")
    again = high.astype(np.uint8 if bits >= 8 else np.uint16).take(order)
    order = order.take(np.argsort(again, kind="stable"))
    spots, keys = np.ascontiguousarray(bucket.rows.take(order, axis=0).T)
    docs = bucket.firsts.take(order)
    docs += spots >> np.uint32(PLACE_BITS)
    spots &= np.uint32(PLACE_MASK)
    return keys, docs, spots
