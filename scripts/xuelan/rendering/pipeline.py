"""All texts of a column rendered: by the workers, or as the cache and the last build have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from xuelan.engine.cache import NO_CACHE, Cache, EntryLocation
from xuelan.engine.workers import SERIAL, Workers
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


Known = dict[str, tuple[str, str, bytes, Outline]]
"""For each material the path and the digest of its file, the key of its text and its outline."""


class RenderedTexts(Mapping[str, Rendered]):
    """Rendered texts by the ids of their materials, opened when asked for.

    ``known`` tells the next build which text came from which file, as long as the table of what
    texts can name has the same ``table`` key; ``made`` are the ids rendered just now, ``seen``
    those that somebody has looked at.
    """

    def __init__(self, cache: Cache, again: Callable[[str], bytes]) -> None:
        """``again`` renders the text of an id, should its entry turn out to be damaged."""
        self.table = b""
        self.known: Known = {}
        self.made: set[str] = set()
        self.seen: set[str] = set()
        self._cache = cache
        self._again = again
        self._loose: dict[str, bytes] = {}

    def add(
        self, m: Material, key: bytes, outline: Outline, made: bytes | EntryLocation | None = None
    ) -> None:
        """Take in a text: one that the cache has, or what was ``made`` just now, to be kept."""
        if made is not None:
            self.made.add(m.id)
            self._cache.add_from_fork(key, made)
            if isinstance(made, bytes) and (self._cache.folder is None or self._cache.fault):
                self._loose[m.id] = made
        self.known[m.id] = (m.path, m.digest, key, outline)

    def __getitem__(self, name: str) -> Rendered:
        return self._opened(name, Rendered)

    def shown(self, name: str) -> Shown:
        """What a page shows of a text, without opening the rest."""
        return self._opened(name, Shown)

    def searched(self, name: str) -> Searched:
        """What search needs of a text, without opening the rest."""
        return self._opened(name, Searched)

    def _opened(self, name: str, kind: type[Part]) -> Part:
        _, _, key, _ = self.known[name]
        self.seen.add(name)
        kept = self._cache.get(key, kind) if name not in self._loose else None
        if kept is None:
            entry = self._loose.setdefault(name, self._loose.get(name) or self._again(name))
            kept = msgspec.msgpack.decode(entry, type=kind)
        return kept

    def outline(self, name: str) -> Outline:
        """The length and the references of a text, without opening the rest."""
        self.seen.add(name)
        return self.known[name][3]

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


def render_all(
    catalog: Catalog,
    cache: Cache = NO_CACHE,
    workers: Workers = SERIAL,
    before: tuple[bytes, Known] | None = None,
    meanwhile: Callable[[], object] = lambda: None,
) -> RenderedTexts:
    """Every public material rendered, by id; what ``cache`` holds is not rendered again.

    ``before`` are the table key and the texts of the last build: where the table is the same, an
    unchanged file has an unchanged text. ``meanwhile`` is something to be done here while
    ``workers`` render.
    """
    table = LinkTable(catalog)
    renderer = Renderer(table.docs_dir)

    def again(name: str) -> bytes:
        m = catalog.by_id[name]
        body = catalog.body_of(m)
        return renderer((m.id, m.path, body, table.dependencies_of(body)))

    texts = RenderedTexts(cache, again)
    known = before[1] if before and before[1] and before[0] == table.key else {}
    unknown: list[Material] = []
    for m in catalog.public:
        path, digest, key, outline = known.get(m.id, ("", "", b"", None))
        if outline and (path, digest) == (m.path, m.digest) and cache.touch(key):
            texts.add(m, key, outline)
        else:
            unknown.append(m)
    keys: dict[str, bytes] = {}

    def prepare(m: Material) -> tuple[str, str, str, Dependencies] | None:
        body = catalog.body_of(m)
        dependencies = table.dependencies_of(body)
        key = keys[m.id] = _key(table, m, body, dependencies)
        kept = cache.get(key, Rendered) is not None
        return None if kept else (m.id, m.path, body, dependencies)

    def store(
        m: Material, entry: bytes | None
    ) -> tuple[bytes, Outline, bytes | EntryLocation | None]:
        key = keys.pop(m.id)
        outline = msgspec.msgpack.decode(entry or cache.get_bytes(key) or b"", type=Outline)
        return key, outline, entry and cache.put_in_fork(key, entry)

    made = workers.map(renderer, unknown, "渲染正文", prepare=prepare, store=store)
    texts.table = table.key
    meanwhile()
    for m, (key, outline, entry) in zip(unknown, made, strict=True):
        texts.add(m, key, outline, entry)
        cache.touch(key)  # a fork may have read it: only here it counts as used
    return texts


def no_texts() -> RenderedTexts:
    """Nothing yet: :func:`render_into` adds one text after another."""

    def unknown(name: str) -> bytes:
        raise KeyError(name)

    return RenderedTexts(NO_CACHE, unknown)


def render_into(
    texts: RenderedTexts, m: Material, body: str, table: LinkTable, renderer: Renderer
) -> None:
    """Add ``body``, the text of ``m``, as :func:`render_all` renders it among all others."""
    dependencies = table.dependencies_of(body)
    entry = renderer((m.id, m.path, body, dependencies))
    outline = msgspec.msgpack.decode(entry, type=Outline)
    texts.add(m, _key(table, m, body, dependencies), outline, entry)


def _key(table: LinkTable, m: Material, body: str, dependencies: Dependencies) -> bytes:
    """The key of a rendered text: of all it depends on."""
    return key_of(program(), table.docs_dir, m.id, m.path, body, dependencies)
