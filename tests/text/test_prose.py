"""What a text contains, found without rendering it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xuelan.text import prose


def _lines(text: str) -> list[str]:
    return prose.lines(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a `[x](y)` b", "a `      ` b"),
        ("a ``[x] ` (y)`` b", "a `           ` b"),
        ("no `code here", "no `code here"),
        ("```\n# no heading\n```\n# heading", "\n\n\n# heading"),
        ("~~~~\n~~~\n[x](y)\n~~~~\nend", "\n\n\n\nend"),
        ("````\n```\n# a\n````", "\n\n\n"),
    ],
)
def test_code_is_blanked_out(text: str, left: str) -> None:
    """Nothing written as code counts as markup, and no line moves."""
    assert "\n".join(_lines(text)) == left


@given(st.text(alphabet="`~ab\n #[]()", max_size=60))
def test_blanking_code_keeps_every_line_in_its_place(text: str) -> None:
    """Line numbers in messages stay right whatever the code fences do."""
    assert len(_lines(text)) == len(text.split("\n"))


def test_links_and_pictures() -> None:
    """Inline links, pictures and autolinks, with their lines."""
    text = '见[甲](a.md#x "题")和![图](b.png)\n\n<https://example.org/>'
    assert list(prose.links(_lines(text))) == [
        prose.Link(1, "甲", "a.md#x", is_image=False),
        prose.Link(1, "图", "b.png", is_image=True),
        prose.Link(3, "https://example.org/", "https://example.org/", is_image=False),
    ]


def test_citations_well_and_badly_written() -> None:
    """A citation that is not written as it should be has no ids."""
    text = "甲[@life-001]，乙[@life-001; @W-032]，丙[@]，丁[@a b"
    assert [(c.raw, c.ids) for c in prose.citations(_lines(text))] == [
        ("[@life-001]", ("life-001",)),
        ("[@life-001; @W-032]", ("life-001", "W-032")),
        ("[@]", ()),
        ("[@a b", ()),
    ]


def test_a_citation_is_no_link() -> None:
    """``[@a](b)`` is a citation followed by brackets, not a link called ``@a``."""
    assert [link.target for link in prose.links(["[甲](x.md)[@a-1]"])] == ["x.md"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("## 甲", [(2, "甲")]),
        ("## 甲 ##", [(2, "甲")]),
        ("###### 甲", [(6, "甲")]),
        ("####### 甲", []),
        ("##", [(2, "")]),
        ("    ## 代码", []),
        ("井号#甲", []),
    ],
)
def test_headings(line: str, found: list[tuple[int, str]]) -> None:
    """A heading has one to six ``#`` and begins its line."""
    assert [(h.level, h.text) for h in prose.headings(_lines(line))] == found


def test_sentences_end_at_chinese_stops_and_table_borders() -> None:
    """Each that cites carries the ids it cites; ``;`` inside a citation ends nothing."""
    text = "甲[@a-1; @b-2]；乙[@c-3]。丙？| 丁[@d-4] |"
    cited = [s.cited for s in prose.sentences(_lines(text))]
    assert cited == [("a-1", "b-2"), ("c-3",), ("d-4",)]


def test_quotations_come_without_their_citations() -> None:
    """A citation inside the quotation marks is not part of the words."""
    text = ["他说：“书[@fact-003]就读到哪里”，“又一句”"]
    assert list(prose.quotations(text)) == [(1, "书就读到哪里"), (1, "又一句")]


@pytest.mark.parametrize(
    ("line", "tags"),
    [
        ("<script>x</script>", ["<script>", "</script>"]),
        ("<img src=x onerror=y>", ["<img src=x onerror=y>"]),
        ("<!-- 注", ["<!--"]),
        ("<br/", ["<br/"]),
        ("1 < 2，a<b", ["<b"]),
        ("《书》〈篇〉 3<5", []),
        ("<https://example.org/>", []),
    ],
)
def test_raw_html_is_found_even_when_left_open(line: str, tags: list[str]) -> None:
    """What a browser could take for a tag is reported; smaller-than signs are not."""
    assert [tag for _, tag in prose.tags([line])] == tags


@given(st.text(max_size=80))
def test_nothing_raises_on_any_text(text: str) -> None:
    """Each finder is total."""
    lines = _lines(text)
    for find in (prose.links, prose.citations, prose.headings, prose.tags, prose.sentences):
        list(find(lines))  # type: ignore[operator]
    list(prose.quotations(lines))


def test_a_sentence_may_go_over_two_lines() -> None:
    """Its citations are told by the lines they stand on, its words are the whole sentence."""
    text = "甲。据报\n道，乙[@a-1]，丙\n丁[@b-2]。戊[@c-3]。"
    words = "据报道，乙[@a-1]，丙丁[@b-2]"
    assert [(s.line, s.text, s.cited) for s in prose.sentences(_lines(text))] == [
        (2, words, ("a-1",)),
        (3, words, ("b-2",)),
        (3, "戊[@c-3]", ("c-3",)),
    ]


def test_a_quotation_may_go_over_two_lines() -> None:
    """It begins on its first line; the break is none of its words."""
    assert list(prose.quotations(_lines("甲\n他说：“干\n到底”。\n\n> 记“又\n> 一句”"))) == [
        (2, "干到底"),
        (5, "又一句"),
    ]
