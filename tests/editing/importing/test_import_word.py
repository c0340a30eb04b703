"""What stands in Word files besides plain words, one kind at a time; nothing is lost in silence."""

from __future__ import annotations

import pytest
from word import p, r, read, text

from xuelan.editing.importing.dialect import find_problems
from xuelan.text.problem import Severity

CASES = {
    "deleted": (f"<w:p>{r('留')}<w:del>{r('删').replace('w:t', 'w:delText')}</w:del></w:p>", "留"),
    "inserted": (f"<w:p>{r('甲')}<w:ins>{r('乙')}</w:ins></w:p>", "甲乙"),
    "moved": (
        f"<w:p><w:moveFrom>{r('移')}</w:moveFrom>{r('甲')}</w:p><w:p><w:moveTo>{r('移')}</w:moveTo></w:p>",
        "甲\n\n移",
    ),
    "deleted end of a paragraph": (
        f"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{r('甲')}</w:p>{p('乙')}", "甲乙",
    ),
    "hidden": (f"<w:p>{r('甲')}{r('密', '<w:vanish/>')}</w:p>", "甲"),
    "not hidden after all": ("<w:p>" + r("甲", '<w:vanish w:val="0"/>') + "</w:p>", "甲"),
    "soft break": ("<w:p><w:r><w:t>甲。</w:t><w:br/><w:t>乙。</w:t></w:r></w:p>", "甲。\n\n乙。"),
    "tab": ("<w:p><w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t></w:r></w:p>", "甲 乙"),
    "indents and blanks": (p("\u3000\u3000甲\u00a0\u2003乙\u200b丙"), "甲 乙丙"),
    "old field": (
        ('<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DATE </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{r("3月8日")}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'),
        "3月8日",
    ),
    "simple field": (f'<w:p><w:fldSimple w:instr="PAGE">{r("第3页")}</w:fldSimple></w:p>', "第3页"),
    "link": (f'<w:p><w:hyperlink w:anchor="a">{r("甲")}</w:hyperlink></w:p>', "甲"),
    "content control": (
        (f"<w:sdt><w:sdtContent>{p('甲')}</w:sdtContent></w:sdt>"
        f"<w:p><w:sdt><w:sdtContent>{r('乙')}</w:sdtContent></w:sdt></w:p>"),
        "甲\n\n乙",
    ),
    "prompt of a control": (
        (f"{p('甲')}<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{p('单击输入')}"
        "</w:sdtContent></w:sdt>"),
        "甲",
    ),
    "two versions": (
        ("<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:t>新</w:t></mc:Choice>"
        "<mc:Fallback><w:t>旧</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>"),
        "新",
    ),
    "box": (
        (f"<w:p>{r('前')}<w:r><w:pict><v:shape><v:textbox><w:txbxContent>{p('框')}"
        f"</w:txbxContent></v:textbox></v:shape></w:pict></w:r>{r('后')}</w:p>"),
        "前后\n\n框",
    ),
    "ruby": (
        f"<w:p><w:r><w:ruby><w:rt>{r('máo')}</w:rt><w:rubyBase>{r('毛')}</w:rubyBase></w:ruby></w:r></w:p>",
        "毛（máo）",
    ),
    "drop cap": (
        f"<w:p><w:pPr><w:framePr w:dropCap='drop'/></w:pPr>{r('春')}</w:p>{p('天来了。')}", "春天来了。",
    ),
    "symbol": ("<w:p><w:r><w:sym w:font='Wingdings' w:char='F0FE'/><w:t>已办</w:t></w:r></w:p>", "☑已办"),
    "private sign": ("<w:p>" + r("\uf0a8未办", '<w:rFonts w:ascii="Wingdings"/>') + "</w:p>", "□未办"),
    "raised figure": ("<w:p>" + r("3米") + r("2", '<w:vertAlign w:val="superscript"/>') + "</w:p>", "3米²"),
    "bold": (f"<w:p>{r('“重点”', '<w:b/>')}{r('后文')}</w:p>", "“**重点**”后文"),
    "formula": ("<w:p><m:oMath><m:r><m:t>a+b</m:t></m:r></m:oMath></w:p>", "a+b"),
    "hyphen": ("<w:p><w:r><w:t>甲</w:t><w:noBreakHyphen/><w:t>乙</w:t></w:r></w:p>", "甲-乙"),
    "table of contents": (
        ('<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>TOC \\o</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{r("一、甲 1")}</w:p>{p("二、乙 2")}'
        f'<w:p><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>{p("正文。")}'),
        "正文。",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_stands_in_a_paragraph(name: str) -> None:
    """Its words come out, in order; the account of the characters holds."""
    body, expected = CASES[name]
    assert text(body) == expected


def test_a_hidden_style_hides() -> None:
    """Words may be hidden by the style of their run or paragraph, or by what it is based on."""
    styles = (
        '<w:style w:type="character" w:styleId="a"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:type="character" w:styleId="b"><w:basedOn w:val="a"/></w:style>'
    )
    draft = read("<w:p>" + r("甲") + r("密", '<w:rStyle w:val="b"/>') + "</w:p>", styles=styles)
    assert draft.body == "甲\n"
    assert [(row.kind, row.words) for row in draft.proof.left_out] == [("隐藏的文字", "密")]


def test_headers_footers_and_comments_are_told() -> None:
    """They are no part of the text, and no word of them vanishes without being named."""
    comments = f"<w:comment>{p('请核实')}</w:comment>"
    draft = read(p("甲。"), header=p("某某单位"), footer=p("— 1 —"), comments=comments)
    assert draft.body == "甲。\n"
    found = {row.kind: row.words for row in draft.proof.left_out}
    assert found == {"页眉": "某某单位", "页脚": "—1—", "批注": "请核实"}


def test_notes_stand_at_the_end() -> None:
    """Their marks say which is which."""
    notes = f'<w:footnote w:id="2">{p("《某报》2016年3月8日。")}</w:footnote>'
    body = '<w:p><w:r><w:t>甲</w:t><w:footnoteReference w:id="2"/><w:t>。</w:t></w:r></w:p>'
    found = text(body, footnotes=notes)
    assert found == "甲（注1）。\n\n## 注释\n\n注1：《某报》2016年3月8日。"


def cell(words: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(words)}</w:tc>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def test_merged_cells_are_flattened() -> None:
    """Words stand in the first cell of those that were one; every row has the same number."""
    body = table(
        cell("甲") + cell("乙") + cell("丙"),
        cell("子", '<w:vMerge w:val="restart"/>') + cell("丑", '<w:gridSpan w:val="2"/>'),
        cell("", "<w:vMerge/>") + cell("寅") + cell("卯|辰"),
    )
    expected = "| 甲 | 乙 | 丙 |\n| --- | --- | --- |\n| 子 | 丑 | |\n| | 寅 | 卯｜辰 |"
    draft = read(body)
    assert draft.body.rstrip() == expected
    assert any("合并的格子" in s for s in draft.told)


def test_tables_for_layout_become_paragraphs() -> None:
    """A frame round a text, or one row, is no table; a line over all columns stands above it."""
    assert text(table(cell("甲"), cell("乙"))) == "甲\n\n乙"
    assert text(table(cell("甲") + cell("乙"))) == "甲\n\n乙"
    head = cell("学习安排", '<w:gridSpan w:val="2"/>')
    found = text(table(head, cell("甲") + cell("乙"), cell("丙") + cell("丁")))
    assert found == "学习安排\n\n| 甲 | 乙 |\n| --- | --- |\n| 丙 | 丁 |"


def test_a_deleted_row_is_gone() -> None:
    """Revisions are accepted in tables, too."""
    gone = f"<w:tr><w:trPr><w:del/></w:trPr>{cell('删') * 2}</w:tr>"
    rows = "".join(f"<w:tr>{cell(a) + cell(b)}</w:tr>" for a, b in ("甲乙", "丙丁"))
    assert "删" not in text(f"<w:tbl>{rows}{gone}</w:tbl>")


AWKWARD = (
    "# 井号", "## 两个", "- 减号", "* 星号", "+ 加号", "> 大于", "| 竖线", "1. 一点", "1) 括号", "---", "===",
    "a*b*c", "2*3=6", "_下划线_", "a_b", "`代码`", "[甲](乙)", "[甲]: 乙", "[^1]", "[@life-001]", "![图](a.png)",
    "<b>粗</b>", "a<b", "<!-- 注 -->", "&lt;", "&amp;", "C:\\路径\\文件", "~~删~~", "3~5 ~ 6", "****", "**",
    "https://example.org/a_b*c", "name@example.org", "<name@example.org>", "标题 #", "１. 全角", "：冒号开头", "| a | b |",
    "[x] 已办", "- [ ] 未办", "```", "~~~", "=", "-", "+", "#", "a | b", "“**”", "%d", "$x$", "{a}", "^上^", "==亮==",
)  # fmt: skip


@pytest.mark.parametrize("words", AWKWARD)
def test_signs_of_markup_stay_signs(words: str) -> None:
    """Whatever an author has typed is shown as typed, and the check accepts how it is written."""
    escaped = words.replace("&", "&amp;").replace("<", "&lt;")
    for body in (
        p(escaped),
        p(escaped) + p("后文。"),
        table(cell("甲") * 2, cell(escaped) + cell("丙")),
    ):
        draft = read(p("前文。") + body)
        found = [
            q
            for q in find_problems(draft.body)
            if q.code.slug != "outbound-link" and q.code.severity is not Severity.NOTE
        ]
        assert found == [], draft.body
