"""The files that an editor saves: heard from the system, given as batches of paths."""

from __future__ import annotations

import contextlib
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


class Watcher:
    """Reports changes of files and folders to ``saved``, also of those made again in their place.

    The system watches a folder and not its name: once it is removed, nothing is heard of another
    one of that name. So the folders above are watched as well, and :meth:`follow` looks again.
    """

    def __init__(self, saved: SavedFiles, root: Path) -> None:
        self._saved = saved
        self._root = root
        self._observer = Observer()
        self._watches: dict[tuple[Path, bool], tuple[tuple[int, int], Any]] = {}
        self._observer.start()

    def follow(self, places: Iterable[Path]) -> None:
        """Watch ``places`` as they are now, and nothing else."""
        listed = list(places)
        above = {p for place in listed for p in place.parents if p.is_relative_to(self._root)}
        wanted: dict[tuple[Path, bool], Any] = {(place, True): self._saved for place in listed}
        wanted |= {(p, False): _NamesOnly(self._saved, {*listed, *above}) for p in above}
        for key in [key for key in self._watches if key not in wanted or self._is_other(key)]:
            with contextlib.suppress(KeyError):  # the observer may have noticed by itself
                self._observer.unschedule(self._watches[key][1])
            del self._watches[key]
        for key in wanted.keys() - self._watches.keys():
            with contextlib.suppress(OSError):  # not there: the folder above tells when it is
                path, whole = key
                found = _identity(path)
                watch = self._observer.schedule(
                    wanted[key], str(path), recursive=whole and path.is_dir()
                )
                self._watches[key] = (found, watch)

    def stop(self) -> None:
        """Stop watching."""
        self._observer.stop()

    def _is_other(self, key: tuple[Path, bool]) -> bool:
        """True if another folder has the name of the one that is watched, or none has it."""
        try:
            return _identity(key[0]) != self._watches[key][0]
        except OSError:
            return True


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


class _NamesOnly(FileSystemEventHandler):
    """Passes on that one of ``places`` was made, removed or replaced, and nothing beside them."""

    def __init__(self, saved: SavedFiles, places: set[Path]) -> None:
        self._saved = saved
        self._places = places

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Pass on an event of one of the places."""
        paths = {Path(os.fsdecode(p)) for p in (event.src_path, event.dest_path) if p}
        if paths & self._places and not (event.is_directory and event.event_type == "modified"):
            self._saved.on_any_event(event)
