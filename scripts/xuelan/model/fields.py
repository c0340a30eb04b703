"""Field tables, and the one validator that reads a YAML mapping by such a table.

The messages of ``xuelan check``, the reference page for editors, the template of ``xuelan new``
and the JSON Schema all come from the same table, so that they cannot contradict each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from typing import Any, Final, NamedTuple

from xuelan.model import forms
from xuelan.text.problem import NEVER_WAIVED, Code, Edit, Problem, did_you_mean
from xuelan.text.source import CONTROL
from xuelan.text.yaml_reader import YamlMapping
from xuelan.text.yaml_slips import quote


class Form(Enum):
    """What a field's value looks like, in the words the reference page uses."""

    LINE = "一行文字"
    NAME = "一个名称"
    TEXT = "一段文字"
    SLUG = "编号：小写英文字母、数字、连字符"
    KEY = "编号：英文字母、数字、连字符"
    DATE = "日期：'2016'、'2016-03' 或 '2016-03-28'"
    NUMBER = "发文字号，如 某委发〔2016〕8号"
    URL = "https:// 或 http:// 开头的网址"
    FILE = "文件路径，从本文件所在文件夹算起"
    INT = "整数"
    AMOUNT = "数字"
    BOOL = "true 或 false"
    CHOICE = "从列出的值中选"
    RECORD = "一组字段"
    ANY = "随题型而定"

    __hash__ = object.__hash__  # members are singletons; the hash of Enum takes many times longer


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One field: its key, its Chinese label, its purpose, and the values it may have.

    ``choices`` are the allowed values; or ``vocabulary`` names the list of them in the column's
    settings. With ``many`` the value is a YAML list. ``fields`` are those of a record. ``formerly``
    is the key that the field had before.
    """

    name: str
    label: str
    help: str
    form: Form = Form.LINE
    required: bool = False
    many: bool = False
    choices: tuple[str, ...] = ()
    vocabulary: str = ""
    fields: tuple[Field, ...] = ()
    example: str = ""
    formerly: str = ""


Table = tuple[Field, ...]
Vocabularies = Mapping[str, tuple[str, ...]]

_INDENTED_BREAK: Final = re.compile(r"\s*\n\s*")
_UNSEEN: Final = re.compile("[\t\u00ad\u202a-\u202e\u2060-\u2069\ue000-\uf8ff\ufff9-\ufffd]")
"""Characters that no printer has, or that show something else than what stands in the file."""


class _FieldPlace(NamedTuple):
    """A field in a file, for problems."""

    path: str
    line: int
    field: Field
    mapping: YamlMapping

    def problem(
        self, code: Code, message: str, hint: str = "", edits: tuple[Edit, ...] = ()
    ) -> Problem:
        where = f"“{self.field.name}”（{self.field.label}）"
        return Problem(self.path, self.line, code, f"{where}{message}", hint, edits)

    def fault(self, text: str, fault: forms.Fault) -> Problem:
        """The problem of a value, with the edit that writes the better one in its place."""
        new = fault.better
        edits = self.mapping.replace(self.field.name, text, new) if new else ()
        if edits and ", " in new and self.field.form is Form.NAME:
            line = self.mapping.line_text(edits[0].line)
            if "[" not in line:  # entries on lines of their own
                edits = (replace(edits[0], new=new.replace(", ", f"\n{line[: edits[0].start]}")),)
        return self.problem(fault.code, fault.message, fault.hint, edits)

    def write(self, code: Code, message: str, old: str, new: str) -> Problem:
        """The problem of a value, and the line to write instead."""
        edits = self.mapping.replace(self.field.name, old, new)
        return self.problem(code, message, f"写成 {self.field.name}: {new}", edits)


def validate(
    mapping: YamlMapping, table: Table, path: str, vocabularies: Vocabularies
) -> tuple[dict[str, Any], list[Problem]]:
    """Read ``mapping`` by ``table``: the value of every field by name, and all problems.

    A field that is missing or wrong has the value ``""`` (or ``()``, ``0``, ``False``). Lists
    become tuples, records become dicts.
    """
    problems: list[Problem] = []
    values = dict(_empty_values(table))
    meant: set[str] = set(mapping.broken)
    for key, line in mapping.lines.items():
        if key not in values:
            name, problem = _unknown_field(path, line, key, table, mapping)
            problems.append(problem)
            meant.add(name)
    for field in table:
        raw = mapping.get(field.name)
        if not raw and (raw is None or raw in ("", [])):
            if field.required and field.name not in meant:
                problems.append(_missing_field(path, mapping, field, table))
            continue
        if field.many:
            if _are_clean(raw, field, vocabularies):
                values[field.name] = tuple(raw)
                continue
        elif _is_clean(raw, field, vocabularies):
            values[field.name] = raw
            continue
        read = _read_list if field.many else _read_value
        place = _FieldPlace(path, mapping.line_of(field.name), field, mapping)
        values[field.name], found = read(raw, place, vocabularies)
        problems += found
    return values, problems


def _unknown_field(
    path: str, line: int, key: str, table: Table, mapping: YamlMapping
) -> tuple[str, Problem]:
    """The problem of a key that is no field, and the field that it means, if that is known."""
    names = [f.name for f in table]
    bare, sign, rest = key.strip("　 －—–·•-").partition("：")
    if not sign:
        bare, sign, rest = bare.partition(":")
    bare = forms.plain(bare)
    by_label = {f.label: f.name for f in table}
    by_label |= {f.formerly: f.name for f in table if f.formerly}
    near = did_you_mean(bare.lower(), names)
    name = by_label.get(bare) or next((n for n in names if f"“{n}”" in near), "")
    message = f"没有“{forms.shorten(key)}”这个字段"
    if not name:
        known = f"这里有的是 {'、'.join(names)}" if len(names) <= 12 else "有哪些字段见“字段一览”"
        hint = f"删掉它，或改成别的字段；{known}"
        return "", Problem(path, line, Code.UNKNOWN_FIELD, message, hint)
    if sign:
        hint = f"写成 {name}: {rest}，冒号用半角，后面空一格"
        return name, Problem(path, line, Code.UNKNOWN_FIELD, message, hint)
    hint = f"“{bare}”这一项应写作“{name}”" if bare in by_label else f"是不是想写“{name}”？"
    at = mapping.line_text(line).find(key)
    edits = (Edit(line, at, at + len(key), name),) if at >= 0 and name not in mapping else ()
    return name, Problem(path, line, Code.UNKNOWN_FIELD, message, hint, edits)


def _missing_field(path: str, mapping: YamlMapping, field: Field, table: Table) -> Problem:
    """The problem of a required field: at its line, or at that of the field above its place."""
    line, where = mapping.lines.get(field.name, 0), "写成"
    if not line:
        before = [mapping.lines.get(f.name, 0) for f in table[: table.index(field)]]
        line, where = next((n for n in reversed(before) if n), mapping.line), "加一行"
    example = field.example or f"……（{field.help or field.label}）"
    if field.form is Form.TEXT:
        example = f"……（{field.help}）"
    elif field.form is Form.CHOICE and field.choices:
        example = f"……（可选：{'、'.join(field.choices)}）"
    hint = f"{where} {field.name}: {example}"
    place = _FieldPlace(path, line, field, mapping)
    return place.problem(Code.MISSING_FIELD, "没有填写", hint)


@cache
def _empty_values(table: Table) -> dict[str, Any]:
    """The values of a table whose fields are all missing."""
    return {field.name: _empty_value(field) for field in table}


def _empty_value(field: Field) -> Any:
    return () if field.many else _EMPTY.get(field.form, "")


_EMPTY: Final[dict[Form, Any]] = {
    Form.INT: 0, Form.AMOUNT: 0, Form.BOOL: False, Form.RECORD: None, Form.ANY: None,
}  # fmt: skip


def _is_clean(raw: Any, field: Field, vocabularies: Vocabularies) -> bool:
    """True for a text that is right as it stands, as nearly every value is."""
    if type(raw) is not str or not raw.isprintable() or raw != raw.strip():
        return False
    if field.form is Form.CHOICE:
        return raw in (field.choices or vocabularies.get(field.vocabulary, ()))
    check = _CHECKS.get(field.form)
    if check is None:
        return field.form in _WORDS and not _UNSEEN.search(raw)
    return check(raw) is None


def _are_clean(raw: Any, field: Field, vocabularies: Vocabularies) -> bool:
    """True for a list of texts that are all right as they stand."""
    if type(raw) is not list:
        return False
    for item in raw:  # noqa: SIM110 - all() takes twice as long for these short lists
        if not _is_clean(item, field, vocabularies):
            return False
    return True


_WORDS: Final = frozenset({Form.LINE, Form.TEXT})


def _read_list(
    raw: Any, place: _FieldPlace, vocabularies: Vocabularies
) -> tuple[tuple[Any, ...], list[Problem]]:
    field = place.field
    if not isinstance(raw, list):
        return (), [_no_list(raw, place)]
    values, problems = [], []
    for item in raw:
        if _is_clean(item, field, vocabularies):
            values.append(item)
            continue
        if field.form is Form.NAME and forms.joins_names(item):
            if any(place.mapping.replace(field.name, f"{q}{item}{q}", "") for q in "'\""):
                values.append(item)  # quoted, so it is one name
                continue
            if len(raw) == 1 and place.mapping.replace(field.name, f"[{item}]", ""):
                continue  # found where the YAML was read
        if item is None:
            problems.append(
                place.problem(Code.MISSING_FIELD, "有一项是空的", "写上它，或删掉这一项")
            )
            continue
        here = place._replace(line=getattr(item, "line", place.line))
        value, found = _read_value(item, here, vocabularies)
        problems += found
        if not found or field.form is Form.RECORD:
            values.append(value)
    return tuple(v for v in values if v is not None), problems


def _no_list(raw: Any, place: _FieldPlace) -> Problem:
    """The problem of one value where a list belongs."""
    field = place.field
    if isinstance(raw, str) and field.form is not Form.RECORD:
        one = field.form is Form.LINE
        names = [raw] if one else forms.split_names(raw)
        new = f"[{', '.join(quote(n) if one else n for n in names)}]"
        return place.write(Code.WRONG_TYPE, "应为列表", raw, new)
    if field.form is Form.RECORD:
        keys = "、".join(f.name for f in field.fields)
        hint = f"每一组另起一行，写成“  - {field.fields[0].name}: 值”，各组有 {keys}"
        return place.problem(Code.WRONG_TYPE, "应为列表", hint)
    hint = f"写成 {field.name}: [甲, 乙]，只有一项也要方括号"
    return place.problem(Code.WRONG_TYPE, "应为列表", hint)


def _read_value(
    raw: Any, place: _FieldPlace, vocabularies: Vocabularies
) -> tuple[Any, list[Problem]]:
    field = place.field
    if field.form is Form.RECORD:
        return _read_record(raw, place, vocabularies)
    if field.form is Form.ANY:
        return (tuple(raw) if isinstance(raw, list) else raw), []
    if field.form in SCALARS:
        is_bool = isinstance(raw, bool)  # a bool is an int as well
        if is_bool is (field.form is Form.BOOL) and isinstance(raw, SCALARS[field.form]):
            return raw, []
        return _empty_value(field), [_no_scalar(raw, place)]
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw)
    if not isinstance(raw, str):
        return _empty_value(field), [_no_text(raw, place)]
    text = raw.strip()
    if "\n" in text and field.form is not Form.TEXT:
        text = _INDENTED_BREAK.sub(_joint, text)
    return _read_text(text, place, vocabularies)


def _joint(found: re.Match[str]) -> str:
    """What stands for a line break in a value of one line: a space between words of letters."""
    text, start, end = found.string, found.start(), found.end()
    return " " if text[start - 1].isascii() and text[end].isascii() else ""


def _no_scalar(raw: Any, place: _FieldPlace) -> Problem:
    """The problem of a value that is no number, or not true or false."""
    form, word = place.field.form, "" if isinstance(raw, (list, dict)) else str(raw)
    new = forms.to_truth(word) if form is Form.BOOL else forms.to_number(word)
    message = f"应为 {form.value}" if form is Form.BOOL else f"应为{form.value}"
    if new and word and not (form is Form.INT and "." in new):
        return place.write(Code.WRONG_TYPE, message, word, new)
    hint = "" if form is Form.BOOL else "只写半角数字，不加引号、单位和千分号"
    return place.problem(Code.WRONG_TYPE, message, hint or "不加引号")


def _no_text(raw: Any, place: _FieldPlace) -> Problem:
    """The problem of a list, a mapping or a truth where a text belongs."""
    message = f"应为{place.field.form.value}"
    value = place.mapping.line_text(place.line).partition(":")[2].strip()
    lone = value.startswith(("[", "{")) or not isinstance(raw, (list, dict))
    if value and lone and not place.field.many and place.mapping.lines.get(place.field.name):
        if isinstance(raw, list) and len(raw) == 1 and place.field.form is not Form.LINE:
            return place.write(Code.WRONG_TYPE, message, value, str(raw[0]))
        return place.write(Code.WRONG_TYPE, message, value, quote(value))
    hint = "值里有冒号、方括号等符号时，请用英文引号整句括起来"
    return place.problem(Code.WRONG_TYPE, message, hint)


SCALARS: Final[dict[Form, tuple[type, ...]]] = {
    Form.INT: (int,),
    Form.AMOUNT: (int, float),
    Form.BOOL: (bool,),
}


def _read_record(
    raw: Any, place: _FieldPlace, vocabularies: Vocabularies
) -> tuple[dict[str, Any] | None, list[Problem]]:
    fields = place.field.fields
    if not isinstance(raw, YamlMapping):
        names = "、".join(f.name for f in fields)
        message = f"应为一组字段（{names}）"
        example = ", ".join(f"{f.name}: {f.example or f.label}" for f in fields if f.required)
        hint = f"写成 {{{example or f'{fields[0].name}: 值'}}}，不用的字段不写"
        return None, [place.problem(Code.WRONG_TYPE, message, hint)]
    return validate(raw, fields, place.path, vocabularies)


def _read_text(
    text: str, place: _FieldPlace, vocabularies: Vocabularies
) -> tuple[str, list[Problem]]:
    field = place.field
    if found := CONTROL.search(text) or _UNSEEN.search(text):
        sign = found.group()
        message = f"里有看不见的字符 U+{ord(sign):04X}" if sign != "\t" else "里有 Tab"
        hint = "删掉它重新输入" if sign != "\t" else "改用空格"
        edits = place.mapping.replace(field.name, sign, " ") if sign == "\t" else ()
        return "", [place.problem(Code.CONTROL_CHARACTER, message, hint, edits)]
    if field.form is Form.CHOICE:
        allowed = field.choices or vocabularies.get(field.vocabulary, ())
        fault = forms.check_choice(text, tuple(allowed), field.help)
    else:
        check = _CHECKS.get(field.form)
        fault = check(text) if check else None
    if not fault:
        return text, []
    problem = place.fault(text, fault)
    kept = "" if problem.code in NEVER_WAIVED else text  # who lets it pass wants to see it
    return kept, [problem]


_CHECKS: Final = {
    Form.NAME: forms.check_name,
    Form.SLUG: forms.check_slug,
    Form.KEY: forms.check_key,
    Form.DATE: forms.check_date,
    Form.NUMBER: forms.check_number,
    Form.URL: forms.check_url,
    Form.FILE: forms.check_file,
}
