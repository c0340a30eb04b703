"""Reading the files of the materials: each by itself, side by side, and only when it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from xuelan.engine.cache import Cache, EntryLocation
from xuelan.engine.inputs import FileStamp, read_stamp
from xuelan.engine.workers import Results, Workers
from xuelan.model.column import MATERIALS_FOLDER, Column
from xuelan.model.material import Material, parse
from xuelan.reading.files import named, with_files
from xuelan.rules.text import check_text
from xuelan.text import prose
from xuelan.text.digests import digest, key_of, program
from xuelan.text.problem import Code, Problem
from xuelan.text.scan import Scan, scan
from xuelan.text.source import ChangedError, decode, list_files, read_bytes, split


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading one file gave; without a material, the problems say why.

    ``body`` is its text, unless the reading comes from the cache.
    """

    path: str
    problems: tuple[Problem, ...] = ()
    material: Material | None = None
    scan: Scan | None = None
    body: str = ""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A reading as the cache keeps it."""

    problems: list[tuple[int, str, str, str]]
    material: Material | None
    scan: Scan | None


@dataclass(frozen=True)
class _Reader:
    """Turns a path and the bytes that stand there into a reading as the cache keeps it."""

    vocabularies: Mapping[str, tuple[str, ...]]

    def __call__(self, item: tuple[str, bytes]) -> bytes:
        return _packed(interpret(*item, self.vocabularies))


_CODES: Final = {code.slug: code for code in Code}


def read_materials(
    column: Column,
    cache: Cache,
    workers: Workers,
    digests: Mapping[str, bytes],
    learn: Callable[[str, bytes, FileStamp], None],
) -> Iterator[Reading]:
    """Every material of the column, in the order of their paths; reading begins at once.

    ``digests`` are those of files known without reading them; ``learn`` is told the others, with
    the marks they bore, and adds them there. The key of a reading: this program, the column's
    vocabularies, the path and the file's digest. Raises :class:`~xuelan.text.source.ChangedError`
    for a file that no longer has the digest known.
    """
    base = key_of(program(), dict(column.vocabularies))
    shelf = _Shelf(column, cache, digests, base)
    readings: dict[str, Reading] = {}
    missing: list[str] = []
    paths = list_files(column.root, MATERIALS_FOLDER, ".md")
    for path in paths:
        kept = cache.get(shelf.key(path, digests[path]), _Kept) if path in digests else None
        if kept is None:
            missing.append(path)
        else:
            readings[path] = shelf.filled(_thaw(path, kept))
    made = shelf.read(missing, workers)

    def finished() -> Iterator[Reading]:
        with closing(made):
            for path, found in zip(missing, made, strict=True):
                reading = shelf.taken_in(path, found)
                if found.mark is not None:
                    learn(path, found.digest, found.mark)
                readings[path] = shelf.filled(reading)
        yield from map(readings.__getitem__, paths)

    return finished()


class _Found(NamedTuple):
    """A file that was read: its digest or else why there is none, and its reading.

    No reading where the cache has it already, and no mark where the digest was known.
    """

    digest: bytes
    problems: list[Problem]
    mark: FileStamp | None = None
    entry: bytes | EntryLocation | None = None


@dataclass(frozen=True)
class _Shelf:
    """Where readings come from: the column's files, those of known digests, and the cache.

    ``base`` is what all readings depend on.
    """

    column: Column
    cache: Cache
    digests: Mapping[str, bytes]
    base: bytes

    @property
    def root(self) -> Path:
        """The column's folder."""
        return self.column.root

    def key(self, path: str, digest: bytes) -> bytes:
        """The key of the reading of a file."""
        return key_of(self.base, path, digest)

    def read(self, paths: list[str], workers: Workers) -> Results[_Found]:
        """Files read side by side; one not known before is looked for in the cache then."""
        stands: dict[str, _Found] = {}

        def prepare(path: str) -> tuple[str, bytes] | None:
            is_new = path not in self.digests
            mark = read_stamp(f"{self.root}/{path}") if is_new else None
            raw, problems = read_bytes(self.root, path)
            if raw is None:
                stands[path] = _Found(b"", problems)
                return None
            found = stands[path] = _Found(digest(raw), problems, mark)
            kept = self.cache.get(self.key(path, found.digest), _Kept) if is_new else None
            return None if kept else (path, raw)

        def store(path: str, entry: bytes | None) -> _Found:
            found = stands.pop(path)
            if entry is None:
                return found
            return found._replace(entry=self.cache.put_in_fork(self.key(path, found.digest), entry))

        reader = _Reader(self.column.vocabularies)
        return workers.map(reader, paths, "读材料", prepare=prepare, store=store)

    def taken_in(self, path: str, found: _Found) -> Reading:
        """What was found, as a reading; if it is new, the cache gets it."""
        if not found.digest:
            return Reading(path, tuple(found.problems))
        if found.digest != self.digests.get(path, found.digest):
            raise ChangedError(path)
        key, entry = self.key(path, found.digest), found.entry
        if entry is not None:
            self.cache.add_from_fork(key, entry)
        kept = self.cache.get(key, _Kept) if not isinstance(entry, bytes) else _unpacked(entry)
        if kept is None:  # the cache has lost it again: its disk is full, say
            raw, _ = read_bytes(self.root, path)
            if raw is None or digest(raw) != found.digest:
                raise ChangedError(path)
            return interpret(path, raw, self.column.vocabularies)
        return _thaw(path, kept)

    def filled(self, reading: Reading) -> Reading:
        """The reading with what is known of a material's files.

        The cache has it as long as they and the material's own file stay the same.
        """
        m = reading.material
        if m is None or not (m.attachments or m.media):
            return reading
        known = [self.digests.get(path, b"") for path in (m.path, *named(m))]
        if not all(known):
            return self._filled(reading, m)
        key = key_of("files", self.base, m.path, known)
        kept = self.cache.get(key, _Kept)
        if kept is not None:
            return replace(_thaw(m.path, kept), scan=reading.scan, body=reading.body)
        made = self._filled(reading, m)
        self.cache.put_bytes(key, _packed(replace(made, scan=None)))
        return made

    def _filled(self, reading: Reading, m: Material) -> Reading:
        made, problems = with_files(self.root, m, self._sha256)
        return replace(reading, material=made, problems=(*reading.problems, *problems))

    def _sha256(self, file: Path) -> str:
        """A file's SHA-256, from the cache where its digest is known."""
        known = self.digests.get(file.relative_to(self.root).as_posix())
        kept = self.cache.get(key_of("sha256", known), str)
        if kept is None:
            raw = file.read_bytes()
            kept = hashlib.sha256(raw).hexdigest()
            self.cache.put(key_of("sha256", digest(raw)), kept)
        return kept


def interpret(path: str, raw: bytes, vocabularies: Mapping[str, tuple[str, ...]]) -> Reading:
    """The reading of a file's bytes, before its attachments are looked for."""
    source, problems = decode(path, raw)
    if source is None:
        return Reading(path, tuple(problems))
    document, found = split(source)
    if document is None:
        return Reading(path, (*problems, *found))
    material, wrong = parse(document, vocabularies)
    lines = prose.lines(document.body)
    own = check_text(material, document.body, lines)
    every = (*problems, *found, *wrong, *own)
    return Reading(path, every, material, scan(path, document.body, lines), document.body)


def _packed(reading: Reading) -> bytes:
    problems = [(p.line, p.code.slug, p.message, p.hint) for p in reading.problems]
    return msgspec.msgpack.encode(_Kept(problems, reading.material, reading.scan))


def _unpacked(entry: bytes) -> _Kept:
    return msgspec.msgpack.decode(entry, type=_Kept)


def _thaw(path: str, kept: _Kept) -> Reading:
    problems = (Problem(path, line, _CODES[code], *words) for line, code, *words in kept.problems)
    return Reading(path, tuple(problems), kept.material, kept.scan)
