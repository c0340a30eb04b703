"""One build: check, make what differs beside the site that stands, put it there."""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from xuelan.check import checking
from xuelan.engine import overrides, publish
from xuelan.engine.cache import FOLDER, Cache
from xuelan.engine.clock import source_date_epoch
from xuelan.engine.inputs import Inputs
from xuelan.engine.workers import open_workers, without_gc
from xuelan.host.obtain import obtaining
from xuelan.model.catalog import newest
from xuelan.model.column import MATERIALS_FOLDER, SETTINGS_FILE, Column
from xuelan.pages.collection import Collection
from xuelan.pages.theme import Theme
from xuelan.reading import settings
from xuelan.site import Work, Written, collect, write
from xuelan.text.digests import key_of, program
from xuelan.text.problem import Code, Problem, fatal
from xuelan.text.source import ChangedError

_INSTALLED = "node_modules/.package-lock.json"
"""Tells which typefaces are installed for the kits."""

MOST_TRIES: Final = 3
"""How often a build begins anew because a file was changed after it had been read."""

RECORDS = f"{FOLDER}/work"
"""Where builds keep what the next one can use, below the column's folder."""


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a build: problems found, and what was written unless they forbade it.

    ``memory`` is the most that this process and each of its helpers held, in bytes; ``fault``
    says why nothing could be kept for the next build. ``left`` is what the build worked with: it
    goes when the report goes.
    """

    problems: list[Problem]
    site: Path
    seconds: float
    written: Written | None
    memory: int = 0
    fault: str = ""
    left: object = field(default=None, repr=False, compare=False)


def build(
    root: Path,
    site: Path | None = None,
    *,
    drafts: bool = False,
    strict: bool = False,
    tell: Callable[[str, int], None] | None = None,
    scheduler: str = "",
    hand: Callable[[Collection, Theme], None] | None = None,
) -> Report:
    """Build the column in ``root`` into ``site`` (default: the ``site_dir`` of its settings).

    With ``drafts``, drafts are shown as well; with ``strict``, warnings stop the build as errors
    do. ``tell`` hears how far the build has come; ``scheduler`` is the address of a Dask cluster to
    work on; ``hand`` is given what the pages are made from, unless all of them stand already.
    Errors found by the check stop the build before anything is written. Raises what
    :func:`xuelan.engine.publish.lock` and :func:`xuelan.host.obtain.obtaining` raise, and
    :class:`~xuelan.text.source.ChangedError` when a file is changed again and again meanwhile.
    """
    once = partial(_built, root, site, tell, scheduler, hand, drafts=drafts, strict=strict)
    for _ in range(MOST_TRIES - 1):
        with contextlib.suppress(ChangedError):  # all that was made of the others is kept
            return once()
    return once()


def _built(
    root: Path,
    site: Path | None,
    tell: Callable[[str, int], None] | None,
    scheduler: str,
    hand: Callable[[Collection, Theme], None] | None,
    *,
    drafts: bool,
    strict: bool,
) -> Report:
    start = time.monotonic()
    records = root / RECORDS
    inputs = Inputs(root, records)
    column, _ = settings.load(root)
    target = site or root / (column.site_dir if column else "site")
    mark = functools.cache(partial(_mark, column, inputs, drafts=drafts))
    report = publish.load_current_report(target, records, mark)
    if report is not None:
        problems, written = _thaw(report, strict=strict)
        return Report(problems, target, time.monotonic() - start, written, _memory())
    cache = Cache(records)
    before = publish.PreviousBuild(target, records)
    with (
        contextlib.ExitStack() as begun,
        open_workers(tell, scheduler) as helpers,
        without_gc(),
        _kept(cache, inputs),
    ):
        early = _held_early(target, begun)
        submitted = helpers.submit(before.is_current, "核对现有网站")
        stand = begun.enter_context(submitted) if early else before.is_current
        with checking(root, cache, helpers, inputs) as (catalog, found, told):
            if early:
                before.load()
            if catalog is None or fatal(found, strict=strict):
                _save(cache, inputs)
                return Report(told(), target, time.monotonic() - start, None)
            work = Work(cache, helpers, hand)
            catalog = replace(catalog, drafts=drafts)  # noqa: PLW2901 - the one that is built
            hosting = partial(obtaining, catalog, cache, inputs, helpers)
            obtained = functools.cache(lambda: begun.enter_context(hosting()))

            def meanwhile() -> None:
                with source_date_epoch(newest(catalog.public)):
                    obtained()
                mark()
                importlib.import_module("xuelan.search.index")

            try:  # nothing but the cache is written before the rules have been asked
                work = replace(work, collection=collect(catalog, work, before.notes, meanwhile))
            except Exception:
                if not fatal(told(), strict=strict):
                    raise  # else it is what the rules say that is the matter
            problems = told()
        if fatal(problems, strict=strict):
            _save(cache, inputs)
            return Report(problems, target, time.monotonic() - start, None)
        if not early:
            begun.enter_context(publish.lock(target))
        with publish.stage(before, stand) as tree:
            with source_date_epoch(newest(catalog.public)):
                written = write(catalog, obtained(), tree, work)
            tree.notes["mark"], tree.notes["report"] = mark(), _freeze(problems, written)
            again = inputs.rescan(catalog.by_path.keys())
            if mark() and _mark(catalog.column, again, drafts=drafts) != mark():
                tree.invalidate()
        _save(cache, inputs, compact=True)
    seconds = time.monotonic() - start
    left = (catalog, before, tree)
    return Report(problems, target, seconds, written, _memory(), cache.fault, left)


def _held_early(site: Path, begun: contextlib.ExitStack) -> bool:
    """Hold a site that stands, if nobody else does: only then can it be looked at from the start.

    Where there is none yet, nothing is touched before all is known to be well; and whoever holds
    it may be done by then.
    """
    if site.is_symlink() or not (site / publish.SITE_MARKER).exists():
        return False
    try:
        begun.enter_context(publish.lock(site))
    except publish.BusyError:
        return False
    return True


@contextmanager
def _kept(cache: Cache, inputs: Inputs) -> Iterator[None]:
    """Keep what was made before a file turned out to have changed."""
    try:
        yield
    except ChangedError:
        _save(cache, inputs)
        raise


def _mark(column: Column | None, inputs: Inputs, *, drafts: bool) -> bytes:
    """The digest of everything a build can depend on: with the same, it would do the same.

    ``b""`` where that cannot be told.
    """
    if column is None or not column.closed:
        return b""
    folders = [MATERIALS_FOLDER, column.docs_dir, str(overrides.folder())]
    folders += [column.theme_dir] if column.theme_dir else []
    files = [sorted(inputs.digest_folder(folder).items()) for folder in folders]
    environment = (column.environment, os.environ.get("SOURCE_DATE_EPOCH"))
    typefaces = [_INSTALLED, str(overrides.folder().parent / _INSTALLED)]
    single = [inputs.digest(path) for path in (SETTINGS_FILE, *typefaces)]
    return key_of(program(), files, single, environment, drafts)


def _save(cache: Cache, inputs: Inputs, *, compact: bool = False) -> None:
    cache.save(compact=compact)
    with contextlib.suppress(OSError):
        inputs.save()


_CODES = {code.slug: code for code in Code}


def _freeze(problems: list[Problem], written: Written) -> bytes:
    rows = [(p.path, p.line, p.code.slug, p.message, p.hint) for p in problems]
    return msgspec.msgpack.encode((rows, replace(written, rendered=0, changed=())))


def _thaw(report: bytes, *, strict: bool) -> tuple[list[Problem], Written | None]:
    kept = tuple[list[tuple[str, int, str, str, str]], Written]
    rows, written = msgspec.msgpack.decode(report, type=kept)
    problems = [Problem(path, line, _CODES[code], *words) for path, line, code, *words in rows]
    return problems, None if fatal(problems, strict=strict) else written


def _memory() -> int:
    own, helpers = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    return sum(resource.getrusage(who).ru_maxrss for who in (own, helpers)) * 1024
