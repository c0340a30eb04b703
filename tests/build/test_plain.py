"""Plain texts read without the parser give exactly what the parser gives."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tiny
from xuelan import plain, prose
from xuelan.link_table import Surroundings
from xuelan.render import Renderer
from xuelan.rules import text

AROUND = Surroundings(
    materials={"materials/b/b.md": "b", "materials/a/c.md": "c"},
    sources={"f-1": ("W-1", "W-2"), "f-2": ("W-3",), "W-3": ("W-3",), "none": ()},
    terms={"梯田": "term-t", "水平梯田": "term-t", "夜校": "term-y"},
)
WORDS = (
    "村里",
    "修",
    "梯田",
    "水平梯田",
    "夜校",
    "，",
    "。",
    "“",
    "”",
    "1980年",
    "A-1",
    "a b",
    "（见）",
)
SIGNS = (
    "*",
    "**",
    "_",
    "`",
    "~",
    "[",
    "]",
    "(",
    ")",
    "](",
    "[@f-1]",
    "[@f-1; @f-2]",
    "[@",
    "![",
    "<",
    ">",
    "<b>",
    "&",
    "&amp;",
    "\\",
    "#",
    "|",
    "-",
    "+",
    "=",
    ":",
    "!",
    "1.",
    "1)",
    "\t",
    " ",
    "  ",
    "　",
    "\n",
    "\n\n",
    "\n- ",
    "\n1. ",
    "\n    - ",
    "\n> ",
    "\n## ",
    "\n### ",
    "\n```\n",
    "\n---\n",
    "\n===\n",
    "\n| a | b |\n| --- | --- |\n| 1 | 2 |\n",
    "[甲](../b/b.md)",
    "[乙](c.md#x)",
    "http://x.cn",
    "^",
    "*\n",
    "\n* ",
    "\n2. ",
    "\n[a]: b",
    "\n:   x",
    "\n[^1]: y",
    "[^1]",
    "://",
    "\u00a0",
    "\u200d",
    "😀",
)


def _piece() -> st.SearchStrategy[str]:
    strong = st.sampled_from(WORDS).map(lambda w: f"**{w}**")
    link = st.sampled_from(WORDS).map(lambda w: f"[{w}](../b/b.md)")
    return st.one_of(
        st.sampled_from(WORDS), strong, link, st.sampled_from(["[@f-1]", "[@W-3]", "[@none]"])
    )


_LINE = st.lists(_piece(), min_size=1, max_size=5).map("".join)


def _table(cells: list[str]) -> str:
    rows = [f"| {cells[n]} | {cells[n + 1]} |" for n in range(0, len(cells) - 1, 2)]
    return "\n".join([rows[0], "| --- | --- |", *rows[1:]])


_BLOCK = st.one_of(
    _LINE,
    _LINE.map(lambda t: f"## {t}"),
    _LINE.map(lambda t: f"> {t}"),
    st.lists(_LINE, min_size=1, max_size=3).map(lambda x: "\n".join(f"- {t}" for t in x)),
    st.lists(_LINE, min_size=1, max_size=3).map(
        lambda x: "\n".join(f"{n}. {t}" for n, t in enumerate(x, 1))
    ),
    st.lists(_LINE, min_size=4, max_size=6).map(_table),
)
PLAIN = st.lists(_BLOCK, max_size=6).map("\n\n".join)
ANY = st.lists(st.one_of(st.sampled_from(SIGNS), st.sampled_from(WORDS)), max_size=14).map("".join)
MIXED = st.lists(st.one_of(_BLOCK, ANY), max_size=4).map("\n\n".join)

_QUICK, _SLOW = Renderer("docs"), Renderer("docs", quick=False)


def _is_plain(body: str) -> bool:
    return plain.read(body) is not None


def _both_agree(body: str) -> None:
    quick = _QUICK.render("a", "materials/a/a.md", body, AROUND)
    assert quick == _SLOW.render("a", "materials/a/a.md", body, AROUND)


@settings(max_examples=400, deadline=None)
@given(body=PLAIN)
def test_texts_made_of_plain_blocks(body: str) -> None:
    """Every block the quick way knows, in any order."""
    _both_agree(body)


@settings(max_examples=1500, deadline=None)
@given(body=st.one_of(ANY, MIXED))
def test_texts_with_every_sign_of_markdown(body: str) -> None:
    """Where the quick way takes a text, it must read it as the parser does."""
    if _is_plain(body):
        _both_agree(body)


@settings(max_examples=500, deadline=None)
@given(body=PLAIN, at=st.integers(0, 200), sign=st.sampled_from(SIGNS))
def test_plain_texts_with_one_sign_put_in(body: str, at: int, sign: str) -> None:
    """One slip of the keyboard anywhere in a plain text."""
    _both_agree(body[:at] + sign + body[at:])


@settings(max_examples=2000, deadline=None)
@given(line=st.one_of(ANY, _LINE, _LINE.map(lambda t: f"- {t}"), _LINE.map(lambda t: f"## {t}")))
def test_a_line_taken_for_ordinary_has_nothing_unportable(line: str) -> None:
    """The check looks at most lines once only: where it does, no other look would find anything."""
    for part in line.split("\n"):
        if text._ORDINARY.fullmatch(part):
            assert [p.pattern for p, *_ in text._UNPORTABLE if p.search(part)] == []
            assert text._stars().match(part)


@settings(max_examples=2000, deadline=None)
@given(body=st.one_of(PLAIN, MIXED), at=st.integers(0, 200), sign=st.sampled_from(SIGNS))
def test_a_text_taken_for_ordinary_has_nothing_unportable(body: str, at: int, sign: str) -> None:
    """The check looks at most texts once only: line by line it would find nothing either."""
    for changed in (body, body[:at] + sign + body[at:]):
        if text._ORDINARY_TEXT.fullmatch(changed):
            lines = prose.lines(changed)
            assert lines == changed.split("\n")
            assert list(text._line_by_line(tiny.in_memory(changed), lines)) == []


def test_ordinary_texts_are_looked_at_once() -> None:
    """One look is worth having only if it is enough."""
    body = (
        "**村里**修梯田[@f-1]。\n\n## 二\n\n- 甲\n- 乙\n\n| 年 | 数 |\n| --- | --- |\n| 1 | 2 |\n"
    )
    assert text._ORDINARY_TEXT.fullmatch(body)


@pytest.mark.parametrize(
    "body",
    [
        "甲\n乙",
        "    代码",
        "- 甲\n\n- 乙",
        "- 甲\n    - 乙",
        "> 甲\n\n> 乙",
        "`甲`",
        "*甲*",
        "| a |\n| - |\n| b |",
        "1980. 甲",
        "甲 [@",
        "# 甲",
        "---",
        "| a | b |\n| :-- | --- |\n| 1 | 2 |",
        "甲  \n乙",
    ],
)
def test_the_rest_is_left_to_the_parser(body: str) -> None:
    """What is not plain is not guessed at."""
    assert not _is_plain(body)


def test_ordinary_texts_are_plain() -> None:
    """The quick way is worth having only if it is taken."""
    assert _is_plain(
        "**村里**修梯田[@f-1]。\n\n## 二\n\n- 甲\n- 乙\n\n| 年 | 数 |\n| --- | --- |\n| 1 | 2 |\n"
    )
