"""The plan of a kit: its recipe with every id replaced by the thing itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from xuelan.kits.assets import Assets
from xuelan.kits.html_tree import parse, rows, text
from xuelan.model.catalog import Catalog, newest
from xuelan.model.column import Activity, Column
from xuelan.model.content import HEADINGS, Rendered
from xuelan.model.kit import Change, Kit, KitError, Selection
from xuelan.model.material import Material
from xuelan.model.study import Question
from xuelan.model.works import Reference, make_reference
from xuelan.rules import choice


@dataclass(frozen=True, slots=True)
class Agenda:
    """The agenda of a meeting, from a table of a guide: its head and its rows as plain text."""

    minutes: int
    guide: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a kit prints about its column. ``url`` ends in ``/``, or is empty if not known."""

    title: str
    tagline: str
    description: str
    publisher: str
    copyright: str
    url: str


@dataclass(frozen=True, slots=True)
class KitPlan:
    """Everything an exporter may read, and exactly what the key of its files hashes.

    A field is a number, a text, a tuple, a mapping or a frozen value of these, so that
    :func:`xuelan.kits.cache_keys.hash_value` can hash a plan as it is.

    ``kit`` is the recipe without its path and lines. ``readings`` and ``guides`` are in the order
    of the recipe; ``transcripts`` are the readings to print in the layout of official documents.
    ``rendered`` holds the texts of both by id, ``references`` the works they cite by id, as
    printed. ``titles`` are the titles of the materials that ``questions`` name, by id. ``activity``
    is the one that the kit is for, ``activities`` are all of the column. ``date`` is the ISO date
    of the newest material in the kit; files use it for “now”. ``version`` is printed on every page:
    eight hexadecimal digits that change with the content of the kit.
    """

    kit: Kit
    column: Imprint
    version: str
    date: str
    readings: tuple[Material, ...]
    guides: tuple[Material, ...]
    transcripts: tuple[Material, ...]
    rendered: Mapping[str, Rendered]
    references: Mapping[str, Reference]
    agendas: tuple[Agenda, ...]
    questions: tuple[Question, ...]
    titles: Mapping[str, str]
    activity: Activity | None
    activities: tuple[Activity, ...]
    assets: Assets

    @property
    def materials(self) -> tuple[Material, ...]:
        """All texts of the kit, each once: guides, then readings."""
        return tuple({m.id: m for m in (*self.guides, *self.readings)}.values())

    def address_of(self, address: str) -> str:
        """The full address of a page of the site; empty if that of the site is not known."""
        return self.column.url + address if self.column.url else ""


@dataclass(frozen=True, slots=True)
class KitFile:
    """One file of a kit.

    ``name`` is its path in the kit with ``/``, in Chinese and fit for Windows: make it with
    :func:`xuelan.text.file_names.file_name`. ``title`` is its entry in the table of contents, under
    the heading ``group`` (阅读材料, 会议表格, 自测, 日程 …).
    """

    name: str
    title: str
    group: str
    data: bytes


class MissingItemError(KitError):
    """The recipe names something that is not there; the message says what, in Chinese."""


def plan(kit: Kit, catalog: Catalog, rendered: Mapping[str, Rendered]) -> KitPlan:
    """The plan of ``kit``, which has passed :func:`xuelan.rules.kits.check_recipes`.

    Raises :class:`MissingItemError` if a guide has the heading of an agenda but no table below it.
    """
    readings = choice.select_readings(kit, catalog)
    guides = choice.select_guides(kit, catalog)
    materials = (*guides, *readings)
    texts = {m.id: rendered[m.id] for m in materials}
    questions = tuple(replace(q, line=0) for q in choice.select_questions(kit, catalog))
    agendas = tuple(_agendas(kit, guides, texts))
    recipe = replace(kit, path="", lines=())
    column = _imprint(catalog.column)
    return KitPlan(
        kit=recipe,
        column=column,
        version=_version(recipe, column, materials, agendas, questions),
        date=newest(materials),
        readings=readings,
        guides=guides,
        transcripts=choice.select_transcripts(kit, catalog),
        rendered=texts,
        references={
            w: make_reference(catalog.works[w]) for t in texts.values() for w in t.references
        },
        agendas=agendas,
        questions=questions,
        titles={q.material: catalog.by_id[q.material].title for q in questions if q.material},
        activity=choice.find_activity(kit, catalog),
        activities=catalog.column.activities,
        assets=Assets(catalog.column.root, materials),
    )


def _imprint(column: Column) -> Imprint:
    return Imprint(
        title=column.title,
        tagline=column.tagline,
        description=column.description,
        publisher=column.publisher,
        copyright=column.copyright,
        url=column.url,
    )


def _version(
    kit: Kit,
    column: Imprint,
    materials: tuple[Material, ...],
    agendas: tuple[Agenda, ...],
    questions: tuple[Question, ...],
) -> str:
    """Eight digits that change with a text, a question or the recipe, and not with the program."""
    content = [
        column.title,
        column.url,
        column.publisher,
        _spell(kit),
        *dict.fromkeys(f"{m.id} {m.digest}" for m in materials),
        *map(_spell, agendas),
        *map(_spell, questions),
    ]
    return hashlib.sha256("\0".join(content).encode()).hexdigest()[:8]


_RECORDS: Final[Mapping[type, str]] = {
    Kit: "Kit",
    Selection: "Query",
    Change: "Change",
    Agenda: "Agenda",
    Question: "Question",
}
"""Names of records in the text that a version hashes.

They are the names that the classes had when the first version was published: renaming a class must
not change the version of a kit.
"""


def _spell(value: Any) -> str:
    """``value`` as text for a version: ``Change(date='2026-11-22', note='第一次发布')``."""
    if isinstance(value, tuple):
        items = ", ".join(map(_spell, value))
        return f"({items},)" if len(value) == 1 else f"({items})"
    if name := _RECORDS.get(type(value)):
        pairs = (f"{f.name}={_spell(getattr(value, f.name))}" for f in fields(value))
        return f"{name}({', '.join(pairs)})"
    return repr(value)


def _agendas(
    kit: Kit, guides: tuple[Material, ...], rendered: Mapping[str, Rendered]
) -> Iterator[Agenda]:
    for minutes in kit.agendas:
        found = [a for g in guides for a in _agendas_in(g, rendered[g.id]) if a.minutes == minutes]
        if not found:
            message = f"套装“{kit.title}”要的“{minutes}分钟日程”，指南里有标题却没有表格"
            raise MissingItemError(message)
        yield from found


def _agendas_in(guide: Material, rendered: Rendered) -> Iterator[Agenda]:
    """The first table under each heading “30分钟日程” of a guide."""
    minutes = 0
    for element in parse(rendered.html):
        if element.tag in HEADINGS:
            match = choice.AGENDA_HEADING.fullmatch(text(element).strip())
            minutes = int(match[1]) if match else 0
        elif element.tag == "table" and minutes:
            head, *body = ([text(c, cites=False).strip() for c in row] for row in rows(element))
            yield Agenda(minutes, guide.id, tuple(head), tuple(map(tuple, body)))
            minutes = 0
