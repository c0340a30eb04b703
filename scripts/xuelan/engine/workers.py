"""Where the tasks of a build run: in this process, in forks of it, or on a cluster.

On one machine each :meth:`Workers.map` makes forks. What this process holds (a catalog, a parser,
an open cache) is theirs without being sent, and they write files where they belong by themselves;
only small results come back. Where this process cannot be forked safely, and on a cluster, prepared
items are sent to a :class:`concurrent.futures.Executor`, and their results are stored here. Results
come in the order of the items.
"""

from __future__ import annotations

import errno
import gc
import importlib
import logging
import os
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing, contextmanager
from functools import partial
from typing import Any, Final, TypeVar, overload

from xuelan.engine import forks
from xuelan.engine.executor_pool import ExecutorPool, RestartableExecutor, start_executor
from xuelan.engine.fork_pool import ForkPool
from xuelan.engine.forks import BackgroundTask
from xuelan.engine.job import Job

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")
U = TypeVar("U")

Results = Generator[R, None, None]

_log: Final = logging.getLogger(__name__)

SMALL: Final = 150
"""Fewer items than this are done here: starting processes costs more than they save."""

CHUNK: Final = 50
"""Items in a chunk: some 50 ms of work, so that to take one costs little and no process waits."""

MOST_AHEAD: Final = 1000
"""Chunks sent to an executor before the first of them is asked for."""


class Workers:
    """Runs tasks over many items, in up to ``width`` processes."""

    def __init__(
        self,
        start: Callable[[], Executor] | None,
        width: int,
        small: int = SMALL,
        tell: Callable[[str, int], None] | None = None,
        *,
        local: bool = True,
    ) -> None:
        """``start`` starts an executor, when one is needed; with None all runs in this process.

        ``small`` is the number of items below which all runs in this process as well. ``tell`` is
        called with the label of a step and the number of items done. ``local`` is true when all
        processes run on this machine and see its files.
        """
        self.local = local
        self._tell = tell
        self._executor = RestartableExecutor(start) if start else None
        self._width = width
        self._small = small

    @overload
    def map(
        self, task: Callable[[S], R], items: Sequence[S], label: str, chunk: int = CHUNK
    ) -> Results[R]: ...

    @overload
    def map(
        self,
        task: Callable[[T], R],
        items: Sequence[S],
        label: str,
        chunk: int = CHUNK,
        *,
        prepare: Callable[[S], T | None],
        store: Callable[[S, R | None], U],
    ) -> Results[U]: ...

    def map(
        self,
        task: Callable[[Any], Any],
        items: Sequence[Any],
        label: str,
        chunk: int = CHUNK,
        *,
        prepare: Callable[[Any], Any] | None = None,
        store: Callable[[Any, Any], Any] | None = None,
    ) -> Results[Any]:
        """Yield ``task`` of every item, in order.

        The processes begin at once, so the caller can do something else before it asks for the
        results. A caller that may not ask for all of them closes the generator, which ends the
        processes. ``label`` names the step in messages. ``chunk`` is the number of items a process
        takes at a time: 1 for items so heavy that two of them are worth a process each.

        With ``prepare`` and ``store`` each item takes three steps: ``prepare(item)`` returns the
        input of the task, or None if there is nothing to do; ``store(item, result)`` returns what
        is yielded. Both run on this machine, for one item in the same process, and may use all that
        this process holds, but what they change there in memory is lost. ``task`` may run on
        another machine: it is pickled and uses nothing but its input.
        """
        results = self._run(Job(task, items, prepare, store), chunk, label)
        next(results)
        return self._count(results, label)

    @contextmanager
    def submit(self, task: Callable[[], R], label: str) -> Iterator[Callable[[], R]]:
        """Start ``task`` in a process of its own; yield a function that returns its result.

        Without such a process, or if it is lost, that function runs ``task`` itself. ``label``
        names the task in messages.
        """
        if self._executor is None or not self.local or not forks.can_fork():
            yield task
            return
        try:
            background = BackgroundTask(task, label)
        except OSError as error:
            _log.info("系统开不了新的工作进程（%s）：%s", label, error)
            yield task
            return
        with background:
            yield background.result

    def close(self) -> None:
        """End the processes."""
        if self._executor is not None:
            self._executor.shutdown()

    def _count(self, results: Results[Any], label: str) -> Results[Any]:
        """Pass ``results`` on, and tell how many there are so far."""
        with closing(results):
            for number, result in enumerate(results, 1):
                if self._tell is not None:
                    self._tell(label, number)
                yield result

    def _run(self, job: Job, size: int, label: str) -> Results[Any]:
        """Yield None once the processes have begun, then all results."""
        count = len(job.items)
        small = self._small if size > 1 else min(self._small, 2)
        if self._executor is None or count < small:
            yield None
            yield from map(job.run, range(count))
            return
        chunks = [range(start, min(start + size, count)) for start in range(0, count, size)]
        with closing(self._start_pool(self._executor, job, chunks, label)) as pool:
            yield None
            for number in range(len(chunks)):
                yield from pool.result(number)
            if pool.gave_up:  # what ended its processes would end those of the next step too
                self.close()
                self._executor = None

    def _start_pool(
        self, executor: RestartableExecutor, job: Job, chunks: Sequence[range], label: str
    ) -> ForkPool | ExecutorPool:
        if self.local and forks.can_fork():
            return ForkPool(job.run_chunk, chunks, self._width, label)
        _log.debug("%r runs in an executor: no fork is safe here, or a cluster is used", label)
        ahead = self._width * (3 if len(chunks[0]) > 1 else 1)
        return ExecutorPool(executor, job, chunks, min(ahead, MOST_AHEAD), label)


@contextmanager
def open_workers(
    tell: Callable[[str, int], None] | None = None, scheduler: str = ""
) -> Iterator[Workers]:
    """Yield this machine's processors, or the cluster at the address of a Dask ``scheduler``.

    With a single processor, no other process is started. Raises ``OSError`` when the scheduler
    does not answer.
    """
    with _cluster(scheduler, tell) if scheduler else _machine(tell) as workers:
        try:
            yield workers
        finally:
            workers.close()


@contextmanager
def _machine(tell: Callable[[str, int], None] | None) -> Iterator[Workers]:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    width = count or 1
    yield Workers(partial(start_executor, width) if width > 1 else None, width, tell=tell)


@contextmanager
def _cluster(scheduler: str, tell: Callable[[str, int], None] | None) -> Iterator[Workers]:
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError as error:
        raise OSError(errno.ENOENT, "没有安装 distributed，请先 pip install distributed") from error
    with distributed.Client(scheduler) as client:
        width = sum(client.nthreads().values()) or 1
        start = partial(client.get_executor, pure=False, retries=5)
        yield Workers(start, width, 1, tell, local=False)


@contextmanager
def without_gc() -> Iterator[None]:
    """Switch Python's cycle collector off for a block.

    It would go through all objects of a large column again and again, which takes most of the time
    of a build, and finds next to nothing.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


SERIAL: Final = Workers(None, 1)
"""Runs everything in this process."""
