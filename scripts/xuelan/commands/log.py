"""What the package logs, as lines on the error stream."""

from __future__ import annotations

import logging
import sys
from typing import Final

LEVELS: Final = (logging.WARNING, logging.INFO, logging.DEBUG)
"""The level without ``-v``, with it, and with ``-vv``."""


class _Formatter(logging.Formatter):
    """The message alone; messages for developers name their module."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        if record.levelno <= logging.DEBUG:
            text = f"{record.name}: {text}"
        # On a terminal the line of the progress may stand here.
        return f"\r\x1b[K{text}" if sys.stderr.isatty() else text


def configure(*, quiet: bool = False, verbose: int = 0) -> None:
    """Write the log of the package to the error stream.

    ``quiet`` leaves errors only; ``verbose`` counts how often ``-v`` was given.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter())
    logger = logging.getLogger("xuelan")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.ERROR if quiet else LEVELS[min(verbose, len(LEVELS) - 1)])
