"""Files kept between builds, and what the last build knew of them.

A file counts only when its size and time of writing are those the last finished build noted;
anything else is a miss and made again. So a build cut short leaves nothing that is believed.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

Stamp = tuple[int, int]
"""A file's size and time of writing, in nanoseconds."""

_STATE: Final = "state.json"
_LOCK: Final = "lock"


class Store:
    """A flat folder of files named by what they hold.

    Flat, because a file system spreads folders over the disk: the first file in each of 256
    folders costs more than a thousand files in one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)
        self.made = 0

    def path(self, name: str) -> str:
        """Where the file called ``name`` is kept."""
        return f"{self.folder}/{name}"

    def has(self, name: str, stamp: Stamp) -> bool:
        """True when the file is there and as its stamp says."""
        try:
            return stamp_of(self.path(name)) == tuple(stamp)
        except OSError:
            return False

    def get(self, name: str, stamp: Stamp) -> bytes | None:
        """The file's bytes; ``None`` when it is missing or not as its stamp says."""
        if not self.has(name, stamp):
            return None
        with open(self.path(name), "rb") as file:
            return file.read()

    def put(self, name: str, content: bytes) -> Stamp:
        """Keep ``content`` under ``name``; other names of an older file keep the older one."""
        path = self.path(name)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        with open(path, "xb", buffering=0) as file:
            file.write(content)
            found = os.fstat(file.fileno())
        self.made += 1
        return found.st_size, found.st_mtime_ns

    def place(self, name: str, target: str) -> None:
        """Put the file at ``target``: a second name for it where the system can, else a copy."""
        try:
            os.link(self.path(name), target)
        except OSError:
            shutil.copyfile(self.path(name), target)

    def state(self) -> dict[str, Any]:
        """What the last build left to be known; empty when it cannot be read."""
        try:
            with open(self.path(_STATE), "rb") as file:
                state = json.loads(file.read())
        except (OSError, ValueError):
            return {}
        return state if isinstance(state, dict) else {}

    def keep(self, state: dict[str, Any]) -> None:
        """Leave ``state`` to the next build."""
        fresh = self.path(f"{_STATE}.new")
        with open(fresh, "w", encoding="utf-8") as file:
            file.write(json.dumps(state, ensure_ascii=False))
        os.replace(fresh, self.path(_STATE))

    def sweep(self, used: Iterable[str]) -> None:
        """Remove every file that is not in ``used``."""
        wanted = {*used, _STATE, _LOCK}
        with os.scandir(self.folder) as found:
            for file in found:
                if file.name not in wanted and file.is_file():
                    os.unlink(file)


def stamp_of(path: str) -> Stamp:
    """The size and time of writing of a file."""
    found = os.stat(path)
    return found.st_size, found.st_mtime_ns
