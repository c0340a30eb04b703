"""A content-addressed store of results, in files that never change once they are written.

A key is the hash of everything a result depends on, so an entry that is found is right. The results
of one build go into one *pack*, and those that a fork makes into a pack of the fork's own. A pack
is written under a temporary name and renamed when it is complete, so two builds may share a folder,
and a folder may be carried to another machine. Entries are data (msgpack), never code, and are
decoded as the type they should have. An entry that is damaged, cut off or of another type is a
miss. If the folder cannot be written, the build goes on without a cache.

A pack is: a line that names the format; the entries, one after another; the index, msgpack of
``{key: (offset, length, CRC-32)}``; its length, in 8 bytes; its digest. The name of the file is
the digest of its index.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, ClassVar, Final, NamedTuple, Self, TypeVar
from weakref import WeakSet

import msgspec
from deflate import crc32

from xuelan.engine.positioned import read_at
from xuelan.text.digests import DIGEST, digest

FOLDER: Final = ".cache"
"""The cache's folder, below the column's own."""

MOST_PACKS: Final = 12
"""If there are more packs than this, the small ones are joined."""

SPARE_BYTES: Final = 64 * 1024 * 1024
"""Entries that the last build did not use are kept up to this size, or that of those it used."""

ABANDONED_SECONDS: Final = 24 * 60 * 60
"""A pack still under its temporary name after so long was left by a process that was killed."""

_MAGIC: Final = b"xuelan-pack-3\n"
_SUFFIX: Final = ".pack"
_TEMPORARY: Final = ".part"
_TAIL: Final = 8 + DIGEST

T = TypeVar("T")
Extent = tuple[int, int, int]
"""Offset, length and CRC-32 of an entry."""
_Index = dict[bytes, Extent]


class EntryLocation(NamedTuple):
    """Where a fork has written an entry: the path of its pack, and the place in it."""

    path: str
    extent: Extent


@dataclass(eq=False)
class _Pack:
    """A complete pack. ``used`` are the keys that this build has asked for."""

    path: Path
    file: BinaryIO
    index: _Index
    used: set[bytes] = field(default_factory=set)

    def get(self, key: bytes) -> bytes | None:
        extent = self.index.get(key)
        entry = extent and _read_entry(self.file, extent)
        if entry is not None:
            self.used.add(key)
        return entry


def _read_entry(file: BinaryIO, extent: Extent) -> bytes | None:
    """Return an entry; None if it cannot be read or its checksum is wrong."""
    start, length, checksum = extent
    try:
        entry = read_at(file, length, start)
    except (OSError, ValueError):  # a pack that has been joined with others is closed
        return None
    return entry if len(entry) == length and crc32(entry, 0) == checksum else None


class _PackWriter:
    """A pack that is being written, under a temporary name, by the process that created it."""

    open: ClassVar[WeakSet[_PackWriter]] = WeakSet()

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self.file = file
        self.index: _Index = {}
        self.offset = 0
        self.process = os.getpid()
        self.open.add(self)

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Create a new pack in ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".", suffix=_TEMPORARY)
        writer = cls(Path(name), os.fdopen(handle, "w+b", buffering=1 << 20))
        writer.offset = writer.file.write(_MAGIC)
        return writer

    def add(self, key: bytes, entry: bytes) -> Extent:
        extent = self.index[key] = (self.offset, len(entry), crc32(entry, 0))
        self.offset += self.file.write(entry)
        return extent

    def get(self, key: bytes) -> bytes | None:
        extent = self.index.get(key)
        if extent is None:
            return None
        with contextlib.suppress(OSError):
            self.flush()
            return _read_entry(self.file, extent)
        return None

    def flush(self) -> None:
        if os.getpid() == self.process and not self.file.closed:
            self.file.flush()

    def finish(self) -> None:
        """Write the index, and give the pack its name."""
        index = msgspec.msgpack.encode(self.index)
        checksum = digest(index)
        self.file.seek(0, os.SEEK_END)  # past what a killed fork has written and not told
        self.file.write(index + len(index).to_bytes(8, "little") + checksum)
        self.file.close()
        self.path.replace(self.path.with_name(checksum.hex() + _SUFFIX))

    def discard(self) -> None:
        with contextlib.suppress(OSError):
            self.file.close()
        with contextlib.suppress(OSError):
            self.path.unlink()


def _flush_before_fork() -> None:
    """Write out what is in memory: a fork could not read it, and would write it once more."""
    for writer in _PackWriter.open:
        with contextlib.suppress(OSError):  # the next entry meets the same error, and is caught
            writer.flush()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_flush_before_fork)


class Cache:
    """The packs of one folder. ``fault`` is why nothing can be kept, in the system's words."""

    def __init__(self, folder: Path | None) -> None:
        """``folder`` need not exist. With None nothing is kept."""
        self.folder = folder
        self.fault = ""
        self._process = os.getpid()
        self._packs = list(_open_packs(folder)) if folder else []
        self._pack_of = {key: pack for pack in self._packs for key in pack.index}
        self._writer: _PackWriter | None = None
        self._fork_writers: dict[str, _PackWriter] = {}
        self._writer_of: dict[bytes, _PackWriter] = {}

    def get(self, key: bytes, kind: type[T]) -> T | None:
        """Return the value of ``key``, decoded as ``kind``; None if there is no sound entry."""
        entry = self.get_bytes(key)
        if entry is None:
            return None
        try:
            return msgspec.msgpack.decode(entry, type=kind)
        except (msgspec.MsgspecError, ValueError):
            return None

    def get_bytes(self, key: bytes) -> bytes | None:
        """Return the entry of ``key``, as it was put."""
        pack, writer = self._pack_of.get(key), self._writer_of.get(key)
        found = pack.get(key) if pack else None
        return writer.get(key) if found is None and writer else found

    def touch(self, key: bytes) -> bool:
        """Count the entry of ``key`` as used. Returns False if no index lists it.

        The entry is not read, so it may turn out to be damaged.
        """
        pack = self._pack_of.get(key)
        if pack is not None:
            pack.used.add(key)
        return pack is not None

    def put(self, key: bytes, value: object) -> None:
        """Keep ``value`` under ``key``. In a fork this does nothing."""
        self.put_bytes(key, msgspec.msgpack.encode(value))

    def put_bytes(self, key: bytes, entry: bytes) -> None:
        """Keep ``entry``, a value as msgpack, under ``key``. In a fork this does nothing."""
        if self.folder is None or self.fault or os.getpid() != self._process:
            return
        try:
            self._writer_of[key] = writer = self._own_writer(self.folder)
            writer.add(key, entry)
        except OSError as error:
            self._give_up(error)

    def put_in_fork(self, key: bytes, entry: bytes) -> bytes | EntryLocation:
        """Write ``entry`` into the pack of this fork; return what :meth:`add_from_fork` takes.

        Entries are large, and where they lie is small to send. Where nothing can be written, and
        in a process that is no fork, ``entry`` itself is returned.
        """
        if self.folder is None or self.fault or os.getpid() == self._process:
            return entry
        try:
            writer = self._own_writer(self.folder)
            extent = writer.add(key, entry)
            writer.flush()
        except OSError as error:
            self.fault = error.strerror or str(error)
            return entry
        return EntryLocation(os.fspath(writer.path), extent)

    def add_from_fork(self, key: bytes, entry: bytes | EntryLocation) -> None:
        """Keep under ``key`` what :meth:`put_in_fork` has returned in a fork of this process."""
        if isinstance(entry, bytes):
            self.put_bytes(key, entry)
            return
        try:
            if self.fault:
                Path(entry.path).unlink(missing_ok=True)
                return
            writer = self._fork_writers.get(entry.path)
            if writer is None:
                path = Path(entry.path)
                writer = self._fork_writers[entry.path] = _PackWriter(path, path.open("r+b"))
            self._writer_of[key] = writer
            writer.index[key] = entry.extent
        except OSError as error:
            self._give_up(error)

    def save(self, *, compact: bool = False) -> None:
        """Make what was put since the last time permanent.

        With ``compact``, after a complete build, which has asked for every entry it needs: join
        small packs, and drop entries that have not been used for long.
        """
        if self.folder is None or self.fault:
            return
        try:
            for writer in self._writers():
                writer.finish()
            self._reset()
            if compact:
                self._compact(self.folder)
        except OSError as error:
            self._give_up(error)

    def _own_writer(self, folder: Path) -> _PackWriter:
        """Return the pack that this process writes."""
        if self._writer is None or self._writer.process != os.getpid():
            self._writer = _PackWriter.create(folder)
        return self._writer

    def _writers(self) -> list[_PackWriter]:
        return [*self._fork_writers.values(), *([self._writer] if self._writer else [])]

    def _reset(self) -> None:
        self._writer = None
        self._fork_writers, self._writer_of = {}, {}

    def _give_up(self, error: OSError) -> None:
        """Keep nothing from now on; what was put since the last :meth:`save` is lost as well."""
        self.fault = error.strerror or str(error)
        for writer in self._writers():
            writer.discard()
        self._reset()

    def _compact(self, folder: Path) -> None:
        for path in folder.glob(f".*{_TEMPORARY}"):
            with contextlib.suppress(FileNotFoundError):  # another build has just finished it
                if path.stat().st_mtime < time.time() - ABANDONED_SECONDS:
                    path.unlink()
        used = sum(pack.index[key][1] for pack in self._packs for key in pack.used)
        every = sum(length for pack in self._packs for _, length, _ in pack.index.values())
        if every - used > max(used, SPARE_BYTES):
            self._join(folder, self._packs, only_used=True)
        elif len(self._packs) > MOST_PACKS:
            by_size = sorted(self._packs, key=lambda pack: len(pack.index))
            self._join(folder, by_size[: MOST_PACKS // 2], only_used=False)

    def _join(self, folder: Path, packs: list[_Pack], *, only_used: bool) -> None:
        """Copy the entries of ``packs`` into one new pack, and remove those packs."""
        writer = _PackWriter.create(folder)
        try:
            for pack in packs:
                for key in pack.used if only_used else pack.index:
                    entry = pack.get(key)
                    if entry is not None:
                        writer.add(key, entry)
            writer.finish()
        except OSError:
            writer.discard()
            raise
        for pack in packs:
            pack.file.close()  # Windows removes no open file
            pack.path.unlink(missing_ok=True)


NO_CACHE: Final = Cache(None)
"""Keeps nothing."""


def _open_packs(folder: Path) -> Iterator[_Pack]:
    """Yield the packs that can be read, the oldest first. Damaged ones are passed over."""
    try:
        found = sorted((p.stat().st_mtime_ns, p) for p in folder.glob("*" + _SUFFIX))
    except OSError:
        return
    for _, path in found:
        with contextlib.suppress(OSError, ValueError, msgspec.MsgspecError):
            file = path.open("rb")
            yield _Pack(path, file, _read_index(file))


def _read_index(file: BinaryIO) -> _Index:
    """Return the index at the end of a pack. Raises ``ValueError`` if it is damaged."""
    end = os.fstat(file.fileno()).st_size - _TAIL
    tail = read_at(file, _TAIL, max(0, end))
    length = int.from_bytes(tail[:8], "little")
    index = read_at(file, length, end - length) if 0 < length <= end else b""
    if read_at(file, len(_MAGIC), 0) != _MAGIC or digest(index) != tail[8:]:
        raise ValueError
    return msgspec.msgpack.decode(index, type=_Index)


def measure(folder: Path) -> tuple[int, int]:
    """Return how many files the cache in ``folder`` has, and how many bytes they hold."""
    files = [p for p in folder.rglob("*") if p.is_file()] if folder.is_dir() else []
    return len(files), sum(p.stat().st_size for p in files)


def clear(folder: Path) -> None:
    """Remove ``folder`` with everything in it."""
    if folder.is_dir():
        shutil.rmtree(folder)


def load_record(folder: Path | None, name: str, kind: type[T]) -> T | None:
    """Return what :func:`save_record` last saved as ``name``; None if it cannot be read."""
    if folder is None:
        return None
    try:
        data = (folder / f"{name}.record").read_bytes()
        content = memoryview(data)[DIGEST:]
        if digest(content) != data[:DIGEST]:
            return None
        return msgspec.msgpack.decode(content, type=kind)
    except (OSError, msgspec.MsgspecError, ValueError):
        return None


def save_record(folder: Path | None, name: str, value: object) -> None:
    """Save ``value`` as the one record called ``name``. Raises ``OSError``."""
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    data = msgspec.msgpack.encode(value)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".", suffix=_TEMPORARY)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(digest(data) + data)
        Path(temporary).replace(folder / f"{name}.record")
    except OSError:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
