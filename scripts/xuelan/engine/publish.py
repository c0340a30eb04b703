"""Publishing: the staged files of a build become the published site, safely.

This module locks a site, moves staged files into it, and knows whether a site is still what the
last build published. What belongs into the site, and where new files lie until then, is the matter
of :mod:`xuelan.engine.staging`.

- A first build stages the whole site. Its folder takes the site's name in one step, where the
  system can exchange two folders (Linux, macOS).
- A later build stages only what differs, and moves it in file by file. Each file of the site is at
  any moment the old one or the new one. New files come first, then those that replace others, so
  what a page names is there before the page; files that are gone are removed last.
- A build that is killed before that leaves the last site as it was. The moving itself (milliseconds
  for an edit, seconds when thousands of pages have changed) is done by a process that goes on when
  the build is killed; the next build waits for it.
- If the machine stops while files are moved, some are new and some old. The next build sees that
  by their inodes and makes the whole site anew.
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
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from xuelan.engine import cache
from xuelan.engine.forks import run_detached
from xuelan.engine.staging import (
    SiteManifest,
    SiteTree,
    folders_of,
    make_folder,
    remove_empty_parents,
)
from xuelan.text.errors import XuelanError

_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2
_RENAME_SWAP: Final = 2

SITE_MARKER: Final = ".xuelan-site"
"""An empty file in every published site. A folder with files but without it is not replaced."""


class BusyError(XuelanError):
    """Another build of the same site is running."""


class NotASiteError(XuelanError):
    """The folder to publish into holds something that no build has made."""


@dataclass(frozen=True)
class PreviousBuild:
    """What the last build left: the published ``site``, and its manifest in ``records``."""

    site: Path
    records: Path | None

    @cached_property
    def manifest(self) -> SiteManifest | None:
        """The files that the last build published; None if that is not known."""
        return cache.load_record(self.records, manifest_name(self.site), SiteManifest)

    @property
    def notes(self) -> Mapping[str, bytes]:
        """The notes that the last build left for this one, by name."""
        return self.manifest.notes if self.manifest else {}

    def load(self) -> None:
        """Read the manifest now. It takes a while, which another process can use."""
        _ = self.manifest

    def is_current(self) -> bool:
        """Return True if the published site still matches :attr:`manifest`."""
        last = self.manifest
        return last is not None and is_untouched(self.site.absolute(), last)


def is_published(site: Path) -> bool:
    """Return True if a build has made the folder ``site``."""
    return not site.is_symlink() and (site / SITE_MARKER).exists()


@contextmanager
def stage(previous: PreviousBuild, *, is_current: bool) -> Iterator[SiteTree]:
    """Yield a :class:`SiteTree` in a new folder beside the site, removed at the end of the block.

    The caller holds the :func:`lock`. If ``previous`` ``is_current`` (see
    :meth:`PreviousBuild.is_current`), only files that differ from it need to be written.
    """
    site, last = previous.site.absolute(), previous.manifest
    new = _beside(site, "building")
    _remove(new)
    new.mkdir()
    try:
        yield SiteTree(new, site, last) if last is not None and is_current else SiteTree(new)
    finally:
        _remove(new)


def publish(site: Path, tree: SiteTree) -> None:
    """Make the files of ``tree`` the published ``site``.

    Raises ``OSError``, and :class:`~xuelan.engine.forks.LostProcessError` if the process that moves
    the files was lost and so was its replacement. The next build then makes the site anew.
    """
    site = site.absolute()
    tree.write(SITE_MARKER, b"")
    if tree.last.files:
        run_detached(partial(_move_in, site, tree), "更新网站")
    else:
        _swap(tree.folder, site)


def save_manifest(previous: PreviousBuild, tree: SiteTree) -> None:
    """Save the manifest of what was published. Without it the next build makes the site anew."""
    site, records = previous.site.absolute(), previous.records
    if records is None:
        return
    with contextlib.suppress(OSError):
        manifest = SiteManifest(tree.files, _folder_times(site, tree), tree.notes)
        cache.save_record(records, manifest_name(site), manifest)
        cache.save_record(records, _mark_name(site), tree.notes.get("mark", b""))


def load_current_report(site: Path, records: Path, mark: Callable[[], bytes]) -> bytes | None:
    """Return the last build's report if it had the same inputs and its site is untouched.

    ``mark()`` is the digest of all inputs now; it is called only if there was a last build.
    """
    # The digest is kept in a record of its own: a manifest of thousands of files takes long to
    # read, and is not needed when the digest differs.
    last_mark = cache.load_record(records, _mark_name(site), bytes)
    if not last_mark or last_mark != mark():
        return None
    last = cache.load_record(records, manifest_name(site), SiteManifest)
    if last is None or last.notes.get("mark") != last_mark:
        return None
    return last.notes["report"] if is_untouched(site.absolute(), last) else None


def manifest_name(site: Path) -> str:
    """Return the name of the record that holds the manifest of ``site``."""
    where = os.fsencode(site.absolute())
    return f"site-{hashlib.blake2b(where, digest_size=8).hexdigest()}"


def _mark_name(site: Path) -> str:
    return f"{manifest_name(site)}-mark"


def is_untouched(site: Path, manifest: SiteManifest) -> bool:
    """Return True if ``site`` holds the files of ``manifest``, unchanged, and nothing else.

    Files are compared by size, time and inode, folders by the time of their last change.
    """
    base = os.fspath(site)
    try:
        for path, entry in manifest.files.items():
            found = os.lstat(f"{base}/{path}")
            if (found.st_size, found.st_mtime_ns, found.st_ino) != entry[2:]:
                return False
        folders = manifest.folders.items()
        return all(os.lstat(f"{base}/{path}").st_mtime_ns == time for path, time in folders)
    except OSError:
        return False


@contextmanager
def lock(site: Path) -> Iterator[None]:
    """Hold the site's lock for a block, after clearing up what a killed build has left.

    Raises :class:`BusyError` if another build holds the lock, and :class:`NotASiteError` if
    ``site`` is a link, a file, or a folder that holds something else.
    """
    site = site.absolute()
    if site.is_symlink() or (site.exists() and not site.is_dir()):
        raise NotASiteError(str(site))
    if site.is_dir() and any(site.iterdir()) and not (site / SITE_MARKER).exists():
        raise NotASiteError(str(site))
    site.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(_beside(site, "lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BusyError(str(site)) from error
    try:
        if _beside(site, "moving").exists():
            with FileLock(_beside(site, "moving")):  # a killed build's files are still moved in
                pass
        old = _beside(site, "previous")
        if old.exists() and not site.exists():
            old.rename(site)
        _remove(old)
        yield
    finally:
        lock.release()


def _move_in(site: Path, tree: SiteTree) -> None:
    """Make the published site what ``tree`` says. Raises ``OSError``.

    If a process is lost while it does this, another one does it again from the start, so each step
    passes over what has been done already.
    """
    with FileLock(_beside(site, "moving")):
        for old, new in tree.moves:
            if not (site / new).exists():
                (site / old).rename(site / new)
        before, after = tree.split_removals()
        _remove_files(site, before)
        made: set[str] = set()
        for path in tree.additions():
            parent = path.rpartition("/")[0]
            if parent not in made:
                make_folder(f"{site}/{parent}")
                made.add(parent)
            _move_file(tree.staging_path(path), f"{site}/{path}")
        _remove_files(site, after)


def _move_file(staged: str, target: str) -> None:
    try:
        os.replace(staged, target)  # noqa: PTH105 - pathlib takes longer, and there are thousands
    except FileNotFoundError:
        if not Path(target).is_file():  # else the process that was lost has moved it
            raise


def _remove_files(site: Path, paths: Iterable[str]) -> None:
    """Remove files, and the folders that are then empty."""
    for path in paths:
        # Gone already, or a file stands where its folder was, or a folder in its own place.
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            (site / path).unlink()
        remove_empty_parents(site, path)


def _folder_times(site: Path, tree: SiteTree) -> dict[str, int]:
    """Return when each folder of ``site`` last changed (ns), by path.

    The system is asked only about folders in which this build has changed something.
    """
    folders, base = folders_of(tree.files), os.fspath(site)
    moved = [name for names in tree.moves for name in names]
    changed = folders_of([*tree.touched, *tree.removals(), *moved])
    known = tree.last.folders
    return {
        path: known[path]
        if path in known and path not in changed
        else os.lstat(f"{base}/{path}").st_mtime_ns
        for path in folders
    }


def _swap(staged: Path, site: Path) -> None:
    """Give the folder ``staged`` the name of the site; an old site gets the name of ``staged``."""
    if not site.exists():
        staged.rename(site)
    elif not _exchange(staged, site):
        old = _beside(site, "previous")
        site.rename(old)
        staged.rename(site)
        old.rename(staged)


def _beside(site: Path, what: str) -> Path:
    return site.parent / f".{site.name}.{what}"


def _exchange(one: Path, other: Path) -> bool:
    """Exchange the names of two folders in one step. Returns False where the system cannot."""
    call = _exchange_call()
    return call is not None and call(os.fsencode(one), os.fsencode(other)) == 0


def _exchange_call() -> Callable[[bytes, bytes], int] | None:
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            return lambda a, b: int(libc.renamex_np(a, b, _RENAME_SWAP))
        rename = libc.renameat2
    except (OSError, AttributeError, TypeError):  # TypeError: Windows has no libc to ask
        return None
    return lambda a, b: int(rename(_AT_FDCWD, a, _AT_FDCWD, b, _RENAME_EXCHANGE))


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
