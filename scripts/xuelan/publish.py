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
import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from xuelan import cache
from xuelan.staging import Entry, Manifest, Tree, folders_above, make_folder, prune

_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2
_RENAME_SWAP: Final = 2

MARK: Final = ".xuelan-site"
"""An empty file in every site built, by which the next build knows it may replace the folder."""


class BusyError(Exception):
    """Another build of the same site is running."""


class NotASiteError(Exception):
    """The target holds something that no build has made."""


@contextmanager
def staged(site: Path) -> Iterator[Path]:
    """A new folder to build into; it becomes ``site`` when the block ends without an error.

    Raises what :func:`held` raises.
    """
    with published(site) as tree:
        yield tree.folder


@contextmanager
def published(site: Path, records: Path | None = None) -> Iterator[Tree]:
    """A :class:`Tree` that becomes ``site`` when the block ends without an error.

    Where the last build's manifest, kept in ``records``, still tells the truth about the site,
    only what differs is written. Raises what :func:`held` raises.
    """
    before = Before(site, records)
    with held(site), written(before, before.stand) as tree:
        yield tree


@dataclass(frozen=True)
class Before:
    """What the last build left: the ``site``, its twin beside it, and in ``records`` a manifest."""

    site: Path
    records: Path | None

    @cached_property
    def manifest(self) -> Manifest | None:
        """What the last build published, if that is known."""
        return cache.record(self.records, record_name(self.site), Manifest)

    @property
    def notes(self) -> Mapping[str, bytes]:
        """What the last build tells this one."""
        return self.manifest.notes if self.manifest else {}

    def load(self) -> None:
        """Read the manifest, which takes a while, now."""
        _ = self.manifest

    def stand(self) -> tuple[bool, bool]:
        """Whether the site and its twin stand as they were left."""
        last, site = self.manifest, self.site.absolute()
        if last is None or not agrees(site, last.files, last.folders):
            return False, False
        return True, agrees(
            _beside(site, "twin"), {}, last.twin_folders
        )  # its files are the site's


@contextmanager
def written(before: Before, stand: Callable[[], tuple[bool, bool]]) -> Iterator[Tree]:
    """As :func:`published`, for one who holds the site already.

    ``stand`` tells what :meth:`Before.stand` does, which somebody else may be finding out.
    """
    site, records, last = before.site.absolute(), before.records, before.manifest
    twin = _beside(site, "twin")
    site_stands, twin_stands = stand() if last is not None else (False, False)
    if last is not None and site_stands:
        tree = _twin_tree(site, twin, last, stands=twin_stands)
        with _undone_on_error(site, twin, tree):
            yield tree
            _finish(tree)
            _swap(twin, site)
    else:
        fresh = _beside(site, "building")
        for folder in (fresh, twin):
            _remove(folder)
            folder.mkdir()
        tree = Tree(fresh, twin=None if records is None else twin)
        try:
            yield tree
            _finish(tree)
            _swap(fresh, site)
        except BaseException:
            tree.paired = False
            raise
        finally:
            _remove(fresh)
            if not tree.paired:
                _remove(twin)
    if records is not None:
        with contextlib.suppress(OSError):
            for old, new in tree.moved:
                (twin / old).rename(twin / new)
            if not tree.paired:
                _follow(site, twin, tree.touched, tree.files)
            cache.keep_record(records, record_name(site), _manifest(site, twin, tree))
            cache.keep_record(records, _mark_name(site), tree.notes.get("mark", b""))


def standing(site: Path, records: Path, mark: Callable[[], bytes]) -> bytes | None:
    """The report of the last build if it was of ``mark`` and its site still stands untouched.

    The mark is asked for only where there was a last build.
    """
    was = cache.record(records, _mark_name(site), bytes)
    if not was or was != mark():
        return None  # told without reading all that the last build left
    last = cache.record(records, record_name(site), Manifest)
    if last is None or last.notes.get("mark") != was:
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
def held(site: Path) -> Iterator[None]:
    """Hold the site's lock; put right what a killed build has left.

    Raises :class:`BusyError` when another build holds the same site, and
    :class:`NotASiteError` when ``site`` is a file or a folder with other things in it.
    """
    site = site.absolute()
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


def _twin_tree(site: Path, twin: Path, last: Manifest, *, stands: bool) -> Tree:
    """The twin, made anew when it no longer ``stands`` as the last build left it."""
    if not stands:
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
    made: set[str] = set()
    for path in paths:
        if not empty:
            with contextlib.suppress(FileNotFoundError):
                (twin / path).unlink()
        if path in files:
            above = path.rpartition("/")[0]
            if above not in made:
                make_folder(f"{twin}/{above}")
                made.add(above)
            os.link(f"{site}/{path}", f"{twin}/{path}")
        else:
            prune(twin, path)


def _manifest(site: Path, twin: Path, tree: Tree) -> Manifest:
    last, folders = tree.last, _folders(tree.files)
    moved = [name for names in tree.moved for name in names]
    changed = _folders([*tree.touched, *moved]) if last.folders else folders
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
    base = os.fspath(folder)
    return {
        path: known[path]
        if path in known and path not in changed
        else os.lstat(f"{base}/{path}").st_mtime_ns
        for path in folders
    }


def _folders(paths: Iterable[str]) -> set[str]:
    """All folders above ``paths``."""
    nearest = {path.rpartition("/")[0] for path in paths}
    return nearest | {above for path in nearest for above in folders_above(path)}


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
