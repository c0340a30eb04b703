"""The download pages: all kits, one page a kit, and the page that checks a copy."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from xuelan.kits.forms import FORMS
from xuelan.kits.packing.package import index
from xuelan.model.kit import Kit
from xuelan.model.material import Material
from xuelan.pages.collection import Collection
from xuelan.pages.theme import Page
from xuelan.search.files import FormLink

Summaries = Mapping[str, Mapping[str, Any]]
"""The :func:`~xuelan.kits.packing.package.summary` of each finished kit, by its id."""

VERIFY: str = "downloads/verify/"


def everything(c: Collection, made: Summaries) -> Iterator[Page]:
    """The download pages; without ``made`` (in a copy for offline use) they list no files."""
    kits = [(kit, _group_files(made.get(kit.id))) for kit in c.catalog.kits]
    rows = [(m, a) for m in c.catalog.public for a in m.attachments]
    values: dict[str, Any] = {
        "kits": kits,
        "made": bool(made),
        "rows": rows,
        "shelves": c.facet("kind").index.shelves,
    }
    description = "学习套装、附件、订阅源和全部数据。"
    yield Page("downloads/", "下载", description, "pages/downloads.html", "downloads", values)
    for kit, summary in kits:
        yield _kit_page(c, kit, summary)
    if kits:
        yield _verify_page(c, made)


def forms(kits: Iterable[Kit]) -> Iterator[FormLink]:
    """Every form that can be downloaded, with the first kit that has it, for search."""
    holding: dict[str, Kit] = {}
    for kit in kits:
        for name in kit.forms:
            holding.setdefault(name, kit)
    for name, sheet in FORMS.items():
        if name in holding:
            about = sheet.summary if name == sheet.title else f"{name}，{sheet.summary}"
            yield FormLink(sheet.title, about, holding[name].title, holding[name].address)


def _group_files(summary: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The summary of a finished kit with its files grouped by heading."""
    if summary is None:
        return None
    groups: dict[str, list[dict[str, Any]]] = {}
    for file in summary["files"]:
        if file["group"]:
            groups.setdefault(file["group"], []).append(file)
    return {**summary, "groups": groups}


def _kit_page(c: Collection, kit: Kit, summary: dict[str, Any] | None) -> Page:
    by_id = c.catalog.by_id
    materials = [by_id[m["id"]] for m in summary["materials"]] if summary else []
    values = {
        "kit": kit,
        "told": summary,
        "activity": next((a for a in c.catalog.column.activities if a.name == kit.activity), None),
        "materials": materials,
        "since": _since(kit, materials),
        "rendered": c.rendered,
    }
    return Page(
        kit.address, kit.title, kit.summary, "pages/kit.html", "downloads", values, kit.path
    )


def _since(kit: Kit, materials: list[Material]) -> dict[str, Any] | None:
    """The materials added or changed since the last but one entry of the kit's history.

    Added are those collected since that date; changed are older ones updated since. ``None`` for a
    kit with fewer than two entries.
    """
    dates = sorted({change.date for change in kit.changes}, reverse=True)
    if len(dates) < 2:
        return None
    date = dates[1]
    return {
        "date": date,
        "added": [m for m in materials if m.collected > date],
        "changed": [m for m in materials if m.collected <= date < m.updated],
    }


def _verify_page(c: Collection, made: Summaries) -> Page:
    current = json.loads(index(made[k.id] for k in c.catalog.kits if k.id in made))
    data = json.dumps(current, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    description = "看手里的套装是否完整、有没有被改动、是不是最新；文件不离开这台电脑。"
    values = {"current": data}
    return Page(VERIFY, "核对套装", description, "pages/verify.html", "downloads", values)
