"""Reads a piece of a file and leaves the file's position alone, on any system."""

from __future__ import annotations

import os
import threading
from typing import IO, Final

_pread: Final = getattr(os, "pread", None)
"""Missing on Windows."""

_lock: Final = threading.Lock()


def read_at(file: IO[bytes], length: int, start: int) -> bytes:
    """Read up to ``length`` bytes of ``file`` from ``start`` on. Raises ``OSError``.

    Where the system cannot read at a place, the position is moved there and back. Only threads
    share it then: such a system has no forks.
    """
    handle = file.fileno()
    if _pread is not None:
        return bytes(_pread(handle, length, start))
    with _lock:
        before = os.lseek(handle, 0, os.SEEK_CUR)
        try:
            os.lseek(handle, start, os.SEEK_SET)
            return os.read(handle, length)
        finally:
            os.lseek(handle, before, os.SEEK_SET)
