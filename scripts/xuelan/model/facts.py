"""Facts: the statements that a column may cite, each with its sources and its confidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xuelan.model.fields import Field, Form, Table

HIGH, MEDIUM, LOW = "high", "medium", "low"

FIELDS: Final[Table] = (
    Field("id", "编号", "在正文中以 [@编号] 引用。", Form.KEY, required=True, example="life-001"),
    Field("topic", "主题", "归在哪个题目下。", required=True, example="生平"),
    Field(
        "kind",
        "类别",
        "引语和碑文只能照录。",
        Form.CHOICE,
        required=True,
        choices=("事实", "背景", "引语", "碑文", "词条"),
        example="事实",
    ),
    Field("statement", "陈述", "自己的话；引语、碑文一字不改。", Form.TEXT, required=True),
    Field("date", "日期", "发生的日期。", Form.DATE),
    Field(
        "confidence",
        "可信度",
        "high 可直接写；medium 句中写明“据报道”；low 不得引用。",
        Form.CHOICE,
        required=True,
        choices=(HIGH, MEDIUM, LOW),
        example=HIGH,
    ),
    Field("sources", "来源", "书目编号，最好的在前。", Form.KEY, required=True, many=True),
    Field("dispute", "分歧", "各家说法不一之处。", Form.TEXT),
    Field("timeline", "年表", "列入哪一条年表。"),
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement. ``sources`` are ids of works; ``date`` is ISO and may be partial."""

    id: str
    topic: str
    kind: str
    statement: str
    date: str
    confidence: str
    sources: tuple[str, ...]
    dispute: str
    timeline: str
    line: int = 0
