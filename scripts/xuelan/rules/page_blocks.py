"""Rules about lists, tables and code of hand-written pages: what they lose on the site.

The host reads these pages with Python-Markdown, which wants an empty line above a list or a table
and four spaces for a list inside another; it counts every numbered list from 1. A forge's preview
(CommonMark) is more lenient, so an editor sees a list there and readers see none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from xuelan.model.docs import HandWritten
from xuelan.text.problem import Code, Edit, Problem

_ITEM: Final = re.compile(r"( *)([-*+]|[0-9]{1,9}[.)])( +)(?=\S)")
_HTML: Final = re.compile(r" {0,3}<(?:([A-Za-z][\w-]*)|!--)")
_DELIMITERS: Final = re.compile(r"(?=.*\|) *\|? *:?-+:? *(?:\| *:?-+:? *)*\|? *")
_ALONE: Final = re.compile(r"#{1,6}|(?:[-*_] *){3,}$|<|!!!|\?\?\?|===|\[[^\]]+\]:")
"""Beginnings of lines below which Python-Markdown sees a list without an empty line between."""


@dataclass(slots=True)
class _OpenList:
    """A list that is open: where its items and their text begin, its kind of mark, its length."""

    indent: int
    content: int
    is_ordered: bool
    length: int = 0
    all_ones: bool = True


Slip = tuple[str, str, str]
"""Message, hint, and what to write at the beginning of the line to mend it."""


@dataclass(slots=True)
class _Reader:
    """Reads the lines of a page one after another.

    ``levels`` are the lists that are open, the innermost last, as CommonMark sees them. One finding
    is enough for the lines up to the next empty one.
    """

    levels: list[_OpenList] = field(default_factory=list)
    before: str = ""
    is_told: bool = False
    outermost: int = 0
    """The depth of the first line of the block: of the lines since the last empty one."""

    is_paragraph: bool = False
    """True in a further paragraph of an item, up to the next empty line."""

    def read(self, line: str) -> Iterator[Slip]:
        """What a line loses on the site."""
        text = line.strip()
        indent = len(line) - len(line.lstrip(" "))
        item = _ITEM.match(line)
        slips: Iterator[Slip] = iter(())
        if text and item and (indent < 4 or self.levels):
            slips = self._item(indent, item)
        elif text:
            slips = self._text(indent, text)
        for slip in slips:
            if not self.is_told:
                yield slip
            self.is_told = True
        is_code = indent >= 4 and not self.levels and not self.before
        self.before = "" if is_code or (not self.levels and _ALONE.match(line)) else text
        if not text:
            self.is_told = self.is_paragraph = False

    def _item(self, indent: int, item: re.Match[str]) -> Iterator[Slip]:
        mark = item[2]
        if self.before and (self.is_paragraph or not self.levels):
            if self.levels or mark in ("-", "*", "+", "1.", "1)"):
                yield "列表上面没有空行，网页上会和上一段连成一片", "在它上面空一行", "\n"
            return
        if mark.endswith(")"):
            yield f"“{mark}”在网页上不成列表", "序号写成“1. 文字”", ""
            return
        depth = sum(indent >= level.content for level in self.levels)
        self.outermost = self.outermost if self.before else depth
        if depth < self.outermost:
            yield "上一级列表项紧接在下一级后面，网页上会成为下一级", "在它上面空一行", "\n"
        if depth > indent // 4:
            hint = f"缩进 {4 * depth} 格"
            yield f"下一级列表缩进了 {indent} 格，网页上会成为上一级", hint, ""
        elif depth < indent // 4:
            yield f"列表缩进了 {indent} 格，看不出是哪一级", "每下一级缩进 4 格", ""
        del self.levels[depth + 1 :]
        if depth == len(self.levels):
            self.levels.append(_OpenList(indent, len(item[0]), mark.endswith(".")))
        level = self.levels[depth]
        level.indent, level.content = indent, len(item[0])
        yield from _mark_slips(level, mark)

    def _text(self, indent: int, text: str) -> Iterator[Slip]:
        if text.startswith(("```", "~~~")) and indent:
            yield _INDENTED_CODE
        if not self.levels:
            return
        if self.before:
            if text.startswith(("#", "|", ">")):
                yield "这一行紧接在列表后面，网页上会并进列表", "在它上面空一行", "\n"
        elif not indent:
            self.levels.clear()
            self.is_told = False
        else:
            depth = sum(indent >= level.content for level in self.levels)
            self.outermost, self.is_paragraph = depth, True
            if indent % 4 or depth != indent // 4:
                hint = f"缩进 {4 * max(1, depth)} 格；不属于列表的，顶格写"
                yield "列表项里的另一段缩进不对，网页上会落到列表外面", hint, ""


_INDENTED_CODE: Final = ("代码段前面有空格，网页上不成代码段", "开头和结尾的一行都顶格", "")


def _mark_slips(level: _OpenList, mark: str) -> Iterator[Slip]:
    """What the host changes in the marks of a list: it counts from 1 and keeps one kind."""
    is_ordered = mark[-1] == "."
    if is_ordered != level.is_ordered:
        yield "一个列表里换了记号，网页上只认第一种", "用同一种记号；要另起列表，先写一段文字", ""
    elif is_ordered:
        number = int(mark[:-1])
        level.all_ones = level.all_ones and number == 1
        level.length += 1
        if number != level.length and not level.all_ones:
            hint = "序号从 1 起连着写；照原样显示的，写成“（3）”或“3、”，各成一段"
            yield f"序号 {number} 在网页上会变成 {level.length}", hint, ""
            level.length = number


def check_blocks(page: HandWritten, extensions: tuple[str, ...]) -> Iterator[Problem]:
    """What the lists, tables and indented code of a page lose.

    ``extensions`` are those that the settings add: some read lists otherwise.
    """
    if not any("list" in name for name in extensions):
        yield from _lists(page, codes="superfences" in "".join(extensions))
    yield from _tables(page)


def _lists(page: HandWritten, *, codes: bool) -> Iterator[Problem]:
    reader = _Reader()
    inside = ""
    for at, line in enumerate(page.lines, page.body_line):
        if inside or (tag := _HTML.match(line)):
            if not inside:
                inside = f"</{tag[1]}" if tag and tag[1] else "-->"
            if inside in line or not line.strip():
                inside = ""
            continue
        for slip in reader.read(line):
            if not (codes and slip is _INDENTED_CODE):
                message, hint, new = slip
                edits = (Edit(at, 0, 0, new),) if new else ()
                yield Problem(page.path, at, Code.PORTABLE, message, hint, edits)


def _tables(page: HandWritten) -> Iterator[Problem]:
    """Tables that are none for want of an empty line, and rows with more cells than the head."""
    width = 0
    lines = ["", *page.lines]
    for number, line in enumerate(lines[1:], 1):
        at = page.body_line + number - 1
        if not line.strip():
            width = 0
        elif width and _cells(line) > width:
            message = f"这一行有 {_cells(line)} 格，表头有 {width} 格"
            yield Problem(page.path, at, Code.PORTABLE, message, "去掉多的 |；多出的格子不会显示")
        elif not width and _DELIMITERS.fullmatch(line) and "|" in lines[number - 1]:
            width = _cells(lines[number - 1])
            if number > 1 and lines[number - 2].strip():
                message = "表格上面没有空行，网页上不成表格"
                yield Problem(page.path, at - 1, Code.PORTABLE, message, "在它上面空一行")


def _cells(line: str) -> int:
    inner = line.strip().removeprefix("|").replace("\\|", "")
    return inner.removesuffix("|").count("|") + 1
