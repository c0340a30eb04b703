"""Finds what YAML drops in silence from what an editor wrote, in a text that it can read.

A comment behind a value, an anchor, a list joined by Chinese commas: the parser reads all of them
and the reader of the site would never see what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from xuelan.text.problem import Code, Edit, Problem

NOTE: Final = re.compile(r"\s{2,}# ")
"""A comment behind a value: two spaces before the sign, one after it, as in every style guide."""
FIELD_NOTE: Final = re.compile(r"\s{2,}# [一-鿿]{1,8}：")
"""A comment as ``xuelan new`` writes it: it begins with the label of the field."""

_SIGNS: Final = ("#", "&", "!", "|", ">", "\\")
_JOINED: Final = re.compile(r"\[[^\]\n]*[，、；]|^[ \t]+[A-Za-z_]+：", re.MULTILINE)
_SEPARATOR: Final = re.compile(r"\s*[，、；]\s*")
_ESCAPE: Final = re.compile(r"(?<!\\)(?:\\\\)*(\\[abtnvfreNLP_0 ])")
_COMMENT: Final = re.compile(r"(?:\s*,)?(\s*#(.*))$")
_FIELD_LINE: Final = re.compile(r"\s+([A-Za-z_]{2,})\s*：\s*(.*)")


def quote(value: str) -> str:
    """The value as a quoted YAML string on one line."""
    if '"' in value or "\\" in value:
        return "'" + value.replace("'", "''") + "'"
    return f'"{value}"'


def find_slips(path: str, text: str, first_line: int, note: re.Pattern[str]) -> list[Problem]:
    """What YAML drops or joins in ``text``, which it can read; comments like ``note`` are meant.

    Most texts hold none of the signs that may lead to it, and are not parsed a second time.
    """
    if not (any(sign in text for sign in _SIGNS) or _JOINED.search(text)):
        return []
    return [*_SlipFinder(path, text, first_line, note).slips()]


@dataclass
class _OpenCollection:
    """An open collection: what has come in it, and whether a key comes next."""

    is_mapping: bool
    in_brackets: bool
    at_key: bool
    values: list[Any] = field(default_factory=list)


class _SlipFinder:
    """Follows the events of a text from value to value."""

    def __init__(self, path: str, text: str, first_line: int, note: re.Pattern[str]) -> None:
        self._path = path
        self._text = text
        self._lines = text.split("\n")
        self._first_line = first_line
        self._note = note
        self._key = ""

    def slips(self) -> Iterator[Problem]:
        levels: list[_OpenCollection] = []
        for event in yaml.parse(self._text, yaml.CBaseLoader):
            if isinstance(event, yaml.CollectionEndEvent):
                yield from self._close(levels.pop(), event)
                continue
            if not isinstance(event, yaml.NodeEvent):
                continue
            if levels and levels[-1].at_key:
                self._key, levels[-1].at_key = getattr(event, "value", ""), False
                continue
            if levels:
                levels[-1].at_key = levels[-1].is_mapping
                levels[-1].values.append(event)
            if isinstance(event, yaml.CollectionStartEvent):
                if event.anchor:
                    yield self._mark(event, "&" + event.anchor)
                is_mapping = isinstance(event, yaml.MappingStartEvent)
                levels.append(_OpenCollection(is_mapping, bool(event.flow_style), is_mapping))
            else:
                in_brackets = bool(levels and levels[-1].in_brackets)
                yield from self._value(event, in_brackets=in_brackets)

    def _close(self, level: _OpenCollection, event: Any) -> Iterator[Problem]:
        """The slips in a collection as a whole, and behind its closing bracket."""
        if level.in_brackets:
            match level.values:
                case [yaml.ScalarEvent() as only] if not level.is_mapping:
                    yield from self._joined(only)
            yield from self._comments(event, "", in_brackets=True)

    def _value(self, event: Any, *, in_brackets: bool) -> Iterator[Problem]:
        """The slips in and behind one value."""
        value, style = event.value, event.style
        if event.anchor or event.tag:
            yield self._mark(event, "&" + event.anchor if event.anchor else event.tag)
        elif style in ("|", ">"):
            if not value.strip():
                yield self._mark(event, style)
            return
        elif style == '"':
            yield from self._escapes(event)
        yield from self._swallowed(event)
        yield from self._comments(event, value, in_brackets=in_brackets)

    def _mark(self, event: Any, sign: str) -> Problem:
        """A sign before a value that YAML takes for its own."""
        line, rest = self._rest(event.start_mark)
        message = f"“{sign}”是 YAML 的记号，不会显示"
        if not rest or isinstance(event, yaml.CollectionStartEvent):
            return self._problem(line, message, f"删掉“{sign}”")
        edit = self._edit(event.start_mark, len(rest), quote(rest))
        return self._problem(line, message, self._write(quote(rest)), (edit,))

    def _escapes(self, event: Any) -> Iterator[Problem]:
        written = self._text[event.start_mark.index : event.end_mark.index]
        found = _ESCAPE.search(written)
        if found:
            line = event.start_mark.line
            message = f"双引号里的“{found[1]}”会变成别的字符"
            inner = written[1:-1].replace('\\"', '"')
            if "\n" in written or "\\\\" in written:
                yield self._problem(line, message, "整句改用单引号 ' 括起来")
                return
            single = "'" + inner.replace("'", "''") + "'"
            edit = self._edit(event.start_mark, len(written), single)
            yield self._problem(line, message, self._write(single), (edit,))

    def _joined(self, event: Any) -> Iterator[Problem]:
        """The only entry of a list in brackets, if it holds Chinese commas."""
        value = event.value
        if event.style in ("'", '"') or not _SEPARATOR.search(value):
            return
        parts = [part for part in _SEPARATOR.split(value) if part]
        message = f"“{value}”会成为一项，不是{len(parts)}项"
        hint = f"几项之间用半角逗号：{', '.join(parts)}；确是一项就给它加英文引号"
        same_line = event.start_mark.line == event.end_mark.line
        edit = self._edit(event.start_mark, len(value), ", ".join(parts))
        yield self._problem(event.start_mark.line, message, hint, (edit,) if same_line else ())

    def _swallowed(self, event: Any) -> Iterator[Problem]:
        """Fields that have become part of the value above: indented, with a Chinese colon."""
        for number in range(event.start_mark.line + 1, event.end_mark.line + 1):
            found = _FIELD_LINE.match(self._lines[number])
            if found and event.style not in ("'", '"'):
                message = f"“{found[1]}”接在了上一行“{self._key}”的后面"
                hint = f"写成 {found[1]}: {found[2]}，冒号用半角，与别的字段对齐"
                yield self._problem(number, message, hint)

    def _comments(self, event: Any, value: str, *, in_brackets: bool) -> Iterator[Problem]:
        """Words behind a value, or in its place, that are taken for a comment."""
        line, rest = self._rest(event.end_mark)
        found = _COMMENT.match(rest)
        if found and not self._note.match(found[1]):
            message = f"“#{found[2].rstrip()}”会被当成注释，不会显示"
            hint = "是正文就整句加英文引号；是注释就另起一行，以 # 开头"
            edits: tuple[Edit, ...] = ()
            if not in_brackets and self._can_quote(event):
                start = event.start_mark.column if value else event.end_mark.column
                written = self._lines[line][start:].rstrip()
                whole = quote(written.strip())
                gap = "" if value or self._lines[line][start - 1 : start] == " " else " "
                hint = f"是正文就{self._write(whole)}；是注释就另起一行，以 # 开头"
                edits = (Edit(line + self._first_line, start, start + len(written), gap + whole),)
            yield self._problem(line, message, hint, edits)
        elif isinstance(event, yaml.ScalarEvent) and not value and event.style not in ("'", '"'):
            yield from self._hashed_lines(line + 1)

    @staticmethod
    def _can_quote(event: Any) -> bool:
        """True for a value without quotation marks on a line of its own."""
        if not isinstance(event, yaml.ScalarEvent) or event.style in ("'", '"'):
            return False
        start: Any = event.start_mark
        end: Any = event.end_mark
        return bool(start.line == end.line)

    def _hashed_lines(self, line: int) -> Iterator[Problem]:
        """Indented lines below an empty field that begin with #, as hashtags do."""
        while line < len(self._lines) and (found := re.match(r"\s+#(.*)", self._lines[line])):
            if re.match(r"[^\s#-]", found[1]):
                hint = f"是“{self._key}”的内容就写成“- {found[1].strip()}”；是注释就在 # 后面空一格"
                message = f"“#{found[1].strip()}”会被当成注释，不会显示"
                yield self._problem(line, message, hint)
            line += 1

    def _rest(self, mark: Any) -> tuple[int, str]:
        """The line of a mark, and what stands in it from there on."""
        line = mark.line
        return line, self._lines[line][mark.column :].rstrip() if line < len(self._lines) else ""

    def _write(self, value: str) -> str:
        return f"写成 {self._key}: {value}" if self._key else f"写成 {value}"

    def _edit(self, mark: Any, length: int, new: str) -> Edit:
        return Edit(mark.line + self._first_line, mark.column, mark.column + length, new)

    def _problem(self, line: int, message: str, hint: str, edits: tuple[Edit, ...] = ()) -> Problem:
        return Problem(self._path, line + self._first_line, Code.LOST_TEXT, message, hint, edits)
