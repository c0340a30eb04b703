"""Where pure functions run: in this process, in copies of it, or on a cluster.

On one machine the processes are forks of this one, made for each :meth:`Workers.map`: what it holds
(a catalog, a parser, an open cache) is theirs without being sent, and they put files where they
belong by themselves; only small results come back. Where a process cannot be forked safely, and on
a cluster, items are sent to a :class:`concurrent.futures.Executor` as they were prepared here, and
what comes back is stored here. Results come in the order of the items.
"""

from __future__ import annotations

import errno
import gc
import importlib
import itertools
import logging
import multiprocessing
import os
import pickle
import tempfile
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Final, TypeVar, overload

from xuelan.engine.forks import BackgroundTask, Forks, can_fork

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")
U = TypeVar("U")

Results = Generator[R, None, None]

_log: Final = logging.getLogger(__name__)

SMALL: Final = 150
"""Fewer items than this are done here: starting processes costs more than they save."""

_ADDRESS_BYTES: Final = 104
"""The room for a socket's path: 108 bytes on Linux, 104 on macOS, the closing one included."""

MOST_AHEAD: Final = 1000
"""Chunks on their way: what says so has to fit into a pipe (64 KB) that nobody may be reading."""

CHUNK: Final = 50
"""Items sent at a time: some 50 ms of work, so that sending costs little and nobody waits."""


class Workers:
    """Runs work over many items. ``make`` starts the executor when it is first needed."""

    def __init__(
        self,
        make: Callable[[], Executor] | None,
        width: int,
        small: int = SMALL,
        tell: Callable[[str, int], None] | None = None,
        *,
        local: bool = True,
    ) -> None:
        """``width`` is how many items run at once; without ``make`` everything runs here.

        ``tell`` hears what is being done, and how many are done. ``local`` is true when all run on
        this machine and see its files.
        """
        self.local = local
        self._tell = tell
        self._make = make
        self._width = width
        self._small = small
        self._executor: Executor | None = None

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
        """``work`` of every item, in order. Lost processes cost time, never a result.

        It begins at once, so the caller can do something else before asking for the results; who
        may not come to ask for all of them closes what is given, and then nothing runs any more.
        ``label`` names the step to people who wait. ``chunk`` items are sent at a time: 1
        for items so heavy that two of them are worth a process each.

        ``prepare`` makes of an item what ``work`` is given, or ``None`` when nothing is to be
        done; ``store`` gets the item and what came of it, and gives the result. For one item both
        run in the same process, on this machine, and may use all that this process holds; what
        they change there is lost. ``work`` may run elsewhere: it is pickled and uses nothing else.
        """
        results = self._begun(_Job(task, items, prepare, store), chunk)
        next(results)
        return self._told(results, label)

    @contextmanager
    def submit(self, task: Callable[[], R], label: str) -> Iterator[Callable[[], R]]:
        """Start ``task`` in a process of its own; yield a function that returns its result.

        Without such a process, or if it is lost, that function runs ``task`` itself. ``label``
        names the task in messages.
        """
        if self._make is None or not self.local or not can_fork():
            yield task
            return
        try:
            background = BackgroundTask(task)
        except OSError:  # no room for another process
            _log.debug("cannot fork for %s, it is done here", label)
            yield task
            return
        with background:
            yield background.result

    def _told(self, results: Results[Any], label: str) -> Results[Any]:
        with closing(results):
            for number, result in enumerate(results, 1):
                if self._tell is not None:
                    self._tell(label, number)
                yield result

    def _begun(self, job: _Job, size: int) -> Results[Any]:
        """Nothing, once the first chunks are on their way; then all results."""
        count = len(job.items)
        small = self._small if size > 1 else min(self._small, 2)
        if self._make is None or count < small:
            yield None
            yield from map(job.whole, range(count))
            return
        chunks = iter([range(n, min(n + size, count)) for n in range(0, count, size)])
        with self._processes(job) as processes:
            first = itertools.islice(chunks, processes.ahead(self._width, size))
            waiting = deque((chunk, processes.send(chunk)) for chunk in first)
            yield None
            while waiting:
                chunk, made = waiting.popleft()
                waiting.extend((each, processes.send(each)) for each in itertools.islice(chunks, 1))
                yield from self._result(job, processes, chunk, made)

    @contextmanager
    def _processes(self, job: _Job) -> Iterator[_Near | _Far]:
        """Those that do the job, for as long as it takes."""
        if self.local and can_fork():
            near = _Near(job, self._width)
            try:
                yield near
            finally:
                near.end()
        else:
            if self._executor is None and self._make is not None:
                self._executor = self._make()
            yield _Far(self._executor, job, pickle.dumps(job.work, pickle.HIGHEST_PROTOCOL))

    def _result(
        self, job: _Job, processes: _Near | _Far, chunk: range, made: Callable[[], list[Any]]
    ) -> Sequence[Any]:
        """What came back; a chunk whose process was lost is done here."""
        try:
            return made()
        except BrokenExecutor:
            processes.end()
            self._make = None
            self.close()
        return [job.whole(n) for n in chunk]

    def close(self) -> None:
        """Let the processes go."""
        if self._executor is not None:
            self._executor.shutdown(wait=True)
            self._executor = None


@dataclass(frozen=True, slots=True)
class _Job:
    """What is to be done with the items, and what comes before and after."""

    work: Callable[[Any], Any]
    items: Sequence[Any]
    prepare: Callable[[Any], Any] | None = None
    store: Callable[[Any, Any], Any] | None = None

    def given(self, number: int) -> Any:
        item = self.items[number]
        return self.prepare(item) if self.prepare else item

    def stored(self, number: int, made: Any) -> Any:
        return self.store(self.items[number], made) if self.store else made

    def whole(self, number: int) -> Any:
        given = self.given(number)
        return self.stored(number, None if given is None else self.work(given))


class _Near:
    """Copies of this process, which hold the job.

    All chunks are on their way at once, so that none of them waits while this process does
    something.
    """

    def __init__(self, job: _Job, width: int) -> None:
        self._forks = Forks(width, lambda chunk: [job.whole(n) for n in chunk])

    def ahead(self, _width: int, _size: int) -> int:
        return MOST_AHEAD

    def send(self, chunk: range) -> Callable[[], list[Any]]:
        self._forks.submit(chunk)
        return partial(self._forks.result, chunk)

    def end(self) -> None:
        """None may be left: this process is going to write the files they were writing."""
        self._forks.close()


@dataclass(frozen=True, slots=True)
class _Far:
    """Processes that know nothing of this one; ``blob`` is the work, pickled.

    A chunk on its way holds all it is made from, so only a few are.
    """

    pool: Executor | None
    job: _Job
    blob: bytes

    def ahead(self, width: int, size: int) -> int:
        return min(MOST_AHEAD, width * (3 if size > 1 else 1))

    def send(self, chunk: range) -> Callable[[], list[Any]]:
        given = [self.job.given(n) for n in chunk]
        return partial(self._received, chunk, self._submitted(given))

    def _submitted(self, given: list[Any]) -> Future[list[Any]] | None:
        try:
            return self.pool.submit(_run, self.blob, given) if self.pool else None
        except BrokenExecutor:
            return None

    def _received(self, chunk: range, future: Future[list[Any]] | None) -> list[Any]:
        if future is None:
            raise BrokenExecutor
        results = zip(chunk, future.result(), strict=True)
        return [self.job.stored(n, result) for n, result in results]

    def end(self) -> None:
        """Nothing: what these processes make is stored by this one."""


def _run(blob: bytes, given: Sequence[Any]) -> list[Any]:
    work = _work(blob)
    return [None if each is None else work(each) for each in given]


@lru_cache(maxsize=4)
def _work(blob: bytes) -> Callable[[Any], Any]:
    made: Callable[[Any], Any] = pickle.loads(blob)  # noqa: S301 - sent by our own main process
    return made


@contextmanager
def open_workers(
    tell: Callable[[str, int], None] | None = None, scheduler: str = ""
) -> Iterator[Workers]:
    """This machine's processors, or the cluster whose Dask ``scheduler`` is named.

    With a single processor, no other process is started. Raises ``OSError`` when the scheduler
    does not answer.
    """
    with _cluster(scheduler, tell) if scheduler else _machine(tell) as made:
        try:
            yield made
        finally:
            made.close()


@contextmanager
def _machine(tell: Callable[[str, int], None] | None) -> Iterator[Workers]:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    width = count or 1
    yield Workers((lambda: _pool(width)) if width > 1 else None, width, tell=tell)


@contextmanager
def _cluster(scheduler: str, tell: Callable[[str, int], None] | None) -> Iterator[Workers]:
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError as error:
        raise OSError(errno.ENOENT, "没有安装 distributed，请先 pip install distributed") from error
    with distributed.Client(scheduler) as client:
        width = sum(client.nthreads().values()) or 1
        executor = partial(client.get_executor, pure=False, retries=5)
        yield Workers(executor, width, 1, tell, local=False)


@contextmanager
def without_gc() -> Iterator[None]:
    """Leave Python's cycle collector out.

    It would walk through all of a large column again and again, taking most of the time, and there
    is next to nothing for it to find.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _pool(width: int) -> Executor:
    """Children of a clean server process where there is one: forking a threaded one is unsafe."""
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - few builds need it

    served = "forkserver" in multiprocessing.get_all_start_methods() and _room_for_a_socket()
    context = multiprocessing.get_context("forkserver" if served else "spawn")
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload(
            ["xuelan.cli", "xuelan.reading.loader", "xuelan.site", "xuelan.search.index"]
        )
    return ProcessPoolExecutor(width, mp_context=context)


def _room_for_a_socket() -> bool:
    """True when the fork server's socket fits into an address; a long ``TMPDIR`` leaves no room."""
    name = "/pymp-00000000/listener-00000000"
    return len(os.fsencode(tempfile.gettempdir() + name)) < _ADDRESS_BYTES


SERIAL: Final = Workers(None, 1)
"""Everything in this process."""
