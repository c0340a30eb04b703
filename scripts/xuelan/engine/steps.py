"""A build as a list of named steps, run one after another.

A step is a plain function. It takes the :class:`~xuelan.engine.context.BuildContext` and the
results of the steps that it names in ``after``, in that order, and returns its own result. Place in
the list counts as well: a step may rely on everything that the steps above it have written or
locked. For example:

    BuildStep("read", "读材料", read_column),
    BuildStep("check", "检查", start_rules, after=("read",), beside=True),
    BuildStep("render", "渲染正文", start_rendering, after=("read",), beside=True),
    BuildStep("decide", "等检查结果", refuse_errors, after=("check",)),

``start_rules`` and ``start_rendering`` start work in other processes and return at once;
``refuse_errors(context, problems)`` waits for the rules, while texts are still being rendered.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Protocol, TypeVar

from xuelan.engine.context import BuildContext

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_log: Final = logging.getLogger(__name__)


class Pending(Protocol[T_co]):
    """The result of work that other processes may still be doing."""

    def result(self) -> T_co:
        """Wait for the result. Raises what the work raised."""


@dataclass(frozen=True, slots=True)
class Deferred(Generic[T]):
    """A :class:`Pending` result that ``compute`` makes, or fetches, when it is asked for."""

    compute: Callable[[], T]

    def result(self) -> T:
        """Call ``compute``."""
        return self.compute()


@dataclass(frozen=True, slots=True)
class BuildStep:
    """One step: its ``name`` for developers, its ``title`` in Chinese for the person who waits.

    ``function`` takes the context and the results of the steps ``after``. The function of a step
    that is ``beside`` only starts its work and returns a :class:`Pending` result, for which the
    first step that names it waits.
    """

    name: str
    title: str
    function: Callable[..., Any]
    after: tuple[str, ...] = ()
    beside: bool = False


@dataclass(slots=True)
class Timing:
    """Seconds that the build's own process spent on a step: running it, waiting for its result."""

    name: str
    title: str
    running: float = 0.0
    waiting: float = 0.0


@dataclass(slots=True)
class StepRun:
    """The steps run so far: their results by name, and their timings in the order of the steps."""

    context: BuildContext
    timings: dict[str, Timing] = field(default_factory=dict)
    _results: dict[str, Any] = field(default_factory=dict)
    _pending: dict[str, tuple[BuildStep, Pending[Any]]] = field(default_factory=dict)

    def run(self, steps: Iterable[BuildStep]) -> None:
        """Run ``steps`` in their order. An error leaves with a note that names its step."""
        for step in steps:
            needed = [self.result(name) for name in step.after]
            timing = self.timings[step.name] = Timing(step.name, step.title)
            start = time.monotonic()
            with _noting(step):
                made = step.function(self.context, *needed)
            timing.running = time.monotonic() - start
            _log.debug("step %s: %.3f s", step.name, timing.running)
            if step.beside:
                self._pending[step.name] = step, made
            else:
                self._results[step.name] = made

    def give(self, name: str, result: object) -> None:
        """Put in the result of a step that is not run, for the steps that name it."""
        self._results[name] = result

    def has_started(self, name: str) -> bool:
        """True if there is a result of the step ``name``, or there is going to be one."""
        return name in self._results or name in self._pending

    def result(self, name: str) -> Any:
        """The result of the step ``name``; waits for one that is pending."""
        if name in self._pending:
            step, pending = self._pending.pop(name)
            start = time.monotonic()
            with _noting(step):
                self._results[name] = pending.result()
            self.timings[name].waiting = time.monotonic() - start
            _log.debug("waited for step %s: %.3f s", name, self.timings[name].waiting)
        return self._results[name]


@contextmanager
def _noting(step: BuildStep) -> Iterator[None]:
    """Add the step's name to an error, unless a step within it has done so."""
    try:
        yield
    except Exception as error:
        if not getattr(error, "__notes__", None):
            error.add_note(f"步骤：{step.title}（{step.name}）")
        raise
