"""Reads YAML as editors write it, with the line of every key.

Every mistake becomes a :class:`~xuelan.text.problem.Problem`; bad input raises nothing.
"""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

from xuelan.text.errors import XuelanError
from xuelan.text.problem import Code, Edit, Problem

DEEPEST: Final = 8
"""Lists and mappings that may stand inside each other; a column's own files need four."""

_TYPED: Final = re.compile(r"(?:(~|null|)|(true|false)|-?(?:0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?)")
"""Unquoted words that are not text: nothing (group 1), truth (2), numbers (3: with decimals)."""


class YamlMapping(dict[str, Any]):
    """A YAML mapping that remembers at which line each key stands.

    ``text`` is the YAML it was read from, which begins at line ``first_line`` of its file.
    ``broken`` names the keys that stand there with a value that cannot be read.
    """

    def __init__(self, line: int, text: str = "", first_line: int = 1) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}
        self.text = text
        self.first_line = first_line
        self.broken: frozenset[str] = frozenset()

    def line_of(self, key: str) -> int:
        """The line of ``key``, or the line where the mapping begins."""
        return self.lines.get(key, self.line)

    def line_text(self, line: int) -> str:
        """What stands in a line of the file; empty if the mapping is not read from there."""
        lines = self.text.split("\n")
        return lines[line - self.first_line] if 0 <= line - self.first_line < len(lines) else ""

    def replace(self, key: str, old: str, new: str) -> tuple[Edit, ...]:
        """The edit that puts ``new`` in the place of ``old`` in the value of ``key``.

        None if ``old`` does not stand there exactly once. Quotation marks around it go where
        ``new`` is a list, and stay otherwise.
        """
        start = self.line_of(key)
        end = min((n for n in self.lines.values() if n > start), default=start + 200)
        lines = self.text.split("\n")[start - self.first_line : end - self.first_line]
        found = [(n, line) for n, line in enumerate(lines, start) if old in line]
        if not old or len(found) != 1 or found[0][1].count(old) != 1:
            return ()
        number, line = found[0]
        at = line.index(old)
        until = at + len(old)
        quoted = line[at - 1 : at] == line[until : until + 1] != "" and line[at - 1] in "'\""
        if quoted and new.startswith("["):
            at, until = at - 1, until + 1
        return (Edit(number, at, until, new),)


class _DataError(XuelanError):
    """A mistake in YAML that the parser lets pass, at a line of the file."""

    def __init__(self, line: int, code: Code, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.line, self.code, self.message, self.hint = line, code, message, hint


class _ValueBuilder:
    """Builds the value of a YAML text straight from the events of libyaml's parser.

    YAML 1.1 would turn ``2016-03-28`` into a date (and fail on 2016-02-30), ``12:30`` into 750
    and ``no`` into False. Editors mean the text they typed, so only :data:`_TYPED` words are not
    text. PyYAML's own way, by nodes and constructors, takes twice as long.
    """

    def __init__(self, text: str, first_line: int) -> None:
        self._next_event = yaml.CBaseLoader(text).get_event
        self._text = text
        self._first_line = first_line

    def document(self) -> Any:
        """The value of the one document; ``None`` for a text without one."""
        self._next_event()  # the stream begins
        value = None
        if isinstance(self._next_event(), yaml.DocumentStartEvent):
            value = self._value(self._next_event(), 1)
            self._next_event()  # the document ends
            following: Any = self._next_event()
            if not isinstance(following, yaml.StreamEndEvent):
                raise yaml.MarkedYAMLError(problem_mark=following.start_mark)
        return value

    def _value(self, event: Any, depth: int) -> Any:
        """The value that begins with ``event``, the outermost at a ``depth`` of 1."""
        kind = type(event)
        if kind is yaml.AliasEvent:  # editors do not need them, and nested ones explode
            hint = "整句以 * 或 & 开头时，请给整句加上英文引号"
            raise _DataError(self._line(event), Code.YAML, "不支持用 *名字 引用别处的内容", hint)
        if event.tag is not None and event.tag != "!":
            raise yaml.MarkedYAMLError(problem="found undefined tag", problem_mark=event.start_mark)
        if kind is yaml.ScalarEvent:
            word = event.value
            if " " in word and event.start_mark.line != event.end_mark.line:
                word = unfold(word, self._text[event.start_mark.index : event.end_mark.index])
            return _to_value(word) if event.implicit[0] else word
        if depth > DEEPEST:
            raise _DataError(self._line(event), Code.YAML, "YAML 写法有误：列表嵌套过深")
        return self._mapping(event, depth) if kind is yaml.MappingStartEvent else self._list(depth)

    def _mapping(self, event: Any, depth: int) -> YamlMapping:
        result = YamlMapping(self._line(event), self._text, self._first_line)
        while type(key_event := self._next_event()) is not yaml.MappingEndEvent:
            line = self._line(key_event)
            if type(key_event) is not yaml.ScalarEvent:
                hint = "字段名用英文字母；整句以 * & ? [ { 开头时，请给整句加上英文引号"
                raise _DataError(line, Code.YAML, "字段名只能是一个词", hint)
            key = key_event.value
            if key in result:
                raise _DataError(line, Code.DUPLICATE_KEY, f"“{key}”写了两遍", "留一行，删掉另一行")
            result[key] = self._value(self._next_event(), depth + 1)
            result.lines[key] = line
        return result

    def _list(self, depth: int) -> list[Any]:
        items = []
        while type(event := self._next_event()) is not yaml.SequenceEndEvent:
            items.append(self._value(event, depth + 1))
        return items

    def _line(self, event: Any) -> int:
        """The line of the file where ``event`` begins."""
        return int(event.start_mark.line) + self._first_line


_WIDE: Final = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60\u3000-\u303f“”‘’…—]"
_BREAK: Final = re.compile(rf"([^\s'\"]{{0,8}}{_WIDE})[ \t]*\n[ \t]*(?=({_WIDE}[^\s'\"]{{0,8}}))")


def unfold(word: str, written: str) -> str:
    """A value ``written`` on several lines, without the spaces of breaks between Han characters.

    YAML makes a space of a line break, which Chinese does not have there.
    """
    for before, after in _BREAK.findall(written):
        word = word.replace(f"{before} {after}", before + after, 1)
    return word


def _to_value(word: str) -> Any:
    """The value of an unquoted word: None, a truth, a number or, mostly, the word itself."""
    match = _TYPED.fullmatch(word)
    if match is None:
        return word
    nothing, truth, decimals = match.groups()
    if nothing is not None:
        return None
    if truth:
        return truth == "true"
    return float(word) if decimals else int(word)


def parse_yaml(path: str, text: str, first_line: int = 1) -> tuple[Any, list[Problem]]:
    """Parse YAML; mappings come back as :class:`YamlMapping`. ``None`` when it cannot be read.

    ``first_line`` is where ``text`` begins in the file, so that problems name the right line.
    """
    try:
        return _ValueBuilder(text, first_line).document(), []
    except _DataError as error:
        return None, [Problem(path, error.line, error.code, error.message, error.hint)]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = (mark.line if mark else 0) + first_line
        last = first_line + text.rstrip("\n").count("\n")
        hint = "检查冒号后有没有空格、缩进是否对齐；含冒号、引号的句子请用英文引号整句括起来"
        message = f"YAML 写法有误：{_in_chinese(error.problem or '')}"
        return None, [Problem(path, min(line, last), Code.YAML, message, hint)]
    except (yaml.YAMLError, ValueError):  # ValueError: a lone surrogate
        return None, [Problem(path, first_line, Code.YAML, "YAML 写法有误，读不下去")]


_MESSAGES: Final = (
    ("mapping values are not allowed", "这里不该有冒号"),
    ("could not find expected ':'", "缺少冒号"),
    ("found character that cannot start any token", "用了不能开头的字符（如 Tab、@、`）"),
    ("did not find expected key", "缩进不对或引号没有配对"),
    ("did not find expected '-'", "列表的缩进不对"),
    ("did not find expected ',' or ']'", "方括号没有配对，或缺少逗号"),
    ("did not find expected ',' or '}'", "花括号没有配对，或缺少逗号"),
    ("did not find expected alphabetic", "* 或 & 开头的词被当成引用；请加英文引号"),
    ("found unexpected end of stream", "引号没有配对"),
    ("found undefined tag", "不支持 ! 开头的标记"),
    ("block sequence entries are not allowed", "列表的“-”前面不能有别的内容"),
    ("found a tab", "缩进用了 Tab，应改为空格"),
)


def _in_chinese(complaint: str) -> str:
    """The parser's English complaint in plain Chinese, where it is one of the common ones."""
    return next((c for start, c in _MESSAGES if start in complaint), "读不懂这一行")
