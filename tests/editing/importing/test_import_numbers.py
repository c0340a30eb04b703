"""The numbers that Word counts by itself come out as the words that stand on its page."""

from __future__ import annotations

import pytest
from word import p, text

from xuelan.editing.importing.numerals import chinese, spell


def level(n: int, form: str, pattern: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'{more}<w:lvlText w:val="{pattern}"/></w:lvl>'
    )


def numbering(
    *levels: str, nums: str = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
) -> str:
    return f'<w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>{nums}'


def item(words: str, at: int = 0, num: int = 1) -> str:
    return p(words, f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{num}"/></w:numPr>')


OFFICIAL = numbering(
    level(0, "chineseCounting", "%1、"),
    level(1, "chineseCounting", "（%2）"),
    level(2, "decimal", "%3."),
    level(3, "decimal", "（%4）"),
)


def test_the_four_levels_of_a_document_become_headings() -> None:
    """一、（一）1.（1） with text below them are headings, whoever typed or counted them."""
    body = "".join(
        item(words, at) + p(f"{words}的正文，到这里为止。")
        for at, words in enumerate(("第一级", "第二级", "第三级", "第四级"))
    )
    lines = [s for s in text(body, numbering=OFFICIAL).split("\n") if s.startswith("#")]
    # a lone 1. or （1） is no heading
    assert lines == ["## 一、第一级", "### （一）第二级"]
    twice = body + "".join(
        item(words, at) + p("正文在这里。") for at, words in ((2, "第三级甲"), (3, "第四级甲"))
    )
    assert "#### 2.第三级甲" in text(twice, numbering=OFFICIAL)


def test_a_deeper_level_begins_anew() -> None:
    """（一） counts from the beginning below each 一、."""
    body = item("甲") + item("子", 1) + p("文。") + item("丑", 1) + p("文。")
    body += item("乙") + item("寅", 1) + p("文。")
    heads = [s for s in text(body, numbering=OFFICIAL).split("\n") if s.startswith("#")]
    assert heads == ["## 一、甲", "### （一）子", "### （二）丑", "## 二、乙", "### （一）寅"]


def test_a_level_may_count_on() -> None:
    """``w:lvlRestart`` 0: articles of a statute count through its chapters."""
    through = numbering(
        level(0, "chineseCounting", "第%1章"),
        level(1, "chineseCounting", "第%2条", '<w:lvlRestart w:val="0"/>'),
    )
    body = item("总则") + item("甲。", 1) + item("分则") + item("乙。", 1)
    assert "第二条乙。" in text(body, numbering=through)


def test_a_list_may_begin_at_another_number() -> None:
    """``w:startOverride`` is counted from, once."""
    nums = (
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="5"/></w:lvlOverride></w:num>'
    )
    parts = numbering(level(0, "chineseCounting", "%1、"), nums=nums)
    body = item("甲。") + item("乙。", num=2) + item("丙。", num=2)
    assert text(body, numbering=parts) == "一、甲。\n\n五、乙。\n\n六、丙。"


def test_levels_above_can_be_named() -> None:
    """1.1 names both levels; legal numbering makes 一.1 of it figures."""
    parts = numbering(
        level(0, "chineseCounting", "%1、"), level(1, "decimal", "%1.%2 ", "<w:isLgl/>")
    )
    assert "1.1甲。" in text(item("章。") + item("甲。", 1), numbering=parts)


def test_a_style_brings_its_number() -> None:
    """A paragraph without ``w:numPr`` counts by its style."""
    styles = (
        '<w:style w:type="paragraph" w:styleId="a"><w:name w:val="公文一级"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    body = (
        p("甲", '<w:pStyle w:val="a"/>') + p("文。") + p("乙", '<w:pStyle w:val="a"/>') + p("文。")
    )
    found = text(body, numbering=OFFICIAL, styles=styles)
    assert found == "## 一、甲\n\n文。\n\n## 二、乙\n\n文。"


def test_wps_writes_a_choice_of_forms() -> None:
    """A form that old programs do not know stands in a choice beside one that they know."""
    choice = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><mc:AlternateContent><mc:Choice Requires="w14">'
        '<w:numFmt w:val="custom" w:format="001, 002"/></mc:Choice><mc:Fallback>'
        '<w:numFmt w:val="decimalZero"/></mc:Fallback></mc:AlternateContent>'
        '<w:lvlText w:val="%1）"/></w:lvl>'
    )
    assert text(item("甲。"), numbering=numbering(choice)) == "01）甲。"


def test_bullets_and_plain_numbers_become_lists() -> None:
    """1. 2. 3. and bullets, one in the other."""
    parts = numbering(level(0, "decimal", "%1."), level(1, "bullet", "\uf0b7"))
    body = item("甲") + item("子", 1) + item("丑", 1) + item("乙")
    assert text(body, numbering=parts) == "1. 甲\n    - 子\n    - 丑\n\n2. 乙"


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (21, "二十一"), (100, "一百"),
     (101, "一百〇一"), (110, "一百一十"), (999, "九百九十九"), (1001, "一千〇一")],
)  # fmt: skip
def test_numbers_in_chinese(number: int, words: str) -> None:
    """As people count."""
    assert chinese(number) == words


@pytest.mark.parametrize(
    ("form", "number", "words"),
    [("upperRoman", 14, "XIV"), ("lowerLetter", 27, "aa"), ("decimalEnclosedCircle", 21, "㉑"),
     ("ideographTraditional", 3, "丙"), ("decimalFullWidth", 12, "１２"), ("ideographDigital", 20, "二〇"),
     ("chineseLegalSimplified", 12, "壹拾贰"), ("no-such-form", 7, "7")],
)  # fmt: skip
def test_other_forms(form: str, number: int, words: str) -> None:
    """The forms that Word offers for Chinese; figures for one not known."""
    assert spell(number, form) == words
