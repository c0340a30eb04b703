"""Readings and quiz as a SCORM 1.2 course for a training platform.

One sharable object: the platform is told “incomplete” at the start and “completed” when every
text has been marked as read and every question tried, where the learner stopped, and how long it
took. No score is sent: the quiz is for the learner. Its answers travel inside the course, as in
every quiz that works without a server, so it is no examination.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import jinja2

from xuelan.kits.ooxml import archive, escape
from xuelan.kits.plan import KitFile, KitPlan
from xuelan.kits.print.book import source_line
from xuelan.kits.print.quiz_paper import LETTERS
from xuelan.kits.relink import Pictures, relinked
from xuelan.model.material import Material
from xuelan.model.study import JUDGEMENT, MULTIPLE
from xuelan.text.dates import chinese
from xuelan.text.file_names import file_name

GROUP: Final = "培训平台"
SCRIPTS: Final = ("course.js", "course.css")
_CP: Final = "http://www.imsproject.org/xsd/imscp_rootv1p1p2"
_ADL: Final = "http://www.adlnet.org/xsd/adlcp_rootv1p2"


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text of the course as its page shows it."""

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
    """The course as a ZIP, its manifest first."""
    pictures = Pictures(plan)
    page = _page(plan, tuple(_reading(plan, m, pictures) for m in plan.readings))
    contents = [("index.html", page.encode())]
    contents += [(name, _style(name).encode()) for name in SCRIPTS]
    contents += pictures.files()
    manifest = _manifest(plan, [name for name, _ in contents])
    return archive([("imsmanifest.xml", manifest.encode()), *contents])


def _reading(plan: KitPlan, m: Material, pictures: Pictures) -> _Reading:
    rendered = plan.rendered[m.id]
    here = {x.id for x in plan.readings}

    def target(material: str, anchor: str) -> str:
        if material in here:
            return f"#{material}.{anchor}" if anchor else f"#{material}"
        return plan.address_of(f"materials/{material}/")

    return _Reading(
        id=m.id,
        title=m.title,
        summary=m.summary,
        minutes=rendered.minutes,
        origin=source_line(plan, m),
        html=relinked(rendered.html, m, target, plan.column.url, pictures.address),
        references=tuple(str(plan.references[w]) for w in rendered.references),
    )


def _page(plan: KitPlan, readings: tuple[_Reading, ...]) -> str:
    return _template().render(
        title=plan.kit.title,
        summary=plan.kit.summary,
        column=plan.column,
        date=chinese(plan.date),
        version=plan.version,
        readings=readings,
        questions=plan.questions,
        letters=LETTERS,
        judgement=JUDGEMENT,
        multiple=MULTIPLE,
        titles=plan.titles,
        here={r.id for r in readings},
    )


@cache
def _template() -> jinja2.Template:
    env = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return env.from_string(_style("course.html"))


def _style(name: str) -> str:
    return resources.files("xuelan.kits").joinpath("styles", name).read_text("utf-8")


def _manifest(plan: KitPlan, names: list[str]) -> str:
    """``imsmanifest.xml`` after the SCORM 1.2 content aggregation model."""
    title = escape(plan.kit.title)
    held = "".join(f'<file href="{escape(name)}"/>' for name in names)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<manifest identifier="xuelan-{plan.kit.id}" version="{plan.version}" xmlns="{_CP}" '
        f'xmlns:adlcp="{_ADL}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="{_CP} imscp_rootv1p1p2.xsd {_ADL} adlcp_rootv1p2.xsd">'
        "<metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>"
        f'<organizations default="course"><organization identifier="course"><title>{title}</title>'
        f'<item identifier="item" identifierref="sco" isvisible="true"><title>{title}</title>'
        "</item></organization></organizations>"
        '<resources><resource identifier="sco" type="webcontent" adlcp:scormtype="sco" '
        f'href="index.html">{held}</resource></resources></manifest>\n'
    )
