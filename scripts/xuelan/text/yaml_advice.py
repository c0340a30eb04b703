"""Recognises what an editor did in a line that YAML cannot read, and how to write it."""

from __future__ import annotations

import re
from typing import Final

from xuelan.text.problem import Edit
from xuelan.text.yaml_reader import parse_yaml
from xuelan.text.yaml_slips import quote

FIELD: Final = re.compile(
    r"^(\s*(?:-\s+)?)([^\s:：#'\"\[{-][^:：#'\"\[{]{0,30}?)(\s*)([:：])(\s*)(.*?)\s*$"
)
"""A line of a field: indent and dash, name, space, colon, space, value."""
_WHITE: Final = re.compile(r" *([\u3000\u00a0\t]+)")
_DASH: Final = re.compile(r"(\s*)([－—–﹣·•●]+)\s*")
_TIGHT_DASH: Final = re.compile(r"(\s*)-([^\s-])")
_ENTRY: Final = re.compile(r"(\s*-\s+)(\S.*?)\s*$")
_NAME: Final = re.compile(r"[A-Za-z_]{2,}|[一-鿿]{2,8}")

Advice = tuple[str, str, tuple[Edit, ...]]
"""What is wrong, what to do about it, and the edits that do it."""


def diagnose(line: str, number: int) -> Advice | None:
    """The advice on a line of a file; ``None`` if nothing known is wrong with it."""
    for look in (_at_indent, _at_dash, _at_entry, _at_field):
        advice = look(line, number)
        if advice:
            return advice
    return None


def _at_indent(line: str, number: int) -> Advice | None:
    found = _WHITE.match(line)
    if found is None:
        return None
    name = {"\t": " Tab", "\u3000": "全角空格"}.get(found[1][0], "不间断空格")
    edit = Edit(number, found.start(1), found.end(1), "  " * len(found[1]))
    return f"缩进用了{name}", "缩进改用半角空格，与上下对齐", (edit,)


def _at_dash(line: str, number: int) -> Advice | None:
    if found := _DASH.match(line):
        edit = Edit(number, found.start(2), found.end(), "- ")
        return f"列表项前面的“{found[2]}”不是半角减号", f"写成 - {line[found.end() :]}", (edit,)
    if found := _TIGHT_DASH.match(line):
        at = found.end(1) + 1
        return "“-”后面没有空格", f"写成 - {line[at:]}", (Edit(number, at, at, " "),)
    return None


def _at_entry(line: str, number: int) -> Advice | None:
    """An entry of a list that is no group of fields."""
    entry, field = _ENTRY.match(line), FIELD.match(line)
    better = _mend_value(entry[2]) if entry and not (field and field[2].isascii()) else None
    if entry is None or better is None:
        return None
    edit = Edit(number, entry.start(2), entry.end(2), better[1])
    return better[0], f"写成 - {better[1]}", (edit,)


def _at_field(line: str, number: int) -> Advice | None:
    field = FIELD.match(line)
    if field is None:
        return None
    key, sign, gap, value = field[2], field[4], field[5], field[6]
    if sign == "：" and _NAME.fullmatch(key):
        edit = Edit(number, field.end(2), field.end(5), ": ")
        return f"“{key}”后面的冒号是全角的", f"写成 {key}: {value}".rstrip(), (edit,)
    if value and not gap and not value.startswith("//") and _NAME.fullmatch(key):
        edit = Edit(number, field.end(4), field.end(4), " ")
        return f"“{key}:”的冒号后面没有空格", f"写成 {key}: {value}", (edit,)
    better = _mend_value(value)
    if better is None:
        return None
    edit = Edit(number, field.start(6), field.end(6), better[1])
    return better[0], f"写成 {key}: {better[1]}", (edit,)


def _mend_value(value: str) -> tuple[str, str] | None:
    """What is wrong with a value on one line, and the value as it should be written."""
    if not value or _is_value(value):
        return None
    sign = value[0]
    if sign in "'\"":
        closed = value + sign
        if value.count(sign) % 2 and _is_value(closed):
            return "引号没有配对", closed
        return f"以 {sign} 开头，引号之外还有字", quote(value)
    if sign in "[{":
        return _mend_brackets(value)
    if sign in "@`%&*!|>?-,":
        return f"以 {sign} 开头，会被当成 YAML 的记号", quote(value)
    colon = re.search(r":(?:\s|$)", value)
    return ("值里有半角冒号，会被当成另一个字段", quote(value)) if colon else None


def _mend_brackets(value: str) -> tuple[str, str]:
    closing = {"[": "]", "{": "}"}[value[0]]
    commas = re.sub(r"(['\"])\s*[，、；]\s*(?=['\"])", r"\1, ", value)
    for new in (commas, re.sub(r"[】］)）}\]]$", closing, value), value + closing):
        if new != value and _is_value(new):
            message = "引号之间应是半角逗号" if new == commas else "方括号或花括号没有配对"
            return message, new
    return f"以 {value[0]} 开头，会被当成列表", quote(value)


def _is_value(value: str) -> bool:
    """True if YAML reads ``value`` behind a field's name."""
    return not parse_yaml("", f"x: {value}\n")[1]
