"""File names that every system takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xuelan.text.file_names import LONGEST, file_name


@given(st.text(max_size=90))
def test_any_text_makes_a_file_name(text: str) -> None:
    """Never empty, never longer than it may be, without a sign Windows refuses."""
    name = file_name(text, ".docx")
    stem = name.removesuffix(".docx")
    assert 0 < len(stem) <= LONGEST + 1
    assert not set(name) & set('<>:"/\\|?*')
    assert not any(ord(c) < 32 or c == "\x7f" for c in name)
    assert stem == stem.strip(" .")
    assert stem.upper() not in {"CON", "NUL", "COM1", "LPT9"}


def test_chinese_names_are_kept() -> None:
    """Only what systems refuse is changed."""
    assert file_name("甲县“实干”支部（第1组）", ".pdf") == "甲县“实干”支部（第1组）.pdf"
    assert file_name("A/B: 研讨?📢 ", ".pdf") == "A／B： 研讨？.pdf"
    assert file_name("con") == "con_"
    assert file_name("📢") == "未命名"
