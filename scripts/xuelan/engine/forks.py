"""Forks of this process: they hold all it holds, and losing one costs nothing but time.

``ProcessPoolExecutor`` is not used for them: its processes share one pipe for all results, and one
that is killed while it writes leaves half a result there, for the rest of which everybody waits
for ever. Here each fork has a pipe of its own, whose end tells that it is gone. Nor are there
threads that read the pipes: beside a thread, nothing can be forked safely.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Self, TypeVar

if TYPE_CHECKING:
    from multiprocessing.context import ForkProcess

_PR_SET_PDEATHSIG: Final = 1
_BEHIND: Final = 5
"""How much less urgent a fork is."""
_F_SETPIPE_SZ: Final = 1031
_PIPE_BYTES: Final = 1 << 20
"""As much as Linux lets anybody have."""

R = TypeVar("R")

Work = Callable[[range], list[Any]]


def can_fork() -> bool:
    """True where a fork is safe: on Linux, and when no other thread could hold a lock.

    The system counts the threads, for libraries start some that Python does not know: one that
    typst has started in this process is missing in a fork of it, where the next PDF would wait for
    it for ever.
    """
    return sys.platform == "linux" and len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208


class Forks:
    """So many forks (``width``) that do ``work``, which they inherit. Close them when done."""

    _open: ClassVar[set[Forks]] = set()
    """All whose results may come: while some are waited for, the others' are taken in as well."""

    def __init__(self, width: int, work: Work) -> None:
        context = multiprocessing.get_context("fork")
        self._made: dict[range, tuple[list[Any], BaseException | None]] = {}
        self._tickets: Any = context.SimpleQueue()
        self._forks: list[ForkProcess] = []
        self._pipes: list[Connection] = []
        for _ in range(width):
            ours, theirs = context.Pipe(duplex=False)
            _widen(theirs)
            given = (work, self._tickets, theirs, os.getpid())
            fork = context.Process(target=_serve, args=given, daemon=True)
            fork.start()
            theirs.close()  # so that it ends with the fork, and no later fork inherits it
            self._forks.append(fork)
            self._pipes.append(ours)
        self._open.add(self)

    def submit(self, chunk: range) -> None:
        """Let ``work`` be done on ``chunk``."""
        if self._pipes:
            self._tickets.put(chunk)

    def result(self, chunk: range) -> list[Any]:
        """What ``work`` made of ``chunk``; raises what it raised, or ``BrokenExecutor``.

        The latter when a fork is gone: then nobody knows which chunk it had taken.
        """
        while chunk not in self._made:
            if not self._pipes:
                raise BrokenExecutor
            self._hear()
        made, error = self._made.pop(chunk)
        if error is not None:
            raise error
        return made

    @classmethod
    def _hear(cls) -> None:
        """Wait until a fork, of whichever work, has something to tell."""
        owners = {pipe: forks for forks in cls._open for pipe in forks._pipes}
        for pipe in wait(list(owners)):
            assert isinstance(pipe, Connection)
            owners[pipe]._take_in(pipe)

    def _take_in(self, pipe: Connection) -> None:
        """What a fork has made; all are given up when it is gone or cannot be understood."""
        try:
            chunk, made, error = pipe.recv()
            self._made[chunk] = made, error
        except Exception:  # noqa: BLE001 - whatever the matter is, the work can be done again
            self.close()

    def close(self) -> None:
        """Kill them; when this returns, none of them writes anything any more."""
        self._open.discard(self)
        for fork in self._forks:
            fork.kill()
        for fork in self._forks:
            fork.join()
        while self._pipes:
            self._pipes.pop().close()
        self._tickets.close()


def _widen(pipe: Connection) -> None:
    """Let a pipe hold more, so that nobody has to wait for the other end to read."""
    import fcntl  # noqa: PLC0415 - not there where nothing is forked

    with contextlib.suppress(OSError):
        fcntl.fcntl(pipe.fileno(), _F_SETPIPE_SZ, _PIPE_BYTES)


class BackgroundTask(Generic[R]):
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


def run_detached(work: Callable[[], object]) -> None:
    """Do ``work`` in a fork that goes on when this process is killed or interrupted.

    Where nothing can be forked it is done here. Raises what it raises.
    """
    if not can_fork():
        work()
        return
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    fork = context.Process(target=_do, args=(work, theirs, None))
    try:
        fork.start()
    except OSError:  # no room for another process
        work()
        return
    theirs.close()
    try:
        error = ours.recv()[1]
    except EOFError as lost:  # somebody killed it, of all processes
        raise OSError(errno.EINTR, os.strerror(errno.EINTR)) from lost
    finally:
        fork.join()
    if error is not None:
        raise error


def _do(work: Callable[[], Any], result: Connection, parent: int | None) -> None:
    if parent is None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        _begin(parent)
    told: tuple[Any, BaseException | None]
    try:
        told = work(), None
    except BaseException as error:  # noqa: BLE001 - the parent raises it
        told = None, error
    with contextlib.suppress(Exception):  # what cannot be sent is made where it is asked for
        result.send(told)


def _begin(parent: int) -> None:
    """Die with the parent, leave its interruption to it, and go behind it.

    There is one parent and what it does cannot be shared, so it should never wait for a processor.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before we could ask to be told
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_BEHIND)


def _serve(work: Work, tickets: Any, results: Connection, parent: int) -> None:
    """Be a fork: do what is asked."""
    _begin(parent)
    while True:
        chunk = tickets.get()
        try:
            results.send((chunk, work(chunk), None))
        except BaseException as error:  # noqa: BLE001 - the parent raises it
            results.send((chunk, None, error))
