"""One build: check, make the whole site beside the old one, swap it in."""

from __future__ import annotations

import datetime
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

from xuelan import host, publish
from xuelan.catalog import Catalog, newest
from xuelan.check import check
from xuelan.problem import Problem
from xuelan.site import Written


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
    catalog, problems = check(root)
    if catalog is None or any(p.is_error for p in problems):
        return Report(problems, site or root, time.monotonic() - start, None)
    catalog = replace(catalog, drafts=drafts)
    target = site or root / catalog.column.site_dir
    fix_clock(catalog)
    with publish.staged(target) as tree:
        written = host.build(catalog, tree)
    return Report(problems, target, time.monotonic() - start, written)


def fix_clock(catalog: Catalog) -> None:
    """Let the newest material date the build, so that the same input gives the same bytes.

    ``SOURCE_DATE_EPOCH`` wins when it is set, as everywhere.
    """
    date = newest(catalog.public) or "2000-01-01"
    year, month, day = [*(int(p) for p in date.split("-")), 1, 1][:3]
    moment = datetime.datetime(year, month, day, tzinfo=datetime.UTC)
    os.environ.setdefault("SOURCE_DATE_EPOCH", str(int(moment.timestamp())))
