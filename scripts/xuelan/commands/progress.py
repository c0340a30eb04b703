"""How far a build has come: a line that renews itself on a terminal, few plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self, TextIO

ON_TERMINAL: Final = 0.1
"""Seconds between two states of the line on a terminal."""

ELSEWHERE: Final = 10.0
"""Seconds between two lines in a log."""


class Progress:
    """Writes to ``out``. Short builds say nothing."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._terminal = out.isatty()
        self._pause = ON_TERMINAL if self._terminal else ELSEWHERE
        self._last = time.monotonic()
        self._shown = False

    def tell(self, what: str, done: int) -> None:
        """Say that ``done`` of ``what`` are finished, if it is time to say something."""
        now = time.monotonic()
        if now - self._last >= self._pause:
            self._last = now
            self._shown = self._terminal
            self._out.write(f"\r\x1b[K{what} {done}" if self._terminal else f"{what} {done}\n")
            self._out.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._out.write("\r\x1b[K")
            self._out.flush()


@contextmanager
def profiled(target: Path | None) -> Iterator[None]:
    """Keep the time each function took in ``target``, to be read with :mod:`pstats`."""
    if target is None:
        yield
        return
    import cProfile  # noqa: PLC0415 - few builds need it

    profile = cProfile.Profile()
    with profile:
        yield
    profile.dump_stats(target)
