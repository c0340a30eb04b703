"""One build of a site, as a list of named steps.

The steps of rendering and writing stand in :mod:`xuelan.site`; the others stand here. Nothing but
the cache is written before the rules have passed, and nothing of a published site is touched before
all of the new one is known to be well.
"""

from __future__ import annotations

import contextlib
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from xuelan.check import ColumnReading, apply_rules, read_column
from xuelan.engine import overrides, publish
from xuelan.engine.cache import FOLDER, Cache
from xuelan.engine.clock import source_date_epoch
from xuelan.engine.context import BuildContext
from xuelan.engine.inputs import Inputs
from xuelan.engine.publish import BusyError, PreviousBuild
from xuelan.engine.staging import SiteTree
from xuelan.engine.steps import Deferred, Pending, Step, StepRun, Timing
from xuelan.engine.workers import open_workers, without_gc
from xuelan.host import obtain
from xuelan.model.catalog import Catalog, newest
from xuelan.model.column import MATERIALS_FOLDER, SETTINGS_FILE, Column
from xuelan.pages.frames import HostOutput
from xuelan.pages.write import Edition
from xuelan.reading import attachments, settings
from xuelan.site import RENDERING, WRITING, Written
from xuelan.text.digests import key_of, program
from xuelan.text.problem import Code, Problem, fatal
from xuelan.text.source import ChangedError

_INSTALLED: Final = "node_modules/.package-lock.json"
"""Tells which typefaces are installed for the kits."""

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


class _RefusedError(Exception):
    """The column has errors: nothing is built."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__()
        self.problems = problems


def read(context: BuildContext) -> ColumnReading:
    """Read every file of the column."""
    return read_column(context.root, context.cache, context.workers, context.inputs)


def make_catalog(context: BuildContext, reading: ColumnReading) -> Catalog:
    """The catalog that this build shows; refused where a file could not be read."""
    catalog, problems = reading
    if catalog is None:
        raise _RefusedError(problems)
    if fatal(problems, strict=context.strict):
        raise _RefusedError(sorted({*problems, *apply_rules(catalog)}))
    return replace(catalog, drafts=context.drafts)


def start_comparing(context: BuildContext) -> Pending[bool]:
    """Lock the published site, and let another process compare its files with the last manifest.

    Where no site stands yet, or another build holds it, this waits until the site is needed:
    the other build may be done by then.
    """
    previous = context.previous
    if publish.is_published(context.site):
        with contextlib.suppress(BusyError):
            context.resources.enter_context(publish.lock(context.site))
            task = context.workers.submit(previous.is_current, "核对旧网站")
            return Deferred(context.resources.enter_context(task))

    def lock_and_compare() -> bool:
        context.resources.enter_context(publish.lock(context.site))
        return previous.is_current()

    return Deferred(lock_and_compare)


def start_rules(context: BuildContext, reading: ColumnReading) -> Pending[list[Problem]]:
    """Let another process apply the rules; all problems of the column come back, sorted."""
    catalog, found = reading
    assert catalog is not None
    task = context.workers.submit(lambda: apply_rules(catalog), "检查")
    get_problems = context.resources.enter_context(task)
    found = [*found, *attachments.check_texts(catalog, context.cache)]
    return Deferred(lambda: sorted({*found, *get_problems()}))


def start_frame(context: BuildContext, catalog: Catalog) -> Pending[HostOutput]:
    """Let the host make the hand-written pages and the frame of all others.

    From here on the newest material sets the clock.
    """
    context.resources.enter_context(source_date_epoch(newest(catalog.public)))
    return obtain.start(catalog, context.cache, context.inputs, context.workers, context.resources)


def digest_inputs(context: BuildContext, catalog: Catalog) -> bytes:
    """The digest of everything the build depends on: with the same, it would do the same."""
    return _input_key(context, catalog.column, context.inputs)


def refuse_errors(context: BuildContext, problems: list[Problem]) -> None:
    """Stop where the rules found an error: up to here nothing but the cache was written."""
    if fatal(problems, strict=context.strict):
        raise _RefusedError(problems)


def stage(context: BuildContext, is_current: bool) -> SiteTree:  # noqa: FBT001 - a step's result
    """Make the folder for new files beside the site; what ``is_current`` need not come again."""
    return context.resources.enter_context(publish.stage(context.previous, is_current=is_current))


def publish_site(context: BuildContext, tree: SiteTree) -> None:
    """Move what was made into the site."""
    publish.publish(context.site, tree)


def remember(
    context: BuildContext,
    catalog: Catalog,
    problems: list[Problem],
    written: Written,
    tree: SiteTree,
    digest: bytes,
) -> None:
    """Keep what the next build can use; nothing of the pages if an input has changed meanwhile."""
    tree.notes["mark"], tree.notes["report"] = digest, _encode_report(problems, written)
    again = context.inputs.rescan(catalog.by_path.keys())
    if digest and _input_key(context, catalog.column, again) != digest:
        tree.invalidate()
    publish.save_manifest(context.previous, tree)
    _save(context, compact=True)


STEPS: Final = (
    Step("compare", "核对旧网站", start_comparing, beside=True),
    Step("read", "读材料", read),
    Step("catalog", "汇总材料", make_catalog, after=("read",)),
    Step("check", "检查", start_rules, after=("read",), beside=True),
    Step("frame", "生成手写页面", start_frame, after=("catalog",), beside=True),
    *RENDERING,
    Step("digest", "核对输入", digest_inputs, after=("catalog",)),
    Step("decide", "等检查结果", refuse_errors, after=("check",)),
    Step("stage", "准备网站", stage, after=("compare",)),
    *WRITING,
    Step("publish", "发布", publish_site, after=("stage",)),
    Step(
        "remember",
        "记下结果",
        remember,
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
    column, _ = settings.load(root)
    target = site or root / (column.site_dir if column else "site")
    context = BuildContext(
        root,
        target,
        Inputs(root, records),
        PreviousBuild(target, records),
        drafts=drafts,
        strict=strict,
    )
    report = publish.load_current_report(
        target, records, lambda: _input_key(context, column, context.inputs)
    )
    if report is not None:
        found, same = _decode_report(report)
        shown = None if fatal(found, strict=strict) else same
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
    steps: Sequence[Step], on_edition: Callable[[Edition], object] | None
) -> Sequence[Step]:
    """``steps`` with one more that hands the edition over as soon as it is made."""
    if on_edition is None:
        return steps
    hand_over = Step(
        "hand over", "交给预览", lambda _, edition: on_edition(edition), after=("edition",)
    )
    at = next(n for n, step in enumerate(steps, 1) if step.name == "edition")
    return (*steps[:at], hand_over, *steps[at:])


def _run(run: StepRun, steps: Sequence[Step]) -> list[Problem]:
    """Run the steps; returns the problems of the column, among them errors if it was refused."""
    try:
        run.run(steps)
    except _RefusedError as refused:
        _save(run.context)
        return refused.problems
    except ChangedError:
        _save(run.context)
        raise
    except Exception:
        # What a step could not do with a faulty column, the rules explain.
        explained = run.result("check") if run.has_started("check") else []
        if not fatal(explained, strict=run.context.strict):
            raise
        _save(run.context)
        return explained
    problems: list[Problem] = run.result("check")
    return problems


def _input_key(context: BuildContext, column: Column | None, inputs: Inputs) -> bytes:
    """The digest of everything a build can depend on; ``b""`` where that cannot be told."""
    if column is None or not column.closed:
        return b""
    look = overrides.folder()
    folders = [MATERIALS_FOLDER, column.docs_dir, str(look)]
    folders += [column.theme_dir] if column.theme_dir else []
    files = [sorted(inputs.digest_folder(folder).items()) for folder in folders]
    environment = (column.environment, context.epoch)
    typefaces = [_INSTALLED, str(look.parent / _INSTALLED)]
    single = [inputs.digest(path) for path in (SETTINGS_FILE, *typefaces)]
    return key_of(program(), files, single, environment, context.drafts)


def _save(context: BuildContext, *, compact: bool = False) -> None:
    context.cache.save(compact=compact)
    with contextlib.suppress(OSError):
        context.inputs.save()


_CODES: Final = {code.slug: code for code in Code}


def _encode_report(problems: list[Problem], written: Written) -> bytes:
    rows = [(p.path, p.line, p.code.slug, p.message, p.hint) for p in problems]
    return msgspec.msgpack.encode((rows, replace(written, rendered=0, changed=())))


def _decode_report(report: bytes) -> tuple[list[Problem], Written]:
    kept = tuple[list[tuple[str, int, str, str, str]], Written]
    rows, written = msgspec.msgpack.decode(report, type=kept)
    return [Problem(path, line, _CODES[code], *words) for path, line, code, *words in rows], written


def _memory() -> int:
    """The most bytes this process held, and the most that one of its children held, added."""
    own, children = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    return sum(resource.getrusage(who).ru_maxrss for who in (own, children)) * 1024
