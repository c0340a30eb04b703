"""The forms a branch fills in, declared as data: one table of fields per form.

The Word form, the printable PDF and the form that the browser fills are all made from these tables,
so the three cannot differ. The fields are those of the usual records of a branch. Forms are
published empty. A program may fill in only fields with a ``prefill``. A form that records what
happened has no more of them than the names of branch and meeting: people who were there write the
rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xuelan.kits.form_sheet import (
    AGENDA,
    BRANCH,
    CHECKS,
    DATE,
    HOST,
    MEETING,
    PLACE,
    READINGS,
    TIME,
    Advice,
    Blank,
    FieldKind,
    FieldTable,
    FormColumn,
    FormSheet,
    Grid,
    GuideTable,
    Roster,
    Signatures,
    Writing,
)

_BRANCH: Final = Blank("branch", "支部", prefill=BRANCH)
_LATE: Final = "当场记录；会后补写的注明“补记”和补写当天的日期。"

AGENDA_FORM: Final = FormSheet(
    "agenda",
    "会议议程",
    "会议议程",
    "照活动指南排好的环节，填上时间、地点和负责人就能用",
    (
        FieldTable((
            (_BRANCH,),
            (Blank("meeting", "会议名称", prefill=MEETING),),
            (
                Blank("date", "日期", FieldKind.DATE, prefill=DATE),
                Blank("time", "开始时间", prefill=TIME),
            ),
            (Blank("place", "地点", prefill=PLACE), Blank("host", "主持人", prefill=HOST)),
            (Blank("reader", "领学人"), Blank("recorder", "记录人")),
            (Blank("readings", "学习篇目", FieldKind.TEXT, lines=2, prefill=READINGS),),
        )),
        GuideTable(
            AGENDA,
            (
                FormColumn("时间", 16),
                FormColumn("环节", 14),
                FormColumn("做法", 54),
                FormColumn("负责人", 16),
            ),
            given=3,
        ),
        Advice("时间从开会起算，以分钟计。环节照活动指南排定，支部可以按到会人数增减。"),
    ),
)  # fmt: skip
MINUTES_FORM: Final = FormSheet(
    "minutes",
    "会议记录",
    "会议记录",
    "时间、地点、人数、议题、发言、表决和决议，主持人和记录人签字",
    (
        FieldTable((
            (_BRANCH,),
            (
                Blank("meeting", "会议名称", prefill=MEETING),
                Blank(
                    "kind", "会议形式", FieldKind.CHOICE,
                    choices=("党员大会", "支委会", "党小组会", "党课", "主题党日", "其他"),
                ),
            ),
            (Blank("date", "日期", FieldKind.DATE), Blank("time", "起止时间")),
            (Blank("place", "地点"), Blank("count", "第几次")),
            (Blank("host", "主持人"), Blank("recorder", "记录人")),
            (Blank("expected", "应到人数"), Blank("present", "实到人数")),
            (Blank("guests", "列席人员"),),
            (Blank("absent", "缺席及原因", FieldKind.TEXT, lines=2),),
            (Blank("topic", "议题", FieldKind.TEXT, lines=2),),
            (Blank("previous", "上次事项结果", FieldKind.TEXT, lines=2),),
            (Blank("reports", "报告或传达", FieldKind.TEXT, lines=5),),
            (Blank("speeches", "发言要点", FieldKind.TEXT, lines=9),),
            (Blank("vote", "表决", FieldKind.TEXT, lines=2),),
            (Blank("resolutions", "决议", FieldKind.TEXT, lines=4),),
            (Blank("summary", "小结", FieldKind.TEXT, lines=3),),
        )),
        Signatures(("主持人签名", "记录人签名")),
        Advice(f"逐人记发言，不同意见照原话记，发言人核对本人的部分。{_LATE}"),
    ),
)  # fmt: skip
SIGN_IN_FORM: Final = FormSheet(
    "sign-in",
    "签到表",
    "签到表",
    "本人签名，请假和补学写在备注里，不登记证件号和电话",
    (
        FieldTable((
            (_BRANCH,),
            (Blank("meeting", "会议或活动", prefill=MEETING),),
            (
                Blank("date", "日期", FieldKind.DATE, prefill=DATE),
                Blank("place", "地点", prefill=PLACE),
            ),
        )),
        Roster(
            (
                FormColumn("序号", 10),
                FormColumn("姓名", 24),
                FormColumn("本人签名", 34),
                FormColumn("备注", 32),
            ),
            count=34,
        ),
        Advice("备注写请假、列席或补学日期。只由到会者本人签名，不代签，不补签。"),
    ),
)  # fmt: skip
ESSAY_FORM: Final = FormSheet(
    "essay",
    "心得体会",
    "心得体会",
    "题目、姓名、读了什么、想到什么、我要做什么，正文留白",
    (
        FieldTable((
            (Blank("title", "题目"),),
            (Blank("name", "姓名"), Blank("date", "写成日期", FieldKind.DATE)),
            (Blank("branch", "所在支部", prefill=BRANCH),),
            (Blank("read", "读了什么", FieldKind.TEXT, lines=2),),
        )),
        Writing(Blank("thoughts", "想到什么", FieldKind.TEXT, lines=22)),
        Writing(Blank("plans", "我要做什么", FieldKind.TEXT, lines=6)),
        Advice("自己写，写一件真事。打算写一到三件，每件写明什么时候完成。口述的注明口述和记录人。"),
    ),
)  # fmt: skip
SELF_CHECK_FORM: Final = FormSheet(
    "self-check",
    "对照检查",
    "个人对照检查表",
    "思想、组织、作风、纪律四个方面，各写差距、原因、整改措施和期限",
    (
        FieldTable((
            (_BRANCH,),
            (Blank("name", "姓名"), Blank("date", "日期", FieldKind.DATE)),
        )),
        Grid(
            "gap",
            (
                FormColumn("方面", 10),
                FormColumn("存在的差距", 34),
                FormColumn("原因", 26),
                FormColumn("整改措施和期限", 30),
            ),
            ("思想", "组织", "作风", "纪律"),
            lines=3.5,
        ),
        Signatures(("本人签名",)),
        Advice("用自己的话，写具体的人和事、具体的期限。由支部保存，不上网，不上墙。"),
    ),
)  # fmt: skip
TALK_FORM: Final = FormSheet(
    "talk",
    "谈心谈话记录",
    "谈心谈话记录",
    "谈话双方、主题、内容、意见建议和后续，双方签字，由支部保管",
    (
        FieldTable((
            (_BRANCH,),
            (Blank("date", "日期", FieldKind.DATE), Blank("time", "起止时间")),
            (Blank("place", "地点"), Blank("topic", "主题")),
            (Blank("talker", "谈话人"), Blank("partner", "谈话对象")),
            (Blank("content", "主要内容", FieldKind.TEXT, lines=7),),
            (Blank("advice", "意见建议", FieldKind.TEXT, lines=3),),
            (Blank("follow", "后续", FieldKind.TEXT, lines=2),),
        )),
        Signatures(("谈话人签名", "谈话对象签名")),
        Advice(f"双方看过再签字。内容保密，由支部保管，不公开。{_LATE}"),
    ),
)  # fmt: skip
PLAN_FORM: Final = FormSheet(
    "plan",
    "主题活动方案",
    "主题活动方案",
    "主题、对象、内容与流程、分工、要求和准备清单，一页写完",
    (
        FieldTable((
            (_BRANCH,),
            (Blank("theme", "主题", prefill=MEETING),),
            (
                Blank("date", "日期", FieldKind.DATE, prefill=DATE),
                Blank("time", "时间", prefill=TIME),
            ),
            (Blank("place", "地点", prefill=PLACE), Blank("host", "负责人", prefill=HOST)),
            (Blank("served", "对象"), Blank("contact", "联络人")),
            (Blank("content", "内容与流程", FieldKind.TEXT, lines=4),),
            (Blank("duties", "分工", FieldKind.TEXT, lines=2),),
            (Blank("rules", "要求和安全", FieldKind.TEXT, lines=2),),
            (Blank("supplies", "准备清单", FieldKind.TEXT, lines=2),),
            (Blank("weather", "天气不好时", FieldKind.TEXT),),
        )),
        Advice("先问过服务对象真正需要什么再写。服务对象是个人的，不写姓名和住址。"),
    ),
)  # fmt: skip
SERVICE_FORM: Final = FormSheet(
    "service",
    "义务服务登记",
    "义务服务登记表",
    "谁、哪天、做了什么、结果怎样，没做完的谁来接",
    (
        FieldTable((
            (_BRANCH,),
            (Blank("service", "服务名称"), Blank("date", "日期", FieldKind.DATE)),
            (Blank("place", "地点"), Blank("contact", "联络人")),
        )),
        Roster(
            (
                FormColumn("序号", 9),
                FormColumn("姓名", 17),
                FormColumn("起止时间", 20),
                FormColumn("做了什么、结果怎样", 36),
                FormColumn("本人签名", 18),
            ),
            count=9,
        ),
        FieldTable((
            (Blank("unfinished", "没做完的事", FieldKind.TEXT, lines=2),),
            (Blank("opinion", "对方意见", FieldKind.TEXT),),
            (Blank("cost", "花费和出处"),),
        )),
        Advice("时长按实际起止写，不凑整。没做完的写明谁接、哪天接。服务对象是个人的，不写姓名。"),
    ),
)  # fmt: skip
IMPROVEMENT_FORM: Final = FormSheet(
    "improvement",
    "整改清单",
    "整改清单",
    "问题、措施、负责人和期限，结果到期才填",
    (
        FieldTable((
            (_BRANCH,),
            (Blank("source", "来自哪次会议"), Blank("date", "列出日期", FieldKind.DATE)),
        )),
        Roster(
            (
                FormColumn("序号", 9),
                FormColumn("问题", 25),
                FormColumn("措施", 27),
                FormColumn("负责人", 13),
                FormColumn("期限", 12),
                FormColumn("结果", 14),
            ),
            count=7,
            lines=2,
        ),
        Signatures(("支部书记签名",)),
        Advice("一件事一行，写得出做到什么程度算完。“结果”到期才填，事先空着。"),
    ),
)  # fmt: skip
INSPECTION_FORM: Final = FormSheet(
    "inspection",
    "督查自查表",
    "督查自查表",
    "照指南逐条自查，做到的自己打勾，没做到的写明怎么办",
    (
        FieldTable((
            (Blank("unit", "单位", prefill=BRANCH),),
            (Blank("checker", "自查人"), Blank("date", "自查日期", FieldKind.DATE)),
        )),
        GuideTable(
            CHECKS,
            (
                FormColumn("方面", 14),
                FormColumn("内容", 44),
                FormColumn("□", 10),
                FormColumn("原因、负责人、日期", 32),
            ),
            given=2,
        ),
        Advice("没做到的不打勾，写明原因、谁负责、哪天做，下次先看这几条。本单位留存，不层层上报，不为检查另做一套。"),
    ),
)  # fmt: skip

FORMS: Final[Mapping[str, FormSheet]] = {
    form.name: form
    for form in (
        AGENDA_FORM,
        MINUTES_FORM,
        SIGN_IN_FORM,
        ESSAY_FORM,
        SELF_CHECK_FORM,
        TALK_FORM,
        PLAN_FORM,
        SERVICE_FORM,
        IMPROVEMENT_FORM,
        INSPECTION_FORM,
    )
}
"""Every form by the name a recipe uses."""
