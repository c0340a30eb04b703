"""Selects the materials and questions of a recipe from the catalog."""

from __future__ import annotations

import re
from typing import Final

from xuelan.model.catalog import Catalog
from xuelan.model.column import Activity
from xuelan.model.kit import TRANSCRIPT, Kit, Selection
from xuelan.model.material import MISSING, OFFICIAL, Material
from xuelan.model.study import Question
from xuelan.text import prose

_TICK: Final = re.compile(r"\s*[-*+]\s+□")
AGENDA_HEADING: Final = re.compile(r"(\d{1,3})分钟日程")
"""The heading of an agenda in a guide; the group is its length in minutes."""


def select_readings(kit: Kit, catalog: Catalog) -> tuple[Material, ...]:
    """The readings that the recipe lists, in its order, then those that its conditions select.

    The latter are sorted by kind, in the column's order, then by date, undated last, then by id.
    """
    public = {m.id: m for m in catalog.public}
    listed = [public[i] for i in kit.readings if i in public]
    excluded = {*kit.readings, *kit.guides}
    kinds = {k.name: n for n, k in enumerate(catalog.column.kinds)}
    found = [m for m in catalog.public if kit.select and _meets(m, kit.select)]
    found.sort(key=lambda m: (kinds.get(m.kind, len(kinds)), m.issued or "9", m.id))
    return tuple(dict.fromkeys([*listed, *(m for m in found if m.id not in excluded)]))


def _meets(m: Material, selection: Selection) -> bool:
    """True if ``m`` meets every condition; a selection without conditions chooses nothing."""
    pairs = (
        (selection.kinds, (m.kind,)),
        (selection.activities, m.activity),
        (selection.tags, m.tags),
        (selection.audiences, m.audience),
    )
    conditions = [(wanted, has) for wanted, has in pairs if wanted]
    matches = all(set(wanted) & set(has) for wanted, has in conditions)
    return matches and (selection.all or bool(conditions))


def select_guides(kit: Kit, catalog: Catalog) -> tuple[Material, ...]:
    """The guides, in the recipe's order."""
    public = {m.id: m for m in catalog.public}
    return tuple(public[i] for i in kit.guides if i in public)


def find_activity(kit: Kit, catalog: Catalog) -> Activity | None:
    """The activity for which the kit is made, if any."""
    return next((a for a in catalog.column.activities if a.name == kit.activity), None)


def select_questions(kit: Kit, catalog: Catalog) -> tuple[Question, ...]:
    """The questions of the quiz paper: those listed, then the others if the recipe wants all."""
    by_id = {q.id: q for q in catalog.questions}
    listed = [by_id[i] for i in kit.quiz if i in by_id]
    rest = (
        [q for q in catalog.questions if kit.activity in ("", q.activity)] if kit.quiz_all else []
    )
    return tuple({q.id: q for q in (*listed, *rest)}.values())


def find_agendas(guide: str) -> frozenset[int]:
    """The lengths (minutes) of the meetings for which the text of a guide has an agenda."""
    found = (AGENDA_HEADING.fullmatch(h.text) for h in prose.headings(prose.lines(guide)))
    return frozenset(int(m[1]) for m in found if m)


def has_ticks(guide: str) -> bool:
    """True if the text of a guide has points to tick off: list items that begin with ``□``."""
    return any(_TICK.match(line) for line in prose.lines(guide))


def select_transcripts(kit: Kit, catalog: Catalog) -> tuple[Material, ...]:
    """The official documents among the readings that have a text or digest to transcribe."""
    if TRANSCRIPT not in kit.formats:
        return ()
    return tuple(
        m for m in select_readings(kit, catalog) if m.ground == OFFICIAL and m.text != MISSING
    )
