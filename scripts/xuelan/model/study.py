"""What a column offers for study beside its texts: charts, self-test questions, reading paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xuelan.model.fields import Field, Form, Table

SINGLE, MULTIPLE, JUDGEMENT = "单选", "多选", "判断"

_POINT: Final = (
    Field("label", "横轴", "年份或名目。", required=True),
    Field("value", "数值", "数字。", Form.AMOUNT, required=True),
    Field("fact", "依据", "载有这个数字的事实编号。", Form.KEY, required=True),
)
FIGURE_FIELDS: Final[Table] = (
    Field("id", "编号", "图的编号。", Form.SLUG, required=True),
    Field("title", "标题", "图的标题。", required=True),
    Field("unit", "单位", "数值的单位。", required=True),
    Field("kind", "图形", "柱形图或折线图。", Form.CHOICE, required=True, choices=("bar", "line")),
    Field("points", "数据", "每一点的横轴、数值和依据。", Form.RECORD, True, True, fields=_POINT),
    Field("note", "说明", "口径和分歧。", Form.TEXT),
)
QUESTION_FIELDS: Final[Table] = (
    Field("id", "编号", "题号。", Form.KEY, required=True),
    Field("type", "题型", "", Form.CHOICE, required=True, choices=(SINGLE, MULTIPLE, JUDGEMENT)),
    Field("question", "题目", "", Form.TEXT, required=True),
    Field("options", "选项", "判断题不写。", many=True),
    Field("answer", "答案", "选项序号的列表；判断题写 true 或 false。", Form.ANY, required=True),
    Field("explain", "解析", "为什么。", Form.TEXT, required=True),
    Field("material", "出处", "在哪份材料里能找到答案。", Form.SLUG, required=True),
    Field("facts", "依据", "支持答案的事实编号。", Form.KEY, required=True, many=True),
    Field("activity", "用于活动", "", Form.CHOICE, vocabulary="activities"),
)
_STEP: Final = (
    Field("material", "材料", "材料编号。", Form.SLUG, required=True),
    Field("why", "为什么读", "一句话。", required=True),
)
PATH_FIELDS: Final[Table] = (
    Field("id", "编号", "用在网址里。", Form.SLUG, required=True),
    Field("title", "名称", "", required=True),
    Field("audience", "对象", "", Form.CHOICE, required=True, vocabulary="audiences"),
    Field("intro", "说明", "", Form.TEXT, required=True),
    Field("steps", "步骤", "按顺序读什么。", Form.RECORD, True, True, fields=_STEP),
)


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a chart, and the fact that states it."""

    label: str
    value: float
    fact: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart of values in ``unit``; the build draws it."""

    id: str
    title: str
    unit: str
    kind: str
    points: tuple[Point, ...]
    note: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """A self-test question. ``answer`` has option numbers from 1; 对 and 错 are 1 and 2."""

    id: str
    type: str
    question: str
    options: tuple[str, ...]
    answer: tuple[int, ...]
    explain: str
    material: str
    facts: tuple[str, ...]
    activity: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class PathStep:
    """One material of a path, and why to read it."""

    material: str
    why: str


@dataclass(frozen=True, slots=True)
class StudyPath:
    """An ordered reading list for one audience."""

    id: str
    title: str
    audience: str
    intro: str
    steps: tuple[PathStep, ...]
    line: int = 0

    @property
    def address(self) -> str:
        """Its page's address below the site's root."""
        return f"paths/{self.id}/"
