"""Reading what editors wrote: bytes to text, text to front matter and body."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT
from xuelan.text.problem import Code
from xuelan.text.source import MAX_TEXT_BYTES, Source, decode, listing, read, split
from xuelan.text.yaml_reader import Mapping, parse_records, parse_yaml, plain_mapping


def _source(text: str) -> Source:
    return Source("a.md", text, "")


def _value(yaml: str) -> object:
    value, problems = parse_yaml("a.yml", yaml)
    assert problems == []
    return value


def test_plain_utf_8_is_read_as_it_is() -> None:
    """Nothing is changed and the digest is that of the text."""
    source, problems = decode("a.md", "灯\n".encode())
    assert problems == []
    assert source == Source("a.md", "灯\n", hashlib.sha256("灯\n".encode()).hexdigest())


def test_a_bom_and_crlf_are_reported_and_taken_off() -> None:
    """So the rest of the file is checked in the same run."""
    source, problems = decode("a.md", b"\xef\xbb\xbfa\r\nb\rc\n")
    assert source is not None
    assert source.text == "a\nb\nc\n"
    assert [p.code for p in problems] == [Code.BOM, Code.CRLF]


def test_the_line_of_the_first_wrong_byte_is_named() -> None:
    """An editor finds the place, and is told when the file looks like GBK."""
    source, [problem] = decode("a.md", b"one\ntwo\n" + "学习材料".encode("gbk"))
    assert source is None
    assert (problem.line, problem.code) == (3, Code.ENCODING)
    assert "GBK" in problem.message


@given(st.binary())
def test_decoding_never_raises(raw: bytes) -> None:
    """Any bytes give a text or an error."""
    source, problems = decode("a.md", raw)
    assert source is not None or any(p.is_error for p in problems)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Cn"])))
def test_visible_characters_are_never_lost(text: str) -> None:
    """Whatever can be seen comes through reading unchanged."""
    source, problems = decode("a.md", f"x{text}".encode())
    assert source is not None
    assert source.text == f"x{text}"
    assert problems == []


def test_a_file_just_small_enough_is_read(tmp_path: Path) -> None:
    """The limit is for what no editor writes by hand."""
    (tmp_path / "a.md").write_bytes(b"x" * MAX_TEXT_BYTES)
    (tmp_path / "b.md").write_bytes(b"x" * (MAX_TEXT_BYTES + 1))
    assert read(tmp_path, "a.md")[0] is not None
    assert read(tmp_path, "b.md")[0] is None


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
    assert isinstance(read_back, Mapping)
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


def test_nested_aliases_do_not_explode() -> None:
    """The “billion laughs” file is refused at its first alias, not expanded."""
    bomb = "a: &a [x, x]\n" + "".join(
        f"{new}: &{new} [*{old}, *{old}]\n"
        for old, new in zip("abcdefghijk", "bcdefghijkl", strict=True)
    )
    value, [problem] = parse_yaml("a.yml", bomb)
    assert value is None
    assert problem.line == 2


def test_splitting_front_matter_from_text() -> None:
    """The text begins after the second ``---``, and its line is known."""
    document, problems = split(_source("---\nid: a\n---\n\n第一段\n\n---\n"))
    assert problems == []
    assert document is not None
    assert document.front == {"id": "a"}
    assert document.body == "\n第一段\n\n---\n"
    assert document.body_line == 4


def test_empty_front_matter_is_an_empty_mapping() -> None:
    """So each required field is reported by name, not the file as a whole."""
    document, problems = split(_source("---\n---\ntext\n"))
    assert problems == []
    assert document is not None
    assert document.front == {}


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
    if isinstance(value, Mapping):
        return value.line, value.lines, [_lines(part) for part in value.values()]
    return [_lines(part) for part in value] if isinstance(value, list) else None


@settings(max_examples=2000, deadline=None)
@given(lines=st.lists(_ANY_FIELD, max_size=5))
def test_plain_front_matter_is_what_the_parser_reads(lines: list[str]) -> None:
    """What is read without the parser has the values, the types and the lines it would give."""
    quick = plain_mapping("\n".join(lines), 2)
    if quick is not None:
        slow, problems = parse_yaml("a.md", "\n".join(lines) + "\n", first_line=2)
        assert problems == []
        assert repr(quick) == repr(slow)
        assert _lines(quick) == _lines(slow)


@pytest.mark.parametrize("line", _FIELDS)
def test_each_line_of_front_matter_is_what_the_parser_reads(line: str) -> None:
    """One line alone, and as the second of two."""
    for lines in ([line], ["questions:", line], ["x: 甲", line]):
        quick = plain_mapping("\n".join(lines), 1)
        slow, problems = parse_yaml("a.md", "\n".join(lines) + "\n")
        assert quick is None or (repr(quick), []) == (repr(slow), problems)
        assert quick is None or _lines(quick) == _lines(slow)


def test_ordinary_front_matter_is_plain() -> None:
    """The quick way is worth having only if it is taken."""
    lines = ["id: a-1", "title: 关于学习的通知", "collected: '2026-11-22'", "tags: [典型, 学习]"]
    lists = ["questions:", "  - 为什么？", "attachments:", "  - {file: a.docx, title: 样表}"]
    assert plain_mapping("\n".join([*lines, *lists, "text: 全文"]), 2) is not None


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
    """Read one by one they have the values, the lines and the problems of the whole."""
    text = "\n".join([first, *lines]) + end
    (quick, found), (slow, problems) = parse_records("a.yml", text), parse_yaml("a.yml", text)
    assert repr(quick) == repr(slow)
    assert _lines(quick) == _lines(slow)
    assert found == problems


@pytest.mark.parametrize("name", ["works", "facts", "quiz", "figures", "paths"])
def test_the_data_files_are_what_the_parser_reads(name: str) -> None:
    """Those of the column, whose records are plain for the most part, but not all."""
    text = (ROOT / "materials" / f"{name}.yml").read_text(encoding="utf-8")
    (quick, found), (slow, problems) = parse_records(name, text), parse_yaml(name, text)
    assert (repr(quick), found) == (repr(slow), problems)
    assert _lines(quick) == _lines(slow)


@settings(max_examples=1000, deadline=None)
@given(
    lines=st.lists(
        st.sampled_from(("---", "--- ", "id: a", "tags: [甲]", "", "文 'a", "- b")), max_size=9
    ),
    begins=st.booleans(),
)
def test_a_file_is_split_alike_both_ways(lines: list[str], begins: bool) -> None:
    """Whether or not what is plain is looked for first."""
    source = Source("a.md", "\n".join(["---", "id: b"] * begins + lines), "0" * 64)
    (quick, found), (slow, problems) = split(source), split(source, quick=False)
    assert (quick, found) == (slow, problems)
    if quick and slow:
        assert _lines(quick.front) == _lines(slow.front)


def test_listing_is_sorted_and_passes_over_parked_files(tmp_path: Path) -> None:
    """``_notes`` and hidden files are an editor's own business."""
    for name in ("b.md", "a/c.md", "_draft.md", ".hidden.md", "_notes/d.md", "a/x.txt"):
        path = tmp_path / "materials" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert listing(tmp_path, "materials", ".md") == ["materials/a/c.md", "materials/b.md"]
    assert listing(tmp_path, "nowhere", ".md") == []


def test_links_are_listed_but_never_entered(tmp_path: Path) -> None:
    """A linked folder shows up as one name, and reading it is refused."""
    (tmp_path / "materials").mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "a.md").write_text("secret")
    (tmp_path / "materials" / "more").symlink_to(tmp_path / "secret")
    assert listing(tmp_path, "materials", ".md") == ["materials/more"]
    source, [problem] = read(tmp_path, "materials/more")
    assert source is None
    assert problem.code is Code.SYMLINK
    assert read(tmp_path, "materials/more/a.md")[0] is None
