"""Random texts in which every mark of Markdown meets every other."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from readable import read

HARMLESS = (
    "甲", "p1", "ref-1", "乙 丙", "梯田", "1980年", "A", "，", "“", "”", "（", "）", "《书》", "&",
    "&amp;", "(", ")", "!", ":", "-", "[@fact-001]", "[@fact-001; @W-001]", "**己**", "*庚*",
    "`辛`", "`&amp;`", "[丁](../notices/notice-2024-3.md)", "![戊](a.png)", "1.",
    "[`壬`](../notices/notice-2024-3.md)",
)  # fmt: skip
ODD = (
    "_", "*", "**", "`", "``", "~", "~~", "[", "]", "\\", "\\#", "\\*", "#", " #", "<", ">", "|",
    "  ", "^", "http://x.y", "[^1]", "]:", "](", "{#a}", "$", "|-", "==", "1)",
)  # fmt: skip
STARTS = ["", "", "- ", "> ", "1. ", "    ", "#", " ## "]
INLINE = st.lists(
    st.one_of(st.sampled_from(HARMLESS), st.sampled_from(HARMLESS), st.sampled_from(ODD)),
    min_size=1,
    max_size=5,
).map("".join)
BLOCKS = st.one_of(
    st.builds("{} {}".format, st.sampled_from(["##", "##", "###"]), INLINE),
    st.builds("{}{}".format, st.sampled_from(STARTS), INLINE),
    st.builds("- {}\n    - {}".format, INLINE, INLINE),
    st.builds("| {} | 甲 |\n| --- | --- |\n| {} | {} |".format, INLINE, INLINE, INLINE),
    st.builds("```\n{}\n```".format, INLINE),
    st.sampled_from(["```", "~~~", "---", "===", "> ## 甲", "- ## 乙"]),
)
TEXTS = st.builds(
    "{}{}{}".format,
    BLOCKS,
    st.sampled_from(["\n\n", "\n\n", "\n\n", "\n"]),
    st.lists(BLOCKS, max_size=3).map("\n\n".join),
)
"""Texts in which every mark meets every other, most of them such as editors write."""


def _written() -> list[str]:
    """The texts of ``tests/cases/bodies.md``."""
    return [
        re.sub(r"⟨U\+([0-9A-F]{4})⟩", lambda m: chr(int(m[1], 16)), case.given[0].text)
        for case in read("bodies.md")
        if len(case.given[0].text) < 500
    ]


_LINES = sorted({line for text in _written() for line in text.split("\n") if line})
_SIGNS = sorted({sign for line in _LINES for sign in line})
_MARKS = sorted(sign for sign in _SIGNS if not sign.isalnum())
_BITS = sorted({bit for line in _LINES for bit in re.findall(r"[一-鿿]+|[^一-鿿]+", line)})
AS_WRITTEN = st.builds(
    "".join,
    st.lists(
        st.one_of(
            st.sampled_from(_written()),
            st.sampled_from(_LINES),
            st.lists(
                st.sampled_from(["甲乙", "丙", "3", "ab", *_MARKS]), min_size=1, max_size=8
            ).map("".join),
            st.lists(st.sampled_from(_BITS), min_size=1, max_size=3).map("".join),
            st.sampled_from(["\n", "\n\n", "\n\n", "\n\n"]),
            st.sampled_from(["\n", "\n\n", "\n\n", "\n\n"]),
        ),
        min_size=1,
        max_size=9,
    ),
)
"""Texts joined at random from what people write: whole texts, lines, pieces and single signs."""
