"""Partial ISO dates as Chinese readers write them."""

from __future__ import annotations

from functools import cache


@cache
def chinese(date: str) -> str:
    """``2016-03-28`` as 2016年3月28日, ``2016-03`` as 2016年3月, ``""`` as it is."""
    parts = [int(p) for p in date.split("-")] if date else []
    return "".join(f"{n}{unit}" for n, unit in zip(parts, "年月日", strict=False))


def first_day(date: str) -> str:
    """The day on which a partial date begins: 2016-03 as 2016-03-01."""
    return timestamp(date)[:10]


def timestamp(date: str) -> str:
    """An RFC 3339 time at the start of a partial date, for feeds."""
    year, month, day = (*date.split("-"), "01", "01")[:3] if date else ("1970", "01", "01")
    return f"{year}-{month}-{day}T00:00:00Z"
