"""What a build is made from: the files, known by their content.

Reading and hashing ten thousand files takes longer than asking the system whether they were
touched, so each file's digest is remembered with its size, times and inode. A digest is used again
only when all of them are the same and the file had been left alone for a while when it was read.
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
"""A file changed less than three seconds ago may change again without showing it in its times
(some file systems count in steps of two seconds)."""

_LOOKING: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)

FileStamp = tuple[int, int, int, int]
"""Times of change of content and of state (ns), size (bytes), inode."""
_KnownFile = tuple[int, int, int, int, bytes]
"""A mark and the digest of the file that bore it."""


class Inputs:
    """The files below ``root``, looked at through the cache kept in ``folder``."""

    def __init__(self, root: Path, folder: Path | None = None) -> None:
        self.root = root
        self._folder = folder
        known = store.load_record(folder, "stamps", dict[str, _KnownFile])
        self._known: dict[str, _KnownFile] = known or {}
        self._stamps: dict[str, _KnownFile] = {}
        self._below: dict[str, dict[str, bytes]] = {}
        self._unread: dict[str, dict[str, bytes]] = {}
        self._sure: AbstractSet[str] = frozenset()
        self._now = time.time_ns()

    @property
    def has_stamps(self) -> bool:
        """False where nothing is remembered: then all files are going to be read."""
        return bool(self._known)

    def rescan(self, sure: AbstractSet[str]) -> Inputs:
        """The same files, looked at anew; of those left alone since nothing is read again.

        Those at the paths ``sure`` were read as they had been found: they are not looked at.
        """
        looked = Inputs(self.root)
        looked._known, looked._sure = self._stamps, sure
        return looked

    def digest(self, path: str) -> bytes:
        """The digest of the file at ``path``, seen from ``root``; ``b""`` if there is none."""
        try:
            status = os.lstat(self.root / path)
        except OSError:
            return b""
        return self._digest(path, status)

    def digest_folder(self, folder: str, defer: str = "") -> dict[str, bytes]:
        """The digests of all files below ``folder``, by path; links are not followed.

        The paths are seen from ``root`` where ``folder`` is, and from ``folder`` where it is not.
        A folder is looked through once; what changes later, :meth:`rescan` sees. Files whose names
        end with ``defer`` are left out as long as they would have to be read: somebody is going
        to, and :meth:`record_digest` is told.
        """
        if folder not in self._below:
            self._below[folder] = self._looked_through(folder, defer)
        found = self._below[folder]
        if not defer:
            for path in [path for path, where in self._unread.items() if where is found]:
                self._unread.pop(path)
                found[_printed(path)] = self.digest(path)
        return found

    def record_digest(self, path: str, digest: bytes, mark: FileStamp) -> None:
        """Take the digest of a file that :meth:`digest_folder` has left out.

        It bore the ``mark`` before it was read (:func:`read_stamp`).
        """
        if path in self._unread:
            self._remember(path, mark, digest)
            self._unread.pop(path)[_printed(path)] = digest

    def _looked_through(self, folder: str, defer: str) -> dict[str, bytes]:
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
                        elif path in self._sure and path in self._known:
                            found[path] = self._known[path][4]
                        elif defer and path.endswith(defer) and self._is_new(path, entry):
                            self._unread[path] = found
                        else:
                            status = entry.stat(follow_symlinks=False)
                            found[_printed(path)] = self._digest(path, status)
            except (FileNotFoundError, NotADirectoryError):
                found[here] = b""
            except OSError as error:
                found[here] = f"unreadable {error.errno} {time.time_ns()}".encode()
        return found

    def _known_digest(self, path: str, mark: FileStamp) -> bytes | None:
        known = self._stamps.get(path) or self._known.get(path)
        if known is None or known[:4] != mark:
            return None
        self._stamps[path] = known
        return known[4]

    def _is_new(self, path: str, entry: os.DirEntry[str]) -> bool:
        """True for a file whose digest nobody knows."""
        if not entry.is_file(follow_symlinks=False):
            return False
        if path not in self._stamps and path not in self._known:
            return True
        return self._known_digest(path, _mark(entry.stat(follow_symlinks=False))) is None

    def _digest(self, path: str, status: os.stat_result) -> bytes:
        mark = _mark(status)
        known = self._known_digest(path, mark)
        if known is not None:
            return known
        try:
            digest = _digest_of(self.root / path, status)
        except OSError as error:
            return f"unreadable {error.errno} {time.time_ns()}".encode()
        self._remember(path, mark, digest)
        return digest

    def _remember(self, path: str, mark: FileStamp, digest: bytes) -> None:
        if max(mark[:2]) < self._now - SETTLED_NS and path.isprintable():
            self._stamps[path] = (*mark, digest)

    def save(self) -> None:
        """Remember what was learned. Raises ``OSError``."""
        if self._stamps != self._known:
            store.save_record(self._folder, "stamps", self._stamps)


def prefetch(folder: Path) -> None:
    """Ask the system for all files below ``folder``: it then has them before they are read.

    Who reads a file after the other from a disk waits for each; here the disk is given much to do.
    """
    if not hasattr(os, "posix_fadvise"):
        return
    for base, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                file = os.open(f"{base}/{name}", _LOOKING)
                try:
                    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_WILLNEED)
                finally:
                    os.close(file)


def read_stamp(path: str) -> FileStamp | None:
    """The mark of the file at ``path``, to be asked for before it is read; ``None`` without one."""
    try:
        return _mark(os.lstat(path))
    except OSError:
        return None


def _mark(status: os.stat_result) -> FileStamp:
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def _printed(path: str) -> str:
    """A path as it can be encoded, whatever bytes it has."""
    return path if path.isascii() else os.fsencode(path).decode("utf-8", "backslashreplace")


def _digest_of(path: Path, status: os.stat_result) -> bytes:
    if stat.S_ISREG(status.st_mode):
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()[:DIGEST]
    if stat.S_ISLNK(status.st_mode):  # no file, whatever is in it, may be taken for a link
        target = os.fsencode(path.readlink())
        return hashlib.blake2b(target, digest_size=DIGEST, person=b"link").digest()
    return hashlib.blake2b(digest_size=DIGEST, person=b"other").digest()
