"""All kits of a column, made or taken from the cache."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from xuelan.catalog import Catalog
from xuelan.kits import offline
from xuelan.kits.kit import Kit, KitError
from xuelan.kits.package import FORMAT, Package
from xuelan.kits.plan import KitPlan, plan
from xuelan.kits.store import obtain
from xuelan.render import Rendered


def packages(
    catalog: Catalog, rendered: Mapping[str, Rendered], tree: Path, kits: Iterable[Kit]
) -> Iterator[Package]:
    """The finished ``kits`` in order. ``tree`` is the finished site, for the kits that carry it.

    Raises :class:`~xuelan.kits.kit.KitError`, the kit's name in its message.
    """
    for each in plans(catalog, rendered, tree, kits):
        try:
            yield obtain(each)
        except KitError as error:
            raise KitError(f"套装“{each.kit.title}”没有做成：{error}") from error


def plans(
    catalog: Catalog, rendered: Mapping[str, Rendered], tree: Path, kits: Iterable[Kit]
) -> Iterator[KitPlan]:
    """The plans of ``kits``; the site is gathered once, for those that carry pages."""
    pages: dict[str, bytes] = {}
    for kit in kits:
        carries = bool(offline.WANTED_BY & set(kit.formats))
        pages = pages or (offline.gather(tree) if carries else {})
        yield plan(kit, catalog, rendered, pages if carries else {})


def index(made: Iterable[Package]) -> str:
    """The current state of every kit, which a copy can be compared with."""
    rows: list[dict[str, Any]] = []
    for package in made:
        told = package.told
        row = {name: told[name] for name in ("id", "title", "version", "date", "build")}
        row["manifest_sha256"] = hashlib.sha256(package.manifest.encode()).hexdigest()
        row["materials"] = [{n: m[n] for n in ("id", "title", "sha256")} for m in told["materials"]]
        rows.append(row)
    return json.dumps({"format": FORMAT, "kits": rows}, ensure_ascii=False, indent=1) + "\n"


def write(package: Package, folder: Path) -> None:
    """Put a kit's ZIP, its manifest and its single files into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / package.archive_name).write_bytes(package.archive)
    (folder / "manifest.json").write_bytes(package.manifest.encode())
    for file in package.files:
        if file.group:
            target = folder / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.data)
