"""Chinese words as ASCII: for addresses, and for lists ordered A to Z."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

_LETTER: Final = re.compile(r"[A-Za-z]")
_SPEAKS: Final = r"[0-9A-Za-z]|[〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
"""What a word can be listed under: a letter or digit, or a character that has a sound."""


@cache
def slug(text: str) -> str:
    """An ASCII slug by pinyin, for example ``shi-gan`` for 实干; ``"x"`` when nothing is left."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - its dictionaries take long to load

    words = (word for part in lazy_pinyin(text) for word in re.findall(r"[0-9A-Za-z]+", part))
    return "-".join(words).lower() or "x"


@cache
def sort_key(text: str) -> tuple[str, ...]:
    """The key that orders Chinese words by pinyin and tone; marks and quotes are passed over."""
    from pypinyin.seg.simpleseg import seg  # noqa: PLC0415 - as above

    return (*(sound for word in seg(text) for sound in _sounds(word)), text)


@cache
def _sounds(word: str) -> list[str]:
    """The sounds of a word that stands in no other: titles have few, and share most of them."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - as above

    return lazy_pinyin(word, style=Style.TONE3, errors="ignore")


SortKey = Callable[[str], tuple[str, ...]]


def initial(text: str, sort_key: SortKey = sort_key) -> str:
    """The capital letter a word is listed under, ``#`` when it has none."""
    first = re.search(_SPEAKS, text)
    if first and not first[0].isascii():
        first = _LETTER.search(sort_key(text)[0])
    return first[0].upper() if first and first[0].isalpha() else "#"


@dataclass(frozen=True, slots=True)
class Spelling:
    """How words are spelled: :func:`slug` and :func:`sort_key`, or the same with a memory."""

    slug: Callable[[str], str] = slug
    sort_key: SortKey = sort_key


SPELLING: Final = Spelling()
