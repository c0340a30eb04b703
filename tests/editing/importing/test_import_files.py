"""Files that other programs wrote, imported by the command, beside what comes out of each.

``gw.docx`` is made with python-docx; LibreOffice made the .doc, web page, PDF and text of it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from xuelan.check import check
from xuelan.cli import main
from xuelan.editing.importing import office

CASES = Path(__file__).parents[2] / "cases" / "import"
FILES = ("gw.docx", "gw.html", "gw.pdf", "gw.lo.txt", "gw.gb18030.txt")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


@pytest.fixture
def column(tmp_path: Path) -> Path:
    """A fresh column, as an editor begins with."""
    root = tmp_path / "own"
    assert run("init", root).exit_code == 0
    return root


def imported(column: Path, file: Path) -> tuple[str, str]:
    """What the command prints, and the file it writes, without the day of the test."""
    result = run("import", "-C", column, file)
    assert result.exit_code == 0, result.output
    path = re.search(r"已写到 (materials/\S+\.md)（草稿）", result.output)
    assert path is not None
    written = (column / path[1]).read_text(encoding="utf-8")
    return result.output, re.sub(r"collected: '.*'", "collected: '2026-11-30'", written)


@pytest.mark.parametrize("name", FILES)
def test_a_file_comes_out_as_expected(
    name: str, column: Path, request: pytest.FixtureRequest
) -> None:
    """Material and report, word for word; the account holds and the check has no complaint."""
    output, written = imported(column, CASES / name)
    assert "一字不多，一字不少。" in output
    _, problems = check(column)
    assert problems == []
    expected = CASES / f"{name}.expected.md"
    found = f"{written}\n<!-- xuelan import\n{output}-->\n"
    if request.config.getoption("--refresh"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")


def test_hidden_words_do_not_leak(column: Path) -> None:
    """Neither hidden nor deleted words nor comments of the Word file stand in the material."""
    _, written = imported(column, CASES / "gw.docx")
    for word in ("HIDDEN", "DELETED", "COMMENT", "HEADER", "FOOTER"):
        assert word not in written
    for word in ("INSERTED", "TEXTBOX", "NESTED", "FOOTNOTE", "SDT", "SECONDPARA"):
        assert word in written


@pytest.mark.parametrize("name", FILES)
def test_every_mark_arrives_once(name: str, column: Path) -> None:
    """No paragraph is lost, none comes twice, and they keep their order."""
    _, written = imported(column, CASES / name)
    body = re.sub(r"!\[.*?\]", "", written.split("\n---\n", 1)[1])
    assert [int(n) for n in re.findall(r"MARK(\d\d)", body)] == list(range(2, 19))


def test_old_word_files_need_libreoffice(column: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not installed, the message says what to do in Word."""
    monkeypatch.setattr(office, "find_office", lambda: "")
    result = run("import", "-C", column, CASES / "gw.doc")
    assert result.exit_code == 1
    assert "gw.doc：没有导入。" in result.output
    assert "另存为" in result.output
    assert "LibreOffice" in result.output


def test_nothing_is_overwritten(column: Path) -> None:
    """The same file once more gets an id of its own, and the report says that it may be the same."""
    first, _ = imported(column, CASES / "gw.lo.txt")
    second, _ = imported(column, CASES / "gw.lo.txt")
    assert "materials/notice/notice-2016-29.md" in first
    assert "materials/notice/notice-2016-29-2.md" in second
    assert "栏目里已有 materials/notice/notice-2016-29.md" in second
    again = run("import", "-C", column, CASES / "gw.lo.txt", "--to", "通知/notice-2016-29")
    assert again.exit_code == 1
    assert "编号“notice-2016-29”已经有了" in again.output


def test_a_dry_run_writes_nothing(column: Path) -> None:
    """It reports the same and leaves the column as it was."""
    before = sorted(column.rglob("*"))
    result = run("import", "-C", column, CASES / "gw.docx", "--dry-run")
    assert result.exit_code == 0
    assert "会写到 materials/notice/notice-2016-29.md" in result.output
    assert [f for f in sorted(column.rglob("*")) if ".cache" not in f.parts] == [
        f for f in before if ".cache" not in f.parts
    ]


def test_the_editor_chooses_kind_and_id(column: Path) -> None:
    """``--to`` counts more than what the file looks like."""
    result = run("import", "-C", column, CASES / "gw.lo.txt", "--to", "事迹/my-own")
    assert result.exit_code == 0, result.output
    assert (column / "materials/story/my-own.md").exists()


@pytest.mark.parametrize(
    ("to", "said"),
    [("说明", "没有“说明”这个文种"), ("通知/A b", "不能用作编号")],
)
def test_a_kind_or_id_that_cannot_be_is_said(column: Path, to: str, said: str) -> None:
    """No file is written under a name that the check would refuse."""
    result = run("import", "-C", column, CASES / "gw.lo.txt", "--to", to)
    assert result.exit_code == 1
    assert said in result.output


def test_several_files_in_one_go(column: Path, tmp_path: Path) -> None:
    """One that cannot be read does not keep the others from coming in."""
    bad = tmp_path / "坏.docx"
    bad.write_bytes(b"PK\x03\x04 nothing")
    result = run("import", "-C", column, bad, CASES / "gw.lo.txt", tmp_path / "没有.docx")
    assert result.exit_code == 1
    assert "坏.docx：没有导入。文件有损坏" in result.output
    assert "gw.lo.txt：已写到" in result.output
    assert "没有.docx：没有导入。找不到这个文件" in result.output
