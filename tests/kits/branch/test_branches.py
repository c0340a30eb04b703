"""Kits for a list of branches: filled, resumed, listed with what was refused."""

from __future__ import annotations

import csv
import io
import json
import pickle
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

import tiny
from branch_kits import AWKWARD, NOW, RECIPE, SIXTY, WITH_DAYS, particulars, plan, words
from conftest import xuelan
from kit_plans import GUIDE, finished
from xuelan.engine.workers import SERIAL
from xuelan.kits.branch.blueprint import Blueprint
from xuelan.kits.branch.branch_list import BranchList, read
from xuelan.kits.branch.fill import FOLDER, BranchKit, FillTask, fill_all
from xuelan.kits.branch.outcome import LISTED, REFUSED, write_outcome
from xuelan.kits.branch.shared_kit import SharedKit
from xuelan.kits.packing.verify import verify

HEAD = "支部名称,活动,日期,开始时间,地点,主持人,时长,学习篇目\n"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SharedKit]:
    recipe = RECIPE.replace(", 大字版PDF, EPUB, 公文转录件", "")
    made = plan(tmp_path_factory.mktemp("column"), recipe)
    return {made.kit.id: SharedKit.of(made, Blueprint.of(made, NOW), finished(made))}


@pytest.fixture
def kits(shared: dict[str, SharedKit]) -> dict[str, Blueprint]:
    return {i: s.blueprint for i, s in shared.items()}


@pytest.fixture
def listed(tmp_path: Path, kits: dict[str, Blueprint]) -> Callable[[str], BranchList]:
    def read_rows(rows: str) -> BranchList:
        path = tmp_path / "branches.csv"
        path.write_text(HEAD + rows, encoding="utf-8")
        return read(path, kits, "study")

    return read_rows


def silent(done: int, total: int) -> None:
    """Progress nobody watches."""


def run(shared: dict[str, SharedKit], rows: BranchList, out: Path) -> list[BranchKit]:
    return fill_all(shared, rows, out, SERIAL, silent)


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as whole:
        assert whole.testzip() is None
        return {n.split("/", 1)[1]: whole.read(n) for n in whole.namelist()}


# Making the kits


def test_a_branchs_kit_is_filled_and_complete(
    tmp_path: Path, shared: dict[str, SharedKit], listed: Callable[[str], BranchList]
) -> None:
    """Forms carry the branch's particulars, the shared files are there, and the copy verifies."""
    rows = listed("第一支部,集中学习,2026-12-03,14:30,三楼会议室,示例甲,60,story-night-school\n")
    (done,) = run(shared, rows, tmp_path)
    files = members(tmp_path / done.file)
    agenda = words(files["10-会议议程（60分钟）.docx"])
    for typed in ("第一支部", "2026年12月3日", "14:30", "三楼会议室", "示例甲", "夜校的灯"):
        assert typed in agenda
    minutes = words(files["11-会议记录.docx"])
    assert "第一支部" in minutes
    assert "示例甲" not in minutes
    assert {"01-读本.pdf", "20-学习台账.xlsx", "40-支部日程.ics", "开始.html"} <= set(files)
    assert verify(tmp_path / done.file).is_intact
    assert json.loads(files["manifest.json"])["branch"] == "第一支部"
    linked = files["开始.html"].decode()
    assert "40-%E6%94%AF" in linked


def test_python_and_the_zip_agree_with_the_parts(
    tmp_path: Path, shared: dict[str, SharedKit], listed: Callable[[str], BranchList]
) -> None:
    """The forms in the ZIP are byte for byte those the parts make."""
    rows = listed("第一支部,集中学习,2026-12-03,14:30,三楼会议室,示例甲,60,story-night-school\n")
    (done,) = run(shared, rows, tmp_path)
    files = members(tmp_path / done.file)
    for name, data in shared["study"].blueprint.files(particulars()):
        assert files[name] == data


@pytest.mark.parametrize("name", [AWKWARD, SIXTY, "con", "..", "甲/乙\\丙"])
def test_awkward_names_make_sound_files(
    tmp_path: Path, shared: dict[str, SharedKit], kits: dict[str, Blueprint], name: str
) -> None:
    """The file name fits Windows, stays inside the folder, and the forms hold the whole name."""
    path = tmp_path / "list.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("支部名称",), (name,)])
    (done,) = run(shared, read(path, kits, "study"), tmp_path / "out")
    target = tmp_path / "out" / done.file
    assert target.parent == tmp_path / "out" / FOLDER
    assert not set(target.name) & set('<>:"/\\|?*')
    assert name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace(
        '"', "&quot;"
    ) in words(members(target)["11-会议记录.docx"])


def test_a_second_run_makes_only_what_is_missing_or_changed(
    tmp_path: Path, shared: dict[str, SharedKit], listed: Callable[[str], BranchList]
) -> None:
    """After an interruption the finished ones stand; a corrected row is made anew."""
    first = run(shared, listed("甲支部,\n乙支部,\n丙支部,\n"), tmp_path)
    assert all(d.fresh for d in first)
    (tmp_path / first[1].file).unlink()
    (tmp_path / first[2].file).write_bytes(b"half a file")
    again = run(shared, listed("甲支部,\n乙支部,\n丙支部,\n"), tmp_path)
    assert [d.fresh for d in again] == [False, True, True]
    changed = run(shared, listed("甲支部,,2026-12-03\n乙支部,\n丙支部,\n"), tmp_path)
    assert [d.fresh for d in changed] == [True, False, False]


def test_an_interrupted_run_leaves_no_half_kit_and_goes_on(
    tmp_path: Path, shared: dict[str, SharedKit], listed: Callable[[str], BranchList]
) -> None:
    """Stopped by hand after the second kit: two stand whole, the next run makes the third."""

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    rows = listed("甲支部,\n乙支部,\n丙支部,\n")
    with pytest.raises(KeyboardInterrupt):
        fill_all(shared, rows, tmp_path, SERIAL, stop)
    standing = sorted(p.name for p in (tmp_path / FOLDER).iterdir())
    assert standing == ["00002-甲支部.zip", "00003-乙支部.zip"]
    (tmp_path / ".broadcast-by-a-killed-run").write_bytes(b"")
    assert [d.fresh for d in run(shared, rows, tmp_path)] == [False, False, True]
    assert not list(tmp_path.glob(".*"))


def test_kits_of_rows_that_are_gone_go_too_and_nothing_else(
    tmp_path: Path, shared: dict[str, SharedKit], listed: Callable[[str], BranchList]
) -> None:
    """A branch taken off the list leaves no stale kit; a stranger's file is not touched."""
    run(shared, listed("甲支部,\n乙支部,\n"), tmp_path)
    strange = tmp_path / FOLDER / "别人的.zip"
    strange.write_bytes(b"not ours")
    run(shared, listed("甲支部,\n"), tmp_path)
    assert sorted(p.name for p in strange.parent.iterdir()) == ["00002-甲支部.zip", "别人的.zip"]


def test_the_lists_say_what_came_of_every_row(
    tmp_path: Path, shared: dict[str, SharedKit], listed: Callable[[str], BranchList]
) -> None:
    """Made and refused rows are told in two files Excel opens, formulas made harmless."""
    rows = listed("=1+1,\n坏,,2026-02-30\n")
    write_outcome(tmp_path, run(shared, rows, tmp_path), rows.refused)
    made = list(csv.reader(io.StringIO((tmp_path / LISTED).read_text("utf-8-sig"))))
    left = list(csv.reader(io.StringIO((tmp_path / REFUSED).read_text("utf-8-sig"))))
    assert [row[:2] for row in made] == [["行号", "支部名称"], ["2", "'=1+1"]]
    assert left[1] == ["3", "坏", "日期“2026-02-30”这一天不存在"]
    write_outcome(tmp_path, run(shared, listed("好,\n"), tmp_path), ())
    assert not (tmp_path / REFUSED).exists()


def test_two_runs_give_the_same_bytes(
    tmp_path: Path, shared: dict[str, SharedKit], listed: Callable[[str], BranchList]
) -> None:
    """The same list and the same kit: the same ZIP."""
    rows = listed("甲支部,,2026-12-03\n")
    one, two = (run(shared, rows, tmp_path / name)[0] for name in ("one", "two"))
    assert (tmp_path / "one" / one.file).read_bytes() == (tmp_path / "two" / two.file).read_bytes()


def test_the_work_runs_in_other_processes_too(
    tmp_path: Path, shared: dict[str, SharedKit], listed: Callable[[str], BranchList]
) -> None:
    """What is sent to a process is small, and what comes back is the same."""

    class Elsewhere:
        def map(self, work: FillTask, items: Sequence[object], _what: str) -> Iterator[BranchKit]:
            blob = pickle.dumps(work)
            assert len(blob) < 1000
            for item in items:
                yield pickle.loads(
                    pickle.dumps(pickle.loads(blob)(pickle.loads(pickle.dumps(item))))
                )

    done = fill_all(shared, listed("甲支部,\n"), tmp_path, Elsewhere(), silent)  # type: ignore[arg-type]
    assert verify(tmp_path / done[0].file).is_intact


# The command


def test_the_command_makes_kits_and_tells_of_refused_rows(tmp_path: Path) -> None:
    """Two good rows are made, the bad one is named; a second run finds the good ones made."""
    root = tiny.write(tmp_path, {GUIDE: WITH_DAYS, "materials/kits/study.yml": RECIPE})
    (tmp_path / "list.csv").write_bytes(
        "支部名称,日期,联系人\n甲支部,2026-12-03,某某\n乙支部,2026-02-30,\n丙支部,,\n".encode("gbk")
    )
    command = ("kits", "-C", root, "--branches", tmp_path / "list.csv", "--out", tmp_path / "out")
    first = xuelan(*command)
    assert first.returncode == 1
    assert "做成 2 份" in first.stdout
    assert "这些列没有用到：联系人" in first.stdout
    assert "第3行没有做：日期“2026-02-30”这一天不存在" in first.stdout
    assert "共 1 行没有做" in first.stderr
    assert "Traceback" not in first.stderr
    assert (tmp_path / "out/共用套装/study.zip").is_file()
    (tmp_path / "list.csv").write_text("支部名称,日期\n甲支部,2026-12-03\n", encoding="utf-8")
    second = xuelan(*command)
    assert second.returncode == 0, second.stderr
    assert "做成 0 份，另有 1 份以前做好的没有变" in second.stdout
    assert [p.name for p in (tmp_path / "out" / FOLDER).iterdir()] == ["00002-甲支部.zip"]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("list.csv", "单位\n甲\n", "没有“支部名称”这一列"),
        ("list.xlsx", "甲,乙", "不是完好的 Excel 文件"),
    ],
)
def test_the_command_tells_what_is_wrong_with_a_list(
    tmp_path: Path, name: str, data: str, message: str
) -> None:
    """One sentence, exit code 1, no traceback, no kits."""
    root = tiny.write(tmp_path, {GUIDE: WITH_DAYS, "materials/kits/study.yml": RECIPE})
    (tmp_path / name).write_text(data, encoding="utf-8")
    done = xuelan("kits", "-C", root, "--branches", tmp_path / name, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
