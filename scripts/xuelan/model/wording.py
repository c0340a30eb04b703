"""The wording list: what a column does not write, and what it writes instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xuelan.model.fields import Field, Table

FIELDS: Final[Table] = (
    Field("wrong", "不写", "检查时逐字查找。", required=True, example="登陆网站"),
    Field("right", "应写", "改成什么，检查结果里提示。", required=True, example="登录网站"),
    Field("why", "理由", "为什么，检查结果里一起显示。"),
)


@dataclass(frozen=True, slots=True)
class Wording:
    """Words that a column does not write (``wrong``), and those that it writes (``right``)."""

    wrong: str
    right: str
    why: str
    line: int = 0
