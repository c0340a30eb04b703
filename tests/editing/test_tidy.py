"""Mending what a machine can mend: what changes, what must not, and that once is enough."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tiny
from xuelan.check import check
from xuelan.cli import main
from xuelan.editing.tidy import mend, write
from xuelan.text.source import ChangedError

NOTICE = "materials/notices/notice-2024-3.md"


def _run(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["tidy", "-C", str(root), *arguments])


def _tidied(folder: Path, body: str) -> str:
    """The body of the story after it has been mended."""
    root = tiny.write(folder, {tiny.STORY: tiny.with_body(body)})
    _run(root)
    return (root / tiny.STORY).read_text("utf-8").split("\n---\n", 1)[1]


@pytest.mark.parametrize(
    ("body", "mended"),
    [
        ("　　夜里上课。  \n", "夜里上课。\n"),
        ("见［@fact-001］。\n", "见[@fact-001]。\n"),
        ("见【@fact-001】。\n", "见[@fact-001]。\n"),
        ("＃＃　晚上\n\n上课。\n", "## 晚上\n\n上课。\n"),
        ("1) 甲\n2) 乙\n", "1. 甲\n2. 乙\n"),
        ("两样：\n- 甲\n- 乙\n", "两样：\n\n- 甲\n- 乙\n"),
        ("·  甲\n·  乙\n", "- 甲\n- 乙\n"),
    ],
)
def test_what_is_mended_in_a_text(tmp_path: Path, body: str, mended: str) -> None:
    """Marks, blanks and lists are written as the check wants them."""
    assert _tidied(tmp_path, body) == mended


def test_what_is_mended_in_the_front_matter(tmp_path: Path) -> None:
    """Dates, brackets of a document's number, lists, colons."""
    text = tiny.text(
        NOTICE, ("甲组发〔2024〕3号", "甲组发[2024]第03号"), ("'2026-01-02'", "2026年1月2日")
    )
    root = tiny.write(tmp_path, {NOTICE: text})
    assert "改了 2 行" in _run(root).output
    written = (root / NOTICE).read_text("utf-8")
    assert "甲组发〔2024〕3号" in written
    assert re.search(r"2026-01-02", written)


def test_a_file_of_windows_becomes_plain(tmp_path: Path) -> None:
    """BOM, CRLF and zero-width spaces go; the words stay."""
    plain = tiny.text(tiny.STORY)
    windows = plain.replace("\n", "\r\n").replace("夜", "\u200b夜", 1)
    root = tiny.write(tmp_path, {tiny.STORY: windows.encode("utf-8-sig")})
    assert _run(root).exit_code == 0
    assert (root / tiny.STORY).read_bytes() == plain.encode()


def test_one_run_mends_what_the_first_edit_uncovers(tmp_path: Path) -> None:
    """A heading behind a full-width indent is one only after the indent is gone."""
    assert _tidied(tmp_path, "上课。\n　　＃＃ 晚上\n点灯。\n") == "上课。\n\n## 晚上\n\n点灯。\n"


def test_the_text_of_an_official_document_is_never_changed(tmp_path: Path) -> None:
    """Its front matter is; of its text the problems are only told."""
    text = tiny.text(NOTICE, ("text: 摘要", "text: 全文"))
    head, _ = text.split("\n---\n", 1)
    body = "　　各组:\n\n1) 办夜校 。  \n"
    root = tiny.write(tmp_path, {NOTICE: f"{head}\n---\n{body}"})
    result = _run(root, NOTICE)
    assert (root / NOTICE).read_text("utf-8").split("\n---\n", 1)[1] == body
    assert "[blanks]" in result.output


def test_diff_writes_nothing_and_can_be_applied(tmp_path: Path) -> None:
    """``--diff`` prints what ``patch`` and ``git apply`` read; the result is what tidy writes."""
    body = "　　甲\n\n乙  \n\n1) 丙"
    root = tiny.write(tmp_path / "a", {tiny.STORY: tiny.with_body(body)})
    before = (root / tiny.STORY).read_bytes()
    patch = _run(root, "--diff").stdout
    assert (root / tiny.STORY).read_bytes() == before
    subprocess.run(["git", "apply", "-"], input=patch.encode(), cwd=root, check=True)
    applied = (root / tiny.STORY).read_bytes()
    (root / tiny.STORY).write_bytes(before)
    _run(root)
    assert (root / tiny.STORY).read_bytes() == applied != before


def test_only_the_files_named_are_changed(tmp_path: Path) -> None:
    """A folder stands for all that it holds; paths count from here or from the column."""
    page = "docs/about.md"
    files = {
        tiny.STORY: tiny.with_body("甲。  \n"),
        page: "# 关于\r\n\r\n这个栏目。\r\n",
    }
    root = tiny.write(tmp_path, files)
    _run(root, "docs")
    assert b"\r" not in (root / page).read_bytes()
    assert "。  \n" in (root / tiny.STORY).read_text("utf-8")
    _run(root, str(root / tiny.STORY))
    assert "。  \n" not in (root / tiny.STORY).read_text("utf-8")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """It is named, and nothing is done."""
    result = _run(tiny.write(tmp_path), "materials/no.md")
    assert result.exit_code == 1
    assert "找不到“materials/no.md”" in result.output


def test_errors_that_are_left_are_told_and_fail(tmp_path: Path) -> None:
    """Exit code 1 as with ``check``: a person is needed."""
    result = _run(tiny.write(tmp_path, {tiny.STORY: tiny.with_body("[甲](gone.md)  \n")}))
    assert result.exit_code == 1
    assert f"{tiny.STORY}：改了 1 行" in result.output
    assert "错误[dead-link]" in result.output


def test_a_clean_column_is_left_alone(tmp_path: Path) -> None:
    """Nothing to mend: one line, exit code 0."""
    result = _run(tiny.write(tmp_path))
    assert result.output == "没有机器能改的。\n"
    assert result.exit_code == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_a_file_keeps_its_rights(tmp_path: Path) -> None:
    """Who may read and write it stays as it was; no other file is left behind."""
    root = tiny.write(tmp_path, {tiny.STORY: tiny.with_body("甲。  \n")})
    (root / tiny.STORY).chmod(0o640)
    before = sorted(root.rglob("*"))
    _run(root)
    assert stat.S_IMODE((root / tiny.STORY).stat().st_mode) == 0o640
    assert sorted(root.rglob("*")) == before


def test_a_file_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    """Somebody has saved it between the check and the writing."""
    root = tiny.write(tmp_path, {tiny.STORY: tiny.with_body("甲。  \n")})
    done, _ = mend(root)
    (root / tiny.STORY).write_text(tiny.with_body("乙。  \n"), encoding="utf-8")
    with pytest.raises(ChangedError):
        write(root, done)
    assert "乙。" in (root / tiny.STORY).read_text("utf-8")


PIECES = st.sampled_from(
    [
        "　　", "  ", "甲", "乙丙", "abc", "12", "，", ",", ".", "。", "(", ")", "（", "）", "[", "]",
        "［", "］", "【", "】", "@fact-001", "[@fact-001]", "\n", "\n\n", "- ", "* ", "·", "1. ",
        "1) ", "（1）", "1、", "一、", "## ", "＃＃", "**", "～", "~", "“", "”", '"', "...", "--", "｜",
        "|", "> ", "`", "2016", "〔", "号", "\t", "_", "？", "?", ":", ";", "!", "１", "Ａ",
    ]
)  # fmt: skip
BODIES = st.lists(PIECES, max_size=25).map("".join)
_WORDS = re.compile(r"[^\W_]")


@pytest.fixture(scope="module")
def column(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One tiny column whose story each example overwrites."""
    return tiny.write(tmp_path_factory.mktemp("tidy"))


def _words(text: str) -> str:
    """The words of a text: without signs, digits and letters in half width, no list's numbers."""
    wide = {0xFF01 + n: 0x21 + n for n in range(94)}
    return "".join(_WORDS.findall(text.translate(wide)))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=BODIES)
def test_no_word_changes_and_twice_is_like_once(column: Path, body: str) -> None:
    """Whatever meets in a text: its words stay, and a second run has nothing to do."""
    (column / tiny.STORY).write_text(tiny.with_body(body), encoding="utf-8", newline="")
    before = (column / tiny.STORY).read_text("utf-8")
    done, _ = mend(column)
    write(column, done)
    after = (column / tiny.STORY).read_text("utf-8")
    assert _words(after) == _words(before)
    assert mend(column)[0] == []


def test_nothing_new_is_wrong_afterwards(tmp_path: Path) -> None:
    """A text full of slips has no error left but those that only a person can mend."""
    body = "　　见［@fact-001］:\n* 甲\n* 乙\n＃＃晚上\n１. 丙  \n"
    root = tiny.write(tmp_path, {tiny.STORY: tiny.with_body(body)})
    _run(root)
    assert [p for p in check(root)[1] if p.is_error] == []
