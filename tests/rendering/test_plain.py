"""Plain texts read without the parser give exactly what the parser gives.

Texts are made at random from the lists below: the same in every run, whatever else changes in the
code, unless ``XUELAN_EXAMPLES`` says how many new ones to try. A failure prints ``XUELAN_SEED``;
both given make the same texts again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from random import Random, SystemRandom

import pytest

import tiny
from xuelan.rendering import plain_blocks
from xuelan.rendering.links import Surroundings
from xuelan.rendering.markdown_reader import clean
from xuelan.rendering.text_renderer import Renderer
from xuelan.rules import text
from xuelan.text import prose

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


BEGINNINGS = (
    *(["", "- ", "> ", "    - ", "    "] * 3),
    "- - ",
    "- > ",
    "* ",
    "+ ",
    "-   ",
    "1. ",
    "2. ",
    "10. ",
    "100. ",
    "1) ",
    "    1. ",
    "        - ",
    "        ",
    "  - ",
    " ",
    "  ",
    "   ",
    "## ",
    "### ",
    "# ",
    "> - ",
    "> 1. ",
    "> > ",
    ">     ",
    ">",
    "|",
    "| ",
)
ODD_LINES = (
    "---",
    "===",
    "-",
    "--",
    "=",
    "***",
    "___",
    "- - -",
    "```",
    "~~~",
    "    ---",
    "a | b",
    "--- | ---",
    "|-|-|",
    "| --- |",
    "| a | b |",
    "| --- | --- |",
    "| 1 | 2 |",
)
"""Lines that are a block by themselves, or a part of one."""

EXAMPLES = int(os.environ.get("XUELAN_EXAMPLES", "3000"))
_NEW = SystemRandom().randrange(10**6) if "XUELAN_EXAMPLES" in os.environ else 1
SEED = int(os.environ.get("XUELAN_SEED", _NEW))

Maker = Callable[[Random], str]


def examples(*makers: Maker) -> Iterator[str]:
    """As many texts as are wanted, made by these in turn."""
    print(f"XUELAN_SEED={SEED} XUELAN_EXAMPLES={EXAMPLES}")
    chance = Random(SEED)
    for n in range(EXAMPLES):
        yield makers[n % len(makers)](chance)


def smallest(text: str, fails: Callable[[str], bool]) -> str:
    """``text``, which fails, without whatever it can lose and still fail."""
    size, at = len(text), 0
    while size:
        shorter = text[:at] + text[at + size :]
        if fails(shorter):
            text = shorter
        else:
            at += size
        if at >= len(text):
            size, at = size // 2, 0
    return text


def _piece(chance: Random) -> str:
    word = chance.choice(WORDS)
    cited = chance.choice(["[@f-1]", "[@W-3]", "[@none]"])
    return chance.choice([word, f"**{word}**", f"[{word}](../b/b.md)", cited])


def _line(chance: Random) -> str:
    return "".join(_piece(chance) for _ in range(chance.randint(1, 5)))


def _table(chance: Random) -> str:
    rows = [f"| {_line(chance)} | {_line(chance)} |" for _ in range(chance.randint(2, 3))]
    return "\n".join([rows[0], "| --- | --- |", *rows[1:]])


def _list(chance: Random) -> str:
    numbered = chance.random() < 0.5
    count = range(1, chance.randint(2, 4))
    return "\n".join((f"{n}. " if numbered else "- ") + _line(chance) for n in count)


def _block(chance: Random) -> str:
    line = _line(chance)
    blocks = (line, f"## {line}", f"> {line}", _list(chance), _table(chance))
    return chance.choice(blocks)


def plain_text(chance: Random) -> str:
    """Blocks as the check wants them, with empty lines between."""
    return "\n\n".join(_block(chance) for _ in range(chance.randint(0, 6)))


def any_text(chance: Random) -> str:
    """Signs and words in any order."""
    count = chance.randint(0, 14)
    return "".join(chance.choice(chance.choice((SIGNS, WORDS))) for _ in range(count))


def mixed_text(chance: Random) -> str:
    """Good blocks among others."""
    makers = (_block, any_text)
    return "\n\n".join(chance.choice(makers)(chance) for _ in range(chance.randint(0, 4)))


def _any_line(chance: Random) -> str:
    if chance.random() < 0.2:
        return chance.choice(ODD_LINES)
    words = [
        chance.choice(SIGNS) if chance.random() < 0.2 else _piece(chance)
        for _ in range(chance.randint(0, 3))
    ]
    return chance.choice(BEGINNINGS) + "".join(words)


def lines_text(chance: Random) -> str:
    """Lines of every kind, some with an empty one between."""
    count = chance.randint(1, 6)
    return "".join(_any_line(chance) + chance.choice(["\n", "\n\n"]) for _ in range(count))


def slip(chance: Random) -> str:
    """A good text with one sign put in anywhere."""
    body = plain_text(chance)
    at = chance.randint(0, len(body))
    return body[:at] + chance.choice(SIGNS) + body[at:]


_QUICK, _SLOW = Renderer("docs"), Renderer("docs", quick=False)


def _is_plain(body: str) -> bool:
    return plain_blocks.read(body) is not None


def _disagree(body: str) -> bool:
    quick = _QUICK.render("a", "materials/a/a.md", body, AROUND)
    return quick != _SLOW.render("a", "materials/a/a.md", body, AROUND)


def _all_agree(*makers: Maker) -> int:
    """How many of the texts were plain: all of them have to be read as the parser does."""
    plain_ones = 0
    for body in examples(*makers):
        if _is_plain(body):
            plain_ones += 1
            assert not _disagree(body), smallest(body, _disagree)
    return plain_ones


def test_texts_made_of_plain_blocks() -> None:
    """Every block the quick way knows, in any order."""
    assert _all_agree(plain_text) > EXAMPLES // 4


def test_texts_with_every_sign_of_markdown() -> None:
    """Where the quick way takes a text, it must read it as the parser does."""
    assert _all_agree(any_text, mixed_text, lines_text) > EXAMPLES // 50


def test_plain_texts_with_one_sign_put_in() -> None:
    """One slip of the keyboard anywhere in a plain text."""
    assert _all_agree(slip) > EXAMPLES // 20


def test_no_character_of_a_plain_text_needs_the_allow_list() -> None:
    """What is written without it is what it would let through, wherever a character stands."""
    signs = [c for c in map(chr, range(0x20, 0x10000)) if _is_plain(f"甲{c}乙")]
    words = f"甲{''.join(signs)}乙"
    blocks = (
        words,
        f"## {words}",
        f"**{words}**，[{words}](../b/b.md)",
        f"> {words}",
        f"- {words}",
    )
    body = "\n\n".join([*blocks, f"| {words} | 乙 |\n| --- | --- |\n| 甲 | {words} |"])
    assert _is_plain(body)
    html = _QUICK.render("a", "materials/a/a.md", body, AROUND).html
    assert html.count("<h2") == html.count("<table") == 1
    assert clean(html) == html


def _is_taken_wrongly(line: str) -> bool:
    odd = any(p.search(line) for p, *_ in text._UNPORTABLE) or not text._stars().match(line)
    return bool(text._ORDINARY.fullmatch(line)) and odd


def test_a_line_taken_for_ordinary_has_nothing_unportable() -> None:
    """The check looks at most lines once only: where it does, no other look would find anything."""
    for body in examples(any_text, plain_text, slip, lines_text):
        for line in body.split("\n"):
            assert not _is_taken_wrongly(line), smallest(line, _is_taken_wrongly)


def _is_passed_wrongly(body: str) -> bool:
    lines = prose.lines(body)
    found = list(text._portable(tiny.in_memory(body), lines))
    return bool(text._ORDINARY_TEXT.fullmatch(body)) and (lines != body.split("\n") or found != [])


def test_a_text_taken_for_ordinary_has_nothing_unportable() -> None:
    """The check looks at most texts once only: line by line it would find nothing either."""
    for body in examples(plain_text, mixed_text, slip, lines_text):
        if text._ORDINARY_TEXT.fullmatch(body):
            assert not _is_passed_wrongly(body), smallest(body, _is_passed_wrongly)


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
        "[@f-1]://",
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
