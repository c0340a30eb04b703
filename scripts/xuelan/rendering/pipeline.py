"""Renders all texts of a catalog, except those that the cache and the last build know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

import msgspec

from xuelan.engine.cache import NO_CACHE, Cache, EntryLocation
from xuelan.engine.workers import SERIAL, Results, Workers
from xuelan.model.catalog import Catalog
from xuelan.model.content import READING_SPEED, Rendered, Searched, Shown, minutes
from xuelan.model.material import Material
from xuelan.rendering.links import Dependencies, LinkTable
from xuelan.rendering.renderer import Renderer
from xuelan.text.digests import key_of, program

Part = TypeVar("Part", Shown, Searched, Rendered)


@dataclass(frozen=True, slots=True)
class Outline:
    """The little of a :class:`Rendered` that lists need."""

    characters: int
    references: tuple[str, ...]

    @property
    def minutes(self) -> int:
        """Minutes to read it silently, at least one."""
        return minutes(self.characters, READING_SPEED)


class TextRecord(NamedTuple):
    """A rendered text: its file's path and digest, its key in the cache, its outline."""

    path: str
    digest: str
    key: bytes
    outline: Outline


Previous = tuple[bytes, dict[str, TextRecord]]
"""Of the last build: the key of its link table, and the records of its texts by id."""


class RenderedTexts(Mapping[str, Rendered]):
    """Rendered texts by the ids of their materials. Each is decoded when it is asked for.

    ``table_key`` and ``records`` go to the next build as its :data:`Previous`. ``made`` are the ids
    that this build rendered, ``seen`` those that were asked for.
    """

    def __init__(self, cache: Cache = NO_CACHE, source: _TextSource | None = None) -> None:
        """``source`` renders a text again if its entry in the ``cache`` is damaged."""
        self.table_key = b""
        self.records: dict[str, TextRecord] = {}
        self.made: set[str] = set()
        self.seen: set[str] = set()
        self._cache = cache
        self._source = source
        self._in_memory: dict[str, bytes] = {}

    def add(
        self, m: Material, key: bytes, outline: Outline, entry: bytes | EntryLocation | None = None
    ) -> None:
        """Add a text that the cache holds, or the ``entry`` of one just rendered."""
        if entry is not None:
            self.made.add(m.id)
            self._cache.add_from_fork(key, entry)
            if isinstance(entry, bytes) and (self._cache.folder is None or self._cache.fault):
                self._in_memory[m.id] = entry
        self.records[m.id] = TextRecord(m.path, m.digest, key, outline)

    def __getitem__(self, name: str) -> Rendered:
        return self._decode(name, Rendered)

    def shown(self, name: str) -> Shown:
        """What a page shows of a text; the rest is not decoded."""
        return self._decode(name, Shown)

    def searched(self, name: str) -> Searched:
        """What search needs of a text; the rest is not decoded."""
        return self._decode(name, Searched)

    def _decode(self, name: str, kind: type[Part]) -> Part:
        key = self.records[name].key
        self.seen.add(name)
        part = self._cache.get(key, kind) if name not in self._in_memory else None
        if part is None:
            if name not in self._in_memory:
                assert self._source is not None
                self._in_memory[name] = self._source.render(name)
            part = msgspec.msgpack.decode(self._in_memory[name], type=kind)
        return part

    def outline(self, name: str) -> Outline:
        """The length and the references of a text, without decoding it."""
        self.seen.add(name)
        return self.records[name].outline

    def __iter__(self) -> Iterator[str]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)


@dataclass(frozen=True, slots=True)
class Rendering:
    """Texts being rendered by the workers; ``texts`` holds those that need no rendering."""

    texts: RenderedTexts
    cache: Cache
    missing: list[Material]
    results: Results[tuple[bytes, Outline, bytes | EntryLocation | None]]

    def result(self) -> RenderedTexts:
        """All texts, when the last is rendered."""
        for m, (key, outline, entry) in zip(self.missing, self.results, strict=True):
            self.texts.add(m, key, outline, entry)
            self.cache.touch(key)  # a fork may have read it: only here it counts as used
        return self.texts

    def close(self) -> None:
        """Let no process go on rendering."""
        self.results.close()


def start(
    catalog: Catalog,
    cache: Cache = NO_CACHE,
    workers: Workers = SERIAL,
    previous: Previous | None = None,
) -> Rendering:
    """Let the workers render every public text that ``previous`` and ``cache`` do not know.

    If the last build had the same link table, the text of an unchanged file is unchanged.
    """
    table = LinkTable(catalog)
    source = _TextSource(catalog, cache, table, Renderer(table.docs_dir))
    texts = RenderedTexts(cache, source)
    records = previous[1] if previous and previous[1] and previous[0] == table.key else {}
    missing: list[Material] = []
    for m in catalog.public:
        record = records.get(m.id)
        is_known = record is not None and (record.path, record.digest) == (m.path, m.digest)
        if is_known and record is not None and cache.touch(record.key):
            texts.add(m, record.key, record.outline)
        else:
            missing.append(m)
    results = workers.map(
        source.renderer, missing, "渲染正文", prepare=source.prepare, store=source.store
    )
    texts.table_key = table.key  # computed here, while the workers render
    return Rendering(texts, cache, missing, results)


def render_all(
    catalog: Catalog,
    cache: Cache = NO_CACHE,
    workers: Workers = SERIAL,
    previous: Previous | None = None,
) -> RenderedTexts:
    """Every public text rendered: :func:`start`, and wait for the result."""
    return start(catalog, cache, workers, previous).result()


@dataclass(frozen=True)
class _TextSource:
    """Renders texts of a catalog from their files.

    ``prepare`` and ``store`` are those of :meth:`Workers.map`; ``keys`` passes a text's key from
    one to the other in the process that renders it.
    """

    catalog: Catalog
    cache: Cache
    table: LinkTable
    renderer: Renderer
    keys: dict[str, bytes] = field(default_factory=dict)

    def prepare(self, m: Material) -> tuple[str, str, str, Dependencies] | None:
        """The renderer's item; ``None`` if the cache holds the text."""
        body = self.catalog.body_of(m)
        dependencies = self.table.dependencies_of(body)
        key = self.keys[m.id] = _key(self.table, m, body, dependencies)
        if self.cache.get(key, Rendered) is not None:
            return None
        return m.id, m.path, body, dependencies

    def store(
        self, m: Material, entry: bytes | None
    ) -> tuple[bytes, Outline, bytes | EntryLocation | None]:
        """The text's key, its outline, and its entry unless the cache held it."""
        key = self.keys.pop(m.id)
        outline = msgspec.msgpack.decode(entry or self.cache.get_bytes(key) or b"", type=Outline)
        return key, outline, entry and self.cache.put_in_fork(key, entry)

    def render(self, name: str) -> bytes:
        """The entry of the material ``name``, without the cache."""
        m = self.catalog.by_id[name]
        body = self.catalog.body_of(m)
        return self.renderer((m.id, m.path, body, self.table.dependencies_of(body)))


def render_into(
    texts: RenderedTexts, m: Material, body: str, table: LinkTable, renderer: Renderer
) -> None:
    """Render ``body``, the text of ``m``, as :func:`render_all` would, and add it to ``texts``."""
    dependencies = table.dependencies_of(body)
    entry = renderer((m.id, m.path, body, dependencies))
    outline = msgspec.msgpack.decode(entry, type=Outline)
    texts.add(m, _key(table, m, body, dependencies), outline, entry)


def _key(table: LinkTable, m: Material, body: str, dependencies: Dependencies) -> bytes:
    """The digest of everything that a rendered text depends on."""
    return key_of(program(), table.docs_dir, m.id, m.path, body, dependencies)
