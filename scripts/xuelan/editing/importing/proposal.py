"""What a file says of itself, as fields of the front matter."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from typing import Final

from xuelan.editing.importing.blocks import AnyBlock, bare

_DIGITS: Final = {
    **{c: str(n) for n, c in enumerate("〇一二三四五六七八九")},
    **dict.fromkeys("零○OoＯ", "0"),
}
_CHINESE_YEAR: Final = "[〇○Ｏo0O零一二三四五六七八九]{4}"
_DATE: Final = re.compile(
    rf"([0-9]{{4}}|{_CHINESE_YEAR})\s*年\s*([0-9]{{1,2}}|[元一二三四五六七八九十]{{1,3}})\s*月"
    r"\s*(?:([0-9]{1,2}|[一二三四五六七八九十廿]{1,3})\s*日)?"
)
_ISO_DATE: Final = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?![0-9])"
)


@dataclass
class Proposal:
    """Fields of the front matter with their values, and the text that is left as the body.

    ``moved`` are pairs of field and words that stand in the front matter instead of the text.
    ``unsure`` are fields a person has to look at, with the reason.
    """

    blocks: list[AnyBlock]
    is_official: bool = False
    is_press: bool = False
    values: dict[str, str] = field(default_factory=dict)
    authors: list[str] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    unsure: dict[str, str] = field(default_factory=dict)


def find_date(text: str) -> str:
    """The first date of ``text`` in ISO form, to the month if it has no day; empty without one."""
    for match in _DATE.finditer(text):
        year = match[1] if match[1].isdigit() else "".join(_DIGITS.get(c, c) for c in match[1])
        parts = [_number(p) for p in match.groups()[1:] if p]
        if date := _iso(year, *parts):
            return date
    for match in _ISO_DATE.finditer(text):
        if date := _iso(match[1], int(match[2]), int(match[3])):
            return date
    return ""


def is_date(line: str) -> bool:
    """True for a line that is a date and nothing else."""
    return bool(_DATE.fullmatch(bare(line)) or _ISO_DATE.fullmatch(bare(line)))


def _number(words: str) -> int:
    """A month or a day: 十一 gives 11, 元 gives 1, 廿五 gives 25."""
    if words.isdigit():
        return int(words)
    words = words.replace("元", "一").replace("廿", "二十")
    tens, ten, ones = words.rpartition("十")
    high = int(_DIGITS.get(tens, "1")) * 10 if ten else 0
    return high + int(_DIGITS.get(ones, "0"))


def _iso(year: str, month: int, day: int | None = None) -> str:
    try:
        datetime.date(int(year), month, 1 if day is None else day)
    except ValueError:
        return ""
    return f"{int(year):04d}-{month:02d}" + ("" if day is None else f"-{day:02d}")
