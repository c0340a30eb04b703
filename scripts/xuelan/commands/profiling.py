"""``build --profile``: where the time of a build went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xuelan.engine.steps import Timing


@contextmanager
def record_profile(target: Path | None) -> Iterator[None]:
    """Write the time of each function called in the block to ``target``, for :mod:`pstats`."""
    if target is None:
        yield
        return
    import cProfile

    profile = cProfile.Profile()
    with profile:
        yield
    profile.dump_stats(target)


def list_steps(timings: Iterable[Timing]) -> list[str]:
    """One line for each step of a build: its title and name, the seconds of this process.

    What other processes do is not in these figures, only how long this one waited for it.
    """
    lines = []
    for timing in timings:
        waited = f"，等待 {timing.waiting:.2f} 秒" if timing.waiting >= 0.005 else ""
        lines.append(f"{timing.title}（{timing.name}）：{timing.running:.2f} 秒{waited}")
    return lines
