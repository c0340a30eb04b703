"""Reading the files of the materials: each by itself, side by side, and only when it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec

from xuelan import prose
from xuelan.cache import Cache, key_of
from xuelan.column import MATERIALS_FOLDER, Column
from xuelan.files import with_files
from xuelan.inputs import program
from xuelan.material import Material, parse
from xuelan.problem import Code, Problem
from xuelan.rules.text import own_rules
from xuelan.scan import Scan, scan
from xuelan.source import decode, listing, read_bytes, split
from xuelan.work import Workers


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
        reading = interpret(*item, self.vocabularies)
        problems = [(p.line, p.code.slug, p.message, p.hint) for p in reading.problems]
        return msgspec.msgpack.encode(_Kept(problems, reading.material, reading.scan))


_CODES: Final = {code.slug: code for code in Code}


def read_materials(
    column: Column, cache: Cache, workers: Workers, digests: Mapping[str, bytes]
) -> Iterator[Reading]:
    """Every material of the column, in the order of their paths; reading begins at once.

    ``digests`` are those of files known without reading them. The key of a reading: this program,
    the column's vocabularies, the path and the file's digest.
    """
    root, base = column.root, key_of(program(), dict(column.vocabularies))
    readings: dict[str, Reading] = {}
    missing: list[str] = []
    paths = listing(root, MATERIALS_FOLDER, ".md")
    for path in paths:
        kept = cache.get(key_of(base, path, digests.get(path)), _Kept) if path in digests else None
        if kept is None:
            missing.append(path)
        else:
            readings[path] = _thaw(path, kept)
    stands: dict[str, tuple[bytes, list[Problem]]] = {}

    def prepare(path: str) -> tuple[str, bytes] | None:
        raw, problems = read_bytes(root, path)
        stands[path] = _digest(raw or b""), problems
        return None if raw is None else (path, raw)

    def store(path: str, entry: bytes | None) -> tuple[bytes | None, bytes, list[Problem]]:
        return entry, *stands.pop(path)

    reader = _Reader(column.vocabularies)
    made = workers.map(reader, missing, "读材料", prepare=prepare, store=store)

    sha256 = _sha256(root, cache, digests)

    def finished() -> Iterator[Reading]:
        for path, (entry, digest, problems) in zip(missing, made, strict=True):
            if entry is None:
                readings[path] = Reading(path, tuple(problems))
            else:
                cache.put(key_of(base, path, digest), entry)
                readings[path] = _thaw(path, msgspec.msgpack.decode(entry, type=_Kept))
        for path in paths:
            yield _with_files(root, readings[path], sha256)

    return finished()


def _sha256(root: Path, cache: Cache, digests: Mapping[str, bytes]) -> Callable[[Path], str]:
    """What gives a file's SHA-256, from the cache where its digest is known."""

    def sha256(file: Path) -> str:
        digest = digests.get(file.relative_to(root).as_posix())
        kept = cache.get(key_of("sha256", digest), str)
        if kept is None:
            raw = file.read_bytes()
            kept = hashlib.sha256(raw).hexdigest()
            cache.put_value(key_of("sha256", _digest(raw)), kept)
        return kept

    return sha256


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
    own = own_rules(material, document.body, lines)
    every = (*problems, *found, *wrong, *own)
    return Reading(path, every, material, scan(path, document.body, lines), document.body)


def _digest(raw: bytes) -> bytes:
    """As :class:`~xuelan.inputs.Inputs` has it."""
    return hashlib.blake2b(raw, digest_size=16).digest()


def _thaw(path: str, kept: _Kept) -> Reading:
    problems = (Problem(path, line, _CODES[code], *words) for line, code, *words in kept.problems)
    return Reading(path, tuple(problems), kept.material, kept.scan)


def _with_files(root: Path, reading: Reading, sha256: Callable[[Path], str]) -> Reading:
    if reading.material is None or not (reading.material.attachments or reading.material.media):
        return reading
    material, problems = with_files(root, reading.material, sha256)
    return replace(reading, material=material, problems=(*reading.problems, *problems))
