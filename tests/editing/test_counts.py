"""How much a column holds, by kind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import tiny
from xuelan.editing.counts import KindCount, count_kinds


def test_one_row_a_kind(tmp_path: Path) -> None:
    """Materials, characters of text and citations written, in the column's order."""
    assert count_kinds(tiny.catalog(tmp_path)) == [
        KindCount("通知", 1, 13, 2),
        KindCount("故事", 1, 49, 3),
        KindCount("报道", 1, 11, 1),
        KindCount("活动指南", 1, 24, 0),
        KindCount("词条", 1, 11, 1),
    ]


def test_what_is_not_published_does_not_count(tmp_path: Path) -> None:
    """A kind of drafts only counts nought."""
    catalog = tiny.catalog(tmp_path)
    drafts = tuple(replace(m, status="draft") for m in catalog.materials)
    assert count_kinds(replace(catalog, materials=drafts))[0] == KindCount("通知", 0, 0, 0)
