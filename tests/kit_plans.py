"""Plans and PDFs to look into: kits made of the tiny column."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

import tiny
from xuelan.engine.staging import SiteTree
from xuelan.kits import make
from xuelan.kits.exporters import FORMATS
from xuelan.kits.packing import offline_site
from xuelan.kits.packing.package import Package
from xuelan.kits.packing.site_copy import SiteCopy
from xuelan.kits.plan import KitFile, KitPlan, plan
from xuelan.rendering.pipeline import render_all
from xuelan.text.problem import Problem

GUIDE = "materials/guides/guide-study.md"
NOTICE = "materials/notices/notice-2024-3.md"
RECIPE = "materials/kits/study.yml"
WITH_AGENDA = tiny.text(GUIDE, ("## 会上\n", "## 60分钟日程\n"))
STUDY = """\
id: study
title: 集中学习套装
summary: 给支部集中学习用。
activity: 集中学习
audience: [支部]
readings: [story-night-school, notice-2024-3]
guides: [guide-study]
agendas: [60]
quiz_all: true
formats: [PDF, 大字版PDF, EPUB, 公文转录件]
"""


def files(recipe: str = STUDY, **more: str) -> dict[str, str]:
    """The files a kit of the tiny column needs beside the column's own."""
    return {GUIDE: WITH_AGENDA, RECIPE: recipe, **more}


def problems(folder: Path, recipe: str, **more: str) -> list[Problem]:
    """What ``check`` says of a recipe."""
    return [p for p in tiny.problems(folder, files(recipe, **more)) if p.path == RECIPE]


def planned(folder: Path, recipe: str = STUDY, others: dict[str, str] | None = None) -> KitPlan:
    """The plan of the tiny column's kit; ``others`` are files by path."""
    catalog = tiny.catalog(folder, {**files(recipe), **(others or {})})
    return plan(catalog.kits[0], catalog, render_all(catalog))


def make_kit(folder: Path, recipe: str = STUDY, others: dict[str, str] | None = None) -> Package:
    """The tiny column's kit as the site offers it, without a copy of the site."""
    catalog = tiny.catalog(folder, {**files(recipe), **(others or {})})
    (package,) = make.make_kits(catalog.kits, catalog, render_all(catalog), ())
    return package


def finished(plan: KitPlan, pages: Mapping[str, bytes] | None = None) -> Package:
    """The kit of a plan, without a cache, with a copy of a site of ``pages``."""
    copy = SiteCopy([offline_site.fit(page) for page in (pages or {}).items()])
    (package,) = make.packages((plan,), copy)
    return package


def copied(site: Path) -> SiteCopy:
    """The copy of a site that kits carry."""
    tree = SiteTree(site)
    tree.register_files()
    return SiteCopy(offline_site.copy(tree, {}))


def export(plan: KitPlan, *names: str) -> Iterator[KitFile]:
    """The files of the formats called ``names`` that the recipe asks for, in order."""
    for each in FORMATS:
        if each.name in names and each.is_wanted(plan.kit):
            yield from each.files(plan, SiteCopy())


def prints(plan: KitPlan) -> Iterator[KitFile]:
    """Every printed book of a kit: the readings, the guides, and both in large print."""
    return export(plan, "读本", "大字版读本", "活动指南", "大字版活动指南")


def with_story(folder: Path, body: str) -> KitPlan:
    """The kit with another text in its first reading."""
    return planned(folder, others={tiny.STORY: tiny.with_body(body)})


@dataclass(frozen=True)
class Piece:
    """A run of text on a page: its characters, size and place of its lower left corner (points)."""

    page: int
    text: str
    size: float
    left: float
    bottom: float
    colour: tuple[int, int, int]
    font: str
    embedded: bool


def runs(data: bytes) -> Iterator[Piece]:
    """Every text object of a PDF, page by page."""
    document = pypdfium2.PdfDocument(data)
    for number, page in enumerate(document):
        whole = page.get_textpage()
        for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=9):
            size, colour = ctypes.c_float(), [ctypes.c_uint() for _ in range(4)]
            pdfium.FPDFTextObj_GetFontSize(item.raw, size)
            pdfium.FPDFPageObj_GetFillColor(item.raw, *colour)
            font = pdfium.FPDFTextObj_GetFont(item.raw)
            name = ctypes.create_string_buffer(200)
            pdfium.FPDFFont_GetBaseFontName(font, name, 200)
            length = pdfium.FPDFTextObj_GetText(item.raw, whole.raw, None, 0)
            text = (ctypes.c_ushort * (length // 2))()
            pdfium.FPDFTextObj_GetText(item.raw, whole.raw, text, length)
            left, bottom, _, _ = item.get_bounds()
            yield Piece(
                number,
                bytes(text).decode("utf-16-le").rstrip("\0"),
                size.value * item.get_matrix().a,
                left,
                bottom,
                (colour[0].value, colour[1].value, colour[2].value),
                name.value.decode(),
                bool(pdfium.FPDFFont_GetIsEmbedded(font)),
            )
    document.close()
