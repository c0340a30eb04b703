"""The clock of a build: the date of its newest material.

No other time gets into the output, so the same input gives the same bytes. ``SOURCE_DATE_EPOCH`` is
the variable by which reproducible builds set the time (https://reproducible-builds.org), and the
libraries that date their files read it.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def source_date_epoch(date: str) -> Iterator[None]:
    """Set ``SOURCE_DATE_EPOCH`` to ``date`` for a block, unless the environment has set it.

    ``date`` is an ISO date or the beginning of one (``2024-05``); the first day of 2000 if empty.
    """
    if "SOURCE_DATE_EPOCH" in os.environ:
        yield
        return
    year, month, day = [*(int(part) for part in (date or "2000").split("-")), 1, 1][:3]
    moment = datetime.datetime(year, month, day, tzinfo=datetime.UTC)
    os.environ["SOURCE_DATE_EPOCH"] = str(int(moment.timestamp()))
    try:
        yield
    finally:
        del os.environ["SOURCE_DATE_EPOCH"]
