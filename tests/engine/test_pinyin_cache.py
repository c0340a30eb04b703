"""Pinyin is computed once: within a build, and from one build to the next."""

from __future__ import annotations

from pathlib import Path

from xuelan.engine import pinyin_cache
from xuelan.engine.cache import Cache
from xuelan.engine.pinyin_cache import CachedFunction
from xuelan.engine.workers import SERIAL
from xuelan.text import pinyin


def test_the_function_is_called_once_for_each_word(tmp_path: Path) -> None:
    """With or without ``prefill``; a later build does not call it again."""
    asked: list[str] = []

    def spell(word: str) -> str:
        asked.append(word)
        return word.upper()

    cache = Cache(tmp_path)
    first = CachedFunction(cache, "upper", spell, str)
    first.prefill(["a", "b", "a"], SERIAL)
    assert [first("a"), first("b"), first("c"), first("c")] == ["A", "B", "C", "C"]
    cache.save()
    second = CachedFunction(Cache(tmp_path), "upper", spell, str)
    second.prefill(["a", "d"], SERIAL)
    assert [second("a"), second("c"), second("d")] == ["A", "C", "D"]
    assert asked == ["a", "b", "c", "d"]


def test_without_a_cache_the_results_are_the_same() -> None:
    """The order is that of pinyin."""
    speller = pinyin_cache.open_spelling(Cache(None))
    pinyin_cache.prefill(["实干", "梯田"], speller, SERIAL)
    assert sorted(["梯田", "实干"], key=speller.sort_key) == ["实干", "梯田"]
    assert speller.address_part("实干") == pinyin.address_part("实干")
