"""Rules about what a reader would not see: signs taken for marks, and numbers that lists change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from xuelan.model.material import Material
from xuelan.rules.portable import good_emphasis
from xuelan.text import prose
from xuelan.text.problem import Code, Edit, Problem

_PAIR: Final = r"(?<![\\*])\*(?![*\s])[^*\n]+(?<![\s\\])\*(?!\*)"
_STARS: Final = (
    rf"(?<=[0-9A-Za-z]){_PAIR}|{_PAIR}(?=[0-9A-Za-z])|(?<=\w){_PAIR}(?=\w)"
    r"|(?<=[0-9A-Za-z])\*\*(?=[0-9A-Za-z])[^*\n]+\*\*"
)
"""A pair of asterisks with figures or letters outside, or characters on both sides."""
_CLEAR: Final = r"\*[一-鿿][^*\n]*[一-鿿]\*"
"""Emphasis that may be meant: ``这是*重点*文字``, but not ``长*宽*高``."""
_FORMULA: Final = r"[=＝×÷≈]"
_TIMES: Final = (
    r"(?<=[0-9A-Za-z)）])\*{1,2}(?=[0-9A-Za-z(（])|(?<=[\w)）])(?<!\*)\*(?!\*)(?=[\w(（])"
)
_POWER: Final = r"[0-9A-Za-z]\*\*[0-9A-Za-z]"
_ENTITY: Final = r"&(?:#[0-9]+|#[xX][0-9A-Fa-f]+|[0-9A-Za-z]+);"
_DRIVE: Final = r"(?<![0-9A-Za-z])[A-Za-z]:\\(?=[#*_+.-])"
_ITEM: Final = r"( *)([0-9]{1,9})\. "
_ANY_ITEM: Final = r"^ *[0-9]+\. "
_compiled: Final = cache(re.compile)


def lost_sign_rules(m: Material, body: str, lines: list[str]) -> Iterator[Problem]:
    """What is written in ``m`` and would not be seen, or be seen as something else.

    ``lines`` are those of :func:`xuelan.text.prose.lines`.
    """
    if "*" in body.replace("**", "") or _compiled(_POWER).search(body):
        yield from _stars(m, lines)
    if "&" in body and ";" in body:
        yield from _entities(m, lines)
    if ":\\" in body:
        yield from _paths(m, lines)
    if _compiled(_ANY_ITEM, re.MULTILINE).search(body):
        yield from _numbers(m, lines)


def _stars(m: Material, lines: list[str]) -> Iterator[Problem]:
    """Asterisks between figures or characters: both readers take a pair of them for emphasis."""
    for at, line in enumerate(lines, m.body_line):
        match = _compiled(_STARS).search(line) if "*" in line else None
        if match and good_emphasis().match(line):
            if not _compiled(_FORMULA).search(line) and _are_clear(line):
                message = f"“{match[0][:20]}”会显示成强调，两个 * 不显示"
                yield Problem(m.path, at, Code.EMPHASIS, message, "强调可以不改；是乘号就写 ×")
                continue
            message = f"“{match[0][:20]}”里的 * 会被当成强调的记号，网站上看不到"
            hint = "乘号写 ×；强调写 **文字**；要照样显示 * 写 \\*"
            edits = tuple(
                Edit(at, times.start(), times.end(), "\\*" * len(times[0]))
                for times in _compiled(_TIMES).finditer(line)
            )
            yield Problem(m.path, at, Code.LOST_SIGN, message, hint, edits)


def _are_clear(line: str) -> bool:
    """True if all pairs of asterisks in ``line`` that stand between characters are emphasis."""
    found = _compiled(_STARS).finditer(line)
    return all(
        _compiled(_CLEAR).fullmatch(match[0])
        and not line[match.start() - 1 : match.start()].isascii()
        and not line[match.end() : match.end() + 1].isascii()
        for match in found
    )


def _entities(m: Material, lines: list[str]) -> Iterator[Problem]:
    """Names of signs as HTML has them: readers see the sign, or only a space."""
    for at, line in enumerate(lines, m.body_line):
        found = [
            (match, sign)
            for match in (_compiled(_ENTITY).finditer(line) if "&" in line else ())
            if (sign := prose.unescape(match[0])) != match[0]
        ]
        if found:
            code, sign = found[0][0][0], found[0][1].strip()
            message = f"“{code}”在网站上是{f'“{sign}”' if sign else '一个空白'}"
            message += f"，这一行共 {len(found)} 处" if len(found) > 1 else ""
            edits = tuple(
                Edit(at, match.start(), match.end(), "" if sign.isspace() else sign)
                for match, sign in found
            )
            hint = "直接写这个符号；空白删掉"
            yield Problem(m.path, at, Code.LOST_SIGN, message, hint, edits)


def _paths(m: Material, lines: list[str]) -> Iterator[Problem]:
    r"""The backslash after a drive, as in ``C:\_data``, where Markdown takes it for an escape."""
    for at, line in enumerate(lines, m.body_line):
        for match in _compiled(_DRIVE).finditer(line):
            message = f"“{match[0]}”里的反斜杠，网站上看不到"
            yield Problem(
                m.path, at, Code.LOST_SIGN, message, "写成 `C:\\文件夹`，前后各一个反引号"
            )


def _numbers(m: Material, lines: list[str]) -> Iterator[Problem]:
    """Numbered lists that do not count one by one, and years taken for numbers of a list."""
    lists: dict[int, list[tuple[int, int, int]]] = {}
    item = _compiled(_ITEM)
    for at, line in enumerate(lines, m.body_line):
        match = item.match(line) if line and line[0] in " 0123456789" else None
        if match is None:
            if lists and line and not line[0].isspace():
                yield from _ended(m, lists, 0)
        else:
            indent = len(match[1])
            yield from _ended(m, lists, indent + 1)
            lists.setdefault(indent, []).append((at, int(match[2]), match.end(2)))
    yield from _ended(m, lists, 0)


def _ended(
    m: Material, lists: dict[int, list[tuple[int, int, int]]], indent: int
) -> Iterator[Problem]:
    """What is wrong with the lists at ``indent`` and deeper, which have ended."""
    for place in [n for n in lists if n >= indent]:
        items = lists.pop(place)
        start = items[0][1]
        wrong = [item for n, item in enumerate(items) if item[1] != start + n]
        edits = tuple(
            edit
            for n, (at, _, end) in enumerate(items)
            for edit in (
                *([Edit(at, 0, 0, "\n")] if n and items[n - 1][0] == at - 1 else []),
                Edit(at, end, end, "\\"),
            )
        )
        if wrong:
            at, number, _ = wrong[0]
            shown = start + items.index(wrong[0])
            message = f"列表的序号 {number} 在网站上会变成 {shown}"
            hint = "序号依次写 1. 2. 3.；要照样显示，每项一段，写成“3\\. 文字”"
            yield Problem(m.path, at, Code.LOST_SIGN, message, hint, edits if not place else ())
        elif start > 999:
            message = f"“{start}. ”会被当成列表的序号"
            hint = f"写成“{start}年”或“{start}\\. ”"
            yield Problem(m.path, items[0][0], Code.LOST_SIGN, message, hint, edits)
