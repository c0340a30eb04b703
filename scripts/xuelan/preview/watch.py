"""The files that an editor saves: heard from the system, given as batches of paths."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

QUIET_SECONDS: Final = 0.02
"""A save is over when the system has reported nothing for so long.

Editors write a file in several steps that follow each other at once. (A text that is read half
written is reported again.)
"""

PATIENCE_SECONDS: Final = 1.0
"""How long a build waits until the quick pages of what was saved are made."""


class SavedFiles(FileSystemEventHandler):
    """Collects the paths that change below ``root``; each of them sets ``wake``."""

    def __init__(self, root: Path, wake: threading.Event) -> None:
        self._root = root
        self._wake = wake
        self._paths: queue.Queue[str] = queue.Queue()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Add the paths of an event.

        That the entries of a folder have changed is no news: the entries have events of their own.
        """
        if event.event_type in ("opened", "closed_no_write"):
            return
        if not (event.is_directory and event.event_type == "modified"):
            for path in (os.fsdecode(event.src_path), os.fsdecode(event.dest_path)):
                if path:
                    self._paths.put(self._relative(path))
        self._wake.set()

    def batches(self) -> Iterator[set[str]]:
        """Yield the paths of one save after another, without end.

        A batch counts as handled when the next one is asked for.
        """
        while True:
            paths = [self._paths.get()]
            try:
                while True:
                    paths.append(self._paths.get(timeout=QUIET_SECONDS))
            except queue.Empty:
                yield set(paths)
            for _ in paths:
                self._paths.task_done()

    def wait_until_handled(self) -> None:
        """Wait until all batches are handled, for :data:`PATIENCE_SECONDS` at most."""
        done = self._paths.all_tasks_done
        with done:
            done.wait_for(lambda: not self._paths.unfinished_tasks, PATIENCE_SECONDS)

    def _relative(self, path: str) -> str:
        found = Path(path)
        return found.relative_to(self._root).as_posix() if self._root in found.parents else path


def start_watching(saved: SavedFiles, places: Iterable[Path]) -> Any:
    """Start an observer that reports changes of files and folders at ``places`` to ``saved``."""
    observer = Observer()
    for place in places:
        if place.exists():
            observer.schedule(saved, str(place), recursive=place.is_dir())
    observer.start()
    return observer
