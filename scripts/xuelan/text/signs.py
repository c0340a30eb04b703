"""Signs that cannot be printed, or stand for a plain sign: emoji, invisible marks, ligatures.

Every text of a column reaches paper in some kit. ``printable.txt`` has the ranges of all code
points that the typefaces of ``kits/print`` have and that can be read back from a PDF; a test
compares it with them, and writes it anew with ``--refresh``.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any, Final

from xuelan.text.problem import Code, Edit, Problem
from xuelan.text.source import CONTROL
from xuelan.text.yaml_reader import YamlMapping

SUBSTITUTES: Final = {"☐": "□", "☑": "√", "☒": "×", "✓": "√", "✔": "√", "•": "·"}
"""Signs that no face has, and the signs that print uses for them."""

_ODD: Final = re.compile(
    "[^\n\t -~·×÷±°–—‘’“”…※①-⑳■□▲△○●◆◇★☆→←↑↓√℃㎡㎜㎝㎞\u3000-\u3015\u3220-\u3229一-龥！-～￥]"
)
"""A sign that needs a closer look; most texts have none."""

_BACKSLASH: Final = re.compile(r"\\[xuUN_LPe]")
_ENTITY: Final = re.compile(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[0-9a-zA-Z]+);")

_RADICAL_PAIRS: Final = (
    "⺁厂⺅亻⺆冂⺈刀⺉刂⺌小⺎兀⺒巳⺓幺⺔彑⺖忄⺘扌⺙攵⺛旡⺜日⺝月⺞歹⺟母⺠民⺡氵⺢氺⺣灬⺤爫⺦丬⺧牛⺨犭⺩王⺪疋⺫目⺬示⺭礻⺮竹"
    "⺯糸⺰纟⺱罓⺳罒⺶羊⺷羊⺹耂⺻聿⺼肉⺽臼⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇角⻈讠⻉贝⻊足⻋车⻌辶⻍辶⻎辶⻏阝⻐钅⻑長⻓长⻔门"
    "⻕阜⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻟飠⻠饣⻡首⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲龟⻳龟"
)
_RADICALS: Final = str.maketrans(_RADICAL_PAIRS[::2], _RADICAL_PAIRS[1::2])
"""Radicals of the block U+2E80 that look like a character; those of U+2F00 have it in Unicode."""


_RARE_HAN: Final = 0x20000
"""From here on all code points are Chinese characters."""


def find_bad(text: str) -> set[str]:
    """The signs of ``text`` that cannot be printed, or that stand for a plain one."""
    return {sign for sign in set(_ODD.findall(text)) if not is_printable(sign)}


def is_printable(sign: str) -> bool:
    """True if paper shows ``sign`` and a PDF gives it back; false for forms of a plain sign."""
    if sign in SUBSTITUTES or (sign.isspace() and sign not in "\x1c\x1d\x1e\x1f\x85"):
        return True
    starts, ends = _ranges()
    code = ord(sign)
    at = bisect_right(starts, code) - 1
    return at >= 0 and code <= ends[at] and plain_form(sign) is None


@cache
def _ranges() -> tuple[list[int], list[int]]:
    """The first and the last code points of all ranges, ascending."""
    words = resources.files("xuelan.text").joinpath("printable.txt").read_text("ascii").split()
    pairs = [word.partition("-")[::2] for word in words]
    return [int(a, 16) for a, _ in pairs], [int(b or a, 16) for a, b in pairs]


def plain_form(sign: str) -> str | None:
    """The plain sign for a radical, a ligature or a compatibility form; ``""`` for nothing.

    None if there is none, or if ``sign`` is a plain one itself.
    """
    code = ord(sign)
    if unicodedata.category(sign) == "Cf" or 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
        return ""
    if 0x2E80 <= code <= 0x2EF3:
        plain = sign.translate(_RADICALS)
    elif 0x2F00 <= code <= 0x2FD5 or 0xF900 <= code <= 0xFB06 or 0x2F800 <= code <= 0x2FA1F:
        plain = unicodedata.normalize("NFKC", sign)
    else:
        return None
    return plain if plain != sign else None


def check_text(path: str, text: str, first: int = 1) -> Iterator[Problem]:
    """A problem for each line of ``text`` with such signs; ``first`` is its first line's number.

    Entities such as ``&#128226;`` count as what they stand for.
    """
    bad = find_bad(text)
    if "&" in text and _ENTITY.search(text):
        bad |= find_bad(html.unescape(text))
    if not bad:
        return
    for number, line in enumerate(text.split("\n"), first):
        yield from _in_line(path, number, line, bad)


def _in_line(path: str, number: int, line: str, bad: set[str]) -> Iterator[Problem]:
    found = dict.fromkeys(c for c in html.unescape(line) if c in bad)
    if not found:
        return
    spans = [(m.start(), m[0], html.unescape(m[0])) for m in _ENTITY.finditer(line)]
    spans += [(at, c, c) for at, c in enumerate(line)]
    edits = [
        Edit(number, at, at + len(written), plain)
        for at, written, sign in spans
        if sign in found and (plain := plain_form(sign)) is not None
    ]
    others = [sign for sign in found if plain_form(sign) is None]
    mended = [sign for sign in found if sign not in others]
    if not others:
        yield make_problem(path, number, mended, tuple(edits))
    elif all(map(plain_form, mended)):
        yield from [make_problem(path, number, mended, tuple(edits))] if mended else []
        yield make_problem(path, number, others)
    else:  # invisible signs join the parts of an emoji
        yield make_problem(path, number, list(found))


def make_problem(
    path: str, line: int, found: list[str], edits: tuple[Edit, ...] = (), where: str = ""
) -> Problem:
    """The problem that a line has these signs, with what to write instead."""
    names = "、".join(_name(sign) for sign in found[:6])
    more = f"等 {len(found)} 种" if len(found) > 6 else ""
    hints = dict.fromkeys(_hint(sign) for sign in found)
    message = f"{where}有印不出来的字符：{names}{more}"
    return Problem(path, line, Code.SIGN, message, "；".join(hints), edits)


def _name(sign: str) -> str:
    is_seen = unicodedata.category(sign)[0] not in "CMZ" and plain_form(sign) != ""
    return f"“{sign}”（U+{ord(sign):04X}）" if is_seen else f"U+{ord(sign):04X}"


def _hint(sign: str) -> str:
    plain, kind = plain_form(sign), unicodedata.category(sign)
    if plain:
        hint = f"“{sign}”是部首或连字的专用码，改写成“{plain}”"
    elif plain == "" or kind == "Cc":
        hint = f"U+{ord(sign):04X} 是看不见的标记，删掉它"
    elif kind == "Co":
        hint = f"U+{ord(sign):04X} 是某个字体自造的符号；项目符号改成列表“- ”，别的用文字写"
    elif sign == "\ufffd":
        hint = "这里有字在转换编码时丢了，按原件补上"
    elif "CJK UNIFIED" in unicodedata.name(sign, "") or ord(sign) >= _RARE_HAN:
        hint = f"“{sign}”字太生僻，印刷字体里没有；换通行的写法，或用文字说明字形"
    elif kind[0] in "LMN":
        hint = "印刷字体里没有这种文字；用汉字或拼音写，原文做成图片作附件"
    else:
        hint = "去掉表情和特殊符号，用文字，或用 ■ ● ◆ ★ → √ × 这一类符号"
    return hint


def is_plain(text: str) -> bool:
    """A fast test: True for most texts, which have no such sign and no way to write one."""
    return not (
        find_bad(text)
        or ("\\" in text and _BACKSLASH.search(text))
        or ("&" in text and _ENTITY.search(text))
    )


def check_values(path: str, text: str, data: Any, first: int = 1) -> Iterator[Problem]:
    """A problem for each value of a YAML file with such signs; comments do not count.

    ``data`` is the value of the YAML ``text``, whose first line has the number ``first``.
    """
    if is_plain(text):
        return
    lines = text.split("\n")
    for start, value in _strings(data, first):
        bad = {sign for sign in find_bad(value) if not CONTROL.match(sign)}  # reported already
        while bad:  # several lines of one value, each with its own signs
            number = _line_with(bad, lines, start, first)
            here = sorted(c for c in bad if c in lines[number - first]) or sorted(bad)
            problems = [*_in_line(path, number, lines[number - first], set(here))]
            yield from problems or [make_problem(path, number, here)]
            bad -= set(here)


def _line_with(bad: set[str], lines: list[str], start: int, first: int) -> int:
    """The number of the first line from ``start`` on with one of ``bad``; ``start`` if none has."""
    for number in range(start, first + len(lines)):
        if not bad.isdisjoint(lines[number - first]):
            return number
    return start


def _strings(data: Any, line: int) -> Iterator[tuple[int, str]]:
    """Each text in ``data``, with the line of the key that it stands under."""
    if isinstance(data, str):
        yield line, data
    elif isinstance(data, YamlMapping):
        for key, value in data.items():
            yield data.line_of(key), key
            yield from _strings(value, data.line_of(key))
    elif isinstance(data, list):
        for item in data:
            yield from _strings(item, getattr(item, "line", line))
