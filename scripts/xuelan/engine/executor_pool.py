"""Processes that inherit nothing: where this one cannot be forked, and on a cluster.

Items are prepared here, sent to a :class:`concurrent.futures.Executor`, and their results stored
here. A ``ProcessPoolExecutor`` that loses a process ends all others too and refuses further work
(``BrokenProcessPool``). Another one is then started, and all that was on its way is sent again.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import pickle
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from xuelan.engine.job import Job
from xuelan.engine.losses import Losses

_log: Final = logging.getLogger(__name__)

_ADDRESS_BYTES: Final = 104
"""The room for a socket's path: 108 bytes on Linux, 104 on macOS, the final zero included."""

_PRELOADED: Final = ("xuelan.cli", "xuelan.reading.loader", "xuelan.site", "xuelan.search.index")
"""Modules that the fork server imports once for all processes. Missing ones are passed over."""


def start_executor(width: int) -> Executor:
    """Start ``width`` processes that inherit nothing from this one.

    They are children of a clean server process where the system has one, because a process with
    threads cannot be forked safely.
    """
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - few builds need it

    served = "forkserver" in multiprocessing.get_all_start_methods() and _has_room_for_socket()
    context = multiprocessing.get_context("forkserver" if served else "spawn")
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload(list(_PRELOADED))
    return ProcessPoolExecutor(width, mp_context=context)


def _has_room_for_socket() -> bool:
    """Return True if the path of the fork server's socket is short enough for ``TMPDIR``."""
    name = "/pymp-00000000/listener-00000000"
    return len(os.fsencode(tempfile.gettempdir() + name)) < _ADDRESS_BYTES


class RestartableExecutor:
    """An executor that is started when it is first needed, and again when it is broken.

    All steps of a build share it.
    """

    def __init__(self, start: Callable[[], Executor]) -> None:
        self._start = start
        self._executor: Executor | None = None

    @property
    def current(self) -> Executor:
        """The executor that takes tasks now."""
        if self._executor is None:
            self._executor = self._start()
        return self._executor

    def discard(self, executor: Executor) -> bool:
        """Let go of a broken ``executor``. Returns False if another step has done so."""
        if executor is not self._executor:
            return False
        self._executor = None
        executor.shutdown(wait=False)
        return True

    def shutdown(self) -> None:
        """End the processes."""
        if self._executor is not None:
            self._executor.shutdown(wait=True)
            self._executor = None


@dataclass(slots=True)
class _Sent:
    """A chunk on its way: what the items were ``prepared`` to, and where they were sent."""

    prepared: list[Any]
    executor: Executor
    future: Future[list[Any]]


class ExecutorPool:
    """Runs the task of ``job`` on ``chunks`` of its items in the processes of an executor.

    A chunk on its way holds all it is made from, so only ``ahead`` of them are. After several
    losses (:data:`~xuelan.engine.losses.MOST_LOSSES`) ``gave_up`` is set, and :meth:`result` does
    the task in this process.
    """

    def __init__(
        self,
        executor: RestartableExecutor,
        job: Job,
        chunks: Sequence[range],
        ahead: int,
        label: str,
    ) -> None:
        """``label`` names the step in messages."""
        self.gave_up = False
        self._executor = executor
        self._job = job
        self._task = pickle.dumps(job.task, pickle.HIGHEST_PROTOCOL)
        self._chunks = chunks
        self._ahead = ahead
        self._losses = Losses(label)
        self._sent: dict[int, _Sent] = {}
        self._next = 0
        self._send_until(ahead)

    def result(self, number: int) -> list[Any]:
        """Return the results of chunk ``number``, or raise what the task raised.

        The chunks have to be asked for in order, each of them once.
        """
        self._send_until(number + 1 + self._ahead)
        if number not in self._sent:
            return self._job.run_chunk(self._chunks[number])
        made = self._wait_for(self._sent[number])
        del self._sent[number]
        results = zip(self._chunks[number], made, strict=True)
        return [self._job.store_result(item, each) for item, each in results]

    def close(self) -> None:
        """Cancel what has not begun. The results of what has begun are not stored."""
        for sent in self._sent.values():
            sent.future.cancel()

    def _send_until(self, end: int) -> None:
        while self._next < min(end, len(self._chunks)) and not self.gave_up:
            prepared = [self._job.prepare_item(item) for item in self._chunks[self._next]]
            self._sent[self._next] = self._send(prepared)
            self._next += 1

    def _send(self, prepared: list[Any]) -> _Sent:
        executor = self._executor.current
        future: Future[list[Any]]
        try:
            future = executor.submit(_run, self._task, prepared)
        except BrokenExecutor as error:
            future = Future()
            future.set_exception(error)
        return _Sent(prepared, executor, future)

    def _wait_for(self, sent: _Sent) -> list[Any]:
        while not self.gave_up:
            try:
                return sent.future.result()
            except BrokenExecutor:
                self._restart(sent.executor)
        return _run(self._task, sent.prepared)

    def _restart(self, broken: Executor) -> None:
        """Start another executor, and send it all that ``broken`` has not finished."""
        if self._executor.discard(broken):
            _log.debug("the executor of %r is broken", self._losses.label)
            if not self._losses.add():
                self.gave_up = True
                return
            self._losses.tell_replaced()
        for sent in self._sent.values():
            if sent.executor is broken and not _is_finished(sent.future):
                again = self._send(sent.prepared)
                sent.executor, sent.future = again.executor, again.future


def _is_finished(future: Future[list[Any]]) -> bool:
    """Return True if ``future`` has a result, or an error of the task itself."""
    return future.done() and not isinstance(future.exception(), BrokenExecutor)


def _run(pickled: bytes, prepared: Sequence[Any]) -> list[Any]:
    task = _load(pickled)
    return [None if each is None else task(each) for each in prepared]


@lru_cache(maxsize=4)
def _load(pickled: bytes) -> Callable[[Any], Any]:
    task: Callable[[Any], Any] = pickle.loads(pickled)  # noqa: S301 - sent by our own main process
    return task
