"""Random texts in which every mark of Markdown meets every other."""

from __future__ import annotations

from hypothesis import strategies as st

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
