"""Official documents copied out: the standard's page, and never the look of an original."""

from __future__ import annotations

import io
from itertools import groupby, pairwise
from pathlib import Path

import docx
import pypdfium2
import pytest
from docx.shared import Mm

import tiny
from kit_plans import NOTICE, Piece, planned, runs
from xuelan.kits.html_tree import parse, pieces
from xuelan.kits.plan import KitPlan
from xuelan.kits.print import press, transcript
from xuelan.kits.print.transcript import MM

PLAIN = "汉" * 28 * 50 + "[@W-002]\n\n## 一、时间\n\n四月。"
"""Fifty lines' worth of one paragraph, and the section another text links to."""


def with_notice(folder: Path, body: str, **fields: str) -> KitPlan:
    """The kit with another text in the notice."""
    front, _ = tiny.text(NOTICE).split("\n---\n")
    for name, value in fields.items():
        front = front.replace(f"{name}: 摘要", f"{name}: {value}")
    return planned(folder, others={NOTICE: f"{front}\n---\n{body}\n"})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    plan = with_notice(tmp_path_factory.mktemp("kit"), PLAIN)
    return {f.name: f.data for f in transcript.files(plan)}


@pytest.fixture(scope="module")
def pdf(made: dict[str, bytes]) -> bytes:
    return made["03-公文摘要-关于开展读书活动的通知.pdf"]


def _lines(pdf: bytes) -> list[list[Piece]]:
    """The body's text, grouped into pages and lines by where it stands."""
    body = [r for r in runs(pdf) if "汉" in r.text]
    keyed = sorted(body, key=lambda r: (r.page, -round(r.bottom), r.left))
    return [list(g) for _, g in groupby(keyed, key=lambda r: (r.page, round(r.bottom)))]


def test_a_line_has_28_characters(pdf: bytes) -> None:
    """Every full line of the body holds 28 characters (GB/T 9704-2012, 5.2)."""
    counts = [sum(len(r.text.strip()) for r in line) for line in _lines(pdf)]
    assert counts[0] == 26, "the first line of a paragraph begins two characters in"
    assert set(counts[1:-1]) == {28}


def test_a_page_has_22_lines(pdf: bytes) -> None:
    """A page of body text holds 22 lines, 28.95 points apart."""
    lines = [line[0] for line in _lines(pdf) if line[0].page == 1]
    assert len(lines) == 22
    steps = {round(a.bottom - b.bottom, 2) for a, b in pairwise(lines)}
    assert steps == {28.95}


def test_the_text_area_is_156_by_225_mm(pdf: bytes) -> None:
    """A4; 37 mm above, 28 mm to the left; the text ends 26 and 35 mm from the other edges."""
    page = pypdfium2.PdfDocument(pdf)[1]
    width, height = page.get_size()
    assert [round(x / MM, 1) for x in (width, height)] == [210.0, 297.0]
    body = [r for r in runs(pdf) if r.page == 1 and "汉" in r.text]
    size = body[0].size
    left, right = min(r.left for r in body), max(r.left + len(r.text) * size for r in body)
    top, bottom = max(r.bottom for r in body) + size, min(r.bottom for r in body)
    assert left / MM == pytest.approx(28, abs=0.5)
    assert (width - right) / MM == pytest.approx(26, abs=0.5)
    assert (height - top) / MM == pytest.approx(37, abs=1)
    assert (bottom - (28.95 - size)) / MM == pytest.approx(35, abs=1), "the last line's leading"


def test_page_numbers_stand_outside(pdf: bytes) -> None:
    """“— 1 —” in 14 points, right on odd pages and left on even ones, below the text area."""
    numbers = [r for r in runs(pdf) if r.text.strip().startswith("—") or r.text.strip() in "123"]
    sides = {}
    for run in numbers:
        assert round(run.size) == 14
        assert run.bottom / MM < 28
        sides.setdefault(run.page, run.left)
    assert sides[0] > 300
    assert sides[1] < 150
    assert press.visible(press.extract(pdf)[0]).endswith("—1—")


def test_every_page_says_that_it_is_a_copy(pdf: bytes) -> None:
    """A digest of the column's own, no copy, from what and when: on every page."""
    for text in map(press.visible, press.extract(pdf)):
        assert "公文摘要本栏目编写，不是原文，也不是转录件" in text
        assert (
            "摘编自：甲县委组织部，甲组发〔2024〕3号，2024年3月5日；2026年1月2日摘编于示例专栏"
            in text
        )


def test_a_copy_has_no_colour_and_no_picture(pdf: bytes) -> None:
    """No red head, no seal, no emblem: black text and nothing else."""
    assert {run.colour for run in runs(pdf)} == {(0, 0, 0)}
    for page in pypdfium2.PdfDocument(pdf):
        assert not [o for o in page.get_objects() if o.type == 3], "a picture"


def test_number_and_title_come_first(pdf: bytes) -> None:
    """The document's number with its six-cornered brackets, its title in 22 points."""
    text = press.visible(press.extract(pdf, transcript.TEXT_AREA)[0])
    assert text.startswith("甲组发〔2024〕3号关于开展读书活动的通知（摘要）汉")
    title = next(r for r in runs(pdf) if r.text.startswith("关于开展") and r.size > 20)
    assert round(title.size) == 22


def test_a_full_text_is_told_from_a_digest(tmp_path: Path) -> None:
    """Only a complete copy says that the seal was left out; a digest says that it is one."""
    body = "各支部：\n\n请读书[@W-002]。\n\n## 一、时间\n\n### （一）四月\n\n4月底前。"
    plan = with_notice(tmp_path, body, text="全文")
    first = next(transcript.files(plan))
    text = press.visible("".join(press.extract(first.data)))
    assert (first.name, first.group) == ("03-转录件-关于开展读书活动的通知.pdf", "公文转录件")
    assert text.startswith("转录件非原件，无印章，")
    assert "转录自：甲县委组织部，甲组发〔2024〕3号" in text
    assert "（印章略）" in text
    assert "摘" not in text
    faces = {r.text.strip(): r.font for r in runs(first.data)}
    assert "NotoSansSC" in next(f for t, f in faces.items() if t.startswith("一、"))
    assert "WenKai" in next(f for t, f in faces.items() if "四月" in t)


def test_both_editions_hold_the_whole_text(tmp_path: Path) -> None:
    """Lists, tables and sections: every block stands in the PDF and in the Word file."""
    body = tiny.text(NOTICE).split("\n---\n")[1] + (
        "\n1. 甲项\n    - 子项\n2. 乙项\n\n| 时间 | 事项 |\n| --- | --- |\n| 四月 | 读书 |\n"
    )
    plan = with_notice(tmp_path, body)
    pdf, word = transcript.files(plan)
    printed = press.visible("".join(press.extract(pdf.data, transcript.TEXT_AREA)))
    document = docx.Document(io.BytesIO(word.data))
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    written = press.visible("".join([*(p.text for p in document.paragraphs), *cells]))
    for piece in pieces(parse(plan.rendered["notice-2024-3"].html)):
        assert press.visible(piece) in printed
        assert press.visible(piece) in written


def test_the_word_file_has_the_page_and_the_label(made: dict[str, bytes]) -> None:
    """37, 26, 35, 28 mm; two lines at the head of every page; faces by the standard's names."""
    document = docx.Document(io.BytesIO(made["03-公文摘要-关于开展读书活动的通知.docx"]))
    section = document.sections[0]
    margins = (section.top_margin, section.right_margin, section.bottom_margin, section.left_margin)
    for given, wanted in zip(margins, (37, 26, 35, 28), strict=True):
        assert given == pytest.approx(Mm(wanted), abs=Mm(1) // 50)
    head = [p.text for p in section.header.paragraphs]
    assert head[0].startswith("公文摘要　本栏目编写")
    assert head[1].startswith("摘编自：甲县委组织部")
    assert [p.text for p in document.paragraphs[:3]] == [
        "甲组发〔2024〕3号",
        "",
        "关于开展读书活动的通知（摘要）",
    ]


def test_the_same_document_gives_the_same_bytes(made: dict[str, bytes], tmp_path: Path) -> None:
    """Made again in another folder, both files are the same to the byte."""
    plan = with_notice(tmp_path / "elsewhere", PLAIN)
    assert {f.name: f.data for f in transcript.files(plan)} == made
