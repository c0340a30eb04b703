"""Staging: which files belong to the site of this build, and where the new ones lie until then.

This module decides, file by file, whether the file of the last build stays or a new one is staged
beside the site. It never touches the published site: that is the matter of
:mod:`xuelan.engine.publish`, once all files are known.
"""

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
    """A file of a site: its digest, the key it was made from, size, time of writing (ns), inode.

    Pages have no digest (``b""``): to compute one takes as long as to write the page. Two files at
    one path with the same key have the same bytes.
    """

    digest: bytes
    key: bytes
    size: int
    time: int
    inode: int


StagedFile = tuple[str, SiteFile, bool]
"""A path, the file there, and whether this build has staged it (else it is the last build's)."""


@dataclass(slots=True)
class SiteManifest:
    """The files that a build published, by path, and what it tells the next build in ``notes``.

    ``folders`` are the times (ns) at which an entry was last added to each folder or removed.
    """

    files: dict[str, SiteFile] = field(default_factory=dict)
    folders: dict[str, int] = field(default_factory=dict)
    notes: dict[str, bytes] = field(default_factory=dict)


class SiteTree:
    """The site of this build: new files are staged in ``folder``, all others only listed.

    ``last`` is the manifest of the published site in the folder ``live``, which is only read.
    To make it the new site, apply ``moves``, :meth:`additions` and :meth:`split_removals`.
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
        self._present = set(self.last.files)
        self._folders: set[str] = set()

    def read(self, path: str) -> bytes:
        """Return the bytes of the file at ``path``: of this build's, else of the last one's.

        Raises ``OSError``.
        """
        if path in self.touched:
            return Path(self.staging_path(path)).read_bytes()
        return Path(f"{self._live}/{self._name_before_moves(path)}").read_bytes()

    def staging_path(self, path: str) -> str:
        """Return where the new file of ``path`` is staged.

        A first build stages its files as they lie in the site. Later builds stage them side by
        side, under a hash of their path: the folders would be made for them and removed again.
        """
        return f"{self.folder}/{path if self._live is self.folder else key_of(path).hex()}"

    def additions(self) -> list[str]:
        """Return the paths of all staged files, in the order in which they are to be moved in.

        Files that replace no other come first, so that whatever a page names is there before it.
        """
        return sorted(self.touched & self.files.keys(), key=lambda path: path in self._present)

    def removals(self) -> set[str]:
        """Return the paths, after all moves, of the last build's files that are to be removed."""
        return self._present - self.files.keys()

    def split_removals(self) -> tuple[set[str], set[str]]:
        """Return the :meth:`removals` to be done before the additions, and those after.

        Before them go the old file ``a`` where the new site has a file ``a/e``, and the old file
        ``b/c`` where the new site has a file ``b``.
        """
        gone = self.removals()
        if not gone:
            return gone, gone
        folders = folders_of(self.files)
        before = {p for p in gone if p in folders or self.files.keys() & set(parents(p))}
        return before, gone - before

    def keep_if_current(self, path: str, key: bytes) -> bool:
        """Keep the file at ``path`` if it was made from ``key``. Returns False if it was not."""
        entry = self._get(path)
        if entry is None or entry.key != key:
            return False
        self._keep(path, entry)
        return True

    def keep(self, path: str) -> None:
        """Keep the last build's file at ``path``."""
        self._keep(path, self.last.files[path])

    def keep_folder(self, folder: str, last_name: str, without: Container[str] = ()) -> None:
        """Keep in ``folder`` all files that the last build had in the folder ``last_name``.

        The last build's files at the paths ``without`` are left out.
        """
        start, size = f"{last_name}/", len(last_name)
        found = [p for p in self.last.files if p.startswith(start) and p not in without]
        paths = found if folder == last_name else [folder + path[size:] for path in found]
        for path, last_path in zip(paths, found, strict=True):
            if path in self._present:
                self.files[path] = self.last.files[last_path]
            else:
                self.link(path, last_path)

    def export_file(self, path: str) -> StagedFile:
        """Return what this process knows of ``path``, for :meth:`import_files` in another."""
        return path, self.files[path], path in self.touched

    def import_files(self, files: Iterable[StagedFile]) -> None:
        """Add the files that a fork of this process has kept or staged."""
        for path, entry, touched in files:
            self.files[path] = entry
            if touched:
                self.touched.add(path)

    def link(self, path: str, last_path: str) -> None:
        """Add at ``path`` the file that the last build had at ``last_path``."""
        self.files[path] = self.last.files[last_path]
        if self._name_after_moves(last_path) != path:
            self._link(path, last_path)

    def move_folder(self, old: str, new: str) -> None:
        """Rename a folder of the last build. Its files can then be kept or linked at no cost.

        A file in it that is neither linked nor written is removed.
        """
        self.moves.append((old, new))
        start, size = f"{old}/", len(old)
        self._present = {new + p[size:] if p.startswith(start) else p for p in self._present}

    def write(self, path: str, data: bytes, key: bytes = b"", *, digested: bool = True) -> bool:
        """Stage ``data`` at ``path``. Returns False if the same bytes are there already.

        Without ``digested`` no digest is computed (see :class:`SiteFile`).
        """
        found = digest(data) if digested else b""
        entry = self._get(path)
        comparable = bool(entry and entry.digest and found)
        if entry and (entry.digest == found if comparable else self._has_bytes(path, data)):
            self._keep(path, entry._replace(digest=found, key=key))
            return False
        target = self._prepare(path)
        file = _make_new(target, lambda: os.open(target, _NEW_FILE, 0o666))
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(file, rest) :]
            self._register(path, os.fstat(file), found, key)
        finally:
            os.close(file)
        return True

    def copy_file(self, path: str, source: Path) -> None:
        """Stage a copy of the file ``source`` at ``path``, unless it is the last build's."""
        status = source.stat()
        key = key_of(status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        if not self.keep_if_current(path, key):
            self.write(path, source.read_bytes(), key)

    def register_files(self) -> None:
        """Add all files that others than this tree have put into ``folder``."""
        for file in (f for f in self.folder.rglob("*") if f.is_file()):
            path = file.relative_to(self.folder).as_posix()
            self._register(path, file.stat(), digest(file.read_bytes()), b"")

    def invalidate(self) -> None:
        """Drop all notes and keys, so that the next build makes every file anew."""
        self.notes.clear()
        self.files = {path: entry._replace(key=b"") for path, entry in self.files.items()}

    def _get(self, path: str) -> SiteFile | None:
        """Return this build's file at ``path``, else the last one's."""
        return self.files.get(path) or self.last.files.get(path)

    def _has_bytes(self, path: str, data: bytes) -> bool:
        """Return True if the file at ``path`` has the bytes ``data``."""
        entry = self._get(path)
        try:
            return entry is not None and entry.size == len(data) and self.read(path) == data
        except FileNotFoundError:  # removed by a fork that was lost
            return False

    def _keep(self, path: str, entry: SiteFile) -> None:
        if path not in self._present and path not in self.touched:
            self._link(path, path)
        self.files[path] = entry

    def _link(self, path: str, last_path: str) -> None:
        target = self._prepare(path)
        _make_new(target, lambda: link_or_copy(f"{self._live}/{last_path}", target))
        self.touched.add(path)

    def _name_after_moves(self, path: str) -> str:
        for old, new in self.moves:
            if path.startswith(f"{old}/"):
                return new + path[len(old) :]
        return path

    def _name_before_moves(self, path: str) -> str:
        """Return the name in the live site, where the moves have not been done yet."""
        for old, new in self.moves:
            if path.startswith(f"{new}/"):
                return old + path[len(new) :]
        return path

    def _prepare(self, path: str) -> str:
        """Return the staging path of ``path``, in a folder that exists."""
        target = self.staging_path(path)
        parent = target.rpartition("/")[0]
        if parent not in self._folders:
            make_folder(parent)
            self._folders.add(parent)
        return target

    def _register(self, path: str, status: os.stat_result, digest: bytes, key: bytes) -> None:
        self.files[path] = SiteFile(digest, key, status.st_size, status.st_mtime_ns, status.st_ino)
        self.touched.add(path)


def _make_new(target: str, make: Callable[[], T]) -> T:
    """Call ``make``, which makes a new file; a file that a lost fork has left there is removed."""
    try:
        return make()
    except FileExistsError:
        os.unlink(target)  # noqa: PTH108 - thousands of files; pathlib takes longer
        return make()


def link_or_copy(old: str, new: str) -> None:
    """Give the file ``old`` a second name; copy it where a file can have only one."""
    try:
        os.link(old, new)
    except FileExistsError:
        raise
    except OSError:
        shutil.copyfile(old, new)


def make_folder(path: str) -> None:
    """Make a folder and those above it, unless they exist. (``pathlib`` takes twice as long.)"""
    try:
        os.mkdir(path)  # noqa: PTH102
    except FileExistsError:
        pass
    except FileNotFoundError:
        os.makedirs(path, exist_ok=True)  # noqa: PTH103


def parents(path: str) -> Iterator[str]:
    """Yield the folders that contain ``path``, the innermost first, ``""`` (the site) last."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def folders_of(paths: Iterable[str]) -> set[str]:
    """Return all folders that contain any of ``paths``."""
    innermost = {path.rpartition("/")[0] for path in paths}
    return innermost | {parent for path in innermost for parent in parents(path)}


def remove_empty_parents(site: Path, path: str) -> None:
    """Remove the folders that contain ``path`` and are empty now, but not ``site`` itself."""
    for parent in parents(path):
        try:
            (site / parent).rmdir() if parent else None
        except OSError:
            return
