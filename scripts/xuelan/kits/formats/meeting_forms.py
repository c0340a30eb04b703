"""The forms of a kit, empty: each as a Word file to fill in and as a PDF to print."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xuelan.kits.form_sheet import AGENDA, CHECKS, FormSheet
from xuelan.kits.forms import AGENDA_FORM, FORMS, INSPECTION_FORM
from xuelan.kits.ooxml import Row, Values
from xuelan.kits.plan import Agenda, KitFile, KitPlan
from xuelan.kits.print.blank_form import print_form
from xuelan.kits.word.fillable_form import form_template
from xuelan.model.content import Rendered
from xuelan.text.dates import first_day
from xuelan.text.file_names import file_name

GROUP: Final = "会议表格"
TICK: Final = "□"
"""Starts a point to tick off in a guide: ``- □ 已定了分管的人``."""


def files(plan: KitPlan) -> Iterator[KitFile]:
    """Word file and PDF of every form in the recipe; one agenda for each length and guide."""
    for name in plan.kit.forms:
        form = FORMS[name]
        for extra, values in _variants(plan, form):
            yield from _files(plan, form, extra, values)


def _files(plan: KitPlan, form: FormSheet, extra: str, values: Values) -> Iterator[KitFile]:
    label = f"{form.name}（{extra}）" if extra else form.name
    stem = file_name(f"{number(form)}-{label}")
    word = form_template(form, first_day(plan.date)).fill(values)
    yield KitFile(f"{stem}.docx", f"{label}（Word）", GROUP, word)
    address = plan.address_of(plan.kit.address)
    data = print_form(form, values, plan.assets.root, plan.date, plan.column.publisher, address)
    yield KitFile(f"{stem}.pdf", f"{label}（PDF）", GROUP, data)


def number(form: FormSheet) -> int:
    """The number at the start of a form's file names: 10 for the first form."""
    return 10 + list(FORMS).index(form.name)


def _variants(plan: KitPlan, form: FormSheet) -> Iterator[tuple[str, Values]]:
    """The copies of a form: what is added to its name, and its values. Most forms have one copy."""
    if form is AGENDA_FORM:
        several = len({a.guide for a in plan.agendas}) > 1
        for agenda in plan.agendas:
            guide = agenda_title(plan, agenda)
            extra = f"{guide} {agenda.minutes}分钟" if several else f"{agenda.minutes}分钟"
            yield extra, {"subtitle": subtitle(plan, agenda), AGENDA: agenda_rows(agenda)}
    elif form is INSPECTION_FORM:
        rows = tuple(r for g in plan.guides for r in check_rows(plan.rendered[g.id]))
        yield "", {CHECKS: rows}
    else:
        yield "", {}


def agenda_title(plan: KitPlan, agenda: Agenda) -> str:
    """The name of a guide's meeting: that of its activity, else the title of the guide."""
    for activity in plan.activities:
        if activity.guide == agenda.guide:
            return activity.name
    return next(m.title for m in plan.guides if m.id == agenda.guide)


def subtitle(plan: KitPlan, agenda: Agenda) -> str:
    """The line below the title of an agenda."""
    return f"{agenda_title(plan, agenda)} · {agenda.minutes}分钟"


def agenda_rows(agenda: Agenda) -> tuple[Row, ...]:
    """An agenda as rows of three cells; further cells are joined to the third by ``；``."""
    return tuple(
        {"c0": row[0], "c1": row[1], "c2": "；".join(cell for cell in row[2:] if cell)}
        for row in ((*cells, "", "") for cells in agenda.rows)
    )


def check_rows(guide: Rendered) -> tuple[Row, ...]:
    """The points to tick off in a guide; the first of each section has its name."""
    rows: list[Row] = []
    last = ""
    for block in guide.blocks:
        if block.text.startswith(TICK):
            section = guide.headings[block.section].text if block.section >= 0 else ""
            rows.append(
                {
                    "c0": section if section != last else "",
                    "c1": block.text.removeprefix(TICK).strip(),
                }
            )
            last = section
    return tuple(rows)
