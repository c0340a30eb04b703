"""A content-addressed store of finished work, in files that are never changed once written.

A key is the hash of everything a result depends on, so an entry found is an entry that is right.
Results of one build go into a *pack*, and those that its forks make into packs of the forks' own:
written under a temporary name, checked by checksums, renamed when complete. Two builds may
therefore share a folder, and a folder may be carried from one machine to another. Entries are data
(msgpack), never code, and are read by their declared type: whatever is damaged, cut off or foreign
is a miss. A cache that cannot be written is left alone and the build goes on without.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, ClassVar, Final, NamedTuple, Self, TypeVar
from weakref import WeakSet

import msgspec
from deflate import crc32

from xuelan.text.digests import DIGEST, digest

FOLDER: Final = ".cache"
"""The cache's folder, below the column's own."""

MOST_PACKS: Final = 12
"""With more packs than this, the small ones are joined."""

SPARE_BYTES: Final = 64 * 1024 * 1024
"""What earlier builds left is kept up to this size, or the size of what the last one used."""

_MAGIC: Final = b"xuelan-pack-3\n"
_ENDING: Final = ".pack"
_PART: Final = ".part"
_TAIL: Final = 8 + DIGEST

T = TypeVar("T")
Slot = tuple[int, int, int]
"""Offset, length and CRC-32 of an entry."""
Index = dict[bytes, Slot]


class EntryLocation(NamedTuple):
    """An entry that a fork has written: the file, and where in it."""

    path: str
    slot: Slot


@dataclass(eq=False)
class _Pack:
    """One file of entries; ``index`` is already checked."""

    path: Path
    file: BinaryIO
    index: Index
    used: set[bytes] = field(default_factory=set)

    def get(self, key: bytes) -> bytes | None:
        slot = self.index.get(key)
        entry = slot and _entry(self.file, slot)
        if entry is not None:
            self.used.add(key)
        return entry


def _entry(file: BinaryIO, slot: Slot) -> bytes | None:
    start, length, check = slot
    try:
        entry = os.pread(file.fileno(), length, start)
    except OSError:
        return None
    return entry if len(entry) == length and crc32(entry, 0) == check else None


class _Writer:
    """A pack being written, under a temporary name, by the process that began it."""

    open: ClassVar[WeakSet[_Writer]] = WeakSet()

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self.file = file
        self.index: Index = {}
        self.offset = 0
        self.process = os.getpid()
        self.open.add(self)

    @classmethod
    def begun(cls, folder: Path) -> Self:
        """A new pack in ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".", suffix=_PART)
        writer = cls(Path(name), os.fdopen(handle, "w+b", buffering=1 << 20))
        writer.offset = writer.file.write(_MAGIC)
        return writer

    def add(self, key: bytes, entry: bytes) -> Slot:
        slot = self.index[key] = (self.offset, len(entry), crc32(entry, 0))
        self.offset += self.file.write(entry)
        return slot

    def get(self, key: bytes) -> bytes | None:
        slot = self.index.get(key)
        if slot is None:
            return None
        with contextlib.suppress(OSError):
            self.flush()
            return _entry(self.file, slot)
        return None

    def flush(self) -> None:
        if os.getpid() == self.process and not self.file.closed:
            self.file.flush()

    def finish(self) -> None:
        index = msgspec.msgpack.encode(self.index)
        check = digest(index)
        self.file.seek(0, os.SEEK_END)  # a fork that was killed may have left more than it told
        self.file.write(index + len(index).to_bytes(8, "little") + check)
        self.file.close()
        self.path.replace(self.path.with_name(check.hex() + _ENDING))

    def drop(self) -> None:
        with contextlib.suppress(OSError):
            self.file.close()
        with contextlib.suppress(OSError):
            self.path.unlink()


def _before_a_fork() -> None:
    """Leave no bytes in memory that a fork would miss, or write once more."""
    for writer in _Writer.open:
        with contextlib.suppress(OSError):  # it comes again with the next entry
            writer.flush()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_a_fork)


class Cache:
    """The packs of one folder. ``fault`` says (in the system's words) why nothing can be kept."""

    def __init__(self, folder: Path | None) -> None:
        """``folder`` need not exist; ``None`` makes a cache that keeps nothing."""
        self.folder = folder
        self.fault = ""
        self._process = os.getpid()
        self._packs = list(_packs(folder)) if folder else []
        self._where = {key: pack for pack in self._packs for key in pack.index}
        self._writer: _Writer | None = None
        self._others: dict[str, _Writer] = {}
        self._written: dict[bytes, _Writer] = {}

    def get(self, key: bytes, kind: type[T]) -> T | None:
        """The value kept under ``key``, or ``None`` when there is none that can be trusted."""
        entry = self.get_bytes(key)
        if entry is None:
            return None
        try:
            return msgspec.msgpack.decode(entry, type=kind)
        except (msgspec.MsgspecError, ValueError):
            return None

    def get_bytes(self, key: bytes) -> bytes | None:
        """The bytes kept under ``key``."""
        pack, writer = self._where.get(key), self._written.get(key)
        found = pack.get(key) if pack else None
        return writer.get(key) if found is None and writer else found

    def touch(self, key: bytes) -> bool:
        """True when there is an entry, so far as the index tells; it then counts as used."""
        pack = self._where.get(key)
        if pack is not None:
            pack.used.add(key)
        return pack is not None

    def put_bytes(self, key: bytes, entry: bytes) -> None:
        """Keep ``entry``, the msgpack form of a value, under ``key``; a fork keeps nothing."""
        if self.folder is None or self.fault or os.getpid() != self._process:
            return
        try:
            self._written[key] = writer = self._own(self.folder)
            writer.add(key, entry)
        except OSError as error:
            self._give_up(error)

    def put_in_fork(self, key: bytes, entry: bytes) -> bytes | EntryLocation:
        """Put down ``entry`` for the process this one was forked from, which is to take it in.

        Large entries cost much when they are sent. What cannot be put down is given back.
        """
        if self.folder is None or self.fault or os.getpid() == self._process:
            return entry
        try:
            writer = self._own(self.folder)
            slot = writer.add(key, entry)
            writer.flush()
        except OSError as error:
            self.fault = error.strerror or str(error)
            return entry
        return EntryLocation(os.fspath(writer.path), slot)

    def add_from_fork(self, key: bytes, left: bytes | EntryLocation) -> None:
        """Keep under ``key`` what :meth:`put_in_fork` gave."""
        if isinstance(left, bytes):
            self.put_bytes(key, left)
            return
        try:
            if self.fault:  # nothing is kept any more
                Path(left.path).unlink(missing_ok=True)
                return
            writer = self._others.get(left.path)
            if writer is None:
                path = Path(left.path)
                writer = self._others[left.path] = _Writer(path, path.open("r+b"))
            self._written[key] = writer
            writer.index[key] = left.slot
        except OSError as error:
            self._give_up(error)

    def _own(self, folder: Path) -> _Writer:
        """The pack that this process writes."""
        if self._writer is None or self._writer.process != os.getpid():
            self._writer = _Writer.begun(folder)
        return self._writer

    def put(self, key: bytes, value: object) -> None:
        """Keep ``value`` under ``key``."""
        self.put_bytes(key, msgspec.msgpack.encode(value))

    def save(self, *, compact: bool = False) -> None:
        """Make what was put since the last time last.

        After a complete build, which has asked for every entry it needs, ``compact`` joins small
        packs and drops what nothing has asked for in a long time.
        """
        if self.folder is None or self.fault:
            return
        try:
            for writer in self._writers():
                writer.finish()
            self._forget()
            if compact:
                self._compact()
        except OSError as error:
            self._give_up(error)

    def _writers(self) -> list[_Writer]:
        return [*self._others.values(), *([self._writer] if self._writer else [])]

    def _forget(self) -> None:
        self._writer = None
        self._others, self._written = {}, {}

    def _give_up(self, error: OSError) -> None:
        """Go on without keeping anything: what was kept in this run may be lost as well."""
        self.fault = error.strerror or str(error)
        for writer in self._writers():
            writer.drop()
        self._forget()

    def _compact(self) -> None:
        live = sum(pack.index[k][1] for pack in self._packs for k in pack.used)
        dead = sum(sum(n for _, n, _ in p.index.values()) for p in self._packs) - live
        if dead > max(live, SPARE_BYTES):
            self._join(self._packs, only_used=True)
        elif len(self._packs) > MOST_PACKS:
            by_size = sorted(self._packs, key=lambda p: len(p.index))
            self._join(by_size[: MOST_PACKS // 2], only_used=False)

    def _join(self, packs: list[_Pack], *, only_used: bool) -> None:
        assert self.folder is not None
        writer = _Writer.begun(self.folder)
        try:
            for pack in packs:
                for key in pack.used if only_used else pack.index:
                    entry = pack.get(key)
                    if entry is not None:
                        writer.add(key, entry)
            writer.finish()
        except OSError:
            writer.drop()
            raise
        for pack in packs:
            pack.path.unlink(missing_ok=True)


NO_CACHE: Final = Cache(None)
"""Keeps nothing."""


def _packs(folder: Path) -> Iterator[_Pack]:
    """The packs that can be read, oldest first; leftovers and damaged ones are passed over."""
    try:
        found = sorted((p.stat().st_mtime_ns, p) for p in folder.glob("*" + _ENDING))
    except OSError:
        return
    for _, path in found:
        with contextlib.suppress(OSError, ValueError, msgspec.MsgspecError):
            file = path.open("rb")
            yield _Pack(path, file, _index(file))


def _index(file: BinaryIO) -> Index:
    """The index at a pack's end. Raises ``ValueError`` when it is not one."""
    handle = file.fileno()
    end = os.fstat(handle).st_size - _TAIL
    tail = os.pread(handle, _TAIL, max(0, end))
    length = int.from_bytes(tail[:8], "little")
    index = os.pread(handle, length, end - length) if 0 < length <= end else b""
    sound = digest(index) == tail[8:]
    if os.pread(handle, len(_MAGIC), 0) != _MAGIC or not sound:
        raise ValueError
    return msgspec.msgpack.decode(index, type=Index)


def measure(folder: Path) -> tuple[int, int]:
    """How many files the cache in ``folder`` has, and how many bytes they hold."""
    files = [p for p in folder.rglob("*") if p.is_file()] if folder.is_dir() else []
    return len(files), sum(p.stat().st_size for p in files)


def clear(folder: Path) -> None:
    """Remove everything in ``folder``: nothing but finished work may lie there."""
    if folder.is_dir():
        shutil.rmtree(folder)


def load_record(folder: Path | None, name: str, kind: type[T]) -> T | None:
    """What :func:`save_record` last kept under ``name``; ``None`` when it cannot be read."""
    if folder is None:
        return None
    try:
        data = (folder / f"{name}.record").read_bytes()
        content = memoryview(data)[DIGEST:]
        return (
            msgspec.msgpack.decode(content, type=kind) if digest(content) == data[:DIGEST] else None
        )
    except (OSError, msgspec.MsgspecError, ValueError):
        return None


def save_record(folder: Path | None, name: str, value: object) -> None:
    """Keep ``value`` as the one record called ``name``. Raises ``OSError``."""
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    data = msgspec.msgpack.encode(value)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".", suffix=_PART)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(digest(data) + data)
        Path(temporary).replace(folder / f"{name}.record")
    except OSError:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
