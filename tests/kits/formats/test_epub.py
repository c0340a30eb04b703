"""The electronic book: whole, linked, readable aloud, and the same every time."""

from __future__ import annotations

import io
import xml.etree.ElementTree as etree
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from playwright.sync_api import Browser

import tiny
from conftest import ROOT
from kit_plans import STUDY, planned
from xuelan.kits.formats import epub
from xuelan.kits.html_tree import parse, pieces
from xuelan.kits.plan import KitPlan
from xuelan.kits.print import press

XHTML = "{http://www.w3.org/1999/xhtml}"
AXE = ROOT / "node_modules/axe-core/axe.min.js"
AXE_RUN = """() => axe.run(document, {rules: {
  region: {enabled: false}, "landmark-one-main": {enabled: false},
}})"""
"""A chapter is a part of a book: rules about the regions of a web page do not apply to it."""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> KitPlan:
    return planned(tmp_path_factory.mktemp("kit"))


@pytest.fixture(scope="module")
def book(plan: KitPlan) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(epub.book(plan)))


def page(book: zipfile.ZipFile, name: str) -> etree.Element:
    return etree.fromstring(book.read(f"OEBPS/{name}"))


def test_the_container_is_as_readers_expect(book: zipfile.ZipFile) -> None:
    """``mimetype`` comes first, is stored, and says what the file is."""
    first = book.infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert book.read("mimetype") == b"application/epub+zip"


def test_the_package_lists_every_file(book: zipfile.ZipFile) -> None:
    """Manifest and archive name the same files; every chapter is in the reading order."""
    opf = page(book, "content.opf")
    ns = "{http://www.idpf.org/2007/opf}"
    listed = {item.get("href"): item.get("id") for item in opf.iter(f"{ns}item")}
    held = {n.removeprefix("OEBPS/") for n in book.namelist() if n.startswith("OEBPS/")}
    assert set(listed) == held - {"content.opf"}
    order = [item.get("idref") for item in opf.iter(f"{ns}itemref")]
    chapters = {i for href, i in listed.items() if str(href).endswith(".xhtml")}
    assert set(order) == chapters


def test_every_block_of_every_text_is_there(plan: KitPlan, book: zipfile.ZipFile) -> None:
    """The chapters hold the texts character by character, citation numbers apart."""
    for m in plan.materials:
        shown = press.visible("".join(page(book, f"{m.id}.xhtml").itertext()))
        for piece in (m.title, m.summary, *pieces(parse(plan.rendered[m.id].html)), *m.questions):
            assert press.visible(piece) in shown


def test_every_link_leads_somewhere(book: zipfile.ZipFile) -> None:
    """Between chapters, to sections and to references; outward only to the site."""
    pages = {n.removeprefix("OEBPS/"): page(book, n.removeprefix("OEBPS/"))
             for n in book.namelist() if n.endswith(".xhtml")}  # fmt: skip
    ids = {name: {e.get("id") for e in root.iter()} for name, root in pages.items()}
    count = 0
    for name, root in pages.items():
        for link in root.iter(f"{XHTML}a"):
            target, _, anchor = link.get("href", "").partition("#")
            if target.startswith("https://"):
                continue
            assert (target or name) in pages
            assert not anchor or anchor in ids[target or name], (name, target, anchor)
            count += 1
    assert count > 8


def test_contents_follow_the_reading_order(book: zipfile.ZipFile) -> None:
    """Parts, then their texts, then the references."""
    nav = page(book, "nav.xhtml")
    toc = next(n for n in nav.iter(f"{XHTML}nav"))
    shown = [e.text for e in toc.iter() if e.tag in (f"{XHTML}a", f"{XHTML}span")]
    assert shown == [
        "阅读材料", "夜校的灯", "关于开展读书活动的通知", "活动指南", "集中学习怎么办", "参考文献",
    ]  # fmt: skip


def test_it_says_how_accessible_it_is(book: zipfile.ZipFile) -> None:
    """Modes, features and hazards stand in the metadata, with a summary in Chinese."""
    opf = book.read("OEBPS/content.opf").decode()
    for fact in ("accessMode", "accessModeSufficient", "accessibilityFeature",
                 "accessibilityHazard", "accessibilitySummary"):  # fmt: skip
        assert f'<meta property="schema:{fact}">' in opf
    assert "<dc:language>zh-CN</dc:language>" in opf


def test_the_same_kit_gives_the_same_book(plan: KitPlan, tmp_path: Path) -> None:
    """Made again in another folder, the file is the same to the byte."""
    assert epub.book(planned(tmp_path / "elsewhere")) == epub.book(plan)


def test_awkward_texts_stay_text(tmp_path: Path) -> None:
    """Signs of XML in a title, a question and a text are escaped, not read."""
    recipe = STUDY.replace("title: 集中学习套装", "title: '甲<b>&\"乙'")
    story = tiny.text(
        tiny.STORY, ("夜校的灯", "灯<i>&amp;"), ("我们的夜校怎么办？", "a < b && c > d？")
    )
    made = zipfile.ZipFile(io.BytesIO(epub.book(planned(tmp_path, recipe, {tiny.STORY: story}))))
    root = page(made, "story-night-school.xhtml")
    assert next(root.iter(f"{XHTML}h1")).text == "灯<i>&amp;"
    assert "a < b && c > d？" in "".join(root.itertext())


def test_chapters_are_accessible(book: zipfile.ZipFile, browser: Browser, tmp_path: Path) -> None:
    """No rule of axe is broken in any chapter, opened as an e-reader's browser would."""
    book.extractall(tmp_path)
    context = browser.new_context(bypass_csp=True)
    view = context.new_page()
    for file in sorted((tmp_path / "OEBPS").glob("*.xhtml")):
        view.goto(file.as_uri())
        view.add_script_tag(path=AXE)
        found = view.evaluate(AXE_RUN)
        assert [(v["id"], v["help"]) for v in found["violations"]] == [], PurePosixPath(file).name
    context.close()
