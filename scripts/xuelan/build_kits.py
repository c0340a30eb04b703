"""``xuelan kits``: study kits alone, without publishing a site."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from xuelan import build_steps as steps
from xuelan.build import RECORDS
from xuelan.build_steps import RefusedError
from xuelan.engine.cache import Cache
from xuelan.engine.clock import source_date_epoch
from xuelan.engine.context import BuildContext
from xuelan.engine.staging import SiteTree
from xuelan.engine.steps import BuildStep, StepRun
from xuelan.engine.workers import open_workers
from xuelan.host.obtain import obtain
from xuelan.kits.exporters import needs_site
from xuelan.kits.make import make_kits
from xuelan.kits.packing import offline_site
from xuelan.kits.packing.zip_writer import PackedFile
from xuelan.model.catalog import Catalog, newest
from xuelan.model.kit import Kit, KitError
from xuelan.rendering.pipeline import RenderedTexts
from xuelan.site import RECALL, RENDER, write_site
from xuelan.text.problem import Problem, did_you_mean


@dataclass(frozen=True, slots=True)
class KitsReport:
    """The problems found and, unless they forbade it, each ZIP with its bytes; seconds for all."""

    problems: list[Problem]
    written: list[tuple[Path, int]] | None
    seconds: float


@dataclass(frozen=True, slots=True)
class KitsOrder:
    """The ids of the kits to make, none for all, and the folder to write them into."""

    ids: Sequence[str]
    out: Path


def run(root: Path, ids: Sequence[str], out: Path) -> KitsReport:
    """Make the kits with ``ids`` (all without any) of the column in ``root`` into ``out``.

    Raises :class:`~xuelan.model.kit.KitError` and :class:`~xuelan.pages.frames.HostError`.
    """
    start = time.monotonic()
    with open_workers() as workers, ExitStack() as resources:
        context = BuildContext.without_site(root, Cache(root / RECORDS), workers)
        run = StepRun(replace(context, resources=resources))
        run.give("order", KitsOrder(ids, out))
        try:
            run.run(STEPS)
        except RefusedError as refused:
            return KitsReport(refused.problems, None, time.monotonic() - start)
        context.cache.save()
    return KitsReport(run.result("check"), run.result("make kits"), time.monotonic() - start)


def choose_kits(_: BuildContext, catalog: Catalog, order: KitsOrder) -> tuple[Kit, ...]:
    """The kits asked for, all without ids. Raises :class:`~xuelan.model.kit.KitError`."""
    return kits_by_id(catalog, order.ids)


def kits_by_id(catalog: Catalog, ids: Sequence[str]) -> tuple[Kit, ...]:
    """The kits with ``ids``, all without any. Raises :class:`~xuelan.model.kit.KitError`."""
    known = {k.id: k for k in catalog.kits}
    for i in ids:
        if i not in known:
            raise KitError(f"没有编号为“{i}”的套装。{did_you_mean(i, known)}")
    if not known:
        raise KitError("这个栏目还没有套装；在 materials/kits/ 里写一份清单。")
    return tuple(known[i] for i in ids) or catalog.kits


def copy_site(
    context: BuildContext, catalog: Catalog, kits: Sequence[Kit], _: RenderedTexts
) -> tuple[PackedFile, ...]:
    """The copy of the site, if one of the ``kits`` holds it; the site is made for it, and removed.

    It takes the rendered texts from the cache, so it waits until they are there.

    Raises :class:`~xuelan.pages.frames.HostError`.
    """
    if not needs_site(kits):
        return ()
    with source_date_epoch(newest(catalog.public)), TemporaryDirectory() as folder:
        host = obtain(catalog, context.cache, context.inputs)
        tree = SiteTree(Path(folder))
        write_site(context, catalog, host, tree, kits=False)
        return offline_site.copy(tree, {}, context.cache, context.workers)


def write_kits(
    context: BuildContext,
    catalog: Catalog,
    rendered: RenderedTexts,
    kits: Sequence[Kit],
    pages: tuple[PackedFile, ...],
    order: KitsOrder,
) -> list[tuple[Path, int]]:
    """Make the ZIP of each kit and write it; returns the files and their sizes."""
    written = []
    for package in make_kits(kits, catalog, rendered, pages, context.cache, context.workers):
        order.out.mkdir(parents=True, exist_ok=True)
        target = order.out / package.archive_name
        target.write_bytes(package.archive)
        written.append((target, len(package.archive)))
    return written


CHECKING: Final = (
    BuildStep("read", "读材料", steps.read),
    BuildStep("catalog", "汇总材料", steps.make_catalog, after=("read",)),
    BuildStep("check", "检查", steps.start_rules, after=("read",), beside=True),
    RECALL,
    RENDER,
    BuildStep("decide", "等检查结果", steps.refuse_errors, after=("check",)),
)
COPY_SITE: Final = BuildStep(
    "copy site", "做离线网页", copy_site, after=("catalog", "choose", "render")
)

STEPS: Final = (
    *CHECKING,
    BuildStep("choose", "挑选套装", choose_kits, after=("catalog", "order")),
    COPY_SITE,
    BuildStep(
        "make kits",
        "套装",
        write_kits,
        after=("catalog", "render", "choose", "copy site", "order"),
    ),
)
