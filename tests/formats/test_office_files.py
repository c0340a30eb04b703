"""Word and Excel files, judged by the Open XML schemas and opened by LibreOffice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from tools import office

from conftest import ROOT
from xuelan.check import check
from xuelan.kits.branch.blueprint import Blueprint, Particulars, newest_date
from xuelan.kits.form_sheet import FieldTable
from xuelan.kits.forms import FORMS
from xuelan.kits.plan import plan
from xuelan.kits.print import quiz_paper
from xuelan.kits.print.press import extract
from xuelan.pages import own_kit as own_kit_page
from xuelan.rendering.pipeline import render_all

pytestmark = pytest.mark.formats

AWKWARD = '<甲&乙>"丙"/丁 =1+1 ' + "长" * 50
"""Without emoji, which LibreOffice's PDF writes in ways no reader gets back as one character."""
PAGES = {
    "会议议程": 2, "会议记录": 2, "签到表": 2, "心得体会": 2, "对照检查": 1, "谈心谈话记录": 1,
    "主题活动方案": 1, "义务服务登记": 1, "整改清单": 1, "督查自查表": 2,
}  # fmt: skip
"""How many pages each form may take: what a branch prints on one sheet stays on one."""


@pytest.fixture(scope="module")
def office_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every Word and Excel file of the real column: branches' own, quiz papers, blank forms."""
    folder = tmp_path_factory.mktemp("office")
    catalog, _ = check(ROOT)
    assert catalog is not None
    rendered = render_all(catalog)
    for parts in own_kit_page.blueprints(catalog, rendered):
        for label, typed in (("own", _typed(parts, AWKWARD)), ("blank", _typed(parts, ""))):
            for name, data in parts.files(typed):
                (folder / f"{parts.kit}-{label}-{name}").write_bytes(data)
    whole = next(k for k in catalog.kits if not k.activity and "督查自查表" in k.forms)
    for name, data in Blueprint.of(plan(whole, catalog, rendered), newest_date(catalog)).files(
        _typed(None, "")
    ):
        (folder / f"all-blank-{name}").write_bytes(data)
    study = next(k for k in catalog.kits if k.quiz or k.quiz_all)
    for file in quiz_paper.files(plan(study, catalog, rendered)):
        if file.name.endswith(".docx"):
            (folder / f"quiz-{file.name}").write_bytes(file.data)
    return folder


def _typed(parts: Blueprint | None, branch: str) -> Particulars:
    if not branch or parts is None:
        return Particulars("", "", "", "", "", "", 60, ())
    return Particulars(
        branch, "学习会", "2026-12-03", "14:30", "三楼", "示例甲", 60, tuple(parts.readings)[:2]
    )


@pytest.fixture(scope="module")
def opened(office_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same files as LibreOffice sees them, printed to PDF."""
    soffice = office()
    target = tmp_path_factory.mktemp("pdf")
    profile = tmp_path_factory.mktemp("profile").as_uri()
    files = sorted(f for f in office_files.iterdir() if f.suffix in (".docx", ".xlsx"))
    command = [soffice, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf"]
    done = subprocess.run(
        [*command, "--outdir", target, *files], capture_output=True, text=True, check=False
    )
    assert {f.stem for f in target.iterdir()} == {f.stem for f in files}, done.stderr
    return target


def test_the_open_xml_schemas_have_no_complaint(office_files: Path) -> None:
    """Word and Excel are expected to open every file without repairing it."""
    for file in sorted(office_files.glob("*.[dx][ol][cs]x")):
        command = [Path(sys.executable).with_name("openxml-audit"), file]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "Errors: 0" in done.stdout, f"{file.name}: {done.stdout}{done.stderr}"


def test_libreoffice_shows_every_label_and_every_name(office_files: Path, opened: Path) -> None:
    """Nothing of a form is lost on the way through another office program."""
    for pdf in sorted(opened.glob("*-own-1*.pdf")):
        shown = "".join("".join(extract(pdf.read_bytes())).split())
        form = next(f for f in FORMS.values() if f"-{f.name}" in pdf.stem)
        for block in form.blocks:
            for blank in (
                [b for row in block.rows for b in row] if isinstance(block, FieldTable) else []
            ):
                assert blank.label in shown, (pdf.name, blank.label)
        assert "".join(AWKWARD.split()) in shown, pdf.name


def test_blank_forms_stay_on_the_pages_they_are_made_for(opened: Path) -> None:
    """A form meant for one sheet prints on one sheet, and every page is A4."""
    for pdf in sorted(opened.glob("*-blank-1*.pdf")):
        form = next(f for f in FORMS.values() if f"-{f.name}" in pdf.stem)
        document = pypdfium2.PdfDocument(pdf)
        sizes = [[round(n / 72 * 25.4) for n in page.get_size()] for page in document]
        document.close()
        assert sizes == [[210, 297]] * len(sizes)
        assert len(sizes) <= PAGES[form.name], pdf.name


def test_text_stays_inside_the_type_area(opened: Path) -> None:
    """Measured on the page: nothing but the page number stands outside 156 × 225 mm."""
    millimetre = 72 / 25.4
    for pdf in sorted(opened.glob("*-own-1*.pdf")):
        document = pypdfium2.PdfDocument(pdf)
        for page in document:
            text = page.get_textpage()
            for n in range(text.count_rects()):
                left, bottom, right, top = text.get_rect(n)
                words = text.get_text_bounded(left, bottom, right, top).strip()
                number = words.strip("— ")
                if not number or (number.isdigit() and bottom < 35 * millimetre):
                    continue
                assert left >= 27.5 * millimetre, (pdf.name, words)
                assert right <= (210 - 25.5) * millimetre, (pdf.name, words)
                assert top <= (297 - 36) * millimetre, (pdf.name, words)
                assert bottom >= 33 * millimetre, (pdf.name, words)
        document.close()


def test_the_ledger_counts_what_is_entered(office_files: Path, tmp_path: Path) -> None:
    """FieldTable typed in are added up by the summary when an office program works it out."""
    source = next(office_files.glob("*-blank-20-*.xlsx"))
    book = openpyxl.load_workbook(source)
    sheet = book["台账"]
    names = [c.value for c in book["选项"]["A"][1:] if c.value]
    for line, (activity, expected, present, hours) in enumerate(
        ((names[0], 10, 8, 2), (names[0], 12, 12, 1.5), (names[-1], 5, 5, 1)), 5
    ):
        for column, value in zip("CHIL", (activity, expected, present, hours), strict=True):
            sheet[f"{column}{line}"] = value
    book.save(tmp_path / "filled.xlsx")
    soffice = office()
    profile = (tmp_path / "profile").as_uri()
    command = [soffice, f"-env:UserInstallation={profile}", "--headless", "--convert-to"]
    worked_out = tmp_path / "worked-out"
    subprocess.run(
        [*command, "xlsx", "--outdir", worked_out, tmp_path / "filled.xlsx"],
        check=True, capture_output=True,
    )  # fmt: skip
    done = openpyxl.load_workbook(worked_out / "filled.xlsx", data_only=True)
    summary = {row[0]: row[1:7] for row in done["汇总"].iter_rows(min_row=5, values_only=True)}
    assert summary[names[0]] == pytest.approx((2, 22, 20, 20 / 22, 0, 3.5))
    assert summary["合计"] == pytest.approx((3, 27, 25, 25 / 27, 0, 4.5))
    assert done["台账"]["J5"].value == 2
