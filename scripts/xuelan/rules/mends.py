"""The edits that mend an unportable line where its words need no change."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Final

from xuelan.text import prose
from xuelan.text.problem import Edit

_Change = Callable[[re.Match[str]], str]

_DIGITS: Final = str.maketrans("０１２３４５６７８９", "0123456789")
_MENDS: Final[dict[str, tuple[str, _Change]]] = {
    "有不间断空格一类的空白": ("[\u00a0\u2000-\u200a\u202f\u205f]", lambda _: " "),
    "行首或行末有全角空格": ("^\u3000+|\u3000+$", lambda _: ""),
    "行首有空格": (r"^ +", lambda _: ""),
    "行末有空格": (r" +$", lambda _: ""),
    "有反斜杠": (
        r"(?<=\]\()[^()`\n]*|(?<![0-9A-Za-z`])(?:[A-Za-z]:|\\)\\[^\s，。；、（）()<>`|]+",
        lambda m: m[0].replace("\\", "/") if m.string[m.start() - 1] == "(" else f"`{m[0]}`",
    ),
    "序号后面是 )": (r"(?<=[0-9])\)(?= )", lambda _: "."),
    "列表的序号不是半角数字": (r"(?<![^\s>])[0-9０-９]+(?=\. )", lambda m: m[0].translate(_DIGITS)),
    "列表记号后面空了不止一格": (r"(?<=[-*+.)]) {2,}", lambda _: " "),
    "# 后面没有空格": (r"^#{2,6}(?=[^#\s])", lambda m: f"{m[0]} "),
    "标题末尾有 #": (r" *#+$", lambda _: ""),
    "下划线不在字母中间": (
        r"(?<![\\_])__(?![_\s])([^_\n]+)(?<!\s)__(?!_)|(?<!\\)_{3,}",
        lambda m: f"**{m[1]}**" if m[1] else "\\_" * len(m[0]),
    ),
    "* 号没有配对、挨在一起或夹着标点": (
        r"(?<!\*)\*\*([《“（「『【〈]?)([^*\s《》“”][^*《》“”]*?)([：，。；！？、:》”）」』】〉])\*\*(?!\*)",
        lambda m: f"{m[1]}**{m[2]}**{m[3]}",
    ),
    "横线的写法不对": (r".+", lambda _: "---"),
}
"""For the message of a problem: what to look for in the line, and what to write instead."""
_FIRST_ONLY: Final = frozenset({"序号后面是 )", "列表记号后面空了不止一格"})
_compiled: Final = cache(re.compile)


def mend(message: str, at: int, line: str, wrong: str = "") -> tuple[Edit, ...]:
    """The edits of ``line``, number ``at``, for the problem with this message; often none.

    There are none either if the pattern ``wrong`` would still be found after them.
    """
    if message not in _MENDS:
        return ()
    pattern, new = _MENDS[message]
    found = list(_compiled(pattern).finditer(line))
    if message in _FIRST_ONLY:
        found = found[:1]
    edits = tuple(Edit(at, match.start(), match.end(), new(match)) for match in found)
    still = wrong and _compiled(wrong).search(prose.lines(mended(line, edits))[0])
    return () if still else edits


def mended(line: str, edits: tuple[Edit, ...]) -> str:
    """``line`` after ``edits``, which stand in their order."""
    for edit in reversed(edits):
        line = line[: edit.start] + edit.new + line[edit.end :]
    return line
