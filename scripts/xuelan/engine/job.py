"""One step of a build: a task for each of many items, in three parts.

An item is prepared where the data is, the task makes a result of what was prepared, and the result
is stored where the data is. Only the task may run on another machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Job:
    """The ``items`` of a step, the ``task``, and what is done before and after it."""

    task: Callable[[Any], Any]
    items: Sequence[Any]
    prepare: Callable[[Any], Any] | None = None
    store: Callable[[Any, Any], Any] | None = None

    def prepare_item(self, number: int) -> Any:
        """Return the input of the task for item ``number``; None if there is nothing to do."""
        item = self.items[number]
        return self.prepare(item) if self.prepare else item

    def store_result(self, number: int, made: Any) -> Any:
        """Store what the task ``made`` of item ``number``; return the result of the step."""
        return self.store(self.items[number], made) if self.store else made

    def run(self, number: int) -> Any:
        """Do all three parts for item ``number`` in this process."""
        prepared = self.prepare_item(number)
        return self.store_result(number, None if prepared is None else self.task(prepared))

    def run_chunk(self, chunk: range) -> list[Any]:
        """Do all three parts for a chunk of items in this process."""
        return [self.run(number) for number in chunk]
