"""Spelling with a memory: the dictionaries take long to load, and many titles to look up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, Generic, TypeVar

from xuelan.engine.cache import Cache
from xuelan.engine.workers import Workers
from xuelan.text import pinyin
from xuelan.text.digests import key_of, program
from xuelan.text.pinyin import Spelling

T = TypeVar("T")

_SORT_KEY: Final[Any] = tuple[str, ...]


class CachedFunction(Generic[T]):
    """What ``spell`` makes of words, under the name ``what``: as remembered, else made now."""

    def __init__(self, cache: Cache, what: str, spell: Callable[[str], T], kind: type[T]) -> None:
        self._cache, self._what, self._spell, self._kind = cache, what, spell, kind
        self._known: dict[str, T] = {}

    def __call__(self, word: str) -> T:
        """``word`` spelled."""
        if word not in self._known:
            found = self._cache.get(self._key(word), self._kind)
            if found is None:
                self._keep(word, self._spell(word))
            else:
                self._known[word] = found
        return self._known[word]

    def prefill(self, words: Iterable[str], workers: Workers) -> None:
        """Let the workers spell what is not remembered."""
        asked = dict.fromkeys(words)
        missing = [w for w in asked if w not in self._known and not self._cache.touch(self._key(w))]
        for word, spelled in zip(missing, workers.map(self._spell, missing, "排次序"), strict=True):
            self._keep(word, spelled)

    def _key(self, word: str) -> bytes:
        return key_of(program(), self._what, word)

    def _keep(self, word: str, spelled: T) -> None:
        self._cache.put(self._key(word), spelled)
        self._known[word] = spelled


def open_spelling(cache: Cache) -> Spelling:
    """Spelling that remembers."""
    slugs = CachedFunction(cache, "slug", pinyin.slug, str)
    return Spelling(slugs, CachedFunction(cache, "sort key", pinyin.sort_key, _SORT_KEY))


def prefill(words: Iterable[str], spelling: Spelling, workers: Workers) -> None:
    """Let the workers find out what ``words`` are ordered by: many of them take seconds."""
    if isinstance(spelling.sort_key, CachedFunction):
        spelling.sort_key.prefill(words, workers)
