"""How far a build has come: a line that renews itself on a terminal, few plain lines elsewhere."""

from __future__ import annotations

import time
from typing import Final, Self, TextIO

ON_TERMINAL: Final = 0.1
"""Seconds between two states of the line on a terminal."""

ELSEWHERE: Final = 10.0
"""Seconds between two lines in a log."""


class Progress:
    """Shows on ``out`` which step a build is at, unless ``quiet``. Short builds show nothing."""

    def __init__(self, out: TextIO, *, quiet: bool = False) -> None:
        self._out = out
        self._quiet = quiet
        self._terminal = out.isatty()
        self._pause = ON_TERMINAL if self._terminal else ELSEWHERE
        self._last = time.monotonic()
        self._shown = False

    def tell(self, what: str, done: int) -> None:
        """Show that ``done`` items of the step ``what`` are finished, unless it showed just now."""
        now = time.monotonic()
        if not self._quiet and now - self._last >= self._pause:
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
