"""The clock of a build: the date of its newest material."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def source_date_epoch(date: str) -> Iterator[None]:
    """:func:`set_source_date_epoch` as long as a block lasts: a preview builds again and again."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    set_source_date_epoch(date)
    try:
        yield
    finally:
        if given is None:
            del os.environ["SOURCE_DATE_EPOCH"]


def set_source_date_epoch(date: str) -> None:
    """Set ``SOURCE_DATE_EPOCH`` to the partial ISO ``date``, unless it is set already.

    The newest material dates a build, so that the same input gives the same bytes.
    """
    year, month, day = [*(int(p) for p in (date or "2000-01-01").split("-")), 1, 1][:3]
    moment = datetime.datetime(year, month, day, tzinfo=datetime.UTC)
    os.environ.setdefault("SOURCE_DATE_EPOCH", str(int(moment.timestamp())))
