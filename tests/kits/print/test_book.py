"""The printed reader: all of the text, in order, on pages a person can read, file and cite."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from kit_plans import STUDY, planned, prints, runs, with_story
from xuelan.kits.html_tree import parse, pieces
from xuelan.kits.plan import KitPlan
from xuelan.kits.print import book, press

LONG = "\n\n".join(
    f"## 第{n}节\n\n" + "山村办夜校，白天修梯田，夜里读书。" * 12 + f"第{n}段完。"
    for n in range(1, 16)
)
"""Several pages of text."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> KitPlan:
    return with_story(tmp_path_factory.mktemp("kit"), LONG + "\n")


@pytest.fixture(scope="module")
def pdfs(made: KitPlan) -> dict[str, bytes]:
    return {f.name: f.data for f in prints(made)}


def test_the_volumes_of_a_kit(pdfs: dict[str, bytes]) -> None:
    """A reader and the guides, each in large print too."""
    assert list(pdfs) == [
        "01-读本.pdf", "01-读本（大字版）.pdf", "02-活动指南.pdf", "02-活动指南（大字版）.pdf",
    ]  # fmt: skip


@pytest.mark.parametrize("edition", [book.ORDINARY, book.LARGE])
def test_every_block_is_printed_once_and_in_order(
    made: KitPlan, pdfs: dict[str, bytes], edition: book.PrintEdition
) -> None:
    """Read back from the PDF, the blocks of each text follow each other character by character."""
    data = pdfs["01-读本（大字版）.pdf" if edition.large else "01-读本.pdf"]
    found = press.visible("".join(press.extract(data, edition.area)))
    for m in made.readings:
        text = press.visible("".join(pieces(parse(made.rendered[m.id].html))))
        assert found.count(text) == 1


def test_pages_are_a4(pdfs: dict[str, bytes]) -> None:
    """210 × 297 mm, every page."""
    for data in pdfs.values():
        for page in pypdfium2.PdfDocument(data):
            assert [round(x / book.MM, 1) for x in page.get_size()] == [210.0, 297.0]


def test_every_face_is_embedded(pdfs: dict[str, bytes]) -> None:
    """Whatever machine prints it, the letters are those in the file."""
    for data in pdfs.values():
        fonts = {(run.font, run.embedded) for run in runs(data)}
        assert fonts
        assert all(embedded for _, embedded in fonts)
        assert all("+" in name for name, _ in fonts), "a subset's name carries its tag"


def test_nothing_in_large_print_is_small(pdfs: dict[str, bytes]) -> None:
    """From the running title to the list of references: 18 points and up."""
    small = {
        r.text for r in runs(pdfs["01-读本（大字版）.pdf"]) if r.text.strip() and r.size < 17.99
    }
    assert small == set()


def test_the_contents_give_the_right_pages(made: KitPlan, pdfs: dict[str, bytes]) -> None:
    """Each title stands in the contents with the number of the page it is found on."""
    pages = press.extract(pdfs["01-读本.pdf"])
    contents = press.visible(pages[1])
    for m in made.readings:
        at = next(n for n, p in enumerate(pages) if n > 1 and m.title in press.visible(p))
        dotted = contents.split(m.title)[1].lstrip("·")
        assert dotted.startswith(str(at)), (m.title, at, contents)


def test_every_page_names_source_address_and_version(made: KitPlan, pdfs: dict[str, bytes]) -> None:
    """A sheet found alone says what it is from: cover and contents apart."""
    below = [p for p in press.extract(pdfs["01-读本.pdf"])[2:] if press.visible(p)]
    story = "https://example.org/study/materials/story-night-school/"
    for number, text in enumerate(map(press.visible, below), 2):
        assert f"版本{made.version}" in text
        if "山村办夜校" in text and "通知要求" not in text:
            assert story in text
            assert "示例编辑组编写，2026年1月2日" in text
        if "读本" not in text:
            assert text.rstrip().endswith(str(number))
    notice = next(t for t in map(press.visible, below) if "通知要求各支部读书" in t)
    assert "发文机关甲县委组织部发文字号甲组发〔2024〕3号日期2024年3月5日文字摘要" in notice
    assert "本页有2篇，出处见各篇题下https://example.org/study/downloads/study/" in notice


def test_headings_become_an_outline(pdfs: dict[str, bytes]) -> None:
    """A viewer's side bar leads to parts, texts and sections."""
    outline = pypdfium2.PdfDocument(pdfs["01-读本.pdf"]).get_toc(max_depth=9)
    shown = [(item.level, item.get_title()) for item in outline]
    assert shown[:3] == [(0, "阅读材料"), (1, "夜校的灯"), (2, "第1节")]
    assert shown[-1] == (0, "参考文献")


def test_pdfs_are_tagged_and_claim_their_standards(pdfs: dict[str, bytes]) -> None:
    """Structure for screen readers; PDF/A-2a and PDF/UA-1 in the metadata; the language is set."""
    for data in pdfs.values():
        document = pypdfium2.PdfDocument(data)
        assert pdfium.FPDFCatalog_IsTagged(document.raw)
        assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in data
        assert b"<pdfuaid:part>1</pdfuaid:part>" in data
        assert b"/Lang(zh-CN)" in data


def test_two_columns_in_two_places_give_the_same_bytes(
    tmp_path: Path, pdfs: dict[str, bytes]
) -> None:
    """Neither folder nor clock gets into a book."""
    again = {f.name: f.data for f in prints(with_story(tmp_path / "elsewhere", LONG + "\n"))}
    assert again == pdfs


def test_citations_count_through_the_book(pdfs: dict[str, bytes]) -> None:
    """One list of references at the end, each work once, numbered in the order of first use."""
    references = press.extract(pdfs["01-读本.pdf"])[-1]
    assert references.count("[1]") == 1
    assert "著录格式：GB/T 7714—2025" in references


def test_a_name_with_signs_is_printed(tmp_path: Path) -> None:
    """``<&>"`` and the like in a title are text, on paper as in the file's name."""
    recipe = STUDY.replace("title: 集中学习套装", "title: '甲<&>\"乙/丙#$'")
    made = planned(tmp_path, recipe)
    cover = press.visible(press.extract(next(prints(made)).data)[0])
    assert '甲<&>"乙/丙#$' in cover


@pytest.mark.parametrize("edition", [book.ORDINARY, book.LARGE])
def test_the_longest_name_and_summary_fit_the_cover(
    tmp_path: Path, edition: book.PrintEdition
) -> None:
    """Nothing on a full cover stands on top of anything else, and nothing leaves it."""
    recipe = STUDY.replace("集中学习套装", "长名" * 20).replace("给支部集中学习用。", "说明" * 60)
    made = planned(tmp_path, recipe)
    source = book.source(made, book.readings_volume(made), edition)
    data = press.pdf(source, made.assets.root, made.date, ["长名" * 20, "说明" * 60])
    lines = [r.bottom for r in runs(data) if r.page == 0 and r.text.strip()]
    assert min(lines) > 30
    assert all(abs(a - b) < 6 or abs(a - b) > 12 for a in lines for b in lines)


def test_a_wide_table_stays_on_the_page(tmp_path: Path) -> None:
    """Nine columns with long words: every cell is there, and nothing leaves the page."""
    head = "| " + " | ".join(f"很长的栏目名称{n}" for n in range(9)) + " |\n"
    rule = "|" + " --- |" * 9 + "\n"
    rows = "".join(
        "| " + " | ".join(f"第{r}行第{n}格的内容" for n in range(9)) + " |\n" for r in range(4)
    )
    made = with_story(tmp_path, f"表在下面。\n\n{head}{rule}{rows}")
    for file in prints(made):
        for run in runs(file.data):
            assert run.left >= 0
            assert run.bottom >= 0
    text = press.visible("".join(press.extract(next(prints(made)).data)))
    assert all(f"第{r}行第{n}格的内容" in text for r in range(4) for n in range(9))
