"""Chinese words in pinyin: for addresses, and for lists ordered A to Z."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from xuelan.text.digests import short_digest
from xuelan.text.file_names import is_reserved

LONGEST_PART: Final = 48
"""Characters of a part of an address that is made from a name, such as a tag or an issuer."""

_PLAIN: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LETTER: Final = re.compile(r"[A-Za-z]")
_LISTED: Final = r"[0-9A-Za-z]|[〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
"""A letter or digit, or a Chinese character: only these have a place from A to Z."""


def slug(text: str, longest: int = 60) -> str:
    """An ASCII slug by pinyin, for example ``shi-gan`` for 实干; ``"x"`` when nothing is left.

    Accents are dropped, and words at its end until it has at most ``longest`` characters.
    """
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - its dictionaries take long to load

    spelled = " ".join(lazy_pinyin(unicodedata.normalize("NFKC", text)))
    letters = unicodedata.normalize("NFKD", spelled.casefold())
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    whole = "-".join(re.findall(r"[0-9a-z]+", plain))
    if len(whole) > longest:
        whole = whole[: longest + 1].rpartition("-")[0] or whole[:longest]
    return whole or "x"


def address_part(name: str) -> str:
    """The part of an address that stands for ``name``; it depends on nothing but the name.

    A name that can stand in an address is its own part. Any other becomes its pinyin and a short
    digest, since 陕西 and 山西, or ``c`` and ``C++``, are spelled alike: 实干 gives
    ``shi-gan_3bflcdcu``. A plain name has no ``_``, so it is never the part of another.
    """
    if len(name) <= LONGEST_PART and _PLAIN.fullmatch(name) and not is_reserved(name):
        return name
    tail = short_digest(name)
    return f"{slug(name, LONGEST_PART - len(tail) - 1)}_{tail}"


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

    address_part: Callable[[str], str] = address_part
    sort_key: SortKey = sort_key


SPELLING: Final = Spelling()
