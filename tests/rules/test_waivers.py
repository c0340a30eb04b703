"""Full texts as sources, and problems that an editor lets pass with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

import tiny
from xuelan.build import build
from xuelan.commands.stats import _format_waivers
from xuelan.text.problem import NEVER_WAIVED, WAIVABLE, Code

NOTICE = "materials/notices/notice-full.md"
FULL_NOTICE = """\
---
id: notice-full
kind: 通知
title: 关于开展学习活动的通知
issuer: 某县委组织部
collected: '2026-11-30'
ground: 公文
summary: 某县委组织部部署全县开展学习活动的通知。
text: 全文
life: 现行
status: published
---

各支部要以“学先进见行动促发展的主题实践”为载体，认真组织。
"""
QUOTING = "通知要求，“学先进见行动促发展的主题实践”要抓好。\n"
UNKNOWN = "他说：“这一句话在任何地方都没有出现过。”\n"


def _with_waiver(body: str, *waivers: str) -> str:
    """The story with this text and these entries of ``waive``."""
    entries = "".join(f"  - {waiver}\n" for waiver in waivers)
    return tiny.with_body(body).replace("\n---\n", f"\nwaive:\n{entries}---\n", 1)


def _found(folder: Path, *files: tuple[str, str | None]) -> list[tuple[Code, str]]:
    found = tiny.problems(folder, dict(files))
    return [(p.code, p.message) for p in found]


def test_a_full_text_may_quote_what_it_likes(tmp_path: Path) -> None:
    """The quotations inside another body's document are the document's own words."""
    assert _found(tmp_path, (NOTICE, FULL_NOTICE)) == []


def test_a_full_text_is_a_source_for_others(tmp_path: Path) -> None:
    """Who quotes it word for word is right; changing a word is found."""
    files = (NOTICE, FULL_NOTICE)
    assert _found(tmp_path / "a", files, (tiny.STORY, tiny.with_body(QUOTING))) == []
    changed = QUOTING.replace("主题", "专题")
    [(code, _)] = _found(tmp_path / "b", files, (tiny.STORY, tiny.with_body(changed)))
    assert code is Code.QUOTATION


@pytest.mark.parametrize(
    "change", [("text: 全文", "text: 摘要"), ("ground: 公文", "ground: 本站原创")]
)
def test_an_own_text_or_a_digest_is_no_source(change: tuple[str, str], tmp_path: Path) -> None:
    """Only the words of others in full are; an own text has to be right like all others."""
    [(code, _)] = _found(tmp_path, (NOTICE, FULL_NOTICE.replace(*change)))
    assert code is Code.QUOTATION


def test_without_a_fact_base_there_is_one_note(tmp_path: Path) -> None:
    """It counts the quotations that could not be compared with anything."""
    body = UNKNOWN + "\n" + UNKNOWN.replace("这", "那") + "\n"
    found = tiny.problems(
        tmp_path, {"materials/facts.yml": "[]\n", tiny.STORY: tiny.with_body(body)}
    )
    [note] = [p for p in found if p.code in (Code.QUOTATION, Code.UNCHECKED_QUOTATION)]
    assert note.code is Code.UNCHECKED_QUOTATION
    assert "2 处" in note.message


def test_a_waiver_lets_a_problem_pass_and_is_listed(tmp_path: Path) -> None:
    """By check as a note with its reason and date, and by stats."""
    text = _with_waiver(UNKNOWN, "{code: quotation, reason: 已与录音核对, date: '2026-11-30'}")
    [(code, message)] = _found(tmp_path / "a", (tiny.STORY, text))
    assert code is Code.WAIVED
    assert message == "放行了 1 处 quotation，理由：已与录音核对（2026-11-30）"
    listed = _format_waivers(tiny.catalog(tmp_path / "b", {tiny.STORY: text}))
    assert listed == f"放行 1 条\n  {tiny.STORY}：quotation，已与录音核对（2026-11-30）\n"


def test_a_waiver_holds_for_its_own_material_and_code_only(tmp_path: Path) -> None:
    """Another kind of problem in the same text stays an error."""
    body = UNKNOWN + "\n\\行末\n"
    text = _with_waiver(body, "{code: quotation, reason: 已与录音核对}")
    codes = [code for code, _ in _found(tmp_path, (tiny.STORY, text))]
    assert sorted(code.slug for code in codes) == ["portable", "waived"]


@pytest.mark.parametrize(
    ("waiver", "code"),
    [
        ("{code: quotation, reason: 没有这样的句子}", Code.UNUSED_WAIVER),
        ("{code: quotation, reason: ''}", Code.MISSING_FIELD),
        ("{code: quotation}", Code.MISSING_FIELD),
        ("{code: quotations, reason: 写错了}", Code.UNKNOWN_VALUE),
        ("{code: encoding, reason: 不许}", Code.UNKNOWN_VALUE),
        ("{code: quotation, reason: 甲, date: 昨天}", Code.DATE),
        ("quotation", Code.WRONG_TYPE),
    ],
)
def test_a_faulty_waiver_is_found(waiver: str, code: Code, tmp_path: Path) -> None:
    """Unknown codes, empty reasons, those that may never pass, and waivers for nothing."""
    found = _found(tmp_path, (tiny.STORY, _with_waiver("正文。\n", waiver)))
    assert code in [c for c, _ in found]


def test_every_code_is_waivable_or_never(tmp_path: Path) -> None:
    """The front matter offers exactly those that are not in the table of the others."""
    assert {code.slug for code in Code} == {*WAIVABLE, *(code.slug for code in NEVER_WAIVED)}


WAIVED_TEXT = """\
他说：“这一句话在任何地方都没有出现过。”

见 [网页](https://example.org/)，又写 <b>粗</b> 一次，~~删~~ 去。

\\行末

| 甲 | 乙 |
| --- | --- |
| 一 |
"""


def test_what_is_waived_can_be_built(tmp_path: Path) -> None:
    """The site is made, and shows what the editor wanted to keep."""
    codes = ("quotation", "outbound-link", "raw-html", "portable", "document-number")
    text = _with_waiver(WAIVED_TEXT, *(f"{{code: {code}, reason: 原件如此}}" for code in codes))
    text = text.replace("\nwaive:", "\nnumber: 国函第 7 号文\nwaive:", 1)
    report = build(tiny.write(tmp_path, {tiny.STORY: text}))
    assert {p.code for p in report.problems} == {Code.WAIVED}
    page = (report.site / "materials/story-night-school/index.html").read_text("utf-8")
    assert "国函第 7 号文" in page
    assert "&lt;b&gt;粗" in page
