"""YAML as editors write it, with the line of every key; and the plain most of it, read at once.

Whatever is wrong becomes a :class:`~xuelan.text.problem.Problem`; nothing here raises for bad
input.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

import yaml

from xuelan.text.errors import XuelanError
from xuelan.text.problem import Code, Problem

_STACKED: Final = re.compile(r"^[ \t]*(?:[-?][ \t]+){8}", re.MULTILINE)
"""Lists opened inside lists on one line: libyaml overruns the C stack on thousands of them."""


class Mapping(dict[str, Any]):
    """A YAML mapping that remembers at which line each key stands."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        """The line of ``key``, or the line where the mapping begins."""
        return self.lines.get(key, self.line)


class _DataError(XuelanError):
    """A mistake in YAML, at a line (counting from 1 in the text given)."""

    def __init__(self, line: int, code: Code, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.line, self.code, self.message, self.hint = line, code, message, hint


class _Loader(yaml.CSafeLoader):
    """YAML with strings, decimal numbers, true/false and null only, and lines remembered.

    YAML 1.1 would turn ``2016-03-28`` into a date (and fail on 2016-02-30), ``12:30`` into 750
    and ``no`` into False. Editors mean the text they typed. The tags are our own, so that one
    written out, such as ``!!bool``, finds no constructor and is refused.
    """

    DEFAULT_SCALAR_TAG, DEFAULT_SEQUENCE_TAG, DEFAULT_MAPPING_TAG = "\0str", "\0seq", "\0map"  # type: ignore[misc]
    offset = 0

    def mapping(self, node: yaml.MappingNode) -> Mapping:
        line = node.start_mark.line + 1 + self.offset
        result = Mapping(line)
        for key_node, value_node in node.value:
            key_line = key_node.start_mark.line + 1 + self.offset
            if not isinstance(key_node, yaml.ScalarNode):
                raise _DataError(key_line, Code.YAML, "字段名只能是一个词")
            key = str(key_node.value)
            if key in result:
                raise _DataError(key_line, Code.DUPLICATE_KEY, f"“{key}”写了两遍")
            self.refuse_alias(value_node, key_line)
            result[key] = self.construct_object(value_node, deep=True)
            result.lines[key] = key_line
        return result

    def sequence(self, node: yaml.SequenceNode) -> list[Any]:
        items = []
        for item in node.value:
            self.refuse_alias(item, node.start_mark.line + 1 + self.offset)
            items.append(self.construct_object(item, deep=True))
        return items

    def refuse_alias(self, node: yaml.Node, line: int) -> None:
        """Refuse ``&name``/``*name``: editors do not need them, and nested ones explode."""
        if node in self.constructed_objects or node in self.recursive_objects:
            hint = "整句以 * 或 & 开头时，请给整句加上英文引号"
            raise _DataError(line, Code.YAML, "不支持用 *名字 引用别处的内容", hint)


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("bool", r"^(?:true|false)$", ["t", "f"]),
    ("int", r"^-?(?:0|[1-9][0-9]{0,17})$", list("-0123456789")),
    ("float", r"^-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}$", list("-0123456789")),
):
    _Loader.add_implicit_resolver(f"\0{_tag}", re.compile(_pattern), _first)
_Loader.yaml_constructors = {
    None: yaml.CSafeLoader.construct_undefined,
    "\0null": yaml.CSafeLoader.construct_yaml_null,
    "\0bool": yaml.CSafeLoader.construct_yaml_bool,
    "\0int": yaml.CSafeLoader.construct_yaml_int,
    "\0float": yaml.CSafeLoader.construct_yaml_float,
    "\0str": yaml.CSafeLoader.construct_yaml_str,
    "\0map": _Loader.mapping,
    "\0seq": _Loader.sequence,
}


def parse_yaml(path: str, text: str, first_line: int = 1) -> tuple[Any, list[Problem]]:
    """Parse YAML; mappings come back as :class:`Mapping`. ``None`` when it cannot be read.

    ``first_line`` is where ``text`` begins in the file, so that problems name the right line.
    """
    if stacked := _STACKED.search(text):
        line = text.count("\n", 0, stacked.start()) + first_line
        return None, [Problem(path, line, Code.YAML, "YAML 写法有误：列表嵌套过深")]
    loader = _Loader(text)
    loader.offset = first_line - 1
    try:
        return loader.get_single_data(), []
    except _DataError as error:
        return None, [Problem(path, error.line, error.code, error.message, error.hint)]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = (mark.line if mark else 0) + first_line
        last = first_line + text.rstrip("\n").count("\n")
        hint = "检查冒号后有没有空格、缩进是否对齐；含冒号、引号的句子请用英文引号整句括起来"
        message = f"YAML 写法有误：{_plain(error.problem or '')}"
        return None, [Problem(path, min(line, last), Code.YAML, message, hint)]
    except (yaml.YAMLError, ValueError, RecursionError):
        return None, [Problem(path, first_line, Code.YAML, "YAML 写法有误，读不下去")]
    finally:
        loader.dispose()


_SIGNS: Final = "一-鿿㐀-䶿、-〿！-～\u2010-\u2027\u2030-\u205e·A-Za-z0-9"
_TYPED: Final = r"(?:null|true|false|[0-9]+(?:\.[0-9]+)?)(?:[,\]}]|$)"
"""What may be something else than text: a little more than the parser's rules have."""
_WORDS: Final = rf"(?!{_TYPED})[{_SIGNS}](?:[{_SIGNS} ./_()+-]*[{_SIGNS}()/+])?"
_PAIR: Final = rf"[a-z_]+: {_WORDS}"
_PLAIN_LINES: Final = (
    rf"(?m)^(?:([a-z_]+):(?: (?:({_WORDS}|https?://[A-Za-z0-9./_?=%-]+)"
    rf"|('[{_SIGNS} .,:/_()-]*')|\[({_WORDS}(?:, {_WORDS})*)\]|(true|false))| *)"
    rf"|  - (?:({_WORDS})|{{({_PAIR}(?:, {_PAIR})*)}}))$"
)
_TRUTH: Final = {"true": True, "false": False}
_compiled: Final = cache(re.compile)
"""Compiles when first used, for that takes long."""


def plain_mapping(text: str, first_line: int) -> Mapping | None:
    """A mapping of words, quoted words, true/false, and lists of words or of mappings in braces.

    Most front matter is written like this, and the YAML parser would take four times as long. Of
    anything else nothing is made, and the parser reads it; ``tests/test_source.py`` compares the
    two.
    """
    found = _compiled(_PLAIN_LINES).findall(text)
    if len(found) != text.count("\n") + 1:
        return None
    result, last = Mapping(first_line), ""
    lines = result.lines
    below: list[Any] = []
    for number, (key, words, quoted, row, truth, item, record) in enumerate(found, first_line):
        if key:
            if key in result:
                return None
            value = row.split(", ") if row else quoted[1:-1] if quoted else _TRUTH.get(truth)
            result[key], lines[key], last = words or value, number, key
            continue
        if result.get(last, "") is None:
            below = result[last] = []
        entry = item or _plain_record(record, number)
        if result.get(last) is not below or entry is None:
            return None
        below.append(entry)
    return result


def _plain_record(pairs: str, line: int) -> Mapping | None:
    """``key: words, key: words`` as a mapping; ``None`` with a key written twice."""
    result = Mapping(line)
    for pair in pairs.split(", "):
        key, _, words = pair.partition(": ")
        if key in result:
            return None
        result[key], result.lines[key] = words, line
    return result


_HEAD: Final = re.compile(r"(?:#[^\n\x85\u2028\u2029]*\n|\n)*- ")
"""Comments and empty lines, up to the first record of a data file."""
_NEXT: Final = re.compile(r"(?<=\n)- ")
_SHARED: Final = re.compile(r"(?<![^\s\[{,])&|[\x85\u2028\u2029]|^\.\.\.", re.MULTILINE)
"""What matters beyond the record it stands in: an anchor, an odd line break, a document's end."""


def parse_records(path: str, text: str) -> tuple[Any, list[Problem]]:
    """As :func:`parse_yaml`, and much faster, for a list of records most of which are plain.

    Each is read by itself, by the parser where it is not plain; where that is not possible the
    parser reads all of them, and tells what is wrong.
    """
    head = _HEAD.match(text)
    if head is None:
        return parse_yaml(path, text)
    records: list[Mapping] = []
    line = text.count("\n", 0, head.end()) + 1
    for part in _NEXT.split(text[head.end() :]):
        record = _plain_part(part, line) or _any_part(path, part, line)
        if record is None:
            return parse_yaml(path, text)
        records.append(record)
        line += part.count("\n")
    return records, []


def _plain_part(text: str, line: int) -> Mapping | None:
    """A record, without the ``- `` before it, if it is plain; all its lines are indented alike."""
    text = text.rstrip("\n")
    alike = text.count("\n") == text.count("\n  ")
    return plain_mapping(text.replace("\n  ", "\n"), line) if alike else None


def _any_part(path: str, text: str, line: int) -> Mapping | None:
    """A record that is in order and could stand anywhere."""
    if _SHARED.search(text):
        return None
    records, _ = parse_yaml(path, f"- {text}", line)
    alone = records is not None and len(records) == 1
    return records[0] if alone and isinstance(records[0], Mapping) else None


_YAML_MESSAGES: Final = (
    ("mapping values are not allowed", "这里不该有冒号"),
    ("could not find expected ':'", "缺少冒号"),
    ("found character that cannot start any token", "用了不能开头的字符（如 Tab、@、`）"),
    ("did not find expected key", "缩进不对或引号没有配对"),
    ("did not find expected '-'", "列表的缩进不对"),
    ("did not find expected ',' or ']'", "方括号没有配对，或缺少逗号"),
    ("did not find expected ',' or '}'", "花括号没有配对，或缺少逗号"),
    ("did not find expected alphabetic", "* 或 & 开头的词被当成引用；请加英文引号"),
    ("undefined alias", "* 开头的词被当成引用；请加英文引号"),
    ("found unexpected end of stream", "引号没有配对"),
    ("found undefined tag", "不支持 ! 开头的标记"),
    ("could not determine a constructor", "不支持 ! 开头的标记"),
    ("block sequence entries are not allowed", "列表的“-”前面不能有别的内容"),
    ("found a tab", "缩进用了 Tab，应改为空格"),
)


def _plain(problem: str) -> str:
    """The parser's English complaint in plain Chinese, where it is one of the common ones."""
    for start, chinese in _YAML_MESSAGES:
        if start in problem:
            return chinese
    return "读不懂这一行"
