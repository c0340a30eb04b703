"""Readings and quiz as a SCORM 1.2 course for a training platform.

The course is one sharable object. It reports “incomplete” at the start, “completed” when every text
is marked as read and every question tried, the place where the learner stopped, and the time. It
reports no score. The answers are in the course, as in every quiz without a server, so it is no
examination.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Final

from xuelan.kits.ooxml import zip_parts
from xuelan.kits.plan import KitFile, KitPlan
from xuelan.kits.print.book import source_line
from xuelan.kits.print.quiz_paper import LETTERS
from xuelan.kits.relink import Pictures, relink
from xuelan.kits.templating import render_html, render_xml
from xuelan.model.material import Material
from xuelan.model.study import JUDGEMENT, MULTIPLE
from xuelan.text.dates import zh_date
from xuelan.text.file_names import file_name

GROUP: Final = "培训平台"
SCRIPTS: Final = ("course.js", "course.css")


@dataclass(frozen=True, slots=True)
class _CourseText:
    """A text on the page of the course."""

    id: str
    title: str
    summary: str
    minutes: int
    origin: str
    html: str
    references: tuple[str, ...]


def files(plan: KitPlan) -> Iterator[KitFile]:
    """The course."""
    name = file_name("50-SCORM课件", ".zip")
    yield KitFile(name, "SCORM 1.2 课件（上传到培训平台）", GROUP, course(plan))


def course(plan: KitPlan) -> bytes:
    """The course as a ZIP, with its manifest first."""
    pictures = Pictures(plan)
    page = _page(plan, tuple(_reading(plan, m, pictures) for m in plan.readings))
    contents = [("index.html", page.encode())]
    contents += [(name, _style(name)) for name in SCRIPTS]
    contents += pictures.files()
    manifest = render_xml("imsmanifest.xml", plan=plan, names=[name for name, _ in contents])
    return zip_parts([("imsmanifest.xml", manifest.encode()), *contents])


def _reading(plan: KitPlan, m: Material, pictures: Pictures) -> _CourseText:
    rendered = plan.rendered[m.id]
    here = {x.id for x in plan.readings}

    def target(material: str, anchor: str) -> str:
        if material in here:
            return f"#{material}.{anchor}" if anchor else f"#{material}"
        return plan.address_of(f"materials/{material}/")

    return _CourseText(
        id=m.id,
        title=m.title,
        summary=m.summary,
        minutes=rendered.minutes,
        origin=source_line(plan, m),
        html=relink(rendered.html, m, target, plan.column.url, pictures.address),
        references=tuple(str(plan.references[w]) for w in rendered.references),
    )


def _page(plan: KitPlan, readings: tuple[_CourseText, ...]) -> str:
    return render_html(
        "course.html",
        title=plan.kit.title,
        summary=plan.kit.summary,
        column=plan.column,
        date=zh_date(plan.date),
        version=plan.version,
        readings=readings,
        questions=plan.questions,
        letters=LETTERS,
        judgement=JUDGEMENT,
        multiple=MULTIPLE,
        titles=plan.titles,
        here={r.id for r in readings},
    )


def _style(name: str) -> bytes:
    return resources.files("xuelan.kits").joinpath("styles", name).read_bytes()
