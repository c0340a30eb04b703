"""The page on which an organiser makes the kit of a branch, and the data for its script.

The data is a script, not JSON: a page on ``file://`` can load scripts but fetch nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from xuelan.kits.branch.blueprint import (
    CALENDAR_NAME,
    LEDGER_NAME,
    Blueprint,
    branch_template,
    newest_date,
)
from xuelan.kits.branch.readings import READINGS_NAME, text_files
from xuelan.kits.formats import ledger
from xuelan.kits.formats.calendar import PRODUCT
from xuelan.kits.formats.meeting_forms import number
from xuelan.kits.forms import AGENDA_FORM, FORMS
from xuelan.kits.plan import KitPlan, plan
from xuelan.model.catalog import Catalog
from xuelan.model.content import Rendered
from xuelan.pages.theme import Page

ADDRESS: Final = "own-kit/"
_LONG: Final = 120
"""A text of at least this length that occurs more than once is written once."""


def plans(catalog: Catalog, rendered: Mapping[str, Rendered]) -> tuple[KitPlan, ...]:
    """The plans of kits that a branch can fill in: those for an activity that have forms."""
    return tuple(plan(k, catalog, rendered) for k in catalog.kits if k.activity and k.forms)


def blueprints(catalog: Catalog, rendered: Mapping[str, Rendered]) -> tuple[Blueprint, ...]:
    """The blueprints of these kits."""
    now = newest_date(catalog)
    return tuple(Blueprint.of(p, now) for p in plans(catalog, rendered))


def pages(catalog: Catalog, rendered: Mapping[str, Rendered]) -> Iterator[Page]:
    """The page; none if the column has no such kit."""
    found = blueprints(catalog, rendered)
    if found:
        lengths = sorted({n for p in found for n in p.agendas})
        values: dict[str, Any] = {
            "kits": found,
            "lengths": lengths,
            "forms": FORMS,
            "rendered": rendered,
        }
        description = "填上支部名称、日期、地点，在自己的电脑上生成一份填好抬头的学习套装。"
        yield Page(ADDRESS, "本支部套装", description, "pages/own-kit.html", "downloads", values)


def files(catalog: Catalog, rendered: Mapping[str, Rendered]) -> Iterator[tuple[str, str]]:
    """Paths and texts of the scripts: the data of the page, and the readings of each kit."""
    planned, now = plans(catalog, rendered), newest_date(catalog)
    found = tuple(Blueprint.of(p, now) for p in planned)
    if not found:
        return
    yield from text_files(planned, ADDRESS)
    used = [f for f in FORMS.values() if any(f.name in p.forms for p in found)]
    names = next((p.activities for p in found if p.activities is not None), None)
    templates = {f.id: branch_template(f, now).as_data() for f in used}
    if names is not None:
        templates["ledger"] = ledger.template(names, catalog.column.title, now).as_data()
    texts = _extract_repeated(templates)
    data = {
        "stamp": now,
        "product": PRODUCT,
        "ledgerName": LEDGER_NAME,
        "calendarName": CALENDAR_NAME,
        "readingsName": READINGS_NAME,
        "agendaForm": AGENDA_FORM.id,
        "forms": [{"id": f.id, "name": f.name, "number": number(f)} for f in used],
        "texts": texts,
        "templates": templates,
        "kits": [p.as_data() for p in found],
    }
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    yield f"{ADDRESS}data.js", f'"use strict";\nconst ownKitData = {body};\n'


def _extract_repeated(templates: dict[str, dict[str, Any]]) -> list[str]:
    """Long texts that occur more than once, sorted; their indices replace them in ``templates``."""
    count = Counter(
        piece
        for made in templates.values()
        for _, pieces in made["parts"]
        for piece in pieces
        if isinstance(piece, str) and len(piece) >= _LONG
    )
    texts = sorted(text for text, n in count.items() if n > 1)
    place = {text: n for n, text in enumerate(texts)}
    for made in templates.values():
        for part in made["parts"]:
            part[1] = [place.get(p, p) if isinstance(p, str) else p for p in part[1]]
    return texts
