"""What makes a kit a branch's own: filled forms, its ledger and its calendar.

The parts that are the same for everyone are made once; a branch's copy is then joined from them.
The browser does the same with the same data on the page “own-kit”.
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
    """What an organiser types. ``date`` is ISO, ``time`` ``14:30``; both may be empty."""

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
    """Everything of one kit that is the same for every branch.

    ``agendas`` maps lengths in minutes to rows; ``readings`` ids to titles, in order; ``stamp``
    is the ISO date that stands for “now”.
    """

    kit: str
    title: str
    meeting: str
    forms: tuple[str, ...]
    agendas: Mapping[int, tuple[Row, ...]]
    checks: tuple[Row, ...]
    steps: tuple[MeetingTask, ...]
    readings: Mapping[str, str]
    activities: tuple[str, ...] | None
    author: str
    stamp: str

    @classmethod
    def of(cls, plan: KitPlan, stamp: str) -> Blueprint:
        """The parts of ``plan``'s kit. Of several guides the first has the agenda and the days."""
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
            steps=calendar.steps(plan.rendered[plan.guides[0].id]) if plan.guides else (),
            readings={m.id: m.title for m in plan.readings},
            activities=ledger.activities(plan) if plan.kit.ledger else None,
            author=plan.column.title,
            stamp=stamp,
        )

    def files(self, p: Particulars) -> Iterator[tuple[str, bytes]]:
        """A branch's own files by name: forms, ledger and, when there is a date, its calendar."""
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
        """What is written into ``form``; a form takes of it only what it has a slot for."""
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
        """The branch's meeting with the agenda as lines of text."""
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
            steps=self.steps,
            stamp=self.stamp,
        )

    def as_data(self) -> dict[str, Any]:
        """The parts for the browser."""
        return {
            "kit": self.kit,
            "title": self.title,
            "meeting": self.meeting,
            "forms": [FORMS[name].id for name in self.forms],
            "agendas": {str(n): list(rows) for n, rows in self.agendas.items()},
            "checks": list(self.checks),
            "steps": [{"days": s.days, "text": s.text, "summary": s.summary} for s in self.steps],
            "readings": [{"id": i, "title": title} for i, title in self.readings.items()],
            "ledger": self.activities is not None,
        }


def form_name(form: FormSheet, minutes: int) -> str:
    """The file name of a branch's form."""
    extra = f"（{minutes}分钟）" if form is AGENDA_FORM else ""
    return file_name(f"{number(form)}-{form.name}{extra}", ".docx")


def branch_template(form: FormSheet, stamp: str) -> OfficeTemplate:
    """A form's template, the same for every kit and branch."""
    return form_template(form, first_day(stamp))


def newest_date(catalog: Catalog) -> str:
    """The ISO date that stands for “now” in what branches get: that of the newest material."""
    return newest(catalog.public) or "2000-01-01"
