"""One build of a site, as a list of named steps.

The list is :data:`STEPS` here, with the steps of rendering and writing from :mod:`xuelan.site`.
Their functions are in :mod:`xuelan.build_steps`, :mod:`xuelan.pages.edition` and
:mod:`xuelan.pages.write`. Nothing but the cache is written before the rules have passed, and
nothing of a published site is touched before all of the new one is known to be well.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

from xuelan import build_steps as steps
from xuelan.build_steps import RefusedError, decode_report, digest_settings, input_key, save
from xuelan.engine import publish
from xuelan.engine.cache import FOLDER, Cache
from xuelan.engine.context import BuildContext
from xuelan.engine.inputs import Inputs
from xuelan.engine.publish import PreviousBuild
from xuelan.engine.steps import BuildStep, StepRun, Timing
from xuelan.engine.workers import open_workers, without_gc
from xuelan.pages.edition import Edition
from xuelan.pages.write import Written
from xuelan.reading import folders, settings
from xuelan.site import RENDERING, WRITING
from xuelan.text.problem import Problem, fatal
from xuelan.text.source import ChangedError

MOST_TRIES: Final = 3
"""How often a build is tried when a file changes after it was read."""

RECORDS: Final = f"{FOLDER}/work"
"""Where builds keep what the next one can use, below the column's folder."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """The outcome of a build: the problems found, and what was written unless they forbade it.

    ``memory`` is the sum of the most bytes that this process and its largest child held. ``fault``
    says why nothing could be kept for the next build. ``timings`` are the steps in their order; an
    unchanged site needs none. ``kept`` holds the objects of the build as long as the report lives:
    taking them apart takes longer than a process that is about to end has to wait.
    """

    problems: list[Problem]
    site: Path
    seconds: float
    written: Written | None
    memory: int = 0
    fault: str = ""
    timings: tuple[Timing, ...] = ()
    kept: object = field(default=None, repr=False, compare=False)


STEPS: Final = (
    BuildStep("compare", "核对旧网站", steps.lock_and_compare, beside=True),
    BuildStep("read", "读材料", steps.read),
    BuildStep("catalog", "汇总材料", steps.make_catalog, after=("read",)),
    BuildStep("check", "检查", steps.start_rules, after=("read",), beside=True),
    BuildStep("frame", "生成手写页面", steps.start_frame, after=("catalog",), beside=True),
    *RENDERING,
    BuildStep("digest", "核对输入", steps.digest_inputs, after=("catalog",)),
    BuildStep("decide", "等检查结果", steps.refuse_errors, after=("check",)),
    BuildStep("stage", "准备网站", steps.stage, after=("compare",)),
    *WRITING,
    BuildStep("publish", "发布", steps.publish_site, after=("stage",)),
    BuildStep(
        "remember",
        "记下结果",
        steps.remember,
        after=("catalog", "check", "summarise", "stage", "digest"),
    ),
)
"""The whole build. A step waits for those named in ``after``; what is ``beside`` goes on, in other
processes, while the steps listed below it run."""


def build(
    root: Path,
    site: Path | None = None,
    *,
    drafts: bool = False,
    strict: bool = False,
    tell: Callable[[str, int], None] | None = None,
    scheduler: str = "",
    on_edition: Callable[[Edition], object] | None = None,
) -> BuildReport:
    """Build the column in ``root`` into ``site`` (default: the ``site_dir`` of its settings).

    With ``drafts``, drafts are shown as well; with ``strict``, warnings stop the build as errors
    do. ``tell`` is called with the title of a step and the number of items done; ``scheduler`` is
    the address of a Dask cluster to work on. ``on_edition`` is called with what the pages are made
    from, as soon as that is known, and not at all if the site is up to date. Raises what
    :func:`xuelan.engine.publish.lock` and :func:`xuelan.host.obtain.obtain` raise, and
    :class:`~xuelan.text.source.ChangedError` if files change again and again while they are read.
    """
    attempt = partial(
        _build_once, root, site, tell, scheduler, on_edition, drafts=drafts, strict=strict
    )
    for _ in range(MOST_TRIES - 1):
        with contextlib.suppress(ChangedError):  # what was made of the other files is kept
            return attempt()
    return attempt()


def _build_once(
    root: Path,
    site: Path | None,
    tell: Callable[[str, int], None] | None,
    scheduler: str,
    on_edition: Callable[[Edition], object] | None,
    *,
    drafts: bool,
    strict: bool,
) -> BuildReport:
    start = time.monotonic()
    records = root / RECORDS
    inputs = Inputs(root, records)
    digests = digest_settings(inputs)
    column, _ = settings.load(root)
    target = site or root / (column.site_dir if column else "site")
    if column and site:
        folders.refuse_overlap(column, site)
    context = BuildContext(
        root,
        target,
        inputs,
        PreviousBuild(target, records),
        drafts=drafts,
        strict=strict,
        settings=digests,
    )
    report = publish.load_current_report(
        target, records, lambda: input_key(context, column, inputs, digests)
    )
    if report is not None:
        found, kept_written = decode_report(report)
        shown = None if fatal(found, strict=strict) else kept_written
        return BuildReport(found, target, time.monotonic() - start, shown, _memory())
    with open_workers(tell, scheduler) as helpers, without_gc(), contextlib.ExitStack() as stack:
        context = replace(context, cache=Cache(records), workers=helpers, resources=stack)
        run = StepRun(context)
        problems = _run(run, _insert(STEPS, on_edition))
        refused = fatal(problems, strict=strict)
        written: Written | None = None if refused else run.result("summarise")
    return BuildReport(
        problems,
        target,
        time.monotonic() - start,
        written,
        _memory(),
        context.cache.fault,
        tuple(run.timings.values()),
        run,
    )


def _insert(
    listed: Sequence[BuildStep], on_edition: Callable[[Edition], object] | None
) -> Sequence[BuildStep]:
    """``listed`` with one more that hands the edition over as soon as it is made."""
    if on_edition is None:
        return listed
    hand_over = BuildStep(
        "hand over", "交给预览", lambda _, edition: on_edition(edition), after=("edition",)
    )
    at = next(n for n, step in enumerate(listed, 1) if step.name == "edition")
    return (*listed[:at], hand_over, *listed[at:])


def _run(run: StepRun, listed: Sequence[BuildStep]) -> list[Problem]:
    """Run the steps; returns the problems of the column, among them errors if it was refused.

    What was made before a build is refused, or a file changes, is kept for the next one.
    """
    try:
        return _run_or_explain(run, listed)
    except RefusedError as refused:
        save(run.context)
        return refused.problems
    except ChangedError:
        save(run.context)
        raise


def _run_or_explain(run: StepRun, listed: Sequence[BuildStep]) -> list[Problem]:
    """Run the steps; what a step could not do with a faulty column, the rules explain."""
    try:
        run.run(listed)
    except (RefusedError, ChangedError):
        raise
    except Exception as error:
        problems = run.result("check") if run.has_started("check") else []
        if fatal(problems, strict=run.context.strict):
            raise RefusedError(problems) from error
        raise
    checked: list[Problem] = run.result("check")
    return checked


def _memory() -> int:
    """The most bytes this process held, and the most that one of its children held, added."""
    try:
        import resource  # noqa: PLC0415 - missing on Windows, where nothing is measured
    except ImportError:
        return 0
    own, children = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    return sum(resource.getrusage(who).ru_maxrss for who in (own, children)) * 1024
