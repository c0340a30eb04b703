"""``build --profile``: where the time of a build went."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def profiled(target: Path | None) -> Iterator[None]:
    """Write the time of each function called in the block to ``target``, for :mod:`pstats`."""
    if target is None:
        yield
        return
    import cProfile

    profile = cProfile.Profile()
    with profile:
        yield
    profile.dump_stats(target)
