"""A kit of the tiny column with everything a branch fills in."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import tiny
from kit_plans import GUIDE, STUDY, planned
from xuelan.kits.branch.blueprint import Blueprint, Particulars
from xuelan.kits.plan import KitPlan

ALL_FORMS = (
    "会议议程, 会议记录, 签到表, 心得体会, 对照检查, 谈心谈话记录, "
    "主题活动方案, 义务服务登记, 整改清单, 督查自查表"
)
RECIPE = STUDY.replace(
    "quiz_all: true",
    f"quiz_all: true\nforms: [{ALL_FORMS}]\nledger: true\ncalendar: true\nreminders: [7, 1]",
)
_BEFORE = """\
## 会前准备

1. 提前7天，定时间和篇目，告诉全体党员。
2. 提前3天发材料。
3. 当天，备好签到表。
"""
_AFTER = """\
| 20分钟 | 讨论 |

## 自查

- □ 定了负责人
- □ 材料都有出处

## 会后

1. 两天内，核对发言要点。
2. 一个月后回看一次。
"""
WITH_DAYS = tiny.text(
    GUIDE,
    ("## 会上\n", "## 60分钟日程\n"),
    ("## 会前\n\n- 定时间\n- 发材料\n", _BEFORE),
    ("| 20分钟 | 讨论 |\n", _AFTER),
)
AWKWARD = "<甲&乙>\"丙\"/丁 =cmd|'/c calc'!A1 😀"
"""A name with every sign that has ever broken a form."""
SIXTY = "长" * 60


NOW = "2026-01-02"
"""The date of the newest material of that column."""


def plan(folder: Path, recipe: str = RECIPE) -> KitPlan:
    """The tiny column's kit with every form, a ledger, a calendar and days in its guide."""
    return planned(folder, recipe, {GUIDE: WITH_DAYS})


def blueprint(folder: Path) -> Blueprint:
    """What the branches' own files of that kit are made from."""
    return Blueprint.of(plan(folder), NOW)


def particulars(**changed: object) -> Particulars:
    """What an organiser may have typed."""
    typed: dict[str, object] = {
        "branch": "第一支部",
        "meeting": "集中学习",
        "date": "2026-12-03",
        "time": "14:30",
        "place": "三楼会议室",
        "host": "示例甲",
        "minutes": 60,
        "readings": ("story-night-school",),
    }
    return Particulars(**{**typed, **changed})  # type: ignore[arg-type]


def part(office_file: bytes, path: str) -> str:
    """One part of an office file as text."""
    with zipfile.ZipFile(io.BytesIO(office_file)) as archive:
        return archive.read(path).decode()


def words(docx: bytes) -> str:
    """The text of a Word file's body."""
    return "".join(re.findall(r"<w:t[^>]*>([^<]*)</w:t>", part(docx, "word/document.xml")))
