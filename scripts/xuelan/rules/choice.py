"""What a recipe chooses from the catalog: materials and questions, before anything is rendered."""

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
"""The heading under which a guide's agenda stands."""


def readings(kit: Kit, catalog: Catalog) -> tuple[Material, ...]:
    """The readings by id in the recipe's order, then those its conditions select.

    Selected ones are ordered by the column's kinds, then by date, then by id, undated last.
    """
    shown = {m.id: m for m in catalog.public}
    named = [shown[i] for i in kit.readings if i in shown]
    taken = {*kit.readings, *kit.guides}
    kinds = {k.name: n for n, k in enumerate(catalog.column.kinds)}
    found = [m for m in catalog.public if kit.select and _meets(m, kit.select)]
    found.sort(key=lambda m: (kinds.get(m.kind, len(kinds)), m.issued or "9", m.id))
    return tuple(dict.fromkeys([*named, *(m for m in found if m.id not in taken)]))


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


def guides(kit: Kit, catalog: Catalog) -> tuple[Material, ...]:
    """The guides, in the recipe's order."""
    shown = {m.id: m for m in catalog.public}
    return tuple(shown[i] for i in kit.guides if i in shown)


def activity(kit: Kit, catalog: Catalog) -> Activity | None:
    """The activity the kit is for, if it is for one."""
    return next((a for a in catalog.column.activities if a.name == kit.activity), None)


def questions(kit: Kit, catalog: Catalog) -> tuple[Question, ...]:
    """The questions of the quiz paper: those named, then the rest if all are wanted."""
    by_id = {q.id: q for q in catalog.questions}
    named = [by_id[i] for i in kit.quiz if i in by_id]
    rest = (
        [q for q in catalog.questions if kit.activity in ("", q.activity)] if kit.quiz_all else []
    )
    return tuple({q.id: q for q in (*named, *rest)}.values())


def agenda_lengths(guide: str) -> frozenset[int]:
    """The meeting lengths (minutes) the text of a guide has a heading for."""
    found = (AGENDA_HEADING.fullmatch(h.text) for h in prose.headings(prose.lines(guide)))
    return frozenset(int(m[1]) for m in found if m)


def has_ticks(guide: str) -> bool:
    """True when the text of a guide has points to tick off: list items that begin with ``□``."""
    return any(_TICK.match(line) for line in prose.lines(guide))


def transcripts(kit: Kit, catalog: Catalog) -> tuple[Material, ...]:
    """The official documents among the readings whose text or digest can be transcribed."""
    if TRANSCRIPT not in kit.formats:
        return ()
    return tuple(m for m in readings(kit, catalog) if m.ground == OFFICIAL and m.text != MISSING)
