"""The study ledger (学习台账) as an Excel workbook, with lists of choices and a summary.

The workbook is empty. A program may fill in the name of the branch only, as text and never as a
formula. A row names the place of the minutes and does not repeat them.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xuelan.kits.form_sheet import BRANCH
from xuelan.kits.ooxml import OfficeTemplate, Piece, Slot
from xuelan.kits.plan import KitFile, KitPlan
from xuelan.text.dates import first_day
from xuelan.text.file_names import file_name

ROWS: Final = 200
"""Rows for entries: more than a year of meetings."""
_FIRST: Final = 4
"""The first row for entries, from 0: title, branch, a gap and the heads come before it."""
_PRINTED: Final = 21
"""Rows on one landscape page, which is the print area."""
_LINE: Final = 30
"""Height of a row for entries in points: two lines of writing."""
_MARK: Final = "@@branch@@"

FORMS_OF_STUDY: Final = (
    "中心组学习",
    "党员大会",
    "支委会",
    "党小组会",
    "党课",
    "主题党日",
    "组织生活会",
    "个人自学",
    "送学上门",
    "其他",
)
OTHER: Final = "其他"


@dataclass(frozen=True, slots=True)
class _LedgerColumn:
    """A column of the ledger: head, width in characters, rule for entries, cell format."""

    title: str
    width: float
    validation: dict[str, Any] | None = None
    style: str = "text"


def _whole(title: str) -> dict[str, Any]:
    return {
        "validate": "integer",
        "criteria": "between",
        "minimum": 0,
        "maximum": 9999,
        "error_title": title,
        "error_message": "请填整数人数。",
    }


_DATE_RULE: Final = {
    "validate": "date",
    "criteria": ">=",
    "value": datetime.date(2000, 1, 1),
    "error_title": "日期",
    "error_message": "请填日期，例如 2026-12-03。",
}
_PRESENT_RULE: Final = {
    "validate": "custom",
    "value": f"=AND(ISNUMBER(I{_FIRST + 1}),I{_FIRST + 1}>=0,I{_FIRST + 1}<=H{_FIRST + 1})",
    "error_title": "实到",
    "error_message": "实到人数不能多于应到人数；列席的人写在备注里。",
}
_HOURS_RULE: Final = {
    "validate": "decimal",
    "criteria": "between",
    "minimum": 0,
    "maximum": 24,
    "error_title": "学时",
    "error_message": "请填学时数，按上级党组织的口径计算。",
}

COLUMNS: Final = (
    _LedgerColumn("序号", 6, style="number"),
    _LedgerColumn("日期", 12, _DATE_RULE, "date"),
    _LedgerColumn("活动", 14, {"validate": "list", "source": "=活动"}),
    _LedgerColumn("主题", 20),
    _LedgerColumn("学习篇目", 20),
    _LedgerColumn("形式", 12, {"validate": "list", "source": "=形式"}),
    _LedgerColumn("主持或领学", 12),
    _LedgerColumn("应到", 7, _whole("应到"), "number"),
    _LedgerColumn("实到", 7, _PRESENT_RULE, "number"),
    _LedgerColumn("缺席", 7, style="number"),
    _LedgerColumn("补学", 7, _whole("补学"), "number"),
    _LedgerColumn("学时", 7, _HOURS_RULE, "number"),
    _LedgerColumn("记录放在哪里", 14),
    _LedgerColumn("备注", 14),
)
_ADVICE: Final = (
    "一次学习或会议记一行，过程看会议记录，这里不重抄。",
    "日期、活动、形式、人数有填写提示；填错时表格会说明原因。",
    "缺席人数由应到减实到得出；补学另行登记真实日期后，再填补学人数。",
    "“汇总”表自动统计次数、人次和学时，不用填写。",
    "不登记身份证号、电话；签名在签到表上，不在这里。",
    "照实填写，没有的空着。台账由支部留存，一份供各处查用。",
)


def files(plan: KitPlan) -> Iterator[KitFile]:
    """The ledger, empty."""
    data = template(activities(plan), plan.column.title, plan.date).fill({})
    yield KitFile(file_name("20-学习台账", ".xlsx"), "学习台账（Excel）", "台账", data)


def activities(plan: KitPlan) -> tuple[str, ...]:
    """The activities a branch can choose from."""
    return (*(a.name for a in plan.activities), OTHER)


@cache
def template(names: tuple[str, ...], author: str, date: str) -> OfficeTemplate:
    """The workbook with a slot for the name of the branch.

    ``names`` are the activities to choose from; ``author`` and ``date`` (ISO) are properties of the
    file. The same arguments give the same bytes.
    """
    with zipfile.ZipFile(io.BytesIO(_workbook(names, author, date))) as made:
        parts = [(name, made.read(name).decode()) for name in made.namelist()]
    return OfficeTemplate(tuple((name, _pieces(text)) for name, text in parts))


def _pieces(text: str) -> tuple[Piece, ...]:
    before, mark, after = text.partition(_MARK)
    return (before, Slot(BRANCH, "", "", ""), after) if mark else (text,)


def _workbook(names: tuple[str, ...], author: str, date: str) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    created = datetime.datetime.fromisoformat(first_day(date))
    book.set_properties({"title": "学习台账", "author": author, "created": created})
    styles = _styles(book)
    entries, summary = book.add_worksheet("台账"), book.add_worksheet("汇总")
    advice, lists = book.add_worksheet("填写说明"), book.add_worksheet("选项")
    _lists(book, lists, names)
    _entries(entries, styles)
    _summary(summary, styles, names)
    _advice(advice, styles)
    book.close()
    return buffer.getvalue()


def _styles(book: Workbook) -> dict[str, Format]:
    base = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
    cell = {**base, "border": 1, "text_wrap": True}
    head = {"font_name": "黑体", "align": "center", "bg_color": "#EFEBE3", "bold": False}
    made = {
        "title": {**base, "font_name": "黑体", "font_size": 18, "align": "center"},
        "plain": base,
        "line": {**base, "bottom": 1},
        "head": {**cell, **head},
        "text": cell,
        "number": {**cell, "align": "center", "num_format": "0.##"},
        "date": {**cell, "align": "center", "num_format": "yyyy-mm-dd"},
        "share": {**cell, "align": "center", "num_format": "0.0%"},
        "wrapped": {**base, "text_wrap": True},
    }
    return {name: book.add_format(style) for name, style in made.items()}


def _lists(book: Workbook, sheet: Worksheet, names: tuple[str, ...]) -> None:
    """Write the choices on a hidden sheet: a list in the rule may have 255 characters only."""
    for column, (name, choices) in enumerate((("活动", names), ("形式", FORMS_OF_STUDY))):
        sheet.write_string(0, column, name)
        for row, choice in enumerate(choices, 1):
            sheet.write_string(row, column, choice)
        letter = "AB"[column]
        book.define_name(name, f"=选项!${letter}$2:${letter}${len(choices) + 1}")
    sheet.hide()


def _entries(sheet: Worksheet, styles: dict[str, Format]) -> None:
    last = len(COLUMNS) - 1
    sheet.set_row(0, 32)
    sheet.merge_range(0, 0, 0, last, "学习台账", styles["title"])
    sheet.set_row(1, 22)
    sheet.merge_range(1, 0, 1, 1, "支部：", styles["plain"])
    sheet.merge_range(1, 2, 1, 6, _MARK, styles["line"])
    sheet.set_row(_FIRST - 1, 24)
    for n, column in enumerate(COLUMNS):
        sheet.set_column(n, n, column.width)
        sheet.write_string(_FIRST - 1, n, column.title, styles["head"])
        if column.validation:
            sheet.data_validation(_FIRST, n, _FIRST + ROWS - 1, n, column.validation)
    for row in range(_FIRST, _FIRST + ROWS):
        line = row + 1
        sheet.set_row(row, _LINE)
        for n, column in enumerate(COLUMNS):
            sheet.write_blank(row, n, None, styles[column.style])
        sheet.write_formula(row, 0, f'=IF(B{line}="","",ROW()-{_FIRST})', styles["number"], "")
        absent = f'=IF(OR(H{line}="",I{line}=""),"",H{line}-I{line})'
        sheet.write_formula(row, 9, absent, styles["number"], "")
    sheet.freeze_panes(_FIRST, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_FIRST - 1)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.print_area(0, 0, _FIRST + _PRINTED - 1, last)
    sheet.set_footer("&C— &P —")


def _range(letter: str) -> str:
    return f"台账!${letter}${_FIRST + 1}:${letter}${_FIRST + ROWS}"


def _summary(sheet: Worksheet, styles: dict[str, Format], names: tuple[str, ...]) -> None:
    heads = ("活动", "次数", "应到人次", "实到人次", "到会率", "补学人次", "学时合计")
    sheet.set_row(0, 32)
    sheet.merge_range(0, 0, 0, len(heads) - 1, "学习汇总", styles["title"])
    sheet.merge_range(1, 0, 1, len(heads) - 1, "由“台账”自动统计，不用填写。", styles["plain"])
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, len(heads) - 1, 11)
    for n, head in enumerate(heads):
        sheet.write_string(3, n, head, styles["head"])
    for row, name in enumerate(names, 4):
        sheet.set_row(row, _LINE)
        sheet.write_string(row, 0, name, styles["text"])
        key = f"$A{row + 1}"
        count = f"=COUNTIFS({_range('C')},{key})"
        sheet.write_formula(row, 1, count, styles["number"], 0)
        for n, letter in ((2, "H"), (3, "I"), (5, "K"), (6, "L")):
            total = f"=SUMIFS({_range(letter)},{_range('C')},{key})"
            sheet.write_formula(row, n, total, styles["number"], 0)
        _share(sheet, styles, row)
    last = 4 + len(names)
    sheet.set_row(last, _LINE)
    sheet.write_string(last, 0, "合计", styles["head"])
    for n, letter in ((1, "B"), (2, "C"), (3, "D"), (5, "F"), (6, "G")):
        sheet.write_formula(last, n, f"=SUM({letter}5:{letter}{last})", styles["number"], 0)
    _share(sheet, styles, last)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _share(sheet: Worksheet, styles: dict[str, Format], row: int) -> None:
    share = f'=IF(C{row + 1}=0,"",D{row + 1}/C{row + 1})'
    sheet.write_formula(row, 4, share, styles["share"], "")


def _advice(sheet: Worksheet, styles: dict[str, Format]) -> None:
    sheet.set_column(0, 0, 5)
    sheet.set_column(1, 1, 78)
    sheet.merge_range(0, 0, 0, 1, "填写说明", styles["title"])
    sheet.set_row(0, 32)
    for number, text in enumerate(_ADVICE, 1):
        sheet.set_row(number, 24)
        sheet.write_number(number, 0, number, styles["plain"])
        sheet.write_string(number, 1, text, styles["wrapped"])
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
