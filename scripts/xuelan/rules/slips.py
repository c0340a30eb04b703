"""Rules about slips of a Chinese input method: marks typed in full width mean nothing.

``［@life-001］``, ``＃＃ 标题`` and ``｜甲｜乙｜`` come out as they stand. What is meant is plain,
so each problem carries the edits that mend it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from ahocorasick_rs import AhoCorasick, Implementation

from xuelan.model.material import Material
from xuelan.text import prose
from xuelan.text.problem import Code, Edit, Problem

_SUSPICIOUS: Final = (
    *"［＠＃｜│┃︱＊－＿＝＞〉｀",
    *("】(", "（@", "(@", "〔@", "【@", "]（", "】（", "] (", "！[", "\n》", "···", "•••"),
)
"""Without any of these, and without a citation that is none, no mark is typed in full width."""
_finder: Final = cache(lambda: AhoCorasick(_SUSPICIOUS, implementation=Implementation.DFA))
"""Finds them all in one pass, faster than one look for each."""
_BROKEN_CITATION: Final = rf"\[@(?!{prose.CITATION.pattern[3:-2]}\])"
_BARE_CITATION: Final = (
    r"\[(?<![!\]［【]\[)((?:[a-z]+-(?:[a-z0-9]+-)*[0-9]{2,4}|[A-Z]-[0-9]{3}))\](?![(（\[:：])"
)
_CITATION: Final = r"[\[［【〔（(]\s*[@＠][^\[\]［］【】〔〕（）()\n]*[\]］】〕）)]"
_IDS: Final = r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)+"
_LINK: Final = (
    r"([！!]?)[\[［【]([^\[\]［］【】\n]+)[\]］】] ?[（(] ?"
    r"((?:[^()（）\[\]\s，。；、]*\.[A-Za-z0-9]{2,5}(?:#[^()（）\s]*)?)|#[^()（）\s]+) ?[)）]"
)
_GOOD_LINK: Final = r"!?\[[^\[\]\n]+\]\([^()\s]+\)"
_HEADING: Final = r"(?=#*＃)(?:([#＃]{2,6})[ \u3000]*|＃[ \u3000]+)(?=[^\s#＃])"
_ROW: Final = r"[｜│┃︱].*[｜│┃︱|] *$|\|.*[｜│┃︱] *$"
_BARS: Final = r" ?[｜│┃︱|] ?"
_BOLD: Final = r"(?=\*?＊)[*＊]{2}([^*＊\n]+)[*＊]{2}|\*\*([^*＊\n]+)(?:＊[*＊]|\*＊)"
_RULE: Final = r"(?:－{3,}|＝{3,}|＿{3,}|＊{3,}|[-－]{3,})$"
_QUOTE: Final = r"[＞〉》] ?(?=\S)"
_CODE: Final = r"｀([^｀\n]+)｀|(?<![\w·])·([!-~]+)·(?![\w·])"
_FENCE: Final = r"(?:···+|•••+|｀｀｀+)[A-Za-z]*$"
_ASCII: Final = {0xFF01 + n: 0x21 + n for n in range(94)} | dict.fromkeys(map(ord, "—–―‐"), "-")
_compiled: Final = cache(re.compile)

_Slip = tuple[int, str, str, tuple[Edit, ...]]
"""A line, a message, a hint and edits."""


def slip_rules(m: Material, body: str, lines: list[str]) -> Iterator[Problem]:
    """The marks of ``m`` that are typed in full width or nearly right.

    ``lines`` are those of :func:`xuelan.text.prose.lines`.
    """
    if "[" in body or "@" in body or "＠" in body:
        yield from _citations(m, body, lines)
    if not (_finder().find_matches_as_indexes(body) or body.startswith("》")):
        return
    for find in (_tables, _by_line):
        for line, message, hint, edits in find(m.body_line, lines):
            yield Problem(m.path, line, Code.FULL_WIDTH_MARK, message, hint, edits)


def mended_citation(raw: str) -> str:
    """``raw`` as a citation should be written; ``""`` if it cannot be told."""
    inside = raw[1:-1].translate(_ASCII)
    ids = [part for part in re.split(r"[;,、\s@]+", inside) if part]
    good = bool(ids) and all(_compiled(_IDS).fullmatch(i) for i in ids) and raw[-1] in "]］】〕）)"
    return f"[{'; '.join(f'@{i}' for i in ids)}]" if good else ""


def _citations(m: Material, body: str, lines: list[str]) -> Iterator[Problem]:
    """Citations in other brackets, with other signs between them, or without ``@``."""
    wrong = _compiled(_BROKEN_CITATION).search(body) or any(
        sign in body for sign in ("［", "＠", "【@", "（@", "(@", "〔@", "@]")
    )
    bare = _compiled(_BARE_CITATION).search(body)
    for at, line in enumerate(lines if wrong or bare else (), m.body_line):
        if wrong and ("@" in line or "＠" in line):
            for match in _compiled(_CITATION).finditer(line):
                new = mended_citation(match[0])
                if new and not prose.CITATION.fullmatch(match[0]):
                    edit = Edit(at, match.start(), match.end(), new)
                    message = f"引注“{match[0]}”写法有误"
                    yield Problem(
                        m.path, at, Code.UNKNOWN_CITATION, message, f"写成 {new}", (edit,)
                    )
        if bare and "[" in line:
            for match in _compiled(_BARE_CITATION).finditer(line):
                edit = Edit(at, match.start() + 1, match.start() + 1, "@")
                message = f"“{match[0]}”像是引注，少了 @"
                hint = f"写成 [@{match[1]}]；不是引注的，方括号改成（）"
                yield Problem(m.path, at, Code.UNKNOWN_CITATION, message, hint, (edit,))


def _tables(first: int, lines: list[str]) -> Iterator[_Slip]:
    """Rows between full-width bars: one finding for each table."""
    rows: list[tuple[int, str]] = []
    for at, line in enumerate([*lines, ""], first):
        if _compiled(_ROW).match(line):
            rows.append((at, line))
            continue
        if rows:
            hint = "表格写成 | 甲 | 乙 |，第二行写 | --- | --- |，用半角竖线"
            yield rows[0][0], f"表格的 {len(rows)} 行用了全角竖线", hint, _table_edits(rows)
        rows = []


def _table_edits(rows: list[tuple[int, str]]) -> tuple[Edit, ...]:
    edits = []
    for n, (at, line) in enumerate(rows):
        cells = _compiled(_BARS).split(line.strip())[1:-1]
        if n == 1 and all(set(cell) <= set("-－—:： ") for cell in cells):
            cells = ["---"] * len(cells)
        elif n == 1:
            edits.append(Edit(at, 0, 0, f"|{' --- |' * len(cells)}\n"))
        edits.append(Edit(at, 0, len(line), f"| {' | '.join(cells)} |"))
    return tuple(edits)


def _by_line(first: int, lines: list[str]) -> Iterator[_Slip]:
    """All other slips, each at its line."""
    before = ""
    for at, line in enumerate(lines, first):
        begins_block = not before.strip()
        before = line
        if line.isascii():
            continue
        for find in (_at_the_beginning, _within):
            for start, end, new, message, hint in find(line, begins_block=begins_block):
                yield at, message, hint, (Edit(at, start, end, new),)


_Found = tuple[int, int, str, str, str]
"""Where a slip begins and ends in its line, what it should be, a message and a hint."""


def _at_the_beginning(line: str, *, begins_block: bool) -> Iterator[_Found]:
    if match := _compiled(_HEADING).match(line):
        new = "#" * max(len(match[1] or ""), 2) + " "
        yield 0, match.end(), new, "标题用了全角“＃”", "写成“## 标题”，半角的 #，后面空一格"
    elif begins_block and (match := _compiled(_RULE).match(line)):
        yield 0, len(line), "---", "横线用了全角符号", "写成单独一行 ---"
    elif match := _compiled(_FENCE).match(line):
        yield 0, len(line), "```", "代码段的开头或结尾不是反引号", "开头和结尾各写一行 ```"
    elif begins_block and (match := _compiled(_QUOTE).match(line)) and not _closes(line):
        yield 0, match.end(), "> ", f"引文用了全角“{line[0]}”", "写成“> 文字”，半角的 >，后面空一格"


def _closes(line: str) -> bool:
    """True if the first sign of ``line`` only closes a title: the text before it is missing."""
    return line[0] in "》〉" and line[1:2] in ("，", "。", "、", "；", "》", "）")


def _within(line: str, *, begins_block: bool) -> Iterator[_Found]:
    del begins_block
    for match in _compiled(_LINK).finditer(line):
        if not _compiled(_GOOD_LINK).fullmatch(match[0]) or match[1] == "！":
            new = f"{'!' if match[1] else ''}[{match[2]}]({match[3]})"
            kind = "图片" if match[1] else "链接"
            message = f"{kind}“{match[0][:40]}”用了全角符号或多了空格"
            yield match.start(), match.end(), new, message, f"写成 {new}"
    for match in _compiled(_BOLD).finditer(line):
        words = match[1] or match[2]
        yield match.start(), match.end(), f"**{words}**", "加粗用了全角“＊”", "写成 **文字**"
    for match in _compiled(_CODE).finditer(line):
        words = match[1] or match[2]
        yield match.start(), match.end(), f"`{words}`", "代码的前后不是反引号", "写成 `代码`"
