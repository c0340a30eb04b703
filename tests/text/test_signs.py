"""Signs that paper cannot show are found in every text, with their line and what to write."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tiny
from xuelan.text.problem import Code, Edit
from xuelan.text.signs import _ODD, check_text, find_bad, is_plain, is_printable
from xuelan.text.source import decode


def _mend(line: str, edits: tuple[Edit, ...]) -> str:
    for edit in sorted(edits, key=lambda e: -e.start):
        line = line[: edit.start] + edit.new + line[edit.end :]
    return line


@pytest.mark.parametrize(
    ("sign", "hint"),
    [
        ("📢", "表情"),
        ("❤", "表情"),
        ("👨\u200d👩", "看不见"),
        ("\ufe0f", "看不见"),
        ("\u200c", "看不见"),
        ("\u00ad", "看不见"),
        ("\u2060", "看不见"),
        ("\u202e", "看不见"),
        ("\u200f", "看不见"),
        ("\U000e0100", "看不见"),
        ("\x85", "看不见"),
        ("\uf0b7", "自造"),
        ("\uf06c", "自造"),
        ("\ue003", "自造"),
        ("\U000f0024", "自造"),
        ("س", "这种文字"),
        ("བོད", "这种文字"),
        ("ᠮᠣᠩ", "这种文字"),
        ("ไทย", "这种文字"),
        ("\ufffd", "转换编码"),
        ("\U00020001", "生僻"),
        ("ﬁ", "改写成“fi”"),
        ("ﬀ", "改写成“ff”"),
        ("⼈", "改写成“人”"),
        ("⻔", "改写成“门”"),
        ("\uf900", "改写成“豈”"),
        ("\U0002f800", "改写成“丽”"),
    ],
)
def test_a_sign_is_found_with_what_to_write(sign: str, hint: str) -> None:
    """In the line where it stands, whatever kind of sign it is."""
    [problem] = check_text("a.md", f"第一行。\n党课{sign}通知。\n", 10)
    assert (problem.code, problem.line) == (Code.SIGN, 11)
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("⼈⺠群众⻅⾯", "人民群众见面"),
        ("e\ufb03cient", "efficient"),
        ("①\ufe0f 第一", "① 第一"),
        ("软\u00ad连字", "软连字"),
        ("&#xFB01;le", "file"),
    ],
)
def test_plain_signs_are_offered_as_edits(written: str, meant: str) -> None:
    """Radicals and ligatures become the plain sign, invisible marks go; no word changes."""
    [problem] = check_text("a.md", written)
    assert _mend(written, problem.edits) == meant
    assert not list(check_text("a.md", meant))


def test_an_entity_counts_as_what_it_stands_for() -> None:
    """Readers would see the sign, not its number."""
    [problem] = check_text("a.md", "通知 &#128226; 一则")
    assert "📢" in problem.message
    assert not list(check_text("a.md", "甲 &amp; 乙 &lt; 丙 &#20013;"))


@pytest.mark.parametrize(
    "text", ["①②③㈠㎡℃‰Ⅳ½±×÷→☐☑✓•·…——「」『』〔〕《》ＡＢ１２％￥　", "Größe é ü Ω я ｱ か ŋ"]
)
def test_signs_of_ordinary_texts_are_let_pass(text: str) -> None:
    """Signs of official texts, foreign letters that the faces have."""
    assert is_plain(text)


def test_the_fast_test_lets_only_printable_signs_pass() -> None:
    """What the pattern of ordinary signs leaves out of the closer look is printable."""
    ordinary = [chr(c) for c in range(0x10000) if not _ODD.match(chr(c))]
    assert [c for c in ordinary if not is_printable(c)] == []


FILES = {
    "materials/facts.yml": ("  statement: ", 1),
    "materials/quiz.yml": ("  question: ", 1),
    tiny.STORY: ("summary: ", 1),
    "mkdocs.yml": ("site_name: ", 0),
}


@pytest.mark.parametrize("path", [p for p in FILES if (tiny.TINY / p).exists()])
@pytest.mark.parametrize("sign", ["📢", "\\U0001F4E2"])
def test_every_file_is_looked_through(path: str, sign: str, tmp_path: Path) -> None:
    """A sign in a value is found at its line, also written as an escape."""
    lines = (tiny.TINY / path).read_text("utf-8").split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith(FILES[path][0]))
    lines[at] = f'{FILES[path][0]}"通知{sign}一则"'
    found = [p for p in tiny.problems(tmp_path, {path: "\n".join(lines)}) if p.code is Code.SIGN]
    assert [(p.path, p.line) for p in found] == [(path, at + 1)]


def test_comments_do_not_count(tmp_path: Path) -> None:
    """Nobody reads them but the editor."""
    text = tiny.text(tiny.STORY, ("\nsummary:", "\n# 📢\nsummary:"))
    assert tiny.problems(tmp_path, {tiny.STORY: text}) == []


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=30))
def test_a_line_is_reported_if_it_has_a_bad_sign(text: str) -> None:
    """Whatever the line has; the reported edits leave nothing that they could mend."""
    source, _ = decode("a.md", text.encode())
    line = source.text.split("\n")[0] if source else ""
    found = list(check_text("a.md", line)) if "&" not in line else []
    assert bool(found) == (bool(find_bad(line)) and "&" not in line)
    assert len(found) <= 1


def test_no_code_point_is_too_large() -> None:
    """Every code point has an answer."""
    assert all(isinstance(is_printable(chr(c)), bool) for c in range(0, sys.maxunicode, 977))
