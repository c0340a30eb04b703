"""Processes that ended before their work was done: counted for each step, and said."""

from __future__ import annotations

import logging
from typing import Final

_log: Final = logging.getLogger(__name__)

MOST_LOSSES: Final = 3
"""A step replaces so many processes; at the next loss it goes on in this process alone.

One or two may be chance: a person ends a process, or the system ends the largest one when memory
is short for a moment. The fourth in one step means that the cause stays, and each further process
would only lose another chunk of work. One process needs a fraction of the memory that many need.
"""


class Losses:
    """The processes that the step called ``label`` has lost."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.count = 0

    def add(self) -> bool:
        """Count one more. Returns False, and says so, if the step is to go on alone."""
        self.count += 1
        if self.count <= MOST_LOSSES:
            return True
        _log.warning(
            "工作进程接连意外结束（%s，共 %d 次），改由一个进程继续，会慢一些。"
            "多半是内存不够，可以关掉别的程序再试。",
            self.label,
            self.count,
        )
        return False

    def tell_replaced(self) -> None:
        """Say that another process has taken over."""
        _log.warning("一个工作进程意外结束（%s），已换一个继续。", self.label)

    def tell_not_replaced(self) -> None:
        """Say that no other process could be started."""
        _log.warning("一个工作进程意外结束（%s），没能换上新的，由余下的进程继续。", self.label)
