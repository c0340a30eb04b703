"""Field tables, and the one validator that reads a YAML mapping by such a table.

The messages of ``xuelan check``, the reference page for editors, the template of ``xuelan new``
and the JSON Schema all come from the same table, so that they cannot contradict each other.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from xuelan.text.file_names import is_reserved
from xuelan.text.problem import Code, Problem, did_you_mean
from xuelan.text.source import CONTROL
from xuelan.text.yaml_reader import YamlMapping


class Form(Enum):
    """What a field's value looks like, in the words the reference page uses."""

    LINE = "一行文字"
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
    settings. With ``many`` the value is a YAML list. ``fields`` are those of a record.
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


Table = tuple[Field, ...]
Vocabularies = Mapping[str, tuple[str, ...]]

SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_ID: Final = 80
"""Characters of an id. An address and a file have it in their names; Windows takes 260 a path."""
KEY: Final = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
NUMBER: Final = r"[一-鿿]{2,16}〔(?:19|20)[0-9]{2}〕[1-9][0-9]{0,4}号"
_LOOSE_NUMBER: Final = (
    r"([一-鿿]{2,16})\s*[〔\[［(（【]\s*((?:19|20)[0-9]{2})\s*[〕\]］)）】]"
    r"\s*第?\s*0*([0-9]{1,5})\s*号"
)
_DATE: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")
_INDENTED_BREAK: Final = re.compile(r"\s*\n\s*")


class _FieldPlace(NamedTuple):
    """A field in a file, for problems."""

    path: str
    line: int
    field: Field

    def problem(self, code: Code, message: str, hint: str = "") -> Problem:
        where = f"“{self.field.name}”（{self.field.label}）"
        return Problem(self.path, self.line, code, f"{where}{message}", hint)


def validate(
    mapping: YamlMapping, table: Table, path: str, vocabularies: Vocabularies
) -> tuple[dict[str, Any], list[Problem]]:
    """Read ``mapping`` by ``table``: the value of every field by name, and all problems.

    A field that is missing or wrong has the value ``""`` (or ``()``, ``0``, ``False``). Lists
    become tuples, records become dicts.
    """
    problems: list[Problem] = []
    values = dict(_empty_values(table))
    for key, line in mapping.lines.items():
        if key not in values:
            problems.append(_unknown_field(path, line, key, table))
    for field in table:
        raw = mapping.get(field.name)
        if not raw and (raw is None or raw in ("", [])):
            if field.required:
                hint = f"例如：{field.name}: {field.example}" if field.example else field.help
                place = _FieldPlace(path, mapping.line_of(field.name), field)
                problems.append(place.problem(Code.MISSING_FIELD, "没有填写", hint))
            continue
        if field.many:
            if _are_clean(raw, field, vocabularies):
                values[field.name] = tuple(raw)
                continue
        elif _is_clean(raw, field, vocabularies):
            values[field.name] = raw
            continue
        read = _read_list if field.many else _read_value
        place = _FieldPlace(path, mapping.line_of(field.name), field)
        values[field.name], found = read(raw, place, vocabularies)
        problems += found
    return values, problems


def _unknown_field(path: str, line: int, key: str, table: Table) -> Problem:
    by_label = next((f for f in table if f.label == key), None)
    if by_label:
        hint = f"“{key}”这一项应写作“{by_label.name}”"
    else:
        hint = did_you_mean(key, [f.name for f in table])
    return Problem(path, line, Code.UNKNOWN_FIELD, f"没有“{key}”这个字段", hint)


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
    return check(raw) is None if check else field.form in _WORDS


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
    if not isinstance(raw, list):
        hint = f"写成 {place.field.name}: [甲, 乙]，只有一项也要方括号"
        return (), [place.problem(Code.WRONG_TYPE, "应为列表", hint)]
    values, problems = [], []
    for item in raw:
        if _is_clean(item, place.field, vocabularies):
            values.append(item)
            continue
        here = _FieldPlace(place.path, getattr(item, "line", place.line), place.field)
        value, found = _read_value(item, here, vocabularies)
        problems += found
        if not found or place.field.form is Form.RECORD:
            values.append(value)
    return tuple(v for v in values if v is not None), problems


def _read_value(
    raw: Any, place: _FieldPlace, vocabularies: Vocabularies
) -> tuple[Any, list[Problem]]:
    field = place.field
    if field.form is Form.RECORD:
        return _read_record(raw, place, vocabularies)
    if field.form is Form.ANY:
        return (tuple(raw) if isinstance(raw, list) else raw), []
    wrong_type = f"应为{field.form.value}"
    if field.form in _SCALARS:
        is_bool = isinstance(raw, bool)  # a bool is an int as well
        if is_bool is (field.form is Form.BOOL) and isinstance(raw, _SCALARS[field.form]):
            return raw, []
        return _empty_value(field), [place.problem(Code.WRONG_TYPE, wrong_type)]
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw)
    if not isinstance(raw, str):
        hint = "值里有冒号、方括号等符号时，请用英文引号整句括起来"
        return _empty_value(field), [place.problem(Code.WRONG_TYPE, wrong_type, hint)]
    text = raw.strip()
    if "\n" in text and field.form is not Form.TEXT:
        text = _INDENTED_BREAK.sub("", text)
    return _read_text(text, place, vocabularies)


_SCALARS: Final[dict[Form, tuple[type, ...]]] = {
    Form.INT: (int,),
    Form.AMOUNT: (int, float),
    Form.BOOL: (bool,),
}


def _read_record(
    raw: Any, place: _FieldPlace, vocabularies: Vocabularies
) -> tuple[dict[str, Any] | None, list[Problem]]:
    if not isinstance(raw, YamlMapping):
        names = "、".join(f.name for f in place.field.fields)
        message = f"应为一组字段（{names}）"
        return None, [place.problem(Code.WRONG_TYPE, message)]
    return validate(raw, place.field.fields, place.path, vocabularies)


def _read_text(
    text: str, place: _FieldPlace, vocabularies: Vocabularies
) -> tuple[str, list[Problem]]:
    field = place.field
    if not text.isprintable() and (match := CONTROL.search(text)):
        message = f"里有看不见的字符 U+{ord(match.group()):04X}"
        return "", [place.problem(Code.CONTROL_CHARACTER, message, "删掉它重新输入")]
    if field.form is Form.CHOICE:
        allowed = field.choices or vocabularies.get(field.vocabulary, ())
        if text in allowed:
            return text, []
        hint = did_you_mean(text, allowed) or f"可选：{'、'.join(allowed)}"
        return "", [place.problem(Code.UNKNOWN_VALUE, f"没有“{_shorten(text)}”这个选项", hint)]
    check = _CHECKS.get(field.form)
    if check is None:
        return text, []
    fault = check(text)
    if fault is None:
        return text, []
    code, message, hint = fault
    return "", [place.problem(code, message, hint)]


_Fault = tuple[Code, str, str] | None


def _check_slug(text: str) -> _Fault:
    fault = ""
    if not SLUG.fullmatch(text):
        fault = "只用小写英文字母、数字和连字符，例如 portrait-of-a-village"
    elif is_reserved(text):
        fault = f"Windows 不收叫“{text}”的文件，加上一两个字，例如 {text}-text"
    elif len(text) > LONGEST_ID:
        fault = f"编号太长（{len(text)}个字符），不超过{LONGEST_ID}个"
    return (Code.SLUG, f"“{_shorten(text)}”不能用作编号", fault) if fault else None


def explain_bad_id(text: str) -> str:
    """Why ``text`` cannot be an id, in one sentence; empty if it can."""
    fault = _check_slug(text)
    return f"{fault[1]}：{fault[2]}。" if fault else ""


def _check_key(text: str) -> _Fault:
    if KEY.fullmatch(text):
        return None
    return Code.SLUG, f"“{_shorten(text)}”不能用作编号", "只用英文字母、数字和连字符"


def _check_date(text: str) -> _Fault:
    match = _DATE.fullmatch(text)
    if not match:
        hint = "写成 '2016'、'2016-03' 或 '2016-03-28'；说不准的写在日期说明里"
        return Code.DATE, f"“{_shorten(text)}”不是日期写法", hint
    year, month, day = (int(part or 1) for part in match.groups())
    try:
        datetime.date(year, month, day)
    except ValueError:
        return Code.DATE, f"“{text}”这一天不存在", "核对月份和日数"
    return None


def _check_number(text: str) -> _Fault:
    if re.fullmatch(NUMBER, text):
        return None
    loose = re.fullmatch(_LOOSE_NUMBER, text)
    hint = "形如 某委发〔2016〕8号：年份用六角括号〔〕，号前不加“第”和 0"
    if loose:
        hint = f"应写作 {loose[1]}〔{loose[2]}〕{loose[3]}号"
    return Code.NUMBER, f"“{_shorten(text)}”不合发文字号写法", hint


def _check_url(text: str) -> _Fault:
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    except ValueError:
        good = False
    if good and not re.search(r"[\s<>\"'`\\]", text):
        return None
    return Code.ADDRESS, f"“{_shorten(text)}”不是完整的网址", "从浏览器地址栏整条复制"


def _check_file(text: str) -> _Fault:
    if text.startswith("/") or "\\" in text or re.match(r"[A-Za-z]+:", text):
        hint = "写成 文件夹/文件名，用 /，不用盘符"
        return Code.OUTSIDE, f"“{_shorten(text)}”不是栏目内的相对路径", hint
    return None


_CHECKS: Final = {
    Form.SLUG: _check_slug,
    Form.KEY: _check_key,
    Form.DATE: _check_date,
    Form.NUMBER: _check_number,
    Form.URL: _check_url,
    Form.FILE: _check_file,
}


def _shorten(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "……"


def json_schema(table: Table, vocabularies: Vocabularies) -> dict[str, Any]:
    """The table as a JSON Schema (draft 2020-12) object, for editors that check while typing."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [f.name for f in table if f.required],
        "properties": {f.name: _field_schema(f, vocabularies) for f in table},
    }


_PATTERNS: Final = {
    Form.SLUG: SLUG.pattern,
    Form.KEY: KEY.pattern,
    Form.DATE: _DATE.pattern,
    Form.NUMBER: NUMBER,
    Form.URL: r"https?://\S+",
}


def _field_schema(field: Field, vocabularies: Vocabularies) -> dict[str, Any]:
    schema: dict[str, Any]
    if field.form is Form.RECORD:
        schema = json_schema(field.fields, vocabularies)
    elif field.form is Form.CHOICE:
        schema = {"enum": list(field.choices or vocabularies.get(field.vocabulary, ()))}
    elif field.form in _SCALARS:
        names = {Form.INT: "integer", Form.AMOUNT: "number", Form.BOOL: "boolean"}
        schema = {"type": names[field.form]}
    elif field.form is Form.ANY:
        schema = {}
    else:
        schema = {"type": "string"}
        if field.form in _PATTERNS:
            schema["pattern"] = f"^(?:{_PATTERNS[field.form]})$"
    if field.many:
        schema = {"type": "array", "items": schema}
    return {**schema, "title": field.label, "description": field.help}
