"""Safe publishing: the new site is complete before it takes the old one's place.

Beside the site stands its *twin*, a second folder whose files are hard links to the same bytes. A
build changes the twin, and only where something differs; then the two folders change places, in
one step where the system can do that (Linux, macOS), and the old site is made the twin of the
new. So a visitor sees either the old site or the new one, whatever kills a build leaves the last
good site standing, and one edit costs one file although ten thousand stand beside it: making that
many links anew takes a second, and removing them can take many.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from filelock import FileLock, Timeout

from xuelan import cache

T = TypeVar("T")

_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2
_RENAME_SWAP: Final = 2
_NEW_FILE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)

_LINKERS: Final = 2
_PARTS: Final = 16
"""Two threads, each with some of the files at a time, make many links in two thirds of the time."""

MARK: Final = ".xuelan-site"
"""An empty file in every site built, by which the next build knows it may replace the folder."""

DIGEST: Final = 16
"""Bytes of a digest."""


class BusyError(Exception):
    """Another build of the same site is running."""


class NotASiteError(Exception):
    """The target holds something that no build has made."""


def digest(data: bytes) -> bytes:
    """The digest of a published file."""
    return hashlib.blake2b(data, digest_size=DIGEST).digest()


class Entry(NamedTuple):
    """A file as published: its digest, what it was made from, size, time of writing, inode."""

    digest: bytes
    key: bytes
    size: int
    time: int
    inode: int


Row = tuple[str, Entry, bool]
"""A path, the file there, and whether it was put there just now."""


@dataclass(slots=True)
class Manifest:
    """What the last build published, and what it tells the next one in ``notes``.

    ``folders`` and ``twin_folders`` are the times at which something was last put into or taken
    out of each folder of the site and of its twin.
    """

    files: dict[str, Entry] = field(default_factory=dict)
    folders: dict[str, int] = field(default_factory=dict)
    twin_folders: dict[str, int] = field(default_factory=dict)
    notes: dict[str, bytes] = field(default_factory=dict)


class Tree:
    """A site being written into ``folder``.

    Files are never changed in place, for they may have a second name in the live site. ``last``
    tells what stands in ``folder`` already, and in ``live``, where it can be linked from.
    """

    def __init__(
        self, folder: Path, live: Path | None = None, last: Manifest | None = None
    ) -> None:
        self.folder = folder
        self.last = last or Manifest()
        self.files: dict[str, Entry] = {}
        self.notes: dict[str, bytes] = {}
        self.touched: set[str] = set()
        self.moved: list[tuple[str, str]] = []
        self._live = live
        self._here = set(self.last.files)
        self._folders: set[str] = set()

    def fresh(self, path: str, key: bytes) -> bool:
        """True when a file made from ``key`` stands at ``path``; it then stays."""
        entry = self._standing(path)
        if entry is None or entry.key != key:
            return False
        self._stay(path, entry)
        return True

    def keep(self, path: str) -> None:
        """Let a file of the last build stay."""
        self._stay(path, self.last.files[path])

    def stay(self, folder: str, came: str, but: Container[str] = ()) -> None:
        """Let all that stood below ``came`` in the last build stand below ``folder``.

        Not what stood at the paths ``but``.
        """
        start, size = f"{came}/", len(came)
        found = [path for path in self.last.files if path.startswith(start) and path not in but]
        paths = found if folder == came else [folder + path[size:] for path in found]
        for path, old in zip(paths, found, strict=True):
            if path in self._here:
                self.files[path] = self.last.files[old]
            else:
                self.link(path, old)

    def row(self, path: str) -> Row:
        """What this process has made of ``path``, to be told to another with :meth:`take_in`."""
        return path, self.files[path], path in self.touched

    def take_in(self, rows: Iterable[Row]) -> None:
        """Count as this tree's what a fork of this process has put into its folder."""
        for path, entry, touched in rows:
            self.files[path] = entry
            self._here.add(path)
            if touched:
                self.touched.add(path)

    def link(self, path: str, old: str) -> None:
        """Let the file that stood at ``old`` in the last build stand at ``path``."""
        self.files[path] = self.last.files[old]
        if self._now_at(old) == path:
            return
        target = self._place(path)
        _anew(target, lambda: os.link(f"{self._live or self.folder}/{old}", target))
        self._here.add(path)
        self.touched.add(path)

    def move(self, old: str, new: str) -> None:
        """Give a folder of the last build another name; its files can then be linked for nothing.

        What is not linked or written is not part of the site.
        """
        (self.folder / old).rename(self.folder / new)
        self.moved.append((old, new))
        start, size = f"{old}/", len(old)
        self._here = {new + p[size:] if p.startswith(start) else p for p in self._here}

    def _now_at(self, path: str) -> str:
        for old, new in self.moved:
            if path.startswith(f"{old}/"):
                return new + path[len(old) :]
        return path

    def write(self, path: str, data: bytes, key: bytes = b"") -> bool:
        """Put a file at ``path``; False when the same bytes stand there already."""
        found = digest(data)
        entry = self._standing(path)
        if entry is not None and entry.digest == found:
            self._stay(path, entry._replace(key=key))
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

    def take(self, path: str, source: Path) -> None:
        """Put a copy of the file ``source`` at ``path``."""
        status = source.stat()
        key = cache.key_of(status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        if not self.fresh(path, key):
            self.write(path, source.read_bytes(), key)

    def adopt(self) -> None:
        """Take in what somebody else has put into the folder."""
        for file in (f for f in self.folder.rglob("*") if f.is_file()):
            path = file.relative_to(self.folder).as_posix()
            self._note(path, file.stat(), digest(file.read_bytes()), b"")

    def forget(self) -> None:
        """Leave nothing to the next build but the files: an input was changed meanwhile."""
        self.notes.clear()
        self.files = {path: entry._replace(key=b"") for path, entry in self.files.items()}

    def settle(self) -> None:
        """Take out everything that this build has not put in so far."""
        for path in self._here - self.files.keys():
            _take_out(self.folder, path)
            self.touched.add(path)
        self._here = set(self.files)
        self._folders.clear()

    def _standing(self, path: str) -> Entry | None:
        """What this build has put at ``path``, else the last one."""
        return self.files.get(path) or self.last.files.get(path)

    def _stay(self, path: str, entry: Entry) -> None:
        if path not in self._here:
            assert self._live is not None
            target = self._place(path)
            _anew(target, lambda: os.link(f"{self._live}/{path}", target))
            self._here.add(path)
            self.touched.add(path)
        self.files[path] = entry

    def _place(self, path: str) -> str:
        target = f"{self.folder}/{path}"
        if path in self._here:
            with contextlib.suppress(FileNotFoundError):  # taken away by a fork that was lost
                os.unlink(target)  # noqa: PTH108 - a Path for each file takes longer than the call
        else:
            self._make_folder(path)
        return target

    def _make_folder(self, path: str) -> None:
        above = path.rpartition("/")[0]
        if above not in self._folders:
            _make_folder(f"{self.folder}/{above}")
            self._folders.add(above)

    def _note(self, path: str, status: os.stat_result, digest: bytes, key: bytes) -> None:
        self.files[path] = Entry(digest, key, status.st_size, status.st_mtime_ns, status.st_ino)
        self._here.add(path)
        self.touched.add(path)


def _anew(target: str, make: Callable[[], T]) -> T:
    """``make`` a file; what a fork that was lost has left in its place goes."""
    try:
        return make()
    except FileExistsError:
        os.unlink(target)  # noqa: PTH108
        return make()


def _make_folder(path: str) -> None:
    """Make a folder that may be there, and those above it. (``pathlib`` takes twice as long.)"""
    try:
        os.mkdir(path)  # noqa: PTH102
    except FileExistsError:
        pass
    except FileNotFoundError:
        os.makedirs(path, exist_ok=True)  # noqa: PTH103


@contextmanager
def staged(site: Path) -> Iterator[Path]:
    """A new folder to build into; it becomes ``site`` when the block ends without an error.

    Raises :class:`BusyError` when another build holds the same site, and
    :class:`NotASiteError` when ``site`` is a file or a folder with other things in it.
    """
    with published(site) as tree:
        yield tree.folder


@contextmanager
def published(site: Path, records: Path | None = None) -> Iterator[Tree]:
    """A :class:`Tree` that becomes ``site`` when the block ends without an error.

    Where the last build's manifest, kept in ``records``, still tells the truth about the site,
    only what differs is written. Raises what :func:`staged` raises.
    """
    site = site.absolute()
    twin, name = _beside(site, "twin"), record_name(site)
    with _alone(site):
        last = cache.record(records, name, Manifest)
        if last is not None and agrees(site, last.files, last.folders):
            tree = _twin_tree(site, twin, last)
            with _undone_on_error(site, twin, tree):
                yield tree
                _finish(tree)
                _swap(twin, site)
        else:
            fresh = _beside(site, "building")
            _remove(fresh)
            fresh.mkdir()
            tree = Tree(fresh)
            try:
                yield tree
                _finish(tree)
                _swap(fresh, site)
            finally:
                _remove(fresh)
                _remove(twin)
        if records is not None:
            with contextlib.suppress(OSError):
                for old, new in tree.moved:
                    (twin / old).rename(twin / new)
                _follow(site, twin, tree.touched, tree.files)
                cache.keep_record(records, name, _manifest(site, twin, tree))
                cache.keep_record(records, _mark_name(site), tree.notes.get("mark", b""))


def standing(site: Path, records: Path, mark: bytes) -> bytes | None:
    """The report of the last build if it was of ``mark`` and its site still stands untouched."""
    if not mark or cache.record(records, _mark_name(site), bytes) != mark:
        return None  # told without reading all that the last build left
    last = cache.record(records, record_name(site), Manifest)
    if last is None or last.notes.get("mark") != mark:
        return None
    return last.notes["report"] if agrees(site.absolute(), last.files, last.folders) else None


def record_name(site: Path) -> str:
    """The name of the record in which the manifest of ``site`` is kept."""
    where = os.fsencode(site.absolute())
    return f"site-{hashlib.blake2b(where, digest_size=8).hexdigest()}"


def _mark_name(site: Path) -> str:
    return f"{record_name(site)}-mark"


def agrees(folder: Path, files: Mapping[str, Entry], folders: Mapping[str, int]) -> bool:
    """True when ``folder`` holds these files, untouched, and nothing else."""
    base = os.fspath(folder)
    try:
        for path, entry in files.items():
            found = os.lstat(f"{base}/{path}")
            if (found.st_size, found.st_mtime_ns, found.st_ino) != entry[2:]:
                return False
        return all(os.lstat(f"{base}/{p}").st_mtime_ns == time for p, time in folders.items())
    except OSError:
        return False


@contextmanager
def _alone(site: Path) -> Iterator[None]:
    """Hold the site's lock; put right what a killed build has left."""
    if site.is_symlink() or (site.exists() and not site.is_dir()):
        raise NotASiteError(str(site))
    if site.is_dir() and any(site.iterdir()) and not (site / MARK).exists():
        raise NotASiteError(str(site))
    site.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(_beside(site, "lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BusyError(str(site)) from error
    try:
        old = _beside(site, "previous")
        if old.exists() and not site.exists():
            old.rename(site)
        _remove(old)
        yield
    finally:
        lock.release()


def _twin_tree(site: Path, twin: Path, last: Manifest) -> Tree:
    """The twin, made anew when it is not what the last build left."""
    if not agrees(twin, {}, last.twin_folders):  # its files are those of the site
        _remove(twin)
        twin.mkdir()
        _follow(site, twin, last.files, last.files)
        last = replace(last, twin_folders={})  # those were another folder's times
    return Tree(twin, site, last)


@contextmanager
def _undone_on_error(site: Path, twin: Path, tree: Tree) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            for old, new in tree.moved:
                (twin / new).rename(twin / old)
            _follow(site, twin, tree.touched, tree.last.files)
        raise


def _finish(tree: Tree) -> None:
    """Complete the tree: its mark, whatever was written into its folder past it, and no more."""
    if tree.last.files:
        tree.settle()
    tree.write(MARK, b"")


def _follow(site: Path, twin: Path, paths: Iterable[str], files: Mapping[str, Entry]) -> None:
    """Make ``paths`` in the twin what they are in the site. Raises ``OSError``."""
    empty = not twin.exists() or not any(twin.iterdir())
    twin.mkdir(exist_ok=True)
    work = functools.partial(_follow_some, site, twin, files, empty=empty)
    if not empty:
        work(paths)
        return
    every = sorted(paths)  # so that two threads are in the same folder seldom
    size = len(every) // _PARTS + 1
    with ThreadPoolExecutor(_LINKERS) as threads:
        list(threads.map(work, (every[n : n + size] for n in range(0, len(every), size))))


def _follow_some(
    site: Path, twin: Path, files: Mapping[str, Entry], paths: Iterable[str], *, empty: bool
) -> None:
    made: set[str] = set()
    for path in paths:
        if not empty:
            with contextlib.suppress(FileNotFoundError):
                (twin / path).unlink()
        if path in files:
            above = path.rpartition("/")[0]
            if above not in made:
                _make_folder(f"{twin}/{above}")
                made.add(above)
            os.link(f"{site}/{path}", f"{twin}/{path}")
        else:
            _prune(twin, path)


def _manifest(site: Path, twin: Path, tree: Tree) -> Manifest:
    changed = _folders(tree.touched)
    changed |= _folders(name for names in tree.moved for name in names)
    folders = _folders(tree.files)
    last = tree.last
    return Manifest(
        tree.files,
        _times(site, folders, changed, last.twin_folders),
        _times(twin, folders, changed, last.folders),
        tree.notes,
    )


def _times(
    folder: Path, folders: set[str], changed: set[str], known: Mapping[str, int]
) -> dict[str, int]:
    """When each folder last changed; those that did not are known (they changed places)."""
    return {
        path: known[path]
        if path in known and path not in changed
        else os.lstat(folder / path).st_mtime_ns
        for path in folders
    }


def _folders(paths: Iterable[str]) -> set[str]:
    """All folders above ``paths``."""
    nearest = {path.rpartition("/")[0] for path in paths}
    return nearest | {above for path in nearest for above in _above(path)}


def _above(path: str) -> Iterator[str]:
    """The folders a file stands in, the nearest first; ``""`` is the site's own."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def _take_out(folder: Path, path: str) -> None:
    (folder / path).unlink()
    _prune(folder, path)


def _prune(folder: Path, path: str) -> None:
    """Remove the folders above ``path`` that have become empty."""
    for above in _above(path):
        try:
            (folder / above).rmdir() if above else None
        except OSError:
            return


def _swap(fresh: Path, site: Path) -> None:
    """Let ``fresh`` become the site; the old site, if there was one, stands where it was."""
    if not site.exists():
        fresh.rename(site)
    elif not _exchange(fresh, site):
        old = _beside(site, "previous")
        site.rename(old)
        fresh.rename(site)
        old.rename(fresh)


def _beside(site: Path, what: str) -> Path:
    return site.parent / f".{site.name}.{what}"


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change names in one step; False where the system cannot."""
    call = _exchange_call()
    return call is not None and call(os.fsencode(one), os.fsencode(other)) == 0


def _exchange_call() -> Callable[[bytes, bytes], int] | None:
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            return lambda a, b: int(libc.renamex_np(a, b, _RENAME_SWAP))
        rename = libc.renameat2
    except (OSError, AttributeError):
        return None
    return lambda a, b: int(rename(_AT_FDCWD, a, _AT_FDCWD, b, _RENAME_EXCHANGE))


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
