"""``xuelan kits --branches``: one filled kit for each branch of a list.

What is the same for all branches is made and compressed once and put in a file; each process reads
it once. The comment of every ZIP names all that went into it, so a second run makes only what is
missing or out of date, whatever stopped the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from xuelan.build import RECORDS
from xuelan.build_kits import CHECKING, COPY_SITE, kits_by_id
from xuelan.build_steps import RefusedError
from xuelan.engine.cache import Cache
from xuelan.engine.context import BuildContext
from xuelan.engine.steps import BuildStep, StepRun
from xuelan.engine.workers import open_workers
from xuelan.kits.branch.blueprint import Blueprint, newest_date
from xuelan.kits.branch.branch_list import BranchList, read
from xuelan.kits.branch.fill import BranchKit, fill_all
from xuelan.kits.branch.outcome import write_outcome
from xuelan.kits.branch.shared_kit import SharedKit
from xuelan.kits.make import make_kits, plans
from xuelan.kits.packing.zip_writer import PackedFile
from xuelan.kits.plan import KitPlan
from xuelan.model.catalog import Catalog
from xuelan.model.kit import Kit, KitError
from xuelan.rendering.pipeline import RenderedTexts
from xuelan.text.problem import Problem

COMMON: Final = "共用套装"
"""The folder of the kits themselves: what a branch's own ZIP leaves out is in there."""


@dataclass(frozen=True, slots=True)
class BranchesReport:
    """The problems found and, unless they forbade it, the list as read and the kits made."""

    problems: list[Problem]
    listed: BranchList | None
    kits: list[BranchKit]


@dataclass(frozen=True, slots=True)
class BranchesOrder:
    """What is asked for: see :func:`run`."""

    ids: Sequence[str]
    file: Path
    out: Path
    progress: Callable[[int, int], None]
    scheduler: str


def run(
    root: Path,
    ids: Sequence[str],
    file: Path,
    out: Path,
    progress: Callable[[int, int], None],
    scheduler: str = "",
) -> BranchesReport:
    """Make a kit for every branch in ``file`` from the column in ``root``.

    ``ids`` are the kits branches may ask for; without any, those that are for an activity.
    ``progress`` is called with the number of kits made and of all. ``scheduler`` is the address of
    a Dask cluster to work on, whose machines must all see ``out`` at the same path. Raises
    :class:`~xuelan.model.kit.KitError`, :class:`~xuelan.pages.frames.HostError`, and ``OSError``
    when the scheduler does not answer.
    """
    with open_workers() as workers, ExitStack() as resources:
        context = BuildContext.without_site(root, Cache(root / RECORDS), workers)
        run = StepRun(replace(context, resources=resources))
        run.give("order", BranchesOrder(ids, file, out, progress, scheduler))
        try:
            run.run(STEPS)
        except RefusedError as refused:
            return BranchesReport(refused.problems, None, [])
    return BranchesReport(run.result("check"), run.result("read list"), run.result("fill"))


def choose_kits(_: BuildContext, catalog: Catalog, order: BranchesOrder) -> tuple[Kit, ...]:
    """The kits branches may ask for. Raises :class:`~xuelan.model.kit.KitError` without any."""
    kits = kits_by_id(catalog, order.ids)
    if not order.ids:
        kits = tuple(k for k in kits if k.activity and k.forms)
    if not kits:
        raise KitError("这个栏目还没有为活动准备的套装；在 materials/kits/ 里写一份清单。")
    return kits


def plan_kits(
    _: BuildContext, catalog: Catalog, rendered: RenderedTexts, kits: Sequence[Kit]
) -> tuple[KitPlan, ...]:
    """The plans of these kits."""
    return tuple(plans(kits, catalog, rendered))


def draw_blueprints(
    _: BuildContext, catalog: Catalog, planned: Sequence[KitPlan]
) -> dict[str, Blueprint]:
    """What a branch's own files are made from, by the id of the kit."""
    now = newest_date(catalog)
    return {p.kit.id: Blueprint.of(p, now) for p in planned}


def read_list(
    _: BuildContext, blueprints: Mapping[str, Blueprint], order: BranchesOrder
) -> BranchList:
    """The list of branches; with a single kit, a row need not name it."""
    return read(order.file, blueprints, next(iter(blueprints)) if len(blueprints) == 1 else "")


def make_shared_kits(
    context: BuildContext,
    catalog: Catalog,
    rendered: RenderedTexts,
    planned: Sequence[KitPlan],
    blueprints: Mapping[str, Blueprint],
    pages: tuple[PackedFile, ...],
    order: BranchesOrder,
) -> dict[str, SharedKit]:
    """Make the kits themselves and write them; returns what branches share of each, by id."""
    folder = order.out / COMMON
    folder.mkdir(parents=True, exist_ok=True)
    kits = [p.kit for p in planned]
    packages = make_kits(kits, catalog, rendered, pages, context.cache, context.workers)
    shared: dict[str, SharedKit] = {}
    for plan, package in zip(planned, packages, strict=True):
        (folder / package.archive_name).write_bytes(package.archive)
        shared[package.id] = SharedKit.of(plan, blueprints[package.id], package)
    context.cache.save()
    return shared


def fill_kits(
    _: BuildContext, shared: Mapping[str, SharedKit], listed: BranchList, order: BranchesOrder
) -> list[BranchKit]:
    """Make the kits of all branches, on this machine or on the cluster."""
    with open_workers(scheduler=order.scheduler) as workers:
        return fill_all(shared, listed, order.out, workers, order.progress)


def write_lists(
    _: BuildContext, kits: Sequence[BranchKit], listed: BranchList, order: BranchesOrder
) -> None:
    """Write down which branches have got a kit and which have not."""
    write_outcome(order.out, kits, listed.refused)


STEPS: Final = (
    *CHECKING,
    BuildStep("choose", "挑选套装", choose_kits, after=("catalog", "order")),
    BuildStep("plan", "安排套装", plan_kits, after=("catalog", "render", "choose")),
    BuildStep("blueprints", "备好表格", draw_blueprints, after=("catalog", "plan")),
    BuildStep("read list", "读名单", read_list, after=("blueprints", "order")),
    COPY_SITE,
    BuildStep(
        "make kits",
        "套装",
        make_shared_kits,
        after=("catalog", "render", "plan", "blueprints", "copy site", "order"),
    ),
    BuildStep("fill", "支部套装", fill_kits, after=("make kits", "read list", "order")),
    BuildStep("write lists", "写清单", write_lists, after=("fill", "read list", "order")),
)
