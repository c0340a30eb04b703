"""``xuelan kits``: kits on their own, without publishing a site."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from xuelan import host
from xuelan.build import fix_clock
from xuelan.catalog import Catalog
from xuelan.check import check
from xuelan.kits.kit import Kit, KitError
from xuelan.kits.make import packages
from xuelan.problem import Problem, did_you_mean
from xuelan.render import render_all


@dataclass(frozen=True, slots=True)
class Report:
    """Problems found and, unless they forbade it, each ZIP with its bytes and seconds."""

    problems: list[Problem]
    made: list[tuple[Path, int, float]] | None


def run(root: Path, ids: Sequence[str], out: Path) -> Report:
    """Make the kits with ``ids`` (all without any) of the column in ``root`` into ``out``.

    Raises :class:`~xuelan.kits.kit.KitError` and :class:`~xuelan.host.HostError`.
    """
    catalog, problems = check(root)
    if catalog is None or any(p.is_error for p in problems):
        return Report(problems, None)
    kits = chosen(catalog, ids)
    fix_clock(catalog)
    with TemporaryDirectory() as folder:
        tree = Path(folder) / "site"
        host.build(catalog, tree, kits=())
        made = []
        start = time.monotonic()
        out.mkdir(parents=True, exist_ok=True)
        for package in packages(catalog, render_all(catalog), tree, kits):
            target = out / package.archive_name
            target.write_bytes(package.archive)
            made.append((target, len(package.archive), time.monotonic() - start))
            start = time.monotonic()
    return Report(problems, made)


def chosen(catalog: Catalog, ids: Sequence[str]) -> tuple[Kit, ...]:
    """The kits with ``ids``, all without any. Raises :class:`~xuelan.kits.kit.KitError`."""
    known = {k.id: k for k in catalog.kits}
    for i in ids:
        if i not in known:
            raise KitError(f"没有编号为“{i}”的套装。{did_you_mean(i, known)}")
    if not known:
        raise KitError("这个栏目还没有套装；在 materials/kits/ 里写一份清单。")
    return tuple(known[i] for i in ids) or catalog.kits
