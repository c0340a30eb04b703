"""What an editor saves: heard from the system, told as paths seen from the column's folder."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

SETTLE_SECONDS: Final = 0.02
"""Editors write a file in several steps, which follow each other at once: a save is over when
nothing has been heard for so long. (A text caught half written is heard of again.)"""


PATIENCE_SECONDS: Final = 1.0
"""How long a build waits for the pages of what was saved."""


class Saves(FileSystemEventHandler):
    """Collects the paths that change below ``root``; ``wake`` is set with each."""

    def __init__(self, root: Path, wake: threading.Event) -> None:
        self._root = root
        self._wake = wake
        self._paths: queue.Queue[str] = queue.Queue()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Take in what the system tells; that a folder holds other names says nothing new."""
        if event.event_type in ("opened", "closed_no_write"):
            return
        if not (event.is_directory and event.event_type == "modified"):
            for path in (os.fsdecode(event.src_path), os.fsdecode(event.dest_path)):
                if path:
                    self._paths.put(self._seen(path))
        self._wake.set()

    def _seen(self, path: str) -> str:
        found = Path(path)
        return found.relative_to(self._root).as_posix() if self._root in found.parents else path

    def each(self) -> Iterator[set[str]]:
        """The paths of one save after another, without end; who asks for the next is done."""
        while True:
            paths = [self._paths.get()]
            try:
                while True:
                    paths.append(self._paths.get(timeout=SETTLE_SECONDS))
            except queue.Empty:
                yield set(paths)
            for _ in paths:
                self._paths.task_done()

    def join(self) -> None:
        """Wait until somebody is done with all that was saved, but not for ever."""
        done = self._paths.all_tasks_done
        with done:
            done.wait_for(lambda: not self._paths.unfinished_tasks, PATIENCE_SECONDS)


def watch(saves: Saves, places: Iterable[Path]) -> Any:
    """A running observer that tells ``saves`` of the files and folders at ``places``."""
    observer = Observer()
    for place in places:
        if place.exists():
            observer.schedule(saves, str(place), recursive=place.is_dir())
    observer.start()
    return observer
