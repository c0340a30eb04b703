"""Indents and blanks at line ends that nobody means: they are taken off, and reported once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xuelan.text.blanks import find_blanks, has_blanks, place_in_file, report, strip_blanks
from xuelan.text.problem import Code, Edit, Problem


def _strip(body: str) -> str:
    return strip_blanks(body, find_blanks(body)) if find_blanks(body) else body


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("　　正文。", "正文。"),
        ("  　正文。", "正文。"),
        ("\u00a0\u00a0正文。", "正文。"),
        ("\u2003\u2003正文。", "正文。"),
        ("正文。 \n\n第二段。\t\n", "正文。\n\n第二段。\n"),
        ("正文。　", "正文。"),
        ("甲\n　　\n乙", "甲\n\n乙"),
        ("##　标题", "## 标题"),
        ("## 　标题", "## 标题"),
        ("> 　　引文", "> 引文"),
        ("-　甲", "- 甲"),
        ("1.　甲", "1. 甲"),
        ("- 甲\n\n    　　另一段", "- 甲\n\n    另一段"),
        ("```\n　　样表　　\n```", "```\n　　样表\n```"),
    ],
)
def test_a_text_is_read_as_it_is_meant(written: str, meant: str) -> None:
    """Indents go, a mark keeps one space, code keeps its indents."""
    assert _strip(written) == meant


@given(st.text(alphabet="甲 　\t\n\u00a0#->1.`", max_size=40))
def test_only_blanks_are_taken_off(body: str) -> None:
    """Every other character stays, in its order and on its line."""
    stripped = _strip(body)
    rows = zip(stripped.split("\n"), body.split("\n"), strict=True)
    assert all("".join(a.split()) == "".join(b.split()) for a, b in rows)
    assert has_blanks(body) or stripped == body


def test_there_is_one_note_for_a_whole_text() -> None:
    """It stands at the first line with a blank, counts the lines and has all the edits."""
    (note,) = report("a.md", find_blanks("甲\n　　乙 \n　　丙\n", 10))
    assert (note.code, note.line, len(note.edits)) == (Code.BLANKS, 11, 3)
    assert "2 行" in note.message


def test_edits_of_other_problems_are_placed_in_the_file() -> None:
    """An edit at the first sign of the stripped line comes after the indent in the file."""
    problem = Problem("a.md", 1, Code.PORTABLE, "", edits=(Edit(1, 0, 2, "- "), Edit(2, 0, 1, "")))
    placed = place_in_file(problem, find_blanks("　　-甲\n乙\n"))
    assert placed.edits == (Edit(1, 2, 4, "- "), Edit(2, 0, 1, ""))
