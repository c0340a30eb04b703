"""One large value for many processes: in a file that each of them reads once."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")

PREFIX: Final = ".broadcast-"
"""The start of the name of every such file. A killed process leaves its file behind."""


@dataclass(frozen=True, slots=True)
class Broadcast(Generic[T]):
    """The path and digest of a value's file, small enough to go with every item of work."""

    path: Path
    digest: str

    def get(self) -> T:
        """The value, read on the first call in a process."""
        value: T = _read(self.path, self.digest)
        return value


@contextmanager
def broadcast(value: T, folder: Path | None = None) -> Iterator[Broadcast[T]]:
    """Put ``value`` in a file of ``folder`` (default: temporary); remove it after the block."""
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    with NamedTemporaryFile(dir=folder, prefix=PREFIX, delete=False) as file:
        file.write(data)
    path = Path(file.name)
    try:
        yield Broadcast(path, hashlib.sha256(data).hexdigest())
    finally:
        path.unlink(missing_ok=True)


@lru_cache(maxsize=1)
def _read(path: Path, digest: str) -> Any:
    data = path.read_bytes()
    assert hashlib.sha256(data).hexdigest() == digest
    return pickle.loads(data)  # noqa: S301 - our own, checked above
