"""Signs in Chinese text: what is found, what it becomes, and what is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

import tiny
from xuelan.rules.punctuation import find_faults
from xuelan.text.edits import apply_edits
from xuelan.text.problem import Code

NOTICE = "materials/notices/notice-2024-3.md"


def _mended(line: str) -> str:
    """The line with all edits made, and made again until none is left."""
    for _ in range(4):
        found = find_faults("a.md", [line], 1)
        line = apply_edits(line, [edit for problem in found for edit in problem.edits])
    return line


@pytest.mark.parametrize(
    ("line", "mended"),
    [
        ("学习,讨论.", "学习，讨论。"),
        ("问:什么?", "问：什么？"),
        ("共3个,其中5%,都好!", "共3个，其中5%，都好！"),
        ("**重点**,见[文字](a.md),说法[@life-001],后文.", "**重点**，见[文字](a.md)，说法[@life-001]，后文。"),
        ('他说"好".', "他说“好”。"),
        ("他说:“好”", "他说：“好”"),
        ("(甲)说GDP(国内生产总值)", "（甲）说GDP（国内生产总值）"),
        ("甲（乙)丙", "甲（乙）丙"),
        ("生于凤城(1949年)", "生于凤城（1949年）"),
        ("等等...", "等等……"),
        ("好。。。", "好……"),
        ("好…", "好……"),
        ("书记--带头人", "书记——带头人"),
        ("参加3-5天", "参加3～5天"),
        ("气温1~3度", "气温1～3度"),
        ("2013-2015年", "2013—2015年"),
        ("ＡＢＣ１２和３．５万元", "ABC12和3.5万元"),
        ("某委发[2016]8号、某委发（2016）9号", "某委发〔2016〕8号、某委发〔2016〕9号"),
        ("## 一.学习", "## 一、学习"),
        ("（一）、学习", "（一）学习"),
        ("(1)学习", "（1）学习"),
    ],
)  # fmt: skip
def test_what_is_written_otherwise(line: str, mended: str) -> None:
    """The forms of GB/T 15834 and 15835."""
    assert _mended(line) == mended


@pytest.mark.parametrize(
    "line",
    [
        "8:30开会", "GB/T 7714—2025", "见 http://a.cn/x,y", "电话0415-8251234", "表2-8个", "1,200元",
        "[@a-001; @b-002]说", "大连—沈阳", "“好”……", "| 甲 | 乙 |", "| --- | --- |", "文件 a.md, b.md 两个",
        "The word 学习, which is here", "f(x)函数", "15%～30%", "——他说", "title: 标题", "v1.2.3-4天",
        "12-3号楼", "2016-03-28", "[文字](甲,乙.md)的", '![图](a.png "图 1, 甲")', "3:2 比分", "it's 学习 a word it's",
        "Python(3.11)", "2016 年 3 月", "第 3 号", "“甲”、“乙”", "约翰·史密斯", "一、二等奖", "1、学习",
        "十一届全国人大一次会议", "---", "邮箱 a.b@example.org", "&nbsp;甲",
    ],
)  # fmt: skip
def test_what_is_left_alone(line: str) -> None:
    """Addresses, citations, numbers, English, spaces: none of it is wrong."""
    assert list(find_faults("a.md", [line], 1)) == []


def test_code_is_left_alone(tmp_path: Path) -> None:
    """What stands between backticks, or in a block of code, is not prose."""
    body = "写成 `学习,讨论` 就行。\n\n```\n学习,讨论.\n```\n"
    assert tiny.problems(tmp_path, {tiny.STORY: tiny.with_body(body)}) == []


def test_an_original_is_printed_as_it_is(tmp_path: Path) -> None:
    """One note for the whole text of an official document, and nothing that would change it."""
    head = tiny.text(NOTICE, ("text: 摘要", "text: 全文")).split("\n---\n")[0]
    found = tiny.problems(tmp_path, {NOTICE: f"{head}\n---\n各组:\n\n办夜校.\n"})
    assert [(p.message, p.edits) for p in found if p.code is Code.PUNCTUATION] == [
        ("原文里有 2 行标点或数字不合现在的写法", ())
    ]


def test_pages_are_read_as_well(tmp_path: Path) -> None:
    """A hand-written page is as public as a material."""
    found = tiny.problems(tmp_path, {"docs/about.md": "# 关于\n\n学习,讨论。\n"})
    assert [(p.code, p.line) for p in found] == [(Code.PUNCTUATION, 3)]
