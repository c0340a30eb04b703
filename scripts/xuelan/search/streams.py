"""The streams of all documents of a build in one file, read by the next build.

Folding a text and laying it out is the work per material worth keeping; a file for each would
cost more than the work.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Final

from xuelan.search.store import Store, stamp_of
from xuelan.search.stream import Stream

NAME: Final = "streams"


class Streams:
    """Reads the last build's streams and writes this one's, in the order they are added."""

    def __init__(self, store: Store, before: dict[str, Any]) -> None:
        self._store = store
        known = before.get("streams", {})
        good = bool(known) and store.has(NAME, tuple(known["stamp"]))
        self._known: dict[str, list[int]] = known["places"] if good else {}
        self._old = open(store.path(NAME), "rb") if good else None
        self._new = open(store.path(f"{NAME}.new"), "wb+")
        self._places: dict[str, list[int]] = {}
        self._end = 0

    def known(self, digest: str) -> bytes | None:
        """The packed stream of a document of the last build."""
        if self._old is None or digest not in self._known:
            return None
        start, size = self._known[digest]
        self._old.seek(start)
        return self._old.read(size)

    def add(self, digest: str, packed: bytes) -> None:
        """Write a packed stream."""
        self._new.write(packed)
        self._places[digest] = [self._end, len(packed)]
        self._end += len(packed)

    def all(self) -> Iterator[Stream]:
        """Every stream added, in order."""
        self._new.seek(0)
        for _, size in self._places.values():
            yield Stream.unpack(self._new.read(size))

    def of(self, digest: str) -> Stream:
        """The stream of a document added."""
        start, size = self._places[digest]
        self._new.seek(start)
        return Stream.unpack(self._new.read(size))

    @property
    def bytes(self) -> int:
        """How many bytes were added."""
        return self._end

    def close(self) -> dict[str, Any]:
        """Let this build's file take the last one's place; what the next must know."""
        self._new.close()
        if self._old is not None:
            self._old.close()
        path = self._store.path(NAME)
        os.replace(f"{path}.new", path)
        return {"stamp": stamp_of(path), "places": self._places}
