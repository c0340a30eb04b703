"""A kit's recipe, as an editor writes it in ``materials/kits/<id>.yml``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from xuelan.model.fields import Field, Form, Table
from xuelan.text.errors import XuelanError

FOLDER: Final = "materials/kits"


class KitError(XuelanError):
    """A kit cannot be made as its recipe says; the message says why, in Chinese."""


FORMS: Final = (
    "会议议程",
    "会议记录",
    "签到表",
    "心得体会",
    "对照检查",
    "谈心谈话记录",
    "主题活动方案",
    "义务服务登记",
    "整改清单",
    "督查自查表",
)
"""Forms that a recipe may ask for; each comes as DOCX to fill in and as PDF to print."""

PDF, LARGE_PRINT, EPUB, OFFLINE, TRANSCRIPT, SCORM, ZIM = (
    "PDF", "大字版PDF", "EPUB", "离线网页", "公文转录件", "SCORM", "ZIM",
)  # fmt: skip
FORMATS: Final = (PDF, LARGE_PRINT, EPUB, OFFLINE, TRANSCRIPT, SCORM, ZIM)
"""Formats of a kit's readings and guides."""

SELECTION_FIELDS: Final[Table] = (
    Field("all", "全部", "true：全部已发布的材料。", Form.BOOL),
    Field("kinds", "文种", "属于这些文种的材料。", Form.CHOICE, many=True, vocabulary="kinds"),
    Field(
        "activities", "活动", "用于这些活动的材料。", Form.CHOICE, many=True,
        vocabulary="activities",
    ),
    Field("tags", "标签", "带这些标签之一的材料。", Form.NAME, many=True),
    Field(
        "audiences", "对象", "适合这些对象的材料。", Form.CHOICE, many=True,
        vocabulary="audiences",
    ),
)  # fmt: skip
_CHANGE: Final[Table] = (
    Field("date", "日期", "哪一天改的。", Form.DATE, required=True),
    Field("note", "改动", "改了什么，一句话。", required=True),
)
FIELDS: Final[Table] = (
    Field("id", "编号", "用在网址里，与文件名相同。", Form.SLUG, required=True, example="study"),
    Field("title", "名称", "读者看到的名称。", required=True, example="集中学习套装"),
    Field("summary", "说明", "一两句话，给谁用、做什么。", Form.TEXT, required=True),
    Field("activity", "活动", "为哪一项活动准备。", Form.CHOICE, vocabulary="activities"),
    Field("audience", "对象", "给谁用。", Form.CHOICE, many=True, vocabulary="audiences"),
    Field("readings", "阅读材料", "材料编号，按阅读顺序。", Form.SLUG, many=True),
    Field(
        "select", "挑选", "按条件挑选材料，排在逐一列出的材料后面；几个条件须同时满足。",
        Form.RECORD, fields=SELECTION_FIELDS,
    ),
    Field("guides", "指南", "活动指南的材料编号。", Form.SLUG, many=True),
    Field(
        "agendas", "议程", "几分钟的议程，指南里要有“30分钟日程”这样的小节。", Form.INT,
        many=True,
    ),
    Field("forms", "表格", "要哪些表格。", Form.CHOICE, many=True, choices=FORMS),
    Field("questions", "讨论题", "另加的讨论题；材料自带的讨论题总会收入。", many=True),
    Field("quiz", "自测题", "题号，按顺序；其中的题印成试卷和答案。", Form.KEY, many=True),
    Field(
        "quiz_all", "全部自测题", "true：活动有专题的收该活动的题，没有活动的收全部题。", Form.BOOL
    ),
    Field("calendar", "日历", "true：收入活动期限的日历文件。", Form.BOOL),
    Field("reminders", "提前提醒", "期限前几天提醒。", Form.INT, many=True),
    Field("ledger", "台账", "true：收入学习台账（XLSX）。", Form.BOOL),
    Field("formats", "格式", "阅读材料给出哪些格式。", Form.CHOICE, True, True, choices=FORMATS),
    Field("changes", "改动记录", "新的在前；下载页照登。", Form.RECORD, many=True, fields=_CHANGE),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Selection:
    """Conditions that select materials; a material must meet all that are not empty."""

    all: bool
    kinds: tuple[str, ...]
    activities: tuple[str, ...]
    tags: tuple[str, ...]
    audiences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a kit's history, in its editor's words."""

    date: str
    note: str


@dataclass(frozen=True, slots=True)
class Kit:
    """A recipe as its editor wrote it, every field checked.

    ``path`` is its file, relative to the column; ``lines`` are pairs of a field and its line.
    """

    id: str
    title: str
    summary: str
    activity: str
    audience: tuple[str, ...]
    readings: tuple[str, ...]
    select: Selection | None
    guides: tuple[str, ...]
    agendas: tuple[int, ...]
    forms: tuple[str, ...]
    questions: tuple[str, ...]
    quiz: tuple[str, ...]
    quiz_all: bool
    calendar: bool
    reminders: tuple[int, ...]
    ledger: bool
    formats: tuple[str, ...]
    changes: tuple[Change, ...]
    path: str = ""
    lines: tuple[tuple[str, int], ...] = ()

    @property
    def address(self) -> str:
        """The folder of its files below the site's root."""
        return f"downloads/{self.id}/"

    def line_of(self, field: str) -> int:
        """The line of ``field`` in its file; 1 if it is missing there."""
        return dict(self.lines).get(field, 1)


def parse(values: dict[str, Any], path: str, lines: dict[str, int]) -> Kit:
    """A recipe from the values that ``validate`` read by :data:`FIELDS`."""
    select = values["select"]
    selection = Selection(**select) if select else None
    changes = tuple(Change(**change) for change in values["changes"])
    checked = {**values, "select": selection, "changes": changes}
    return Kit(**checked, path=path, lines=tuple(sorted(lines.items())))
