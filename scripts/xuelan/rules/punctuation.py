"""Rules about signs in Chinese text: GB/T 15834 on punctuation, GB/T 15835 on numerals.

A line of Chinese takes full-width signs: ``学习,讨论.`` is written ``学习，讨论。``. Spaces between
Chinese and Latin are left as they are: no norm asks for them, and none forbids them. Code,
addresses, the targets of links and citations are not looked at. The text of an official document
is printed as its original has it, so there the finding has no edit.

Libraries for this (autocorrect, zhlint, pangu) put spaces into numbers such as 2016年, read the
lists of the front matter as prose, or turn （） into ().
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Final

from xuelan.model.material import Material
from xuelan.text.problem import Code, Edit, Problem

_HAN: Final = "一-龥〇"
_OPENING: Final = "“‘《〈（【「『"
_CLOSING: Final = "”’》〉）】」』…％%℃"
_NOTHING: Final = "\x01"
"""Stands for each character that is not looked at: of a citation, of the target of a link."""

_UNITS: Final = "天名个人岁时分秒次条页日月年万亿元亩斤吨米里篇章节周户家场期届位度%％"
_NUMBER: Final = "[0-9]+(?:\\.[0-9]+)?"
_YEAR: Final = "(?:19|20)[0-9]{2}"
_SUSPICIOUS: Final = (
    "[-,;:?!(.~\"'。…－─―—０-９Ａ-Ｚａ-ｚ（）［【\\[．](?:"
    f"(?<=[{_HAN}{_CLOSING}\\])*][,;:?!.~])|(?<=[{_HAN}{_CLOSING})*]\\()|(?<=[{_HAN}]．)"
    f"|(?<=[,;?!])(?=[{_HAN}{_OPENING}])|(?<=[(])(?=[^()\\n]*[{_HAN}]|[0-9]{{1,2}}[)）][{_HAN}])"
    f"|(?<=[（])(?=[^()（）\\n]*\\))|(?<=[\"'])(?=[^\\n]*[{_HAN}])|(?<=[０-９Ａ-Ｚａ-ｚ])"
    "|(?<=[.])(?=[.]{2})|(?<=。)(?=。。)|(?<=…)(?<!……)(?!…)"
    f"|(?<=[{_HAN}{_CLOSING}][-－─―—])(?=[-－─―—])(?<!—(?=—))|(?<=[0-9][~-])(?=[0-9.]+[{_UNITS}年])"
    "|(?<=[0-9]{4}[~-])(?=[0-9]{4}年)|(?<=[一二三四五六七八九十]）)(?=[、.．])"
    "|(?<=[\\[［(（【])(?=(?:19|20)[0-9]{2}[\\]］)）】]第?[0-9]))"
)
"""A line needs a closer look; most texts have no such. The set at its beginning makes it fast."""
_MASKED: Final = (
    r"(?<=\])\([^()\n]*(?:\([^()\n]*\))?[^()\n]*\)|\[@[^\]\n]*\]|https?://[!-~]+|<[^<>\n]*>|`[^`]*`"
    r"|[\w.+-]+@[\w-]+\.[\w.]+|&[#\w]+;|\\.|(?:[\w-]+[./\\])+[A-Za-z0-9]+|^ *\|[-:| ]+$"
    r"|^ *(?:-{3,}|\*{3,}) *$"
)
_LEFT: Final = f"{_HAN}{_CLOSING}{_NOTHING}*\\])"
_RIGHT: Final = f'(?=\\**(?:$|[{_HAN}{_OPENING}{_NOTHING}]| +[{_HAN}{_OPENING}]|[”’）》"]))'
_WIDE: Final = str.maketrans(",;:?!.", "，；：？！。")

_Change = Callable[[re.Match[str]], str]
_CHANGES: Final[tuple[tuple[str, _Change], ...]] = (
    # The number of an official document, before brackets become round ones.
    (
        f"(?<=[{_HAN}])[\\[［(（【{{]((?:19|20)[0-9]{{2}})[\\]］)）】}}](?=第?[0-9]{{1,5}}号)",
        lambda m: f"〔{m[1]}〕",
    ),
    (f"(?<=[{_LEFT}])[,;:?!]{_RIGHT}", lambda m: m[0].translate(_WIDE)),
    (f"(?<=[A-Za-z0-9])[,;?!](?=[{_HAN}{_OPENING}])", lambda m: m[0].translate(_WIDE)),
    (f"(?<=[{_HAN}{_CLOSING}{_NOTHING}])[,;?!](?=[A-Za-z0-9])", lambda m: m[0].translate(_WIDE)),
    (
        f'(?<=[{_HAN}{_CLOSING}])\\.(?=\\**(?:$|[{_NOTHING}]| +[{_HAN}]|[”’）》"]))',
        lambda _: "。",
    ),
    (f"(?<=[{_LEFT}，。])\\.{{3,6}}(?!\\.)", lambda _: "……"),
    ("。{3,6}", lambda _: "……"),
    ("(?<!…)…(?!…)", lambda _: "……"),
    (f"(?<=[{_HAN}{_CLOSING}])(?:--|－－|──|――|—－|－—)(?=[{_HAN}{_OPENING}])", lambda _: "——"),
    (
        "(?<![0-9A-Za-z./-])((?:19|20)[0-9]{2})[-~](?=(?:19|20)[0-9]{2}年)",
        lambda m: f"{m[1]}—",
    ),
    (
        f"(?<![0-9A-Za-z./~-])(?<![表图])({_NUMBER})[-~](?={_NUMBER}[{_UNITS}])(?!{_YEAR}年)",
        lambda m: f"{m[1]}～",
    ),
    ("[０-９]+．[０-９]+|[０-９Ａ-Ｚａ-ｚ]+", lambda m: "".join(_half(c) for c in m[0])),
    (f"(?<=[0-9０-９{_HAN}])～～(?=[0-9０-９{_HAN}])", lambda _: "～"),
    ("^((?:#{1,6} |- )?)([一二三四五六七八九十]{1,3})[.．](?![0-9])", lambda m: f"{m[1]}{m[2]}、"),
    ("^((?:#{1,6} |- )?（[一二三四五六七八九十]{1,3}）)[、.．]", lambda m: m[1]),
)
"""What is looked for in a line, and what it should be."""
_compiled: Final = cache(re.compile)


def _half(sign: str) -> str:
    return chr(ord(sign) - 0xFEE0)


def check_signs(m: Material, body: str, lines: Sequence[str]) -> Iterator[Problem]:
    """Half-width signs in the Chinese of a material, full-width digits, and other odd signs."""
    if not _compiled(_SUSPICIOUS).search(body):
        return
    if m.is_source:
        found = [p.line for p in find_faults(m.path, lines, m.body_line)]
        if found:
            message = f"原文里有 {len(found)} 行标点或数字不合现在的写法"
            hint = "录入时打错的照原件改；原件就是这样的，不用改"
            yield Problem(m.path, found[0], Code.PUNCTUATION, message, hint)
        return
    yield from find_faults(m.path, lines, m.body_line)


def find_faults(path: str, lines: Sequence[str], first: int) -> Iterator[Problem]:
    """One problem for each line, with the edits for all its signs; ``first`` is its number."""
    for number, line in enumerate(lines, first):
        if not line or line.isascii() or not _compiled(_SUSPICIOUS).search(line):
            continue
        text = _compiled(_MASKED).sub(lambda m: _NOTHING * len(m[0]), line)
        if not _is_chinese(text):
            continue
        edits = tuple(_edits(text, number))
        if edits:
            pairs = [(line[e.start : e.end], e.new) for e in edits]
            told = [f"“{old}”改为“{new}”" for old, new in dict.fromkeys(pairs)][:4]
            more = "等" if len(set(pairs)) > 4 else ""
            message = f"标点或数字的写法：{'，'.join(told)}{more}"
            hint = "中文里用全角标点，数字、字母用半角；xuelan tidy 会改好"
            yield Problem(path, number, Code.PUNCTUATION, message, hint, edits)


def _is_chinese(text: str) -> bool:
    """True for a line that has more Chinese than Latin words."""
    han = len(_compiled(f"[{_HAN}]").findall(text))
    return han > 0 and han * 2 >= len(_compiled("[A-Za-z]+").findall(text))


def _edits(text: str, number: int) -> Iterator[Edit]:
    """The edits of one line, none of which overlap, in their order."""
    found: list[Edit] = []
    taken: set[int] = set()
    for start, end, new in [*_by_table(text), *_brackets(text), *_quotes(text)]:
        place = set(range(start, end))
        if text[start:end] != new and not taken & place:
            taken |= place
            old = text[start:end]
            same = next(
                (n for n, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), 0
            )
            found.append(Edit(number, start + same, end, new[same:]))
    return iter(sorted(found, key=lambda e: e.start))


def _by_table(text: str) -> Iterator[tuple[int, int, str]]:
    for pattern, new in _CHANGES:
        for match in _compiled(pattern).finditer(text):
            yield match.start(), match.end(), new(match)


def _brackets(text: str) -> Iterator[tuple[int, int, str]]:
    """Pairs of round brackets, one of them or both of half width, around or behind Chinese."""
    for match in _compiled(r"[(（]([^()（）\n]*)[)）]").finditer(text):
        start, end = match.start(), match.end() - 1
        before, after = text[:start].rstrip("*")[-1:], text[end + 1 :].lstrip("*")[:1]
        is_label = not text[:start].strip("#>-* ") and match[1].isdigit() and len(match[1]) < 3
        beside = _compiled(f"[{_HAN}{_CLOSING}]")
        chinese = (
            _compiled(f"[{_HAN}]").search(match[1])
            or (beside.match(before) and not _compiled(r"[\w.]").match(after + " "[bool(after) :]))
            or (beside.match(before) and _compiled(f"[{_HAN}]").match(after))
            or (is_label and _compiled(f"[{_HAN}]").match(after))
        )
        if chinese and before != "]":
            yield start, start + 1, "（"
            yield end, end + 1, "）"


def _quotes(text: str) -> Iterator[tuple[int, int, str]]:
    """Pairs of straight quotation marks with Chinese between them."""
    for sign, opening, closing in (('"', "“", "”"), ("'", "‘", "’")):
        places = [n for n, c in enumerate(text) if c == sign]
        if not places or len(places) % 2:
            continue  # nobody knows where the missing one belongs
        for start, end in zip(places[::2], places[1::2], strict=True):
            is_inside = _compiled(r"[0-9A-Za-z=]$").search(text[:start])  # it's, class="甲"
            if _compiled(f"[{_HAN}]").search(text[start:end]) and not is_inside:
                yield start, start + 1, opening
                yield end, end + 1, closing
