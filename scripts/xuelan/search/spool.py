"""Rows sorted into buckets by key as they come, on disk when there are many: bounded memory."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from xuelan.search.postings import Entries, join

BUCKET_BITS: Final = 4
"""Top bits of a key that name its bucket; a shard never spans two."""
_HELD: Final = 2_000_000
"""Rows held in memory before they go to disk: 24 MB."""


class Spool:
    """Takes entries in the order of documents; gives them back bucket by bucket."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._held: list[Entries] = []
        self._count = 0
        self.rows = 0

    def add(self, entries: Entries) -> None:
        """Take one document's rows."""
        self._held.append(entries)
        self._count += len(entries)
        self.rows += len(entries)
        if self._count >= _HELD:
            self.flush()

    def flush(self) -> None:
        """Put on disk what is held."""
        if not self._held:
            return
        entries = join(self._held)
        buckets = (entries.keys >> np.uint32(32 - BUCKET_BITS)).astype(np.uint8)
        order = np.argsort(buckets, kind="stable")
        ends = np.cumsum(np.bincount(buckets, minlength=1 << BUCKET_BITS))
        for number, rows in enumerate(np.split(order, ends[:-1])):
            table = np.empty((3, len(rows)), np.uint32)
            for line, column in enumerate((entries.keys, entries.docs, entries.values)):
                table[line] = column[rows]
            with self._path(number).open("ab") as file:
                file.write(np.uint32(len(rows)).tobytes() + table.tobytes())
        self._held, self._count = [], 0

    def _path(self, bucket: int) -> Path:
        return self._folder / f"{self._name}-{bucket:x}"

    def bucket(self, number: int) -> Entries:
        """The rows of a bucket that are on disk, in the order of arrival."""
        parts = []
        path = self._path(number)
        raw = np.fromfile(path, np.uint32) if path.exists() else np.zeros(0, np.uint32)
        start = 0
        while start < len(raw):
            count = int(raw[start])
            table = raw[start + 1 : start + 1 + 3 * count].reshape(3, count)
            parts.append(Entries(*table))
            start += 1 + 3 * count
        path.unlink(missing_ok=True)
        return join(parts)
