"""Words by which a reader asks: no material is about them, so they are not looked for.

They are dropped only where the question as it was typed stands nowhere. The manifest carries the
table, so that the browser drops the same words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xuelan.search.normal import BREAK

_ASKING: Final = (
    *("什么时候", "什么时间", "什么地方", "什么意思", "是什么意思", "为什么", "是什么", "什么"),
    *("怎么样", "怎么办", "怎么做", "怎么写", "怎么开", "怎么", "怎样", "如何", "为何"),
    *("是谁", "谁是", "有谁", "哪一年", "哪年", "何时", "几时", "几年", "哪一天", "哪天"),
    *(
        "在哪里",
        "在哪儿",
        "在哪",
        "哪里",
        "哪儿",
        "哪些",
        "哪个",
        "哪一个",
        "哪几个",
        "哪家",
        "何处",
    ),
    *("多少", "多高", "多大", "多长", "多远", "几个", "几次", "几届", "几位", "几条", "几篇"),
    *("有没有", "是不是", "能不能", "可不可以", "可以", "请问", "我想知道", "介绍一下"),
)
ASKING: Final = tuple(sorted(_ASKING, key=len, reverse=True))
"""Dropped wherever they stand, the longest first: 是什么意思 is not 什么 between two leftovers."""
PARTICLES: Final = "的了吗呢吧啊是"
"""Dropped at the end of what is left, down to two characters: 目的 stays."""


def drop_question_words(text: str, words: Sequence[str], particles: str) -> list[str]:
    """Return the parts of a folded text between question words; all of it if none is left.

    >>> drop_question_words("张三哪年去世的", ASKING, PARTICLES)
    ['张三', '去世']
    >>> drop_question_words("什么时候", ASKING, PARTICLES)
    ['什么时候']
    """
    parts = text.split(BREAK)
    for word in words:
        parts = [part for piece in parts for part in piece.split(word)]
    kept = [_strip(part, particles) for part in parts if len(part) > 1]
    return kept or [run for run in text.split(BREAK) if run]


def _strip(part: str, particles: str) -> str:
    while len(part) > 2 and part[-1] in particles:
        part = part[:-1]
    return part
