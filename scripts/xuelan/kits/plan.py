"""A kit's plan: the recipe with every id replaced by the thing itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from xuelan.kits.html_tree import parse, rows, text
from xuelan.model.catalog import Catalog, newest
from xuelan.model.column import Activity, Column
from xuelan.model.kit import ZIM, Kit, KitError
from xuelan.model.material import Material
from xuelan.model.rendered import HEADINGS, Rendered
from xuelan.model.study import Question
from xuelan.rules import choice


@dataclass(frozen=True, slots=True)
class Agenda:
    """A meeting's agenda taken from a guide: column heads, then rows of plain text."""

    minutes: int
    guide: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class KitPlan:
    """Everything an exporter may read.

    ``readings`` and ``guides`` keep the recipe's order; ``discussion`` are the questions for the
    meeting with the material they belong to (``""`` for the recipe's own); ``date`` is the ISO
    date of the newest thing in the kit and stands for “now” in every file; ``offline`` is the
    finished site as path → bytes for ZIM (empty when the recipe does not ask for it).
    """

    kit: Kit
    catalog: Catalog
    rendered: Mapping[str, Rendered]
    activity: Activity | None
    readings: tuple[Material, ...]
    guides: tuple[Material, ...]
    agendas: tuple[Agenda, ...]
    discussion: tuple[tuple[str, str], ...]
    questions: tuple[Question, ...]
    date: str
    offline: Mapping[str, bytes]

    @property
    def column(self) -> Column:
        """The column the kit belongs to."""
        return self.catalog.column

    @property
    def materials(self) -> tuple[Material, ...]:
        """Guides, then readings: everything the kit holds as text, each once."""
        return tuple(dict.fromkeys((*self.guides, *self.readings)))

    @cached_property
    def version(self) -> str:
        """A fingerprint of what the kit holds, eight hexadecimal digits, printed on every page.

        It changes when a text, a question or the recipe changes, and not with the program.
        """
        held = [
            self.column.title,
            self.column.url,
            self.column.publisher,
            repr(replace(self.kit, path="", lines=())),
            *(f"{m.id} {m.digest}" for m in self.materials),
            *map(repr, self.agendas),
            *(repr(replace(q, line=0)) for q in self.questions),
        ]
        return hashlib.sha256("\0".join(held).encode()).hexdigest()[:8]

    def address_of(self, address: str) -> str:
        """The live address of a page of the site; empty when the site's own is not known."""
        return self.column.url + address if self.column.url else ""


@dataclass(frozen=True, slots=True)
class KitFile:
    """One file of a kit.

    ``name`` is its path inside the kit with ``/``, in Chinese, fit for Windows: build it with
    :func:`xuelan.text.file_names.file_name`. ``title`` says what it is in the table of contents;
    ``group`` is the heading it stands under there (阅读材料, 会议表格, 自测, 日程 …).
    """

    name: str
    title: str
    group: str
    data: bytes


class Exporter(Protocol):
    """One format: the files it adds to a kit, in order; none when the recipe asks for none."""

    def __call__(self, plan: KitPlan) -> Iterator[KitFile]:
        """The files of ``plan`` in this format."""
        ...


class MissingItemError(KitError):
    """The recipe asks for something that is not there; the message says what, in Chinese."""


def plan(
    kit: Kit,
    catalog: Catalog,
    rendered: Mapping[str, Rendered],
    offline: Mapping[str, bytes] | None = None,
) -> KitPlan:
    """The plan of ``kit``. :func:`xuelan.rules.kits.recipe_rules` has been run before.

    Raises :class:`MissingItemError` when a guide's agenda has a heading but no table.
    """
    readings, guides = choice.readings(kit, catalog), choice.guides(kit, catalog)
    activity = choice.activity(kit, catalog)
    everything = (*guides, *readings)
    shown = {m.id for m in (catalog.public if ZIM in kit.formats else everything)}
    return KitPlan(
        kit=kit,
        catalog=catalog,
        rendered={i: rendered[i] for i in shown},
        activity=activity,
        readings=readings,
        guides=guides,
        agendas=tuple(_agendas(kit, guides, rendered)),
        discussion=(
            *(("", q) for q in kit.questions),
            *((m.id, q) for m in everything for q in m.questions),
        ),
        questions=choice.questions(kit, catalog),
        date=newest(everything),
        offline=offline or {},
    )


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
