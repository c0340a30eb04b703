"""The list of branches: read with care, refused by row."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from branch_kits import blueprint
from xuelan.kits.branch.blueprint import Blueprint
from xuelan.kits.branch.branch_list import BranchList, ListError, decode, read

HEAD = "支部名称,活动,日期,开始时间,地点,主持人,时长,学习篇目\n"


@pytest.fixture(scope="module")
def kits(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Blueprint]:
    made = blueprint(tmp_path_factory.mktemp("column"))
    return {made.kit: made}


@pytest.fixture
def listed(tmp_path: Path, kits: dict[str, Blueprint]) -> Callable[[str], BranchList]:
    def read_rows(rows: str) -> BranchList:
        path = tmp_path / "branches.csv"
        path.write_text(HEAD + rows, encoding="utf-8")
        return read(path, kits, "study")

    return read_rows


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",集中学习", "没有填支部名称（如果是公式，请先在表格软件里算出结果再保存）"),
        ("甲支部,集中学西", "没有“集中学西”这项活动。是不是想写“集中学习”？"),
        ("甲支部,,2026-02-30", "日期“2026-02-30”这一天不存在"),
        ("甲支部,,12月3日", "日期“12月3日”看不懂，请写成 2026-12-03"),
        ("甲支部,,,下午两点", "开始时间“下午两点”看不懂，请写成 14:30"),
        ("甲支部,,,25:00", "开始时间“25:00”不存在"),
        ("甲支部,,,,,,45", "时长“45”不能用，这项活动的议程可选：60（分钟）"),
        ("甲支部,,,,,,,story-night-schol",
         "套装里没有编号为“story-night-schol”的材料。是不是想写“story-night-school”？"),
        (f"{'长' * 101},", "支部名称有101个字，超过100个字"),
        ("甲\x07支部,", "支部名称里有看不见的字符或乱码 U+0007"),
        ("甲,乙支部,集中学习,2026-12-03,14:30,楼上,示例甲,60,,多出来的",
         "没有“乙支部”这项活动。"),
        ("甲支部,,2026-12-03,,,,,,多出来的",
         "这一行比列名多出几格，可能是名称里有逗号而没有加引号"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_used_is_refused_with_the_reason(
    listed: Callable[[str], BranchList], row: str, reason: str
) -> None:
    """The number is the one Excel shows; the good rows around it go on."""
    found = listed(f"好支部,,,,,,,\n{row}\n又一个好支部,,,,,,,\n")
    assert [(r.row, r.reason) for r in found.refused] == [(3, reason)]
    assert [b.row for b in found.branches] == [2, 4]


def test_a_row_given_twice_is_made_once(listed: Callable[[str], BranchList]) -> None:
    """The second is refused and names the first; the same branch on another day is no twin."""
    found = listed("甲支部,,2026-12-03\n甲支部,,2026-12-04\n甲支部,,2026-12-03\n")
    assert [(r.row, r.reason) for r in found.refused] == [(4, "和第2行完全相同")]


@pytest.mark.parametrize(
    "written", ["2026-12-03", "2026/12/3", "2026.12.3", "2026年12月3日", "2026年 12月 3日"]
)
def test_dates_are_read_as_people_write_them(
    listed: Callable[[str], BranchList], written: str
) -> None:
    """Year first, whatever stands between."""
    (branch,) = listed(f"甲支部,,{written}\n").branches
    assert branch.particulars.date == "2026-12-03"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_lists_come_in_the_encodings_offices_write(
    tmp_path: Path, kits: dict[str, Blueprint], encoding: str
) -> None:
    """UTF-8 with and without mark, GBK as Excel saves it, Unicode text."""
    path = tmp_path / "list.csv"
    path.write_bytes(f"{HEAD}学习第一支部,,,,联通大厦\n".encode(encoding))
    (branch,) = read(path, kits, "study").branches
    assert (branch.particulars.branch, branch.particulars.place) == ("学习第一支部", "联通大厦")


def test_words_that_are_valid_in_two_encodings_are_read_as_chinese() -> None:
    """学习 in GBK is valid UTF-8 by chance."""
    assert decode("学习".encode("gbk"), "list.csv") == "学习"


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=3))
def test_chinese_text_survives_gbk_and_utf8(text: str) -> None:
    """Whatever the characters: a whole column head decides, not a lucky pair of bytes."""
    for encoding in ("utf-8", "gb18030"):
        assert decode(f"支部名称\n{text}".encode(encoding), "list.csv") == f"支部名称\n{text}"


def test_a_workbook_is_read_with_its_dates_and_times(
    tmp_path: Path, kits: dict[str, Blueprint]
) -> None:
    """Cells that hold dates, times and numbers mean what they show; a formula is not run."""
    book = openpyxl.Workbook()
    sheet_of = book.active
    sheet_of.append(["序号", "支部名称", "日期", "时间", "时长（分钟）"])
    sheet_of.append([1, "甲支部", datetime.date(2026, 12, 3), datetime.time(14, 30), 60.0])
    sheet_of.append([2, "=1+1", None, None, None])
    path = tmp_path / "list.xlsx"
    book.save(path)
    found = read(path, kits, "study")
    (branch,) = found.branches
    assert branch.particulars.date == "2026-12-03"
    assert (branch.particulars.time, branch.particulars.minutes) == ("14:30", 60)
    assert [(r.row, r.reason[:7]) for r in found.refused] == [(3, "没有填支部名称")]
    assert found.unused == ("序号",)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("list.csv", b"", "“list.csv”是空的"),
        ("list.csv", "单位,日期\n甲,\n".encode(), "“list.csv”第一行里没有“支部名称”这一列。"),
        ("list.csv", "支部名\n甲\n".encode(), "是不是想写“支部名称”"),
        ("list.csv", b"\xff\x80\x81", "文字编码认不出来"),
        ("list.xlsx", b"PK no workbook", "不是完好的 Excel 文件"),
    ],
)
def test_a_list_that_is_no_list_is_told_so(
    tmp_path: Path, kits: dict[str, Blueprint], name: str, data: bytes, message: str
) -> None:
    """One sentence in Chinese, never a traceback."""
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ListError, match=message.replace("（", ".")):
        read(path, kits, "study")
