"""A branch's own files in a kit: filled forms, a ledger and a calendar.

They are made from a :class:`Blueprint`, which is the same for all branches. The browser makes the
same files from the same data on the page “own-kit”.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from xuelan.kits.form_sheet import AGENDA, CHECKS, FormSheet
from xuelan.kits.formats import calendar, ledger
from xuelan.kits.formats.calendar import Meeting, MeetingTask
from xuelan.kits.formats.meeting_forms import agenda_rows, agenda_title, check_rows, number
from xuelan.kits.forms import AGENDA_FORM, FORMS, INSPECTION_FORM
from xuelan.kits.ooxml import OfficeTemplate, Row, Values
from xuelan.kits.plan import KitPlan
from xuelan.kits.word.fillable_form import form_template
from xuelan.model.catalog import Catalog, newest
from xuelan.text.dates import first_day, zh_date
from xuelan.text.file_names import file_name

LEDGER_NAME: Final = "20-学习台账.xlsx"
CALENDAR_NAME: Final = "40-支部日程.ics"


@dataclass(frozen=True, slots=True)
class Particulars:
    """The values an organiser gives. ``date`` is ISO, ``time`` is ``14:30``; both may be empty."""

    branch: str
    meeting: str
    date: str
    time: str
    place: str
    host: str
    minutes: int
    readings: tuple[str, ...]


@dataclass(frozen=True)
class Blueprint:
    """What the own files of every branch are made from, for one kit.

    ``agendas`` maps lengths in minutes to rows, ``readings`` maps ids to titles in order. ``tasks``
    are those of the guide. ``activities`` are the choices of the ledger; ``None`` for a kit without
    one. ``stamp`` is the ISO date used for “now”.
    """

    kit: str
    title: str
    meeting: str
    forms: tuple[str, ...]
    agendas: Mapping[int, tuple[Row, ...]]
    checks: tuple[Row, ...]
    tasks: tuple[MeetingTask, ...]
    readings: Mapping[str, str]
    activities: tuple[str, ...] | None
    author: str
    stamp: str

    @classmethod
    def of(cls, plan: KitPlan, stamp: str) -> Blueprint:
        """The blueprint of a kit. Of several guides, the first gives the agendas and the tasks."""
        agendas: dict[int, tuple[Row, ...]] = {}
        meeting = plan.kit.activity or plan.kit.title
        for agenda in plan.agendas:
            agendas.setdefault(agenda.minutes, agenda_rows(agenda))
            meeting = plan.kit.activity or agenda_title(plan, plan.agendas[0])
        return cls(
            kit=plan.kit.id,
            title=plan.kit.title,
            meeting=meeting,
            forms=plan.kit.forms,
            agendas=agendas,
            checks=tuple(r for g in plan.guides for r in check_rows(plan.rendered[g.id])),
            tasks=calendar.tasks(plan.rendered[plan.guides[0].id]) if plan.guides else (),
            readings={m.id: m.title for m in plan.readings},
            activities=ledger.activities(plan) if plan.kit.ledger else None,
            author=plan.column.title,
            stamp=stamp,
        )

    def files(self, p: Particulars) -> Iterator[tuple[str, bytes]]:
        """Names and bytes of a branch's files: forms, ledger and, with a date, its calendar."""
        for form in FORMS.values():
            if form.name not in self.forms:
                continue
            if form is AGENDA_FORM and p.minutes not in self.agendas:
                continue
            yield (
                form_name(form, p.minutes),
                branch_template(form, self.stamp).fill(self.values(form, p)),
            )
        if self.activities is not None:
            book = ledger.template(self.activities, self.author, self.stamp)
            yield LEDGER_NAME, book.fill({"branch": p.branch})
        if p.date:
            yield CALENDAR_NAME, calendar.meeting(self.calendar(p))

    def values(self, form: FormSheet, p: Particulars) -> Values:
        """The values for ``form``, which uses those that it has slots for."""
        values: dict[str, str | tuple[Row, ...]] = {
            "branch": p.branch,
            "meeting": p.meeting,
            "date": zh_date(p.date),
            "time": p.time,
            "place": p.place,
            "host": p.host,
            "readings": "；".join(self.readings[i] for i in p.readings),
        }
        if form is AGENDA_FORM:
            values["subtitle"] = f"{p.meeting} · {p.minutes}分钟"
            values[AGENDA] = self.agendas[p.minutes]
        elif form is INSPECTION_FORM:
            values[CHECKS] = self.checks
        return values

    def calendar(self, p: Particulars) -> Meeting:
        """The meeting of the branch, with its agenda as lines of text."""
        agenda = tuple(
            f"{row['c0']} {row['c1']}：{row['c2']}" for row in self.agendas.get(p.minutes, ())
        )
        read = "；".join(self.readings[i] for i in p.readings)
        return Meeting(
            branch=p.branch,
            name=p.meeting,
            date=p.date,
            time=p.time,
            minutes=p.minutes,
            place=p.place,
            host=p.host,
            agenda=(*([f"学习篇目：{read}"] if read else []), *agenda),
            tasks=self.tasks,
            stamp=self.stamp,
        )

    def as_data(self) -> dict[str, Any]:
        """The blueprint as lists, dicts and strings, for the browser."""
        return {
            "kit": self.kit,
            "title": self.title,
            "meeting": self.meeting,
            "forms": [FORMS[name].id for name in self.forms],
            "agendas": {str(n): list(rows) for n, rows in self.agendas.items()},
            "checks": list(self.checks),
            "steps": [{"days": s.days, "text": s.text, "summary": s.summary} for s in self.tasks],
            "readings": [{"id": i, "title": title} for i, title in self.readings.items()],
            "ledger": self.activities is not None,
        }


def form_name(form: FormSheet, minutes: int) -> str:
    """The file name of a form filled in for a branch."""
    extra = f"（{minutes}分钟）" if form is AGENDA_FORM else ""
    return file_name(f"{number(form)}-{form.name}{extra}", ".docx")


def branch_template(form: FormSheet, stamp: str) -> OfficeTemplate:
    """The template of a form, the same for every kit and branch."""
    return form_template(form, first_day(stamp))


def newest_date(catalog: Catalog) -> str:
    """The ISO date used for “now” in the files of branches: that of the newest material."""
    return newest(catalog.public) or "2000-01-01"
