"""Reads the files of the materials: in parallel, and each only when it has changed.

What reading a file gives depends on this program, the column's vocabularies, the path and the
bytes of the file. A digest of these is the key under which the cache keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from xuelan.engine.cache import NO_CACHE, Cache, EntryLocation
from xuelan.engine.inputs import FileStamp, read_stamp
from xuelan.engine.workers import Results, Workers
from xuelan.model.column import MATERIALS_FOLDER, Column
from xuelan.model.fields import Vocabularies
from xuelan.model.material import Material, parse
from xuelan.model.wording import Wording
from xuelan.reading.copies import CopyStore, FileWanted, PublishedFile
from xuelan.reading.files import copies_of, file_paths, resolve_files, wanted_files
from xuelan.rules import privacy
from xuelan.rules.text import check_text
from xuelan.rules.wording import check_wording
from xuelan.text import prose, signs
from xuelan.text.blanks import place_in_file
from xuelan.text.digests import digest, key_of, program
from xuelan.text.problem import Code, Edit, Problem
from xuelan.text.scan import Scan, scan
from xuelan.text.source import ChangedError, Document, Source, decode, list_files, read_bytes, split


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading one file gave; without a material, the problems say why.

    ``body`` is its text; empty if the reading comes from the cache.
    """

    path: str
    problems: tuple[Problem, ...] = ()
    material: Material | None = None
    scan: Scan | None = None
    body: str = ""


def read_materials(
    column: Column,
    cache: Cache,
    workers: Workers,
    digests: Mapping[str, bytes],
    learn: Callable[[str, bytes, FileStamp], None],
) -> Iterator[Reading]:
    """Read every material of the column; yield the readings in the order of their paths.

    The workers begin at once, before the first reading is asked for. ``digests`` has the digests
    of the files (by path) that are known without reading them. For each other file ``learn`` gets
    path, digest and the stamp that the file had before it was read; it adds the digest to
    ``digests``. Raises :class:`~xuelan.text.source.ChangedError` for a file that no longer has
    its known digest.
    """
    reader = _MaterialReader(column, cache, digests)
    paths = list_files(column.root, MATERIALS_FOLDER, ".md")
    readings = {path: reader.look_up(path) for path in paths}
    missing = [path for path, reading in readings.items() if reading is None]
    task = partial(_make_entry, column.vocabularies, column.wording)
    results = workers.map(task, missing, "读材料", prepare=reader.prepare, store=reader.store)
    return _complete(readings, results, reader, learn)


def _complete(
    readings: dict[str, Reading | None],
    results: Results[_FileResult],
    reader: _MaterialReader,
    learn: Callable[[str, bytes, FileStamp], None],
) -> Iterator[Reading]:
    """Yield ``readings`` once the results have taken the place of those missing."""
    missing = [path for path, reading in readings.items() if reading is None]
    with closing(results):
        for path, result in zip(missing, results, strict=True):
            reading = reader.accept(path, result)
            if result.stamp is not None:
                learn(path, result.digest, result.stamp)
            readings[path] = reading
    yield from reader.add_files(filter(None, readings.values()))


class _FileResult(NamedTuple):
    """What a worker gives back for a file.

    ``digest`` is empty if the file could not be read; the problems say why. ``stamp`` is set for
    a file whose digest was not known, ``entry`` unless the cache has one already.
    """

    digest: bytes
    problems: list[Problem]
    stamp: FileStamp | None = None
    entry: bytes | EntryLocation | None = None


class _Waiting(NamedTuple):
    """A reading whose files have to be looked at, and the key for it, empty if there is none."""

    reading: Reading
    key: bytes
    wanted: list[FileWanted]


class _MaterialReader:
    """Reads files through the cache, each in these steps.

    :meth:`look_up` takes a reading from the cache. If it has none, a worker calls :meth:`prepare`,
    ``_make_entry`` and :meth:`store`, and this process calls :meth:`accept` with the result.
    :meth:`add_files` completes all readings at the end.
    """

    def __init__(self, column: Column, cache: Cache, digests: Mapping[str, bytes]) -> None:
        self._root = column.root
        self._vocabularies = column.vocabularies
        self._cache = cache
        self._digests = digests
        self._wording = column.wording
        self._base = key_of(program(), dict(column.vocabularies), column.wording)
        self._prepared: dict[str, _FileResult] = {}
        self._copies = CopyStore(column.root, cache, self._digest)

    def look_up(self, path: str) -> Reading | None:
        """The reading that the cache has for the known digest of a file."""
        if path not in self._digests:
            return None
        cached = self._cache.get(self._key(path, self._digests[path]), _CachedReading)
        return _thaw(path, cached) if cached else None

    def prepare(self, path: str) -> tuple[str, bytes] | None:
        """In a worker: path and bytes of a file; ``None`` if there is nothing to interpret.

        The cache may come from another machine, so it is asked again now that the digest of a new
        file is known.
        """
        is_new = path not in self._digests
        stamp = read_stamp(f"{self._root}/{path}") if is_new else None
        raw, problems = read_bytes(self._root, path)
        if raw is None:
            self._prepared[path] = _FileResult(b"", problems)
            return None
        result = self._prepared[path] = _FileResult(digest(raw), problems, stamp)
        key = self._key(path, result.digest)
        cached = self._cache.get(key, _CachedReading) if is_new else None
        return (path, raw) if cached is None else None

    def store(self, path: str, entry: bytes | None) -> _FileResult:
        """In the same worker: the result for a file, its new entry left in the cache."""
        result = self._prepared.pop(path)
        if entry is None:
            return result
        key = self._key(path, result.digest)
        return result._replace(entry=self._cache.put_in_fork(key, entry))

    def accept(self, path: str, result: _FileResult) -> Reading:
        """The reading in a worker's result; its entry becomes the cache's."""
        if not result.digest:
            return Reading(path, tuple(result.problems))
        if result.digest != self._digests.get(path, result.digest):
            raise ChangedError(path)
        key, entry = self._key(path, result.digest), result.entry
        if entry is not None:
            self._cache.add_from_fork(key, entry)
        if isinstance(entry, bytes):
            return _thaw(path, msgspec.msgpack.decode(entry, type=_CachedReading))
        cached = self._cache.get(key, _CachedReading)
        return _thaw(path, cached) if cached else self._read_again(path, result.digest)

    def _read_again(self, path: str, known: bytes) -> Reading:
        """The reading of a file whose entry the cache has lost, on a full disk for example."""
        raw, _ = read_bytes(self._root, path)
        if raw is None or digest(raw) != known:
            raise ChangedError(path)
        return interpret(path, raw, self._vocabularies, self._wording)

    def add_files(self, readings: Iterable[Reading]) -> Iterator[Reading]:
        """The readings with size, path and SHA-256 of the files that their materials name.

        The cache has these for as long as neither they nor the material's own file change.
        """
        found = {reading.path: self._find_files(reading) for reading in readings}
        waiting = [reading for reading in found.values() if isinstance(reading, _Waiting)]
        wanted = [file for each in waiting for file in each.wanted]
        published = self._copies.make(wanted) if wanted else {}
        for each in found.values():
            yield self._complete(each, published) if isinstance(each, _Waiting) else each
        self._copies.forget_unused()

    def _find_files(self, reading: Reading) -> Reading | _Waiting:
        """The complete reading, from the cache if it names files; or what it waits for."""
        m = reading.material
        if m is None or not (m.attachments or m.media):
            return reading
        known = [self._digests.get(path, b"") for path in (m.path, *file_paths(m))]
        key = key_of("files", self._base, m.path, known) if all(known) else b""
        cached = self._cache.get(key, _CachedReading) if key else None
        if cached is not None and cached.material is not None:
            gone = [c for c in copies_of(cached.material) if not self._copies.is_there(c)]
            if not gone:
                return replace(_thaw(m.path, cached), scan=reading.scan, body=reading.body)
        return _Waiting(reading, key, wanted_files(self._root, m))

    def _complete(
        self, waiting: _Waiting, published: Mapping[FileWanted, PublishedFile]
    ) -> Reading:
        resolved = _resolve(self._root, waiting.reading, published)
        if waiting.key:
            self._cache.put_bytes(waiting.key, _freeze(replace(resolved, scan=None)))
        return resolved

    def _digest(self, path: str) -> bytes:
        return self._digests.get(path) or digest((self._root / path).read_bytes())

    def _key(self, path: str, digest: bytes) -> bytes:
        return key_of(self._base, path, digest)


def read_material(column: Column, path: str) -> Reading:
    """Read one material now, without the cache."""
    raw, problems = read_bytes(column.root, path)
    if raw is None:
        return Reading(path, tuple(problems))
    return interpret_in(column, path, raw)


def interpret_in(column: Column, path: str, raw: bytes) -> Reading:
    """The reading of a material whose bytes are ``raw``, whatever its file holds."""
    reading = interpret(path, raw, column.vocabularies, column.wording)
    m, root = reading.material, column.root
    if m is None or not (m.attachments or m.media):
        return reading
    copies = CopyStore(root, NO_CACHE, lambda file: digest((root / file).read_bytes()))
    return _resolve(root, reading, copies.make(wanted_files(root, m)))


def interpret(
    path: str, raw: bytes, vocabularies: Vocabularies, wording: tuple[Wording, ...] = ()
) -> Reading:
    """The reading of a file's bytes, before the files that it names are looked for."""
    source, problems = decode(path, raw)
    if source is None:
        return Reading(path, tuple(problems))
    document, found = split(source)
    if document is None:
        return Reading(path, (*problems, *found))
    material, wrong = parse(document, vocabularies)
    lines = prose.lines(document.body)
    own = check_text(material, document.body, lines)
    hidden = [
        *privacy.check_text(path, source.text),
        *check_wording(path, source.text, wording),
    ]
    placed = [place_in_file(problem, document.blanks) for problem in own]
    every = (*found, *wrong, *placed, *hidden, *_odd_signs(source, document))
    every = (*problems, *_safe_edits(problems, every))
    return Reading(path, every, material, scan(path, document.body, lines), document.body)


def _safe_edits(of_the_file: list[Problem], problems: tuple[Problem, ...]) -> Iterator[Problem]:
    """``problems`` without edits on lines with hidden signs: their places are those without them.

    They have their edits once the hidden signs, which ``of_the_file`` names, are gone.
    """
    hidden = {e.line for p in of_the_file if p.code is Code.CONTROL_CHARACTER for e in p.edits}
    for p in problems:
        yield replace(p, edits=()) if hidden and any(e.line in hidden for e in p.edits) else p


def _odd_signs(source: Source, document: Document) -> Iterator[Problem]:
    """What of a material cannot be printed, in its front matter or its text."""
    text = source.text
    if signs.is_plain(text):
        return
    parts = text.split("\n", document.body_line - 1)
    yield from signs.check_values(source.path, text, document.front)
    if len(parts) == document.body_line:
        yield from signs.check_text(source.path, parts[-1], document.body_line)


def _resolve(
    root: Path, reading: Reading, published: Mapping[FileWanted, PublishedFile]
) -> Reading:
    """The reading with the files that its material names, and with what is wrong with them."""
    assert reading.material is not None
    m, problems = resolve_files(root, reading.material, published)
    return replace(reading, material=m, problems=(*reading.problems, *problems))


class _CachedProblem(NamedTuple):
    """A problem without its path, its code by name."""

    line: int
    code: str
    message: str
    hint: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class _CachedReading:
    """A reading as the cache keeps it."""

    problems: list[_CachedProblem]
    material: Material | None
    scan: Scan | None


_CODES: Final = {code.slug: code for code in Code}


def _make_entry(
    vocabularies: Vocabularies, wording: tuple[Wording, ...], file: tuple[str, bytes]
) -> bytes:
    """The cache entry of a file (path, bytes). It may run on another machine."""
    return _freeze(interpret(*file, vocabularies, wording))


def _freeze(reading: Reading) -> bytes:
    problems = [
        _CachedProblem(p.line, p.code.slug, p.message, p.hint, p.edits) for p in reading.problems
    ]
    return msgspec.msgpack.encode(_CachedReading(problems, reading.material, reading.scan))


def _thaw(path: str, cached: _CachedReading) -> Reading:
    problems = (
        Problem(path, p.line, _CODES[p.code], p.message, p.hint, p.edits) for p in cached.problems
    )
    return Reading(path, tuple(problems), cached.material, cached.scan)
