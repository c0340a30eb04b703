"""New facts, works and self-test questions in the data files."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import tiny
from xuelan.check import check
from xuelan.cli import main
from xuelan.editing.records import append_record
from xuelan.editing.scaffold import ScaffoldError
from xuelan.text.problem import Code

FACTS = "materials/facts.yml"


def _new(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["new", "-C", str(root), *arguments])


def test_a_fact_goes_to_the_end_of_its_file(tmp_path: Path) -> None:
    """The lines above stay, byte for byte; the id is the next of the file."""
    root = tiny.write(tmp_path)
    before = (root / FACTS).read_bytes()
    result = _new(root, "事实", "1982年: 村里通了电")
    line = before.count(b"\n") + 1
    expected = f"已在 {FACTS} 第 {line} 行添了 fact-006，填好各项之后运行 xuelan check。\n"
    assert result.output == expected
    after = (root / FACTS).read_bytes()
    assert after.startswith(before)
    added = after[len(before) :].decode().splitlines()
    assert added[0] == "- id: fact-006"
    assert "  statement: '1982年: 村里通了电'" in added
    assert "  topic: 夜校" in added


@pytest.mark.parametrize(
    ("kind", "arguments", "expected"),
    [
        ("书目", (), "W-003"),
        ("自测题", (), "q-03"),
        ("事实", ("--id", "fact"), "fact-006"),
        ("事实", ("--id", "fact-"), "fact-006"),
        ("事实", ("--id", "lamp-001"), "lamp-001"),
    ],
)
def test_the_next_id_follows_the_pattern_of_the_file(
    tmp_path: Path, kind: str, arguments: tuple[str, ...], expected: str
) -> None:
    """Same letters, same number of digits; ``--id`` chooses a series or a whole id."""
    root = tiny.write(tmp_path)
    assert f" {expected}，" in _new(root, kind, "灯", *arguments).output


def test_a_fact_of_a_series_begins_with_its_topic(tmp_path: Path) -> None:
    """Facts called ``lamp-`` are about lamps, whatever stands last in the file."""
    row = "- {id: lamp-09, topic: 灯, kind: 事实, statement: 有灯, confidence: high, sources: [W-001]}\n"
    root = tiny.write(tmp_path, {FACTS: row + tiny.text(FACTS)})
    assert " lamp-10，" in _new(root, "事实", "灯亮了", "--id", "lamp").output
    assert "- id: lamp-10\n  topic: 灯\n" in (root / FACTS).read_text("utf-8")


def test_what_is_left_to_fill_in_is_an_error(tmp_path: Path) -> None:
    """Nothing of a template is published: ``check`` names each line."""
    root = tiny.write(tmp_path)
    _new(root, "自测题", "灯是哪年亮的？")
    _, problems = check(root)
    assert {p.path for p in problems} == {"materials/quiz.yml"}
    lines = (root / "materials/quiz.yml").read_text("utf-8").splitlines()
    named = {lines[p.line - 1].split(":")[0].strip() for p in problems if p.is_error}
    assert named >= {"type", "options", "answer", "explain", "material", "facts"}
    assert Code.PLACEHOLDER in {p.code for p in problems}


def test_a_record_filled_in_passes_check(tmp_path: Path) -> None:
    """The template leads to a sound record, comments and all."""
    root = tiny.write(tmp_path)
    _new(root, "事实", "村里的灯亮了。")
    file = root / FACTS
    text = file.read_text("utf-8")
    file.write_text(text.replace("sources: []", "sources: [W-002]"), "utf-8", newline="\n")
    assert check(root)[1] == []


@pytest.mark.parametrize("kept", [None, "# 只有说明\n"])
def test_the_first_record_of_a_file(tmp_path: Path, kept: str | None) -> None:
    """A file that has none yet, or is not there, gets its first record."""
    root = tiny.write(tmp_path, {"materials/quiz.yml": kept})
    assert "添了 q-01，" in _new(root, "自测题", "灯？").output
    assert (root / "materials/quiz.yml").read_text("utf-8").startswith(f"{kept or ''}- id: q-01\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- id: a\n  b: 1\n", "- id: a\n  b: 1\n- id: n\n  b: 2\n"),
        ("- id: a", "- id: a\n- id: n\n  b: 2\n"),
        ("  - id: a\n    b: 1\n", "  - id: a\n    b: 1\n  - id: n\n    b: 2\n"),
        ("-   id: a\n    b: 1\n# 完\n", "-   id: a\n    b: 1\n# 完\n-   id: n\n    b: 2\n"),
        ("- {id: a}\n\n", "- {id: a}\n\n- id: n\n  b: 2\n"),
        (
            "- id: a\n  b: |\n    甲\n    - 乙\n",
            "- id: a\n  b: |\n    甲\n    - 乙\n- id: n\n  b: 2\n",
        ),
    ],
)
def test_a_record_is_written_as_the_file_is(text: str, expected: str) -> None:
    """Indented as the other records are."""
    assert append_record(text, ["id: n", "b: 2"]) == expected


@pytest.mark.parametrize("text", ["[{id: a}]\n", "id: a\n", "- id: a\n...\n", "- id: [\n", "甲\n"])
def test_a_file_written_otherwise_is_left_alone(text: str) -> None:
    """Where the record would not become one of the list, nothing is written."""
    with pytest.raises(ScaffoldError):
        append_record(text, ["id: n"])


def test_windows_line_ends_stay(tmp_path: Path) -> None:
    """A file from Windows gets a record with the same line ends."""
    root = tiny.write(tmp_path, {FACTS: tiny.text(FACTS).replace("\n", "\r\n").encode()})
    _new(root, "事实", "灯")
    data = (root / FACTS).read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("事实", "灯", "--id", "灯"), "“灯”不能用作编号：只用英文字母、数字和连字符。\n"),
        (("事实", "灯", "--id", "a/b"), "“a/b”不能用作编号：只用英文字母、数字和连字符。\n"),
        (("事实", "灯", "--id", "fact-001"), "编号“fact-001”已经有了，请另取一个，或不写 --id。\n"),
    ],
)
def test_a_record_that_cannot_be_made(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    """One line says why, and the file stays as it is."""
    root = tiny.write(tmp_path)
    result = _new(root, *arguments)
    assert (result.exit_code, result.output) == (1, message)
    assert (root / FACTS).read_bytes() == (tiny.TINY / FACTS).read_bytes()


def test_a_broken_file_gets_no_record(tmp_path: Path) -> None:
    """It is mended first."""
    root = tiny.write(tmp_path, {FACTS: "- id: [\n"})
    result = _new(root, "事实", "灯")
    assert result.exit_code == 1
    assert "xuelan check" in result.output
