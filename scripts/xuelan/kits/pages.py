"""The download pages: all kits, one page a kit, and the page that checks a copy."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from xuelan.kits.kit import Kit
from xuelan.page import Page
from xuelan.pages import Collection

if TYPE_CHECKING:
    from xuelan.kits.package import Package

VERIFY: str = "downloads/verify/"


def everything(c: Collection, made: Mapping[str, Package]) -> Iterator[Page]:
    """The download pages; without ``made`` (in a copy for offline use) they name no files."""
    kits = [(kit, _told(made.get(kit.id))) for kit in c.catalog.kits]
    rows = [(m, a) for m in c.catalog.public for a in m.attachments]
    values: dict[str, Any] = {
        "kits": kits,
        "made": bool(made),
        "rows": rows,
        "shelves": c.facet("kind").index.shelves,
    }
    description = "学习套装、附件、订阅源和全部数据。"
    yield Page("downloads/", "下载", description, "pages/downloads.html", "downloads", values)
    for kit, told in kits:
        yield _kit_page(c, kit, told)
    if kits:
        yield _verify_page(c, made)


def _told(package: Package | None) -> dict[str, Any] | None:
    """What a page says of a finished kit: its manifest, its ZIP, its files by heading."""
    if package is None:
        return None
    groups: dict[str, list[dict[str, Any]]] = {}
    for file in package.told["files"]:
        if file["group"]:
            groups.setdefault(file["group"], []).append(file)
    return {
        **package.told,
        "groups": groups,
        "archive": package.archive_name,
        "archive_bytes": len(package.archive),
        "archive_sha256": hashlib.sha256(package.archive).hexdigest(),
    }


def _kit_page(c: Collection, kit: Kit, told: dict[str, Any] | None) -> Page:
    by_id = c.catalog.by_id
    values = {
        "kit": kit,
        "told": told,
        "activity": next((a for a in c.catalog.column.activities if a.name == kit.activity), None),
        "materials": [by_id[m["id"]] for m in told["materials"]] if told else [],
        "rendered": c.rendered,
    }
    return Page(
        kit.address, kit.title, kit.summary, "pages/kit.html", "downloads", values, kit.path
    )


def _verify_page(c: Collection, made: Mapping[str, Package]) -> Page:
    from xuelan.kits.make import index  # noqa: PLC0415 - its libraries take long to load

    current = json.loads(index(made[k.id] for k in c.catalog.kits if k.id in made))
    data = json.dumps(current, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    description = "看手里的套装是否完整、有没有被改动、是不是最新；文件不离开这台电脑。"
    values = {"current": data}
    return Page(VERIFY, "核对套装", description, "pages/verify.html", "downloads", values)
