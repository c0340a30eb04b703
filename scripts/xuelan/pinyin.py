"""Chinese words as ASCII: for addresses, and for lists ordered A to Z."""

from __future__ import annotations

import re
from functools import cache


@cache
def slug(text: str) -> str:
    """An ASCII slug by pinyin, for example ``shi-gan`` for 实干; ``"x"`` when nothing is left."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - its dictionaries take long to load

    words = (word for part in lazy_pinyin(text) for word in re.findall(r"[0-9A-Za-z]+", part))
    return "-".join(words).lower() or "x"


@cache
def sort_key(text: str) -> tuple[str, ...]:
    """The key that orders Chinese words by pinyin and tone; marks and quotes are passed over."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - as above

    return (*lazy_pinyin(text, style=Style.TONE3, errors="ignore"), text)


def initial(text: str) -> str:
    """The capital letter a word is listed under, ``#`` when it has none."""
    first = slug(text)[0]
    return first.upper() if first.isalpha() else "#"
