"""Partial ISO dates (``2016``, ``2016-03``, ``2016-03-28``) as text."""

from __future__ import annotations

from functools import cache


@cache
def zh_date(date: str) -> str:
    """A date in Chinese: ``2016-03-28`` gives 2016年3月28日, ``2016-03`` gives 2016年3月."""
    parts = [int(p) for p in date.split("-")] if date else []
    return "".join(f"{n}{unit}" for n, unit in zip(parts, "年月日", strict=False))


def first_day(date: str) -> str:
    """The day on which a partial date begins: 2016-03 as 2016-03-01."""
    return timestamp(date)[:10]


def timestamp(date: str) -> str:
    """The first moment of a date in the form of RFC 3339, for feeds; 1970 without a date."""
    year, month, day = (*date.split("-"), "01", "01")[:3] if date else ("1970", "01", "01")
    return f"{year}-{month}-{day}T00:00:00Z"
