"""Safe publishing: nothing of a site is touched before all of the new one is known to be well.

What a build makes anew is put into a folder beside the site. A first build's is the whole site and
takes its name, in one step where the system can do that (Linux, macOS) and another site stood there
that nothing is known of. A later one's holds only what differs, and is moved into the site file by
file: each is at any moment the old one or the new. What nobody asks for yet comes first, then what
takes another's place; what is no longer part of the site goes last. A build that is killed before
that leaves the last good site as it was. The moving itself (milliseconds for an edit, seconds when
every page of thousands has changed) is done by a fork that goes on when the build is killed, and
the next build waits for it. Should the whole machine stop there, some files are new and
some old, which the next build sees by their inodes, and makes all of the site anew.
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
from xuelan.engine.staging import SiteManifest, SiteTree, all_folders, make_folder, prune
from xuelan.text.errors import XuelanError

_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2
_RENAME_SWAP: Final = 2

SITE_MARKER: Final = ".xuelan-site"
"""An empty file in every site built, by which the next build knows it may replace the folder."""


class BusyError(XuelanError):
    """Another build of the same site is running."""


class NotASiteError(XuelanError):
    """The target holds something that no build has made."""


@dataclass(frozen=True)
class PreviousBuild:
    """What the last build left: the ``site``, and in ``records`` a manifest of it."""

    site: Path
    records: Path | None

    @cached_property
    def manifest(self) -> SiteManifest | None:
        """What the last build published, if that is known."""
        return cache.load_record(self.records, manifest_name(self.site), SiteManifest)

    @property
    def notes(self) -> Mapping[str, bytes]:
        """What the last build tells this one."""
        return self.manifest.notes if self.manifest else {}

    def load(self) -> None:
        """Read the manifest, which takes a while, now."""
        _ = self.manifest

    def is_current(self) -> bool:
        """Return True if the published site still matches :attr:`manifest`."""
        last = self.manifest
        return last is not None and is_untouched(self.site.absolute(), last)


def is_published(site: Path) -> bool:
    """True if a build has made the folder ``site``."""
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
    """Make the files of ``tree`` the published ``site``. Raises ``OSError``."""
    site = site.absolute()
    tree.write(SITE_MARKER, b"")
    if tree.last.files:
        run_detached(partial(_moving, site, tree), "更新网站")
    else:
        _swap(tree.folder, site)


def save_manifest(previous: PreviousBuild, tree: SiteTree) -> None:
    """Keep for the next build what was published; without it, that build makes all anew."""
    site, records = previous.site.absolute(), previous.records
    if records is None:
        return
    with contextlib.suppress(OSError):
        manifest = SiteManifest(tree.files, _times(site, tree), tree.notes)
        cache.save_record(records, manifest_name(site), manifest)
        cache.save_record(records, _mark_name(site), tree.notes.get("mark", b""))


def load_current_report(site: Path, records: Path, mark: Callable[[], bytes]) -> bytes | None:
    """The report of the last build if it was of ``mark`` and its site still stands untouched.

    The mark is asked for only where there was a last build.
    """
    was = cache.load_record(records, _mark_name(site), bytes)
    if not was or was != mark():
        return None  # told without reading all that the last build left
    last = cache.load_record(records, manifest_name(site), SiteManifest)
    if last is None or last.notes.get("mark") != was:
        return None
    return last.notes["report"] if is_untouched(site.absolute(), last) else None


def manifest_name(site: Path) -> str:
    """The name of the record in which the manifest of ``site`` is kept."""
    where = os.fsencode(site.absolute())
    return f"site-{hashlib.blake2b(where, digest_size=8).hexdigest()}"


def _mark_name(site: Path) -> str:
    return f"{manifest_name(site)}-mark"


def is_untouched(site: Path, manifest: SiteManifest) -> bool:
    """Return True if ``site`` holds the files of ``manifest``, unchanged, and nothing else.

    Every file is compared by size, time and inode, every folder by its time of change.
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
    """Hold the site's lock; put right what a killed build has left.

    Raises :class:`BusyError` when another build holds the same site, and
    :class:`NotASiteError` when ``site`` is a file or a folder with other things in it.
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
            with FileLock(_beside(site, "moving")):  # a killed build's files are still coming
                pass
        old = _beside(site, "previous")
        if old.exists() and not site.exists():
            old.rename(site)
        _remove(old)
        yield
    finally:
        lock.release()


def _moving(site: Path, tree: SiteTree) -> None:
    with FileLock(_beside(site, "moving")):
        _move_into(site, tree)


def _move_into(site: Path, tree: SiteTree) -> None:
    """Make the last site the new one. Raises ``OSError``: then the next build makes all anew."""
    for old, new in tree.moves:
        (site / old).rename(site / new)
    before, after = tree.split_removals()
    _take_out(site, before)
    made: set[str] = set()
    for path in tree.additions():
        above = path.rpartition("/")[0]
        if above not in made:
            make_folder(f"{site}/{above}")
            made.add(above)
        os.replace(tree.staging_path(path), f"{site}/{path}")  # noqa: PTH105 - many
    _take_out(site, after)


def _take_out(site: Path, paths: Iterable[str]) -> None:
    for path in paths:
        (site / path).unlink()
        prune(site, path)


def _times(site: Path, tree: SiteTree) -> dict[str, int]:
    """When each folder of ``site`` last changed; what was not touched need not be asked."""
    folders, base = all_folders(tree.files), os.fspath(site)
    moved = [name for names in tree.moves for name in names]
    changed = all_folders([*tree.touched, *tree.removals(), *moved])
    known = tree.last.folders
    return {
        path: known[path]
        if path in known and path not in changed
        else os.lstat(f"{base}/{path}").st_mtime_ns
        for path in folders
    }


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
