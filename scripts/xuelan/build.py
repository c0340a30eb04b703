"""One build: check, make the whole site beside the old one, swap it in."""

from __future__ import annotations

import contextlib
import datetime
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

from xuelan import publish
from xuelan.cache import FOLDER, Cache
from xuelan.catalog import Catalog, newest
from xuelan.check import check
from xuelan.hosted import obtain
from xuelan.inputs import Inputs
from xuelan.problem import Problem
from xuelan.site import Work, Written, write
from xuelan.work import uncollected, workers


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a build: problems found, and what was written unless they forbade it."""

    problems: list[Problem]
    site: Path
    seconds: float
    written: Written | None


def build(root: Path, site: Path | None = None, *, drafts: bool = False) -> Report:
    """Build the column in ``root`` into ``site`` (default: the ``site_dir`` of its settings).

    With ``drafts``, drafts are shown as well. Errors found by the check stop the build before
    anything is written. Raises what :func:`xuelan.publish.staged` and
    :func:`xuelan.host.build` raise.
    """
    start = time.monotonic()
    records = root / FOLDER / "work"
    cache, inputs = Cache(records), Inputs(root, records)
    with workers() as helpers, uncollected():
        catalog, problems = check(root, cache, helpers, inputs)
        if catalog is None or any(p.is_error for p in problems):
            cache.save()
            return Report(problems, site or root, time.monotonic() - start, None)
        catalog = replace(catalog, drafts=drafts)
        target = site or root / catalog.column.site_dir
        fix_clock(catalog)
        with publish.published(target, records) as tree:
            hosted = obtain(catalog, cache, inputs)
            written = write(catalog, hosted, tree, Work(cache, helpers))
            cache.save(tidy=True)
    with contextlib.suppress(OSError):
        inputs.save()
    return Report(problems, target, time.monotonic() - start, written)


def fix_clock(catalog: Catalog) -> None:
    """Let the newest material date the build, so that the same input gives the same bytes.

    ``SOURCE_DATE_EPOCH`` wins when it is set, as everywhere.
    """
    date = newest(catalog.public) or "2000-01-01"
    year, month, day = [*(int(p) for p in date.split("-")), 1, 1][:3]
    moment = datetime.datetime(year, month, day, tzinfo=datetime.UTC)
    os.environ.setdefault("SOURCE_DATE_EPOCH", str(int(moment.timestamp())))
