"""Safe publishing: the new tree is complete before it takes the old one's place.

A build writes into a folder of its own beside the site. Only when it has finished do the two
change places, in one step where the system can do that (Linux, macOS). Whatever kills a build,
the last good site stands.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2
_RENAME_SWAP: Final = 2


class BusyError(Exception):
    """Another build of the same site is running."""


class NotASiteError(Exception):
    """The target holds something that no build has made."""


@contextmanager
def staged(site: Path) -> Iterator[Path]:
    """A new folder to build into; it becomes ``site`` when the block ends without an error.

    Raises :class:`BusyError` when another build holds the same site, and
    :class:`NotASiteError` when ``site`` is a file or a folder with other things in it.
    """
    site = site.absolute()
    _refuse_foreign(site)
    site.parent.mkdir(parents=True, exist_ok=True)
    fresh, old = _beside(site, "building"), _beside(site, "previous")
    lock = FileLock(_beside(site, "lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BusyError(str(site)) from error
    try:
        _recover(site, old)
        _remove(fresh)
        fresh.mkdir()
        yield fresh
        (fresh / MARK).touch()
        _swap(fresh, site, old)
        _remove(old)
    finally:
        _remove(fresh)
        lock.release()


MARK: Final = ".xuelan-site"
"""An empty file in every site built, by which the next build knows it may replace the folder."""


def _refuse_foreign(site: Path) -> None:
    if site.is_symlink() or (site.exists() and not site.is_dir()):
        raise NotASiteError(str(site))
    if site.is_dir() and any(site.iterdir()) and not (site / MARK).exists():
        raise NotASiteError(str(site))


def _beside(site: Path, what: str) -> Path:
    return site.parent / f".{site.name}.{what}"


def _recover(site: Path, old: Path) -> None:
    """Put back a site that a build, killed between two renames, had moved aside."""
    if old.exists() and not site.exists():
        old.rename(site)
    _remove(old)


def _swap(fresh: Path, site: Path, old: Path) -> None:
    if not site.exists():
        fresh.rename(site)
        return
    if _exchange(fresh, site):
        fresh.rename(old)
        return
    site.rename(old)
    fresh.rename(site)


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
