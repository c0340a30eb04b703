"""Chinese words in pinyin: for addresses, and for lists ordered A to Z."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

_LETTER: Final = re.compile(r"[A-Za-z]")
_LISTED: Final = r"[0-9A-Za-z]|[〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
"""A letter or digit, or a Chinese character: only these have a place from A to Z."""


@cache
def slug(text: str) -> str:
    """An ASCII slug by pinyin, for example ``shi-gan`` for 实干; ``"x"`` when nothing is left."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - its dictionaries take long to load

    words = (word for part in lazy_pinyin(text) for word in re.findall(r"[0-9A-Za-z]+", part))
    return "-".join(words).lower() or "x"


@cache
def sort_key(text: str) -> tuple[str, ...]:
    """A key that orders Chinese words by pinyin and tone, and ignores punctuation."""
    from pypinyin.seg.simpleseg import seg  # noqa: PLC0415 - as above

    return (*(sound for word in seg(text) for sound in _spell(word)), text)


@cache
def _spell(word: str) -> list[str]:
    """The pinyin of a word. Titles share most of their words, so each is spelled only once."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - as above

    return lazy_pinyin(word, style=Style.TONE3, errors="ignore")


SortKey = Callable[[str], tuple[str, ...]]


def initial(text: str, sort_key: SortKey = sort_key) -> str:
    """The capital letter under which a word is listed; ``#`` if it has none."""
    first = re.search(_LISTED, text)
    if first and not first[0].isascii():
        first = _LETTER.search(sort_key(text)[0])
    return first[0].upper() if first and first[0].isalpha() else "#"


@dataclass(frozen=True, slots=True)
class Spelling:
    """The two functions that spell words: those above, or the same with a cache behind them."""

    slug: Callable[[str], str] = slug
    sort_key: SortKey = sort_key


SPELLING: Final = Spelling()
