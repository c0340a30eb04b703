"""The files a build reads, known by the digests of their content.

To read and hash ten thousand files takes longer than to ask the system whether they have changed.
So each file's digest is remembered with its times, size and inode (its *stamp*), and used again
while the stamp is the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import time
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final

from xuelan.engine import cache as store
from xuelan.text.digests import DIGEST

SETTLED_NS: Final = 3_000_000_000
"""A digest is remembered only if its file had not changed for three seconds when it was read.

A file that has just changed may change again without another time: some file systems count in
steps of two seconds.
"""

_PREFETCH_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)

FileStamp = tuple[int, int, int, int]
"""Times of the last change of content and of state (ns), size (bytes), inode."""
_KnownFile = tuple[int, int, int, int, bytes]
"""A stamp, and the digest of the file that had it."""


class Inputs:
    """The files below ``root``. Their stamps and digests are kept in ``folder``."""

    def __init__(self, root: Path, folder: Path | None = None) -> None:
        self.root = root
        self._folder = folder
        known = store.load_record(folder, "stamps", dict[str, _KnownFile])
        self._known: dict[str, _KnownFile] = known or {}
        self._found: dict[str, _KnownFile] = {}
        self._folders: dict[str, dict[str, bytes]] = {}
        self._deferred: dict[str, dict[str, bytes]] = {}
        self._unchanged: AbstractSet[str] = frozenset()
        self._now = time.time_ns()

    @property
    def has_stamps(self) -> bool:
        """False if nothing is remembered, so that every file is going to be read."""
        return bool(self._known)

    def rescan(self, unchanged: AbstractSet[str]) -> Inputs:
        """Return the same files as they are now; only those with another stamp are read again.

        The files at the paths ``unchanged`` are not looked at.
        """
        again = Inputs(self.root)
        again._known, again._unchanged = self._found, unchanged
        return again

    def digest(self, path: str) -> bytes:
        """Return the digest of the file at ``path`` below ``root``; ``b""`` if none is there."""
        try:
            status = os.lstat(self.root / path)
        except OSError:
            return b""
        return self._digest(path, status)

    def digest_folder(self, folder: str, defer: str = "") -> dict[str, bytes]:
        """Return the digests of all files below ``folder``, by path. Links are not followed.

        The paths begin with ``folder``. A folder is scanned once; :meth:`rescan` sees what has
        changed later. Files that end with ``defer`` and would have to be read are left out: the
        caller is going to read them, and adds their digests with :meth:`record_digest`.
        """
        if folder not in self._folders:
            self._folders[folder] = self._scan(folder, defer)
        found = self._folders[folder]
        if not defer:
            for path in [path for path, where in self._deferred.items() if where is found]:
                self._deferred.pop(path)
                found[_encodable(path)] = self.digest(path)
        return found

    def record_digest(self, path: str, digest: bytes, stamp: FileStamp) -> None:
        """Add the digest of a file that :meth:`digest_folder` has left out.

        ``stamp`` was taken before the file was read (:func:`read_stamp`).
        """
        if path in self._deferred:
            self._remember(path, stamp, digest)
            self._deferred.pop(path)[_encodable(path)] = digest

    def save(self) -> None:
        """Save the stamps and digests for the next build. Raises ``OSError``."""
        if self._found != self._known:
            store.save_record(self._folder, "stamps", self._found)

    def _scan(self, folder: str, defer: str) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        waiting = [folder]
        while waiting:
            here = waiting.pop()
            try:
                with os.scandir(self.root / here) as entries:
                    for entry in entries:
                        path = f"{here}/{entry.name}"
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(path)
                        elif path in self._unchanged and path in self._known:
                            found[path] = self._known[path][4]
                        elif defer and path.endswith(defer) and self._must_be_read(path, entry):
                            self._deferred[path] = found
                        else:
                            status = entry.stat(follow_symlinks=False)
                            found[_encodable(path)] = self._digest(path, status)
            except (FileNotFoundError, NotADirectoryError):
                found[here] = b""
            except OSError as error:
                found[here] = _unreadable(error)
        return found

    def _must_be_read(self, path: str, entry: os.DirEntry[str]) -> bool:
        """Return True for a regular file whose digest is not known."""
        if not entry.is_file(follow_symlinks=False):
            return False
        if path not in self._found and path not in self._known:
            return True
        return self._known_digest(path, _stamp(entry.stat(follow_symlinks=False))) is None

    def _known_digest(self, path: str, stamp: FileStamp) -> bytes | None:
        known = self._found.get(path) or self._known.get(path)
        if known is None or known[:4] != stamp:
            return None
        self._found[path] = known
        return known[4]

    def _digest(self, path: str, status: os.stat_result) -> bytes:
        stamp = _stamp(status)
        known = self._known_digest(path, stamp)
        if known is not None:
            return known
        try:
            digest = _digest_of(self.root / path, status)
        except OSError as error:
            return _unreadable(error)
        self._remember(path, stamp, digest)
        return digest

    def _remember(self, path: str, stamp: FileStamp, digest: bytes) -> None:
        if max(stamp[:2]) < self._now - SETTLED_NS and path.isprintable():
            self._found[path] = (*stamp, digest)


def prefetch(folder: Path) -> None:
    """Ask the system to load all files below ``folder``, so that they are there when they are read.

    A process that reads one file after another from a disk waits for each of them. This gives the
    disk many to do at once: a second less at 10,000 materials.
    """
    if not hasattr(os, "posix_fadvise"):
        return
    for base, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                file = os.open(f"{base}/{name}", _PREFETCH_FLAGS)
                try:
                    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_WILLNEED)
                finally:
                    os.close(file)


def read_stamp(path: str) -> FileStamp | None:
    """Return the stamp of the file at ``path``; None if none is there.

    It has to be taken before the file is read: a change in between then shows in the next stamp.
    """
    try:
        return _stamp(os.lstat(path))
    except OSError:
        return None


def _stamp(status: os.stat_result) -> FileStamp:
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def _unreadable(error: OSError) -> bytes:
    """Return a digest that no other call returns, so that nothing is kept under it."""
    return f"unreadable {error.errno} {time.time_ns()}".encode()


def _encodable(path: str) -> str:
    """Return ``path`` with bytes that are not UTF-8 written out in hexadecimal."""
    return path if path.isascii() else os.fsencode(path).decode("utf-8", "backslashreplace")


def _digest_of(path: Path, status: os.stat_result) -> bytes:
    """Return the digest of a file; links and other kinds have digests that no file can have."""
    if stat.S_ISREG(status.st_mode):
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()[:DIGEST]
    if stat.S_ISLNK(status.st_mode):
        target = os.fsencode(path.readlink())
        return hashlib.blake2b(target, digest_size=DIGEST, person=b"link").digest()
    return hashlib.blake2b(digest_size=DIGEST, person=b"other").digest()
