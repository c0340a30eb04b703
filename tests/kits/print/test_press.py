"""The gates of the press: no faulty PDF, no blank one, no lost text, no injected markup."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT
from kit_plans import prints, with_story
from xuelan.kits.print import book, press, typefaces
from xuelan.kits.print.press import PressError
from xuelan.kits.print.typefaces import NoFacesError
from xuelan.kits.print.typeset import (
    MissingPictureError,
    Setting,
    UnknownElementError,
    literal,
    markup,
)

HEAD = """\
#set document(title: "测试")
#set text(font: ("Noto Serif SC", "Noto Sans SC", "LXGW WenKai"))
#set list(marker: "·")
= 题
"""
"""The least a document needs to pass."""
PLAIN = Setting(lambda _: "", lambda a: a)
STYLE = HEAD + "".join(f"#let {name}(..x) = {{ for p in x.pos() {{ p }} }}\n" for name in (
    "quotation", "listing", "cite-mark", "code-word", "lead-in",
)) + "#let sheet(c, a, h, b) = for x in h + b [#x \\ ]\n#let rule() = []\n" + (
    "#let stacked(rows) = for r in rows { for (h, c) in r [#h：#c \\ ] }\n"
)  # fmt: skip


def printed(source: str, *held: str) -> str:
    """The text of a PDF of ``source``, white space taken out."""
    return press.visible("".join(press.extract(press.pdf(source, ROOT, "2026-01-02", held))))


def test_the_same_source_gives_the_same_bytes() -> None:
    """No clock gets into a PDF."""
    one, two = (press.pdf(f'{HEAD}#"甲";', ROOT, "2026-01-02", ["甲"]) for _ in range(2))
    assert one == two


@pytest.mark.parametrize("sign", ["📢", "\ue000", "ༀ"])
def test_a_character_no_face_has_is_named(sign: str) -> None:
    """Emoji, private and foreign signs stop the print with the sign and its number."""
    with pytest.raises(PressError, match=f"没有这些字符：“{sign}”（U\\+{ord(sign):04X}）"):
        press.pdf(HEAD + literal(sign), ROOT, "2026-01-02", [sign])


def test_ticks_and_rare_characters_print() -> None:
    """☐ ☑ have printed forms, 𠮷 and 䶮 come from whichever face has them."""
    assert printed(HEAD + literal("☐选一 ☑选二 𠮷䶮"), "☐选一 ☑选二 𠮷䶮") == "题□选一√选二𠮷䶮"


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("=== 跳级", "skipped from heading level 1 to 3"),
        ('#image(bytes("<svg xmlns=\\"http://www.w3.org/2000/svg\\"/>"))', "alt"),
        ("#unknown()", "unknown variable"),
        ('#text(font: "No Such Face")[甲]', "unknown font family"),
    ],
)
def test_what_typst_complains_of_is_an_error(source: str, complaint: str) -> None:
    """A skipped level, a picture without words, a fault or a mere warning: nothing comes out."""
    with pytest.raises(PressError, match=complaint):
        press.pdf(HEAD + source, ROOT, "2026-01-02", [])


def test_text_that_is_not_in_the_pdf_is_an_error() -> None:
    """What was to be printed is read back from the finished file."""
    with pytest.raises(PressError, match="有1处文字读不回来（如“乙丙”）"):
        press.pdf(HEAD + literal("乙 丁"), ROOT, "2026-01-02", ["乙", "乙丙"])


def test_without_typefaces_nothing_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A blank PDF would look like success; a message says how to get the faces."""
    monkeypatch.setattr(
        typefaces, "__file__", str(tmp_path / "a" / "b" / "c" / "d" / "typefaces.py")
    )
    with pytest.raises(NoFacesError, match="运行 npm install @expo-google-fonts/noto-serif-sc"):
        press.pdf(HEAD, tmp_path, "2026-01-02", [])


@given(
    st.text(
        alphabet=st.sampled_from("学“”（）#$@\\\"*_`[]{}<>=-+/~&;:'，。 a1\n\u200b"), max_size=60
    )
)
@settings(max_examples=60, deadline=None)
def test_any_text_is_printed_as_it_stands(text: str) -> None:
    """Signs that mean something to typst are text like any other."""
    assert printed(HEAD + literal(text.replace("\n", " "))) == press.visible("题" + text)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<p>#panic("x") $x$ @ref</p>', '#panic("x")$x$@ref'),
        ("<p>上行\n下行</p>", "上行下行"),
        ("<p>甲<strong>乙</strong><em>丙</em><del>丁</del>x<sup>2</sup></p>", "甲乙丙丁x2"),
        ("<ul><li>一<ul><li>二</li></ul></li></ul>", "·一·二"),
        ('<ol start="3"><li>三</li><li>四</li></ol>', "3.三4.四"),
        ("<blockquote><p>引</p></blockquote>", "引"),
        ("<pre><code>a  b\n c</code></pre>", "abc"),
        ("<table><thead><tr><th>头</th></tr></thead><tbody><tr><td>身</td></tr></tbody></table>",
         "头身"),
        ('<p>句<sup class="cite">[<a href="#ref-1">1</a>,<a href="#ref-3">3</a>]</sup>。</p>',
         "句。"),
    ],
)  # fmt: skip
def test_each_construct_is_printed(html: str, expected: str) -> None:
    """Every element a material can hold comes out as its text, citations as numbers."""
    references = "".join(f'#metadata(none)#label("ref/{n}")\n' for n in (1, 3))
    assert printed(f"{STYLE}{references}{markup(html, PLAIN)}") == "题" + expected


def test_a_table_too_wide_becomes_a_list() -> None:
    """Twelve columns do not fit a page: each row is printed as “column: value”."""
    head = "".join(f"<th>列{n}</th>" for n in range(12))
    row = "".join(f"<td>值{n}</td>" for n in range(12))
    html = f"<table><thead><tr>{head}</tr></thead><tbody><tr>{row}</tr></tbody></table>"
    expected = "题" + "".join(f"列{n}：值{n}" for n in range(12))
    assert printed(STYLE + markup(html, PLAIN)) == expected


def test_an_unknown_element_is_an_error() -> None:
    """Nothing the renderer might one day write is passed over in silence."""
    with pytest.raises(UnknownElementError, match="不会排版的内容（math）"):
        markup("<p><math>x</math></p>", PLAIN)


def test_a_picture_without_a_file_is_an_error() -> None:
    """The message names the picture and the field to enter it in."""
    with pytest.raises(MissingPictureError, match=r"图片“a[.]png”没有登记在材料的 media"):
        markup('<p><img src="a.png" alt="山"></p>', PLAIN)


def test_a_long_address_wraps_inside_the_line(tmp_path: Path) -> None:
    """Two hundred letters without a space neither leave the page nor gain a letter."""
    word = "https://example.org/" + "a-very-long-path/" * 12
    made = with_story(tmp_path, f"见 `{word}` 一处[@fact-001]。\n")
    pages = press.extract(next(prints(made)).data, book.LARGE.area)
    assert word in press.visible("".join(pages))
