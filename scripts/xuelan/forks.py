"""Forks of this process: they hold all it holds, and losing one costs nothing but time.

``ProcessPoolExecutor`` is not used for them: its processes share one pipe for all results, and one
that is killed while it writes leaves half a result there, for the rest of which everybody waits
for ever. Here each fork has a pipe of its own, whose end tells that it is gone.
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future
from multiprocessing.connection import Connection
from typing import Any, Final, Generic, Self, TypeVar

_PR_SET_PDEATHSIG: Final = 1

R = TypeVar("R")

Work = Callable[[range], list[Any]]


def can_fork() -> bool:
    """True where a fork is safe: on Linux, and when no other thread could hold a lock."""
    return sys.platform == "linux" and threading.active_count() == 1


class Forks:
    """So many forks (``width``) that do ``work``, which they inherit. Close them when done."""

    def __init__(self, width: int, work: Work) -> None:
        context = multiprocessing.get_context("fork")
        self._lock = threading.Lock()
        self._lost = False
        self._futures: dict[range, Future[list[Any]]] = {}
        self._tickets: Any = context.SimpleQueue()
        self._forks, pipes = [], []
        for _ in range(width):
            ours, theirs = context.Pipe(duplex=False)
            given = (work, self._tickets, theirs, os.getpid())
            fork = context.Process(target=_serve, args=given, daemon=True)
            fork.start()
            theirs.close()  # so that it ends with the fork, and no later fork inherits it
            self._forks.append(fork)
            pipes.append(ours)
        self._receivers = [threading.Thread(target=self._receive, args=(pipe,)) for pipe in pipes]
        for receiver in self._receivers:
            receiver.start()

    def submit(self, chunk: range) -> Future[list[Any]]:
        """What ``work`` makes of ``chunk``. The future raises ``BrokenExecutor`` if a fork dies."""
        future: Future[list[Any]] = Future()
        with self._lock:
            if self._lost:
                future.set_exception(BrokenExecutor())
                return future
            self._futures[chunk] = future
        self._tickets.put(chunk)
        return future

    def close(self) -> None:
        """Kill them; when this returns, none of them writes anything any more."""
        self._lose()
        for fork in self._forks:
            fork.join()
        for receiver in self._receivers:
            receiver.join()

    def _receive(self, pipe: Connection) -> None:
        """Pass on what one fork makes, until it is gone or sends what cannot be understood."""
        with pipe, contextlib.suppress(Exception):
            while True:
                chunk, made, error = pipe.recv()
                future = self._futures.pop(chunk, None)
                if future is None:
                    break  # given up meanwhile
                if error is None:
                    future.set_result(made)
                else:
                    future.set_exception(error)
        self._lose()

    def _lose(self) -> None:
        """Give up all of them: nobody knows which chunk the one that is gone had taken."""
        with self._lock:
            self._lost = True
        for fork in self._forks:
            fork.kill()
        with contextlib.suppress(KeyError):
            while True:
                self._futures.popitem()[1].set_exception(BrokenExecutor())


class Aside(Generic[R]):
    """A fork that does one piece of work meanwhile; leaving the block ends it."""

    def __init__(self, work: Callable[[], R]) -> None:
        context = multiprocessing.get_context("fork")
        self._work = work
        self._pipe, theirs = context.Pipe(duplex=False)
        self._fork = context.Process(target=_do, args=(work, theirs, os.getpid()), daemon=True)
        self._fork.start()
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._fork.kill()
        self._fork.join()
        self._pipe.close()

    def result(self) -> R:
        """What came of it, or the error it met. If the fork is lost, the work is done here."""
        try:
            made, error = self._pipe.recv()
        except Exception:  # noqa: BLE001 - it is gone, or sent what cannot be understood
            return self._work()
        self._fork.join()
        if error is not None:
            raise error
        result: R = made
        return result


def _do(work: Callable[[], Any], result: Connection, parent: int) -> None:
    _end_with(parent)
    told: tuple[Any, BaseException | None]
    try:
        told = work(), None
    except BaseException as error:  # noqa: BLE001 - the parent raises it
        told = None, error
    with contextlib.suppress(Exception):  # what cannot be sent is made where it is asked for
        result.send(told)


def _end_with(parent: int) -> None:
    """Die with the parent; leave its interruption to it."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before we could ask to be told
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _serve(work: Work, tickets: Any, results: Connection, parent: int) -> None:
    """Be a fork: do what is asked."""
    _end_with(parent)
    while True:
        chunk = tickets.get()
        try:
            results.send((chunk, work(chunk), None))
        except BaseException as error:  # noqa: BLE001 - the parent raises it
            results.send((chunk, None, error))
