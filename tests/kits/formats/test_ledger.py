"""The ledger: lists to choose from, a summary that counts, text that never becomes a formula."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl

from branch_kits import AWKWARD, plan
from xuelan.kits.formats import ledger
from xuelan.kits.formats.ledger import COLUMNS, FORMS_OF_STUDY, template

NAMES = ("集中学习", "心得体会", "其他")


def workbook(branch: str = "") -> openpyxl.Workbook:
    return openpyxl.load_workbook(
        io.BytesIO(template(NAMES, "专栏", "2026-11-22").fill({"branch": branch}))
    )


def test_the_lists_offer_what_the_column_organises() -> None:
    """Activities and forms of study are chosen from named ranges on a hidden sheet."""
    book = workbook()
    lists = book["选项"]
    assert lists.sheet_state == "hidden"
    assert [c.value for c in lists["A"]] == [
        "活动",
        *NAMES,
        *[None] * (len(FORMS_OF_STUDY) - len(NAMES)),
    ]
    assert [c.value for c in lists["B"]] == ["形式", *FORMS_OF_STUDY]
    rules = {v.formula1: v for v in book["台账"].data_validations.dataValidation}
    assert {"活动", "形式"} <= set(rules)
    assert book.defined_names["活动"].attr_text == "选项!$A$2:$A$4"


def test_nobody_can_enter_more_people_than_were_expected() -> None:
    """The rule for those present compares with those expected, row by row."""
    rules = workbook()["台账"].data_validations.dataValidation
    custom = [v for v in rules if v.type == "custom"]
    assert [v.formula1 for v in custom] == ["AND(ISNUMBER(I5),I5>=0,I5<=H5)"]


def test_the_ledger_is_empty_but_for_its_formulas() -> None:
    """No row is filled in; only the running number and the absent are worked out."""
    sheet = workbook()["台账"]
    for row in sheet.iter_rows(min_row=5, max_col=len(COLUMNS)):
        for cell in row:
            assert cell.value is None or cell.data_type == "f"


def test_the_summary_counts_every_activity_and_adds_up() -> None:
    """One row an activity, formulas over the whole ledger, a total at the end."""
    sheet = workbook()["汇总"]
    assert [sheet.cell(n, 1).value for n in range(5, 9)] == [*NAMES, "合计"]
    assert sheet["B5"].value == "=COUNTIFS(台账!$C$5:$C$204,$A5)"
    assert sheet["D5"].value == "=SUMIFS(台账!$I$5:$I$204,台账!$C$5:$C$204,$A5)"
    assert sheet["B8"].value == "=SUM(B5:B7)"


def test_a_name_that_looks_like_a_formula_stays_text() -> None:
    """``=cmd…`` and every sign of XML come back from the cell as they were typed, as a string."""
    for name in ("=cmd|'/c calc'!A1", "+1", "@SUM(A1)", AWKWARD):
        cell = workbook(name)["台账"]["C2"]
        assert (cell.value, cell.data_type) == (name, "s")


def test_the_same_ledger_is_the_same_bytes(tmp_path: Path) -> None:
    """Made anew, the workbook does not differ in a single byte."""
    template.cache_clear()
    first = [f.data for f in ledger.files(plan(tmp_path / "one"))]
    template.cache_clear()
    assert [f.data for f in ledger.files(plan(tmp_path / "two"))] == first
