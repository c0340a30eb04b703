"""YAML as editors write it: values, lines, and every mistake in Chinese."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conftest import ROOT
from xuelan.text.yaml_reader import YamlMapping, parse_yaml, unfold
from xuelan.text.yaml_salvage import read_yaml


def _value(yaml: str) -> object:
    value, problems = parse_yaml("a.yml", yaml)
    assert problems == []
    return value


@pytest.mark.parametrize(
    ("yaml", "value"),
    [
        ("2016-03-28", "2016-03-28"),
        ("2016-02-30", "2016-02-30"),
        ("12:30", "12:30"),
        ("no", "no"),
        ("on", "on"),
        ("010", "010"),
        ("0x1f", "0x1f"),
        ("1e3", "1e3"),
        (".5", ".5"),
        ("1_000", "1_000"),
        ("〇", "〇"),
        ("'2016'", "2016"),
        ("2016", 2016),
        ("-3", -3),
        ("14.2", 14.2),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("9" * 19, "9" * 19),
    ],
)
def test_yaml_means_what_was_typed(yaml: str, value: object) -> None:
    """No dates, no sexagesimals, no Norwegian ``no``; numbers only as people write them."""
    read_back = _value(f"key: {yaml}\n")
    assert isinstance(read_back, YamlMapping)
    assert read_back["key"] == value
    assert type(read_back["key"]) is type(value)


def test_a_mapping_remembers_its_lines() -> None:
    """Problems name the line of the field, counted from the top of the file."""
    value, _ = parse_yaml("a.md", "id: a\nlist:\n  - {x: 1}\n  - x: 2\n", first_line=2)
    assert value.line_of("id") == 2
    assert value.line_of("list") == 3
    assert [item.line for item in value["list"]] == [4, 5]
    assert value.line_of("not there") == 2


@pytest.mark.parametrize(
    ("yaml", "line", "message"),
    [
        ("a: 1\nb: c: d\n", 2, "YAML 写法有误：这里不该有冒号"),
        ("a: [1, 2\nb: 3\n", 2, "YAML 写法有误：方括号没有配对，或缺少逗号"),
        ("a: {b: 1\nc: 2\n", 2, "YAML 写法有误：花括号没有配对，或缺少逗号"),
        ('a: "b\nc: d\n', 2, "YAML 写法有误：引号没有配对"),
        ("a: b\n\tc: d\n", 2, "YAML 写法有误：缩进用了 Tab，应改为空格"),
        ("a: @b\n", 1, "YAML 写法有误：用了不能开头的字符（如 Tab、@、`）"),
        ("a:\n  - b\n c\n", 3, "YAML 写法有误：缩进不对或引号没有配对"),
        ("a: b\nc\nd: e\n", 3, "YAML 写法有误：缺少冒号"),
        ("a: !!bool b\n", 1, "YAML 写法有误：不支持 ! 开头的标记"),
        ("a: !!map [b]\n", 1, "YAML 写法有误：不支持 ! 开头的标记"),
        ("a: &x 1\nb: *x\n", 2, "不支持用 *名字 引用别处的内容"),
        ("a: 1\na: 2\n", 2, "“a”写了两遍"),
        ("[a]: 1\n", 1, "字段名只能是一个词"),
        ("- " * 12 + "a\n", 1, "YAML 写法有误：列表嵌套过深"),
    ],
)
def test_broken_yaml_says_what_and_where(yaml: str, line: int, message: str) -> None:
    """The parser's complaint comes in Chinese, with the line it means."""
    value, [problem] = parse_yaml("a.yml", yaml)
    assert value is None
    assert (problem.line, problem.message) == (line, message)


@pytest.mark.parametrize(
    ("yaml", "value"),
    [
        ("甲\n  乙", "甲乙"),
        ("甲，\n  乙\n  丙。\n  Red\n  Star", "甲，乙丙。 Red Star"),
        ('"甲 乙\n  丙"', "甲 乙丙"),
        ("'甲\n\n  乙'", "甲\n乙"),
        (">\n  夜校\n  的灯\n", "夜校的灯\n"),
        ("|\n  夜校\n  的灯\n", "夜校\n的灯\n"),
    ],
)
def test_a_line_break_between_han_characters_is_no_space(yaml: str, value: str) -> None:
    """A sentence on several lines is the sentence; between words of letters stays a space."""
    assert _value(f"key: {yaml}\n") == {"key": value}


def test_nested_aliases_do_not_explode() -> None:
    """The “billion laughs” file is refused at its first alias, not expanded."""
    bomb = "a: &a [x, x]\n" + "".join(
        f"{new}: &{new} [*{old}, *{old}]\n"
        for old, new in zip("abcdefghijk", "bcdefghijkl", strict=True)
    )
    value, [problem] = parse_yaml("a.yml", bomb)
    assert value is None
    assert problem.line == 2


_FIELDS = (
    "id: a-1",
    "kind: 通知",
    "title: 关于“学习”的通知（二）",
    "title: A. B. c",
    "collected: '2026-11-22'",
    "issued: ''",
    "number: 某委发〔2016〕8号",
    "tags: [典型, 学习活动, a b]",
    "tags: []",
    "tags: [甲,乙]",
    "questions:",
    "questions: ",
    "  - 为什么？",
    "  - 1980年",
    "  - 甲: 乙",
    "- 丙",
    "   - 丁",
    "    接上一行",
    "source: https://example.org/a?b=c",
    "work: 12",
    "work: 1.5",
    "work: 1.5.2",
    "text: true",
    "text: null",
    "text: ~",
    "text: yes",
    "text: 'true'",
    "tags: [1, 甲]",
    "life: 现行 # 注",
    "life: 现行  #",
    'life: "现行"',
    "a: b: c",
    "a: b:",
    "a: -b",
    "a: - b",
    "a: *b",
    "a: {b: c}",
    "a: |",
    "a: 甲  乙 ",
    "a: 甲\u3000",
    "# 注",
    "",
    "a:b",
    "null: 甲",
    "a: =",
    "a: 0x10",
    "a: 1_000",
    "a: 12:30",
    "a: 甲\u2028乙",
    "a: 甲\u0085乙",
    "a: 'b\u0085c'",
    "a: " + "甲" * 1100,
    "a: [" + "甲, " * 600 + "乙]",
    "  - {file: files/a-1.txt, title: 会议记录（样表）}",
    "  - {file: a.txt}",
    "  - {file: a.txt, title: 2016}",
    "  - {file: a.txt, title: null}",
    "  - {title: 甲, title: 乙}",
    "  - {title: }",
    "  - {}",
    "  - {title: 甲, }",
    "  - {title:甲}",
    "  - {title: " + "甲" * 1100 + ", file: 乙}",
    "a: true",
    "a: false",
    "a: true ",
    "a: truer",
)
_SIGNS = st.sampled_from(
    "甲，“”（）A1 .,:/_()+-'\"[]{}#&*!|>%@`?=~\\\t\u3000\u00a0\u0085\u2028\ufffd"
)
_VALUE = st.text(_SIGNS, max_size=6)
_ANY_FIELD = st.one_of(
    st.sampled_from(_FIELDS),
    _VALUE.map("b: {}".format),
    _VALUE.map("c: [甲, {}]".format),
    _VALUE.map("d: '{}'".format),
    _VALUE.map("  - {}".format),
    _VALUE.map("  - {{a: {}}}".format),
    _VALUE.map("  - {{a: 甲, b: {}}}".format),
)


def _lines(value: Any) -> Any:
    """The line of every field in a value, at any depth."""
    if isinstance(value, YamlMapping):
        return value.line, value.lines, [_lines(part) for part in value.values()]
    return [_lines(part) for part in value] if isinstance(value, list) else None


class _Oracle(yaml.CSafeLoader):
    """PyYAML's own way to values, by nodes and constructors, with the same few typed words."""

    DEFAULT_SCALAR_TAG, DEFAULT_SEQUENCE_TAG, DEFAULT_MAPPING_TAG = "\0str", "\0seq", "\0map"
    first_line = 1
    text = ""

    def mapping(self, node: yaml.MappingNode) -> YamlMapping:
        result = YamlMapping(node.start_mark.line + self.first_line)
        end = node.start_mark.index
        for key, value in node.value:
            assert isinstance(key, yaml.ScalarNode)
            assert key.start_mark.index >= end  # else it is an alias of something before
            assert key.value not in result
            result[key.value] = self.part(value)
            result.lines[key.value] = key.start_mark.line + self.first_line
            end = value.end_mark.index
        return result

    def string(self, node: yaml.ScalarNode) -> str:
        word = str(node.value)
        if node.start_mark.line == node.end_mark.line:
            return word
        return unfold(word, self.text[node.start_mark.index : node.end_mark.index])

    def sequence(self, node: yaml.SequenceNode) -> list[Any]:
        return [self.part(item) for item in node.value]

    def part(self, node: yaml.Node) -> Any:
        assert node not in self.constructed_objects
        assert node not in self.recursive_objects
        return self.construct_object(node, deep=True)


_Oracle.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("bool", r"^(?:true|false)$", ["t", "f"]),
    ("int", r"^-?(?:0|[1-9][0-9]{0,17})$", list("-0123456789")),
    ("float", r"^-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}$", list("-0123456789")),
):
    _Oracle.add_implicit_resolver(f"\0{_tag}", re.compile(_pattern), _first)
_Oracle.yaml_constructors = {
    None: yaml.CSafeLoader.construct_undefined,
    "\0null": yaml.CSafeLoader.construct_yaml_null,
    "\0bool": yaml.CSafeLoader.construct_yaml_bool,
    "\0int": yaml.CSafeLoader.construct_yaml_int,
    "\0float": yaml.CSafeLoader.construct_yaml_float,
    "\0str": _Oracle.string,
    "\0map": _Oracle.mapping,
    "\0seq": _Oracle.sequence,
}


def _compare(text: str, first_line: int = 1) -> None:
    """What is refused by one is refused by the other; values, types and lines are the same."""
    value, problems = parse_yaml("a.yml", text, first_line)
    loader = _Oracle(text)
    loader.first_line, loader.text = first_line, text
    try:
        expected = loader.get_single_data()
    except (yaml.YAMLError, AssertionError, ValueError) as error:
        refused_here_only = "duplicate anchor" in str(error)
        assert refused_here_only or (value is None and problems)
        return
    if any("嵌套过深" in p.message for p in problems):
        return
    assert problems == []
    assert repr(value) == repr(expected)
    assert _lines(value) == _lines(expected)


@settings(max_examples=2000, deadline=None)
@given(lines=st.lists(_ANY_FIELD, max_size=5))
def test_front_matter_is_what_the_parser_reads(lines: list[str]) -> None:
    """Values, types and lines are those of PyYAML's own composer."""
    _compare("\n".join(lines) + "\n", 2)


@pytest.mark.parametrize("line", _FIELDS)
def test_each_line_of_front_matter_is_what_the_parser_reads(line: str) -> None:
    """One line alone, and as the second of two."""
    for lines in ([line], ["questions:", line], ["x: 甲", line]):
        _compare("\n".join(lines) + "\n")


_RECORDS = (
    *("- id: a-1", "- {id: a}", "- ", "-", "- - a", "-  id: a", "- id: 'a", "- id: [甲,", "- |"),
    *("- id: &x 甲", "- id: *x", "- id: [甲, &x 乙]", "- id: a&b", "- id: !x 甲", "- id: a\u0085b"),
    *("id: a", "topic: 甲", "...", "---", "%YAML 1.1", "# 注", "#\u0085- a", "", "乙", " 乙", "'"),
    *(
        "  b'",
        "  甲]",
        "  id: 2",
        "  date: '2016'",
        "  seen: true",
        "  seen: false",
        "  seen: ",
        "   c: 甲",
    ),
    *(
        "  note: |",
        "  note: |+",
        "  note: >-",
        "    文字",
        "  list:",
        "    - 甲",
        "  - 乙",
        "    - {a: b}",
    ),
    *(
        '  note: "a',
        '  b"',
        "  note: '甲' # 注",
        "  x: 3",
        "\tx: 3",
        "  x: 甲 ",
        "  - - - - - - - - - a",
    ),
)
"""Lines of data files, in order or not."""


@settings(max_examples=3000, deadline=None)
@given(
    lines=st.lists(st.one_of(st.sampled_from(_RECORDS), _ANY_FIELD.map("  {}".format)), max_size=8),
    first=st.sampled_from(("- id: a", "- id: a", "# 注", "")),
    end=st.sampled_from(("", "\n", "\n\n")),
)
def test_records_are_what_the_parser_reads(lines: list[str], first: str, end: str) -> None:
    """Lists of mappings, as data files have them, in order or not."""
    _compare("\n".join([first, *lines]) + end)


@pytest.mark.parametrize("name", ["works", "facts", "quiz", "figures", "paths"])
def test_the_data_files_are_what_the_parser_reads(name: str) -> None:
    """Those of the column."""
    _compare((ROOT / "materials" / f"{name}.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "- {a: [", "? ", "[? "])
def test_no_depth_brings_the_program_down(opening: str) -> None:
    """PyYAML's composer runs out of the C stack there, which ends the process."""
    value, [problem] = parse_yaml("a.yml", opening * 100_000)
    assert value is None
    assert problem.line == 1


_PARTS = (
    "[", "]", "{", "}", ": ", ":", " ", "\n", "\n  ", "- ", "#", " #", "&a", "*a", "!b", "|", ">",
    '"', "'", "甲", "，", "、", "? ", ",", "a", "null", "\\n", "：", "  tags：x", "\t", "%", "---",
)  # fmt: skip


@settings(max_examples=1500, deadline=None)
@example(parts=['[["#"]]'])
@example(parts=['[{"&": null}]'])
@given(parts=st.lists(st.sampled_from(_PARTS), max_size=12))
def test_slips_are_looked_for_in_any_value(parts: list[str]) -> None:
    """A list in a list, a mapping in a list, a sign alone: problems stand within the text."""
    text = f"id: a\ntags: {''.join(parts)}\nb: c\n"
    _, problems = read_yaml("a.yml", text)
    assert all(1 <= p.line <= text.count("\n") + 1 for p in problems)
