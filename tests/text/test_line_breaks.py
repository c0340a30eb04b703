"""Where the lines of a paragraph meet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xuelan.text.line_breaks import Paragraph, join, join_pieces, paragraphs


@pytest.mark.parametrize(
    ("before", "after"),
    ["村里", "。第", "年3", "3月", "）（", "”“", "—村", "村A", "𠮷野", "ア村", "，“"],
)
def test_beside_chinese_a_break_is_nothing(before: str, after: str) -> None:
    """Characters, full-width signs, and the numbers and letters next to them."""
    assert join(before, after) == ""


@pytest.mark.parametrize(("before", "after"), ["do", ",w", "3a", "d“", "”w", "한국"])
def test_between_words_a_break_is_a_space(before: str, after: str) -> None:
    """Words of letters, whatever quotation marks they wear; Korean writes spaces too."""
    assert join(before, after) == " "


@given(st.lists(st.text("村里a1，“\n \u3000", max_size=6), max_size=6))
def test_pieces_lose_nothing_but_space(pieces: list[str]) -> None:
    """Each keeps its words; no break is left between words."""
    joined = join_pieces(pieces)
    for before, after in zip(pieces, joined, strict=True):
        assert "".join(before.split()) == "".join(after.split())
    assert "\n" not in "".join(joined).strip()


def test_lines_that_make_a_paragraph() -> None:
    """Headings, items and rows end it; further lines of an item or a quotation belong to it."""
    lines = [
        "## 题",
        "甲",
        "乙 ",
        "",
        "- 丙",
        "    丁",
        "- 戊",
        "| 己 |",
        "> 庚",
        "> 辛",
        ">",
        "壬",
    ]
    assert list(paragraphs(lines)) == [
        Paragraph(1, "## 题"),
        Paragraph(2, "甲乙", (1,)),
        Paragraph(5, "- 丙丁", (3,)),
        Paragraph(7, "- 戊"),
        Paragraph(8, "| 己 |"),
        Paragraph(9, "> 庚辛", (3,)),
        Paragraph(11, ">"),
        Paragraph(12, "壬"),
    ]


def test_a_place_is_told_by_its_line() -> None:
    """The first character of a line counts to it."""
    (paragraph,) = paragraphs(["do", "it", "村里"])
    assert paragraph.text == "do it村里"
    assert [paragraph.line_at(n) for n in range(7)] == [1, 1, 1, 2, 2, 3, 3]
