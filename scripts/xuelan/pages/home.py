"""What the home page shows of the collection."""

from __future__ import annotations

import heapq
from typing import Any, Final

from xuelan.model.catalog import Catalog
from xuelan.pages import library
from xuelan.text.dates import zh_date

NEWEST: Final = 8
TIMELINE_STRIP: Final = 7


def home_values(catalog: Catalog) -> dict[str, Any]:
    """Variables for hand-written pages: the column, its shelves, what to read first, the newest."""
    essential = [catalog.by_id[i] for i in catalog.column.essential if i in catalog.by_id]
    dated = sorted(
        (f for f in catalog.facts.values() if f.timeline and f.date), key=lambda f: (f.date, f.id)
    )
    step = max(1, len(dated) // TIMELINE_STRIP)
    collected = heapq.nlargest(NEWEST, catalog.public, key=lambda m: (m.collected, m.date, m.id))
    return {
        "column": catalog.column,
        "essential": [m for m in essential if catalog.shows(m)],
        "newest": collected,
        "shelves": library.by_kind(catalog).index.shelves,
        "strip": dated[::step][:TIMELINE_STRIP],
        "notice": catalog.by_id.get(catalog.column.notice),
        "zh_date": zh_date,
    }
