"""Plain texts read without the parser give exactly what the parser gives.

Texts are made at random from the lists below: the same in every run, whatever else changes in the
code, unless ``XUELAN_EXAMPLES`` says how many new ones to try. A failure prints ``XUELAN_SEED``;
both given make the same texts again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from random import Random, SystemRandom
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tiny
from xuelan.rendering import plain_parser
from xuelan.rendering.links import Dependencies
from xuelan.rendering.python_markdown import clean
from xuelan.rendering.renderer import Renderer
from xuelan.rules import portable
from xuelan.text import prose

DEPENDENCIES = Dependencies(
    materials={"materials/b/b.md": "b", "materials/a/c.md": "c"},
    sources={"f-1": ("W-1", "W-2"), "f-2": ("W-3",), "W-3": ("W-3",), "none": ()},
    terms={"梯田": "term-t", "水平梯田": "term-t", "夜校": "term-y"},
)
CATEGORIES = (
    *("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No"),
    *("Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So"),
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
    "①25℃→№7",
    "é",
    "R&D",
    "3~5",
    "a_b",
    "甲_乙",
    "AT&T",
    "<5",
    "C#",
    "x@y.cn",
    "100%!",
    "姓　名",
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
    "１. ",
    "\n１. ",
    "\n٣. ",
    "１",
    "\u3000",
    "\n\u3000",
    "_a_",
    "__",
    "&#8226;",
    "&#x41;",
    "&copy",
    "&\u212a;",
    ";",
    "@",
    "<a@b.cn>",
    "<http://x.cn>",
    "~~~",
    "\n~~~\n",
    "\n+5",
    "\n-5",
    "\n--",
    "\n1.5",
    "\n- -",
    "\n- - -",
    "*a*",
    "__a__",
    "! ",
    "{a}",
    "$",
    '"',
    "'",
    "\u0301",
    "\ufe0f",
    "א",
)

PRINTABLE = [c for c in map(chr, range(0x110000)) if c.isprintable()]
BY_CATEGORY = {kind: [c for c in PRINTABLE if category(c) == kind] for kind in CATEGORIES}
"""Every printable character of Unicode; taken by category, the rare ones come up as well."""


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


def _any_signs(chance: Random) -> str:
    kinds = [chance.choice(CATEGORIES) for _ in range(chance.randint(1, 3))]
    return "".join(chance.choice(BY_CATEGORY[kind]) for kind in kinds)


def _word(chance: Random) -> str:
    return _any_signs(chance) if chance.random() < 0.2 else chance.choice(WORDS)


def _piece(chance: Random) -> str:
    word = _word(chance)
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
    return "".join(
        chance.choice(SIGNS) if chance.random() < 0.5 else _word(chance) for _ in range(count)
    )


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
    return plain_parser.parse(body) is not None


def _disagree(body: str) -> bool:
    quick = _QUICK.render("a", "materials/a/a.md", body, DEPENDENCIES)
    return quick != _SLOW.render("a", "materials/a/a.md", body, DEPENDENCIES)


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


SIGN = st.one_of(
    st.characters(exclude_categories=["Cs"]), st.sampled_from("*_~&;<>[]()@!#|- 1.`\\")
)


@settings(max_examples=300, deadline=None)
@given(block=st.sampled_from(["{}", "- {}", "1. {}", "> {}", "## {}"]), words=st.text(SIGN))
def test_lines_of_any_characters(block: str, words: str) -> None:
    """Whatever Unicode holds: composing marks, emoji, letters that run from right to left."""
    body = block.format(words)
    assert not _is_plain(body) or not _disagree(body)


def test_no_character_of_a_plain_text_needs_the_allow_list() -> None:
    """What is written without it is what it would let through, wherever a character stands."""
    signs = [c for c in PRINTABLE if _is_plain(f"甲{c}乙")]
    assert len(signs) > len(PRINTABLE) - 20
    words = f"甲{'甲'.join(reversed(signs))}乙"
    blocks = (
        words,
        f"## {words}",
        f"**{words}**",
        f"[{words}](../b/b.md)",
        f"> {words}",
        f"- {words}",
    )
    body = "\n\n".join([*blocks, f"| {words} | 乙 |\n| --- | --- |\n| 甲 | {words} |"])
    assert _is_plain(body)
    html = _QUICK.render("a", "materials/a/a.md", body, DEPENDENCIES).html
    assert html.count("<h2") == html.count("<table") == 1
    assert html == _SLOW.render("a", "materials/a/a.md", body, DEPENDENCIES).html
    assert clean(html) == html


def _is_taken_wrongly(line: str) -> bool:
    odd = any(re.search(pattern, line) for pattern, *_ in portable._UNPORTABLE)
    starred = not portable.good_emphasis().match(line)
    return portable._is_ordinary_line(line) and (odd or starred)


def test_a_line_taken_for_ordinary_has_nothing_unportable() -> None:
    """The check looks at most lines once only: where it does, no other look would find anything."""
    for body in examples(any_text, plain_text, slip, lines_text):
        for line in body.split("\n"):
            assert not _is_taken_wrongly(line), smallest(line, _is_taken_wrongly)


def _is_passed_wrongly(body: str) -> bool:
    lines = prose.lines(body)
    found = list(portable._line_by_line(tiny.in_memory(body), lines))
    return portable.is_ordinary(body) and (lines != body.split("\n") or found != [])


def test_a_text_taken_for_ordinary_has_nothing_unportable() -> None:
    """The check looks at most texts once only: line by line it would find nothing either."""
    for body in examples(plain_text, mixed_text, slip, lines_text):
        if portable.is_ordinary(body):
            assert not _is_passed_wrongly(body), smallest(body, _is_passed_wrongly)


def test_ordinary_texts_are_looked_at_once() -> None:
    """One look is worth having only if it is enough."""
    body = (
        "**村里**修梯田[@f-1]。\n\n## 二\n\n- 甲\n- 乙\n\n| 年 | 数 |\n| --- | --- |\n| 1 | 2 |\n"
    )
    assert portable.is_ordinary(body)


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
        "1. 甲\n2",
        "１. 甲",
        "- ٣. 甲",
        "A&amp;B",
        "&#8226;",
        "<a@b.cn>",
        "_甲_",
        "~~~",
        "## C#",
        "甲\u3000",
        "**\u3000甲**",
        "甲\u00a0乙",
        "甲\u200b乙",
    ],
)
def test_the_rest_is_left_to_the_parser(body: str) -> None:
    """What is not plain is not guessed at."""
    assert not _is_plain(body)


@pytest.mark.parametrize("sign", [*"①℃→№é&~", "a_b", "R&D", "3~5", "<5", "5 > 3", "a@b.cn", "C#"])
@pytest.mark.parametrize(
    "block", ["{}", "- 甲{}乙", "> {}", "## {}级", "**{}**", "[{}](../b/b.md)"]
)
def test_a_sign_does_not_send_a_text_to_the_parser(block: str, sign: str) -> None:
    """Whatever Python-Markdown would print as it stands is plain, in every kind of block."""
    body = block.format(sign)
    assert _is_plain(body)
    assert not _disagree(body)


@pytest.mark.parametrize(
    "body", ["1.5 万人", "-5℃", "+5℃", "（一）甲", "姓　　名", "1990.3", "=甲", "3)甲"]
)
def test_a_paragraph_may_begin_like_other_blocks(body: str) -> None:
    """A number, a dash or a plus sign makes a list only with a space behind it."""
    assert _is_plain(body)
    assert not _disagree(body)


def test_patterns_for_most_texts_have_sets_of_ascii_signs() -> None:
    """A set that names a character beyond makes a pattern five times as slow to compile."""
    for pattern in (plain_parser._LINES, portable._ORDINARY_TEXT, portable._ORDINARY_LINE):
        assert pattern.isascii()
        assert not re.search(r"\\[uU]", pattern)


def test_ordinary_texts_are_plain() -> None:
    """The quick way is worth having only if it is taken."""
    assert _is_plain(
        "**村里**修梯田[@f-1]。\n\n## 二\n\n- 甲\n- 乙\n\n| 年 | 数 |\n| --- | --- |\n| 1 | 2 |\n"
    )
