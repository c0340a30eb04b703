"""Pinyin, kept from one build to the next.

The dictionaries take long to load, and some columns have thousands of titles to look up.
"""

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
    """A pure function of a word, called once for each word; ``cache`` keeps its results.

    ``name`` tells the results of this function from those of others, ``kind`` is their type.
    """

    def __init__(
        self, cache: Cache, name: str, function: Callable[[str], T], kind: type[T]
    ) -> None:
        self._cache, self._name, self._function, self._kind = cache, name, function, kind
        self._results: dict[str, T] = {}

    def __call__(self, word: str) -> T:
        """Return the function's result for ``word``."""
        if word not in self._results:
            found = self._cache.get(self._key(word), self._kind)
            if found is None:
                self._keep(word, self._function(word))
            else:
                self._results[word] = found
        return self._results[word]

    def prefill(self, words: Iterable[str], workers: Workers) -> None:
        """Compute side by side the results that are not kept yet."""
        missing = [
            word
            for word in dict.fromkeys(words)
            if word not in self._results and not self._cache.touch(self._key(word))
        ]
        made = workers.map(self._function, missing, "排次序")
        for word, result in zip(missing, made, strict=True):
            self._keep(word, result)

    def _key(self, word: str) -> bytes:
        return key_of(program(), self._name, word)

    def _keep(self, word: str, result: T) -> None:
        self._cache.put(self._key(word), result)
        self._results[word] = result


def open_spelling(cache: Cache) -> Spelling:
    """Return the pinyin functions of :mod:`xuelan.text.pinyin`, with results kept in ``cache``."""
    parts = CachedFunction(cache, "address part", pinyin.address_part, str)
    return Spelling(parts, CachedFunction(cache, "sort key", pinyin.sort_key, _SORT_KEY))


def prefill(words: Iterable[str], spelling: Spelling, workers: Workers) -> None:
    """Compute the sort keys of ``words`` side by side: thousands of them take seconds."""
    if isinstance(spelling.sort_key, CachedFunction):
        spelling.sort_key.prefill(words, workers)
