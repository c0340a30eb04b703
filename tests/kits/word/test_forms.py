"""The forms: declared once, given out empty, laid out like an official paper, safe to fill."""

from __future__ import annotations

import html
import io
import xml.etree.ElementTree as etree
from pathlib import Path

import docx
import pypdfium2
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from hypothesis import given
from hypothesis import strategies as st

from branch_kits import ALL_FORMS, AWKWARD, SIXTY, blueprint, part, plan, words
from kit_plans import STUDY, problems, runs
from xuelan.kits.form_sheet import Blank, FieldTable, FormSheet, GuideTable, Writing
from xuelan.kits.formats import meeting_forms
from xuelan.kits.forms import FORMS
from xuelan.kits.print.press import extract
from xuelan.kits.word.fillable_form import form_template
from xuelan.model.kit import FORMS as NAMES


def blanks(form: FormSheet) -> list[Blank]:
    """The fields in the tables of a form."""
    tables = (block for block in form.blocks if isinstance(block, FieldTable))
    return [blank for table in tables for row in table.rows for blank in row]


every_form = pytest.mark.parametrize("form", FORMS.values(), ids=[f.id for f in FORMS.values()])


def test_every_form_a_recipe_may_ask_for_is_declared() -> None:
    """The recipe's list of forms and the table of forms name the same ones, in the same order."""
    assert tuple(FORMS) == NAMES


@every_form
def test_a_word_form_has_the_page_of_an_official_paper(form: object) -> None:
    """A4, margins 37/35/28/26 mm, 28.95 pt leading, 仿宋 16 pt: as GB/T 9704 asks."""
    document = docx.Document(io.BytesIO(form_template(form, "2026-11-22").fill({})))
    section, normal = document.sections[0], document.styles["Normal"]
    sizes = (section.page_width, section.page_height, section.top_margin, section.bottom_margin)
    for size, millimetres in zip(sizes, (210, 297, 37, 35), strict=True):
        assert abs(size - Mm(millimetres)) < Mm(0.1)
    assert abs(section.left_margin - Mm(28)) < Mm(0.1)
    assert abs(section.right_margin - Mm(26)) < Mm(0.1)
    assert normal.paragraph_format.line_spacing == Pt(28.95)
    fonts = document.styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:rFonts')}")
    assert fonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert document.styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:sz')}").get(
        qn("w:val")
    ) == str(16 * 2)


@every_form
def test_every_field_is_a_content_control_of_its_own(form: object) -> None:
    """Each declared field has one control with its label as title; tags and ids occur once."""
    document = etree.fromstring(
        part(form_template(form, "2026-11-22").fill({}), "word/document.xml")
    )
    found = [
        (c.find(qn("w:alias")), c.find(qn("w:tag")), c.find(qn("w:id")))
        for c in document.iter(qn("w:sdtPr"))
        if c.find(qn("w:tag")) is not None
    ]
    labels = {tag.get(qn("w:val")): alias.get(qn("w:val")) for alias, tag, _ in found}
    rooms = [block.blank for block in form.blocks if isinstance(block, Writing)]
    for blank in (*blanks(form), *rooms):
        assert labels[blank.key] == blank.label
    assert len(labels) == len(found)
    assert len({number.get(qn("w:val")) for _, _, number in found}) == len(found)


@every_form
def test_a_form_is_given_out_empty_and_nothing_is_ticked(form: object) -> None:
    """Every control shows its prompt, every prompt is blank, every box is unticked."""
    given_out = form_template(form, "2026-11-22").fill({})
    document = etree.fromstring(part(given_out, "word/document.xml"))
    for control in document.iter(qn("w:sdt")):
        shown = "".join(t.text or "" for t in control.iter(qn("w:t")))
        assert shown.strip(" 　□") == ""
    assert 'w14:checked w14:val="1"' not in part(given_out, "word/document.xml")


@every_form
def test_records_are_not_prefilled(form: object) -> None:
    """Only papers that plan something may carry a date, place or host typed in advance."""
    plans = {"会议议程", "签到表", "主题活动方案"}
    allowed = {"branch", "meeting"}
    if form.name in plans:
        allowed |= {"date", "time", "place", "host", "readings"}
    assert {blank.prefill for blank in blanks(form) if blank.prefill} <= allowed


@every_form
@pytest.mark.parametrize("name", [AWKWARD, SIXTY])
def test_awkward_names_come_out_letter_for_letter(form: object, name: str) -> None:
    """Signs of XML, quotation marks, emoji, formulas and sixty characters arrive as they are."""
    filled = form_template(form, "2026-11-22").fill({"branch": name})
    assert html.unescape(words(filled)).count(name) == 1
    docx.Document(io.BytesIO(filled))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_keeps_the_form_well_formed(name: str) -> None:
    """Whatever is typed, the form opens, and no visible character is lost."""
    filled = form_template(FORMS["签到表"], "2026-11-22").fill({"branch": name})
    document = etree.fromstring(part(filled, "word/document.xml"))
    text = "".join(t.text or "" for t in document.iter(qn("w:t")))
    for character in name:
        if character.isprintable() and not character.isspace():
            assert character in text


def test_the_same_form_is_the_same_bytes() -> None:
    """Two fillings with the same values do not differ in a single byte."""
    sheet = FORMS["会议记录"]
    form_template.cache_clear()
    first = form_template(sheet, "2026-11-22").fill({"branch": "第一支部"})
    form_template.cache_clear()
    assert form_template(sheet, "2026-11-22").fill({"branch": "第一支部"}) == first


def test_the_agenda_holds_the_rows_of_the_guide(tmp_path: Path) -> None:
    """Times and steps of the guide stand in the agenda, in order, with the meeting's length."""
    files = {f.name: f.data for f in meeting_forms.files(plan(tmp_path))}
    text = words(files["10-会议议程（60分钟）.docx"])
    assert "集中学习 · 60分钟" in text
    assert (
        text.index("40分钟") < text.index("读夜校的灯") < text.index("20分钟") < text.index("讨论")
    )


def test_the_self_check_lists_the_points_of_the_guide_with_boxes(tmp_path: Path) -> None:
    """Each “□” of the guide is a row with an unticked box; its section is named once."""
    files = {f.name: f.data for f in meeting_forms.files(plan(tmp_path))}
    sheet = part(files["19-督查自查表.docx"], "word/document.xml")
    assert sheet.count("<w14:checkbox>") == 2
    assert words(files["19-督查自查表.docx"]).count("自查定了负责人") == 1


def test_each_form_comes_as_word_file_and_as_pdf(tmp_path: Path) -> None:
    """Both have the same name, and the PDF holds every label of the Word form."""
    files = {f.name: f.data for f in meeting_forms.files(plan(tmp_path))}
    stems = {name.rsplit(".", 1)[0] for name in files}
    assert set(files) == {f"{s}{ending}" for s in stems for ending in (".docx", ".pdf")}
    assert len(stems) == len(ALL_FORMS.split(", "))
    for stem in stems:
        printed = "".join("".join(extract(files[f"{stem}.pdf"])).split())
        assert printed
        form = next(f for f in FORMS.values() if stem.split("-")[1].startswith(f.name))
        for blank in blanks(form):
            assert blank.label in printed


def test_a_printed_form_is_a4_with_embedded_fonts_and_leads_back(tmp_path: Path) -> None:
    """Every page is A4, every face embedded, and the address of the kit stands at the foot."""
    files = {f.name: f.data for f in meeting_forms.files(plan(tmp_path))}
    data = files["11-会议记录.pdf"]
    document = pypdfium2.PdfDocument(data)
    for page in document:
        assert [round(n) for n in page.get_size()] == [595, 842]
    document.close()
    assert all(run.embedded for run in runs(data) if run.text.strip())
    assert all("https://example.org/study/downloads/study/" in text for text in extract(data))


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        (
            STUDY.replace("agendas: [60]", "forms: [会议议程]"),
            "要会议议程，却没有写议程时长（agendas）",
        ),
        (
            STUDY.replace("agendas: [60]", "forms: [督查自查表]"),
            "要督查自查表，指南里却没有以“□”开头的自查条目",
        ),
    ],
)
def test_a_form_that_would_come_out_empty_fails(tmp_path: Path, recipe: str, message: str) -> None:
    """An agenda without lengths and a self-check without points are errors of the recipe."""
    assert message in [p.message for p in problems(tmp_path, recipe)]


def test_columns_filled_by_a_guide_leave_room_to_write() -> None:
    """Every table filled from a guide has at least one column that stays empty."""
    for form in FORMS.values():
        for block in form.blocks:
            if isinstance(block, GuideTable):
                assert block.given < len(block.columns)


def test_parts_of_several_agendas_know_their_lengths(tmp_path: Path) -> None:
    """A branch chooses among the lengths its guide has an agenda for."""
    assert list(blueprint(tmp_path).agendas) == [60]
