"""The steps of a build around the writing of the site: reading, checking, publishing.

Each is a function from the context and the results of earlier steps to its own result;
:data:`xuelan.build.STEPS` says which. The functions of rendering and writing are in
:mod:`xuelan.pages.edition` and :mod:`xuelan.pages.write`.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Final

import msgspec

from xuelan.check import ColumnReading, apply_rules, find_problems, read_column, settle
from xuelan.engine import overrides, publish
from xuelan.engine.clock import source_date_epoch
from xuelan.engine.context import BuildContext
from xuelan.engine.inputs import Inputs
from xuelan.engine.publish import BusyError
from xuelan.engine.staging import SiteTree
from xuelan.engine.steps import Deferred, Pending
from xuelan.host import obtain
from xuelan.model.catalog import Catalog, newest
from xuelan.model.column import MATERIALS_FOLDER, SETTINGS_FILE, Column
from xuelan.pages.frames import HostOutput
from xuelan.pages.write import Written
from xuelan.reading import attachments
from xuelan.rules.waivers import drop_waived
from xuelan.text.digests import key_of, program
from xuelan.text.errors import XuelanError
from xuelan.text.problem import Code, Problem, fatal

_INSTALLED: Final = "node_modules/.package-lock.json"
"""Tells which typefaces are installed for the kits."""


class RefusedError(XuelanError):
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
    if catalog is None or fatal(drop_waived(catalog, problems), strict=context.strict):
        raise RefusedError(find_problems(reading, context.cache))
    return replace(catalog, drafts=context.drafts)


def lock_and_compare(context: BuildContext) -> Pending[bool]:
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

    def lock_late() -> bool:
        context.resources.enter_context(publish.lock(context.site))
        return previous.is_current()

    return Deferred(lock_late)


def start_rules(context: BuildContext, reading: ColumnReading) -> Pending[list[Problem]]:
    """Let another process apply the rules; all problems of the column come back, sorted."""
    catalog, found = reading
    assert catalog is not None
    task = context.workers.submit(lambda: apply_rules(catalog), "检查")
    get_problems = context.resources.enter_context(task)
    found = [*found, *attachments.check_texts(catalog, context.cache)]
    return Deferred(lambda: settle(catalog, [*found, *get_problems()]))


def start_frame(context: BuildContext, catalog: Catalog) -> Pending[HostOutput]:
    """Let the host make the hand-written pages and the frame of all others.

    From here on the newest material sets the clock.
    """
    context.resources.enter_context(source_date_epoch(newest(catalog.public)))
    return obtain.start(catalog, context.cache, context.inputs, context.workers, context.resources)


def digest_inputs(context: BuildContext, catalog: Catalog) -> bytes:
    """The digest of everything the build depends on: with the same, it would do the same."""
    return input_key(context, catalog.column, context.inputs, context.settings)


def refuse_errors(context: BuildContext, problems: list[Problem]) -> None:
    """Stop where the rules found an error: up to here nothing but the cache was written."""
    if fatal(problems, strict=context.strict):
        raise RefusedError(problems)


def stage(context: BuildContext, is_current: bool) -> SiteTree:  # noqa: FBT001 - a step's result
    """Make the folder for new files; if the old site is current, only what differs goes there."""
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
    tree.notes["mark"], tree.notes["report"] = digest, encode_report(problems, written)
    again = context.inputs.rescan(catalog.by_path.keys())
    if digest and input_key(context, catalog.column, again, digest_settings(again)) != digest:
        tree.invalidate()
    publish.save_manifest(context.previous, tree)
    save(context, compact=True)


def digest_settings(inputs: Inputs) -> tuple[bytes, ...]:
    """The digests of the settings file and of the lists of installed typefaces, as they are now.

    A build asks before it loads the settings: if they change after that, :func:`remember` sees it.
    """
    typefaces = [_INSTALLED, str(overrides.folder().parent / _INSTALLED)]
    return tuple(inputs.digest(path) for path in (SETTINGS_FILE, *typefaces))


def input_key(
    context: BuildContext, column: Column | None, inputs: Inputs, settings: tuple[bytes, ...]
) -> bytes:
    """The digest of everything a build can depend on; ``b""`` where that cannot be told."""
    if column is None or not column.closed:
        return b""
    look = overrides.folder()
    folders = [MATERIALS_FOLDER, column.docs_dir, str(look)]
    folders += [column.theme_dir] if column.theme_dir else []
    files = [sorted(inputs.digest_folder(folder).items()) for folder in folders]
    environment = (column.environment, context.epoch)
    return key_of(program(), files, settings, environment, context.drafts)


def save(context: BuildContext, *, compact: bool = False) -> None:
    """Keep what was made and learnt; a cache that cannot be written is told by its ``fault``."""
    context.cache.save(compact=compact)
    with contextlib.suppress(OSError):
        context.inputs.save()


_CODES: Final = {code.slug: code for code in Code}


def encode_report(problems: list[Problem], written: Written) -> bytes:
    """The report of a build, for the next build that finds nothing changed."""
    rows = [(p.path, p.line, p.code.slug, p.message, p.hint) for p in problems]
    return msgspec.msgpack.encode((rows, replace(written, rendered=0, changed=())))


def decode_report(report: bytes) -> tuple[list[Problem], Written]:
    """The problems and the outcome that :func:`encode_report` was given."""
    kept = tuple[list[tuple[str, int, str, str, str]], Written]
    rows, written = msgspec.msgpack.decode(report, type=kept)
    return [Problem(path, line, _CODES[code], *words) for path, line, code, *words in rows], written
