"""Where pure functions run: in this process, in its children, or on a cluster.

Everything goes through :class:`concurrent.futures.Executor`. A piece of work is a value that can
be called and pickled; it is sent once per chunk as bytes, and a process that has seen it keeps it
with whatever it has prepared (a parser, templates). Results come back in the order of the items.
"""

from __future__ import annotations

import errno
import gc
import importlib
import itertools
import multiprocessing
import os
import pickle
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

SMALL: Final = 150
"""Fewer items than this are done here: starting processes costs more than they save."""

_ADDRESS_BYTES: Final = 104
"""The room for a socket's path: 108 bytes on Linux, 104 on macOS, the closing one included."""

CHUNK: Final = 50
"""Items sent at a time: some 100 ms of work, so that sending costs little and nobody waits."""


class Workers:
    """Runs work over many items. ``make`` starts the executor when it is first needed."""

    def __init__(
        self,
        make: Callable[[], Executor] | None,
        width: int,
        small: int = SMALL,
        tell: Callable[[str, int], None] | None = None,
        *,
        near: bool = True,
    ) -> None:
        """``width`` is how many items run at once; without ``make`` everything runs here.

        ``tell`` hears what is being done, and how many are done. ``near`` is true when all run on
        this machine and see its files.
        """
        self.near = near
        self._tell = tell
        self._make = make
        self._width = width
        self._small = small
        self._executor: Executor | None = None

    def map(
        self, work: Callable[[T], R], items: Iterable[T], what: str, chunk: int = CHUNK
    ) -> Iterator[R]:
        """``work`` of every item, in order. Lost processes cost time, never a result.

        ``what`` the items are is told to people who wait. ``chunk`` items are sent at a time: 1
        for items so heavy that two of them are worth a process each.
        """
        for number, result in enumerate(self._map(work, items, chunk), 1):
            if self._tell is not None:
                self._tell(what, number)
            yield result

    def _map(self, work: Callable[[T], R], items: Iterable[T], size: int) -> Iterator[R]:
        rest = iter(items)
        small = self._small if size > 1 else min(self._small, 2)
        few = list(itertools.islice(rest, small))
        if self._make is None or len(few) < small:
            yield from map(work, itertools.chain(few, rest))
            return
        blob = pickle.dumps(work, pickle.HIGHEST_PROTOCOL)
        waiting: deque[_Chunk[T, R]] = deque()
        for chunk in _chunks(itertools.chain(few, rest), size):
            waiting.append(_Chunk(chunk, self._submit(blob, chunk)))
            if len(waiting) > self._width * (3 if size > 1 else 1):
                yield from self._result(waiting.popleft(), work)
        while waiting:
            yield from self._result(waiting.popleft(), work)

    def _submit(self, blob: bytes, chunk: list[T]) -> Future[list[R]] | None:
        """The chunk on its way; ``None`` when the processes are gone."""
        try:
            if self._executor is None and self._make is not None:
                self._executor = self._make()
            return self._executor.submit(_run, blob, chunk) if self._executor else None
        except BrokenExecutor:
            return None

    def _result(self, chunk: _Chunk[T, R], work: Callable[[T], R]) -> list[R]:
        """What came back; a chunk whose process was lost is done here."""
        try:
            if chunk.future is not None:
                return chunk.future.result()
        except BrokenExecutor:
            self._make = None
            self.close()
        return [work(item) for item in chunk.items]

    def close(self) -> None:
        """Let the processes go."""
        if self._executor is not None:
            self._executor.shutdown(wait=True)
            self._executor = None


@dataclass(frozen=True, slots=True)
class _Chunk(Generic[T, R]):
    items: list[T]
    future: Future[list[R]] | None


def _chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(itertools.islice(rest, size)):
        yield chunk


def _run(blob: bytes, chunk: Sequence[Any]) -> list[Any]:
    work = _work(blob)
    return [work(item) for item in chunk]


@lru_cache(maxsize=4)
def _work(blob: bytes) -> Callable[[Any], Any]:
    made: Callable[[Any], Any] = pickle.loads(blob)  # noqa: S301 - sent by our own main process
    return made


@contextmanager
def workers(
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
        yield Workers(executor, width, 1, tell, near=False)


@contextmanager
def uncollected() -> Iterator[None]:
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
    served = "forkserver" in multiprocessing.get_all_start_methods() and _room_for_a_socket()
    context = multiprocessing.get_context("forkserver" if served else "spawn")
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload(
            ["xuelan.cli", "xuelan.loader", "xuelan.site", "xuelan.search.index"]
        )
    return ProcessPoolExecutor(width, mp_context=context)


def _room_for_a_socket() -> bool:
    """True when the fork server's socket fits into an address; a long ``TMPDIR`` leaves no room."""
    name = "/pymp-00000000/listener-00000000"
    return len(os.fsencode(tempfile.gettempdir() + name)) < _ADDRESS_BYTES


HERE: Final = Workers(None, 1)
"""Everything in this process."""
