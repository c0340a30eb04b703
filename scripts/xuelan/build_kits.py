"""``xuelan kits``: kits on their own, without publishing a site."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from xuelan.build import RECORDS
from xuelan.check import check
from xuelan.engine.cache import Cache
from xuelan.engine.clock import source_date_epoch
from xuelan.engine.context import BuildContext
from xuelan.engine.staging import SiteTree
from xuelan.engine.workers import open_workers
from xuelan.host.obtain import obtain
from xuelan.kits.exporters import needs_site
from xuelan.kits.make import make_kits
from xuelan.kits.packing import offline_site
from xuelan.kits.packing.package import Package
from xuelan.kits.packing.zip_writer import Packed
from xuelan.model.catalog import Catalog, newest
from xuelan.model.kit import Kit, KitError
from xuelan.rendering.pipeline import render_all
from xuelan.site import write_site
from xuelan.text.problem import Problem, did_you_mean


@dataclass(frozen=True, slots=True)
class Report:
    """Problems found and, unless they forbade it, each ZIP with its bytes; seconds for all."""

    problems: list[Problem]
    made: list[tuple[Path, int]] | None
    seconds: float


def run(root: Path, ids: Sequence[str], out: Path) -> Report:
    """Make the kits with ``ids`` (all without any) of the column in ``root`` into ``out``.

    Raises :class:`~xuelan.model.kit.KitError` and :class:`~xuelan.host.obtain.HostError`.
    """
    start = time.monotonic()
    cache = Cache(root / RECORDS)
    with open_workers() as helpers:
        context = BuildContext.without_site(root, cache, helpers)
        catalog, problems = check(root, cache, helpers)
        if catalog is None or any(p.is_error for p in problems):
            return Report(problems, None, time.monotonic() - start)
        made = []
        for package in finished(catalog, chosen(catalog, ids), context):
            out.mkdir(parents=True, exist_ok=True)
            target = out / package.archive_name
            target.write_bytes(package.archive)
            made.append((target, len(package.archive)))
        cache.save()
    return Report(problems, made, time.monotonic() - start)


def chosen(catalog: Catalog, ids: Sequence[str]) -> tuple[Kit, ...]:
    """The kits with ``ids``, all without any. Raises :class:`~xuelan.model.kit.KitError`."""
    known = {k.id: k for k in catalog.kits}
    for i in ids:
        if i not in known:
            raise KitError(f"没有编号为“{i}”的套装。{did_you_mean(i, known)}")
    if not known:
        raise KitError("这个栏目还没有套装；在 materials/kits/ 里写一份清单。")
    return tuple(known[i] for i in ids) or catalog.kits


def finished(catalog: Catalog, kits: Sequence[Kit], context: BuildContext) -> Iterator[Package]:
    """``kits`` as the site offers them.

    Raises what :func:`run` raises.
    """
    rendered = render_all(catalog, context.cache, context.workers)
    pages = copied(catalog, context) if needs_site(kits) else ()
    yield from make_kits(kits, catalog, rendered, pages, context.cache, context.workers)


def copied(catalog: Catalog, context: BuildContext) -> tuple[Packed, ...]:
    """The copy of the site that kits carry; the site is made for it, and removed.

    Raises :class:`~xuelan.host.obtain.HostError`.
    """
    with (
        source_date_epoch(newest(catalog.public)),
        TemporaryDirectory() as folder,
        context.resources,
    ):
        output = obtain(catalog, context.cache, context.inputs)
        tree = SiteTree(Path(folder))
        write_site(context, catalog, output, tree, kits=False)
        return offline_site.copy(tree, {}, context.cache, context.workers)
