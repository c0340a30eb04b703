"""A site being written: files that stay, files that come, and what is known of each."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from xuelan.text.digests import digest, key_of

T = TypeVar("T")

_NEW_FILE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class SiteFile(NamedTuple):
    """A file as published: its digest, what it was made from, size, time of writing, inode.

    Of pages no digest is taken, which would take as long as writing them: of one page, files with
    the same key have the same bytes.
    """

    digest: bytes
    key: bytes
    size: int
    time: int
    inode: int


StagedFile = tuple[str, SiteFile, bool]
"""A path, the file there, and whether it was put there just now."""


@dataclass(slots=True)
class SiteManifest:
    """What the last build published, and what it tells the next one in ``notes``.

    ``folders`` are the times at which something was last put into or taken out of each.
    """

    files: dict[str, SiteFile] = field(default_factory=dict)
    folders: dict[str, int] = field(default_factory=dict)
    notes: dict[str, bytes] = field(default_factory=dict)


class SiteTree:
    """A site being written: what is new is put into ``folder``, what stays is only counted.

    ``last`` tells what stands in ``live``, the site as it was; there nothing is touched.
    To make ``live`` the new site: ``moves``, :meth:`additions`, :meth:`split_removals`.
    """

    def __init__(
        self, folder: Path, live: Path | None = None, last: SiteManifest | None = None
    ) -> None:
        self.folder = folder
        self.last = last or SiteManifest()
        self.files: dict[str, SiteFile] = {}
        self.notes: dict[str, bytes] = {}
        self.touched: set[str] = set()
        self.moves: list[tuple[str, str]] = []
        self._live = live or folder
        self._stand = set(self.last.files)
        self._folders: set[str] = set()

    def read(self, path: str) -> bytes:
        """What this build has put at ``path``, else the last one. Raises ``OSError``."""
        if path in self.touched:
            return Path(self.staging_path(path)).read_bytes()
        return Path(f"{self._live}/{self._stood_at(path)}").read_bytes()

    def staging_path(self, path: str) -> str:
        """Where the new file of ``path`` lies.

        A first build's files lie as in the site. Others lie side by side: thousands of folders
        would be made for them and go again.
        """
        return f"{self.folder}/{path if self._live is self.folder else key_of(path).hex()}"

    def additions(self) -> list[str]:
        """What is in the folder, in the order in which it is to be put into the live site.

        What takes no other file's place comes first, so that whatever a page names is there.
        """
        return sorted(self.touched & self.files.keys(), key=lambda path: path in self._stand)

    def removals(self) -> set[str]:
        """What stood, under the names that folders have now, and is no longer part of the site."""
        return self._stand - self.files.keys()

    def split_removals(self) -> tuple[set[str], set[str]]:
        """What is to be taken out of the live site before anything comes, and after.

        Before go files that stand where a folder comes, or in a folder where a file comes.
        """
        gone = self.removals()
        if not gone:
            return gone, gone
        folders = all_folders(self.files)
        before = {p for p in gone if p in folders or self.files.keys() & set(folders_above(p))}
        return before, gone - before

    def keep_if_current(self, path: str, key: bytes) -> bool:
        """True when a file made from ``key`` stands at ``path``; it then stays."""
        entry = self._standing(path)
        if entry is None or entry.key != key:
            return False
        self._stay(path, entry)
        return True

    def keep(self, path: str) -> None:
        """Let a file of the last build stay."""
        self._stay(path, self.last.files[path])

    def keep_folder(self, folder: str, came: str, but: Container[str] = ()) -> None:
        """Let all that stood below ``came`` in the last build stand below ``folder``.

        Not what stood at the paths ``but``.
        """
        start, size = f"{came}/", len(came)
        found = [path for path in self.last.files if path.startswith(start) and path not in but]
        paths = found if folder == came else [folder + path[size:] for path in found]
        for path, old in zip(paths, found, strict=True):
            if path in self._stand:
                self.files[path] = self.last.files[old]
            else:
                self.link(path, old)

    def export_file(self, path: str) -> StagedFile:
        """Return what this process knows of ``path``, for :meth:`import_files` in another."""
        return path, self.files[path], path in self.touched

    def import_files(self, rows: Iterable[StagedFile]) -> None:
        """Count as this tree's what a fork of this process has put into its folder."""
        for path, entry, touched in rows:
            self.files[path] = entry
            if touched:
                self.touched.add(path)

    def link(self, path: str, old: str) -> None:
        """Let the file that stood at ``old`` in the last build stand at ``path``."""
        self.files[path] = self.last.files[old]
        if self._now_at(old) == path:
            return
        self._link(path, old)

    def move_folder(self, old: str, new: str) -> None:
        """Give a folder of the last build another name; its files can then be linked for nothing.

        What is not linked or written is not part of the site.
        """
        self.moves.append((old, new))
        start, size = f"{old}/", len(old)
        self._stand = {new + p[size:] if p.startswith(start) else p for p in self._stand}

    def _now_at(self, path: str) -> str:
        for old, new in self.moves:
            if path.startswith(f"{old}/"):
                return new + path[len(old) :]
        return path

    def _stood_at(self, path: str) -> str:
        for old, new in self.moves:
            if path.startswith(f"{new}/"):  # in the live site it still has its old name
                return old + path[len(new) :]
        return path

    def write(self, path: str, data: bytes, key: bytes = b"", *, digested: bool = True) -> bool:
        """Put a file at ``path``; False when the same bytes stand there already."""
        found = digest(data) if digested else b""
        entry = self._standing(path)
        known = bool(entry and entry.digest and found)
        if entry and (entry.digest == found if known else self._reads(path, data)):
            self._stay(path, entry._replace(digest=found, key=key))
            return False
        target = self._place(path)
        file = _anew(target, lambda: os.open(target, _NEW_FILE, 0o666))
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(file, rest) :]
            self._note(path, os.fstat(file), found, key)
        finally:
            os.close(file)
        return True

    def copy_file(self, path: str, source: Path) -> None:
        """Put a copy of the file ``source`` at ``path``."""
        status = source.stat()
        key = key_of(status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        if not self.keep_if_current(path, key):
            self.write(path, source.read_bytes(), key)

    def register_files(self) -> None:
        """Take in what somebody else has put into the folder."""
        for file in (f for f in self.folder.rglob("*") if f.is_file()):
            path = file.relative_to(self.folder).as_posix()
            self._note(path, file.stat(), digest(file.read_bytes()), b"")

    def invalidate(self) -> None:
        """Leave nothing to the next build but the files: an input was changed meanwhile."""
        self.notes.clear()
        self.files = {path: entry._replace(key=b"") for path, entry in self.files.items()}

    def _standing(self, path: str) -> SiteFile | None:
        """What this build has put at ``path``, else the last one."""
        return self.files.get(path) or self.last.files.get(path)

    def _reads(self, path: str, data: bytes) -> bool:
        """True when the file that stands at ``path`` has these bytes."""
        entry = self._standing(path)
        try:
            return entry is not None and entry.size == len(data) and self.read(path) == data
        except FileNotFoundError:  # taken away by a fork that was lost
            return False

    def _stay(self, path: str, entry: SiteFile) -> None:
        if path not in self._stand and path not in self.touched:
            self._link(path, path)
        self.files[path] = entry

    def _link(self, path: str, old: str) -> None:
        target = self._place(path)
        _anew(target, lambda: link(f"{self._live}/{old}", target))
        self.touched.add(path)

    def _place(self, path: str) -> str:
        target = self.staging_path(path)
        above = target.rpartition("/")[0]
        if above not in self._folders:
            make_folder(above)
            self._folders.add(above)
        return target

    def _note(self, path: str, status: os.stat_result, digest: bytes, key: bytes) -> None:
        self.files[path] = SiteFile(digest, key, status.st_size, status.st_mtime_ns, status.st_ino)
        self.touched.add(path)


def _anew(target: str, make: Callable[[], T]) -> T:
    """``make`` a file; what a fork that was lost has left in its place goes."""
    try:
        return make()
    except FileExistsError:
        os.unlink(target)  # noqa: PTH108
        return make()


def link(old: str, new: str) -> None:
    """Give a file a second name; a second file where no file can have two."""
    try:
        os.link(old, new)
    except FileExistsError:
        raise
    except OSError:
        shutil.copyfile(old, new)


def make_folder(path: str) -> None:
    """Make a folder that may be there, and those above it. (``pathlib`` takes twice as long.)"""
    try:
        os.mkdir(path)  # noqa: PTH102
    except FileExistsError:
        pass
    except FileNotFoundError:
        os.makedirs(path, exist_ok=True)  # noqa: PTH103


def folders_above(path: str) -> Iterator[str]:
    """The folders a file stands in, the nearest first; ``""`` is the site's own."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def all_folders(paths: Iterable[str]) -> set[str]:
    """All folders above ``paths``."""
    nearest = {path.rpartition("/")[0] for path in paths}
    return nearest | {above for path in nearest for above in folders_above(path)}


def prune(folder: Path, path: str) -> None:
    """Remove the folders above ``path`` that have become empty."""
    for above in folders_above(path):
        try:
            (folder / above).rmdir() if above else None
        except OSError:
            return
