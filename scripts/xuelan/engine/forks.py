"""Forks of this process: they hold all it holds, and the loss of one costs time, never a result.

``ProcessPoolExecutor`` is not used for them. Its processes share one pipe for all results: when
one is killed in the middle of a result, the parent waits for the rest of it for ever. Here each
fork has a pipe of its own, and the end of a pipe tells that its fork is gone. A result counts once
it has arrived whole; a chunk whose result has not is given to another fork. No thread reads the
pipes, because a process with threads cannot be forked safely.

A fork takes its next chunk by itself (:class:`_Board`), so all forks stay busy while the parent
does something else. Shared memory says which chunk each of them has, also after a fork is gone.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import mmap
import multiprocessing
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Self, TypeVar

from xuelan.engine.losses import Losses
from xuelan.text.errors import XuelanError

if TYPE_CHECKING:
    from multiprocessing.context import ForkProcess

_log: Final = logging.getLogger(__name__)

_PR_SET_PDEATHSIG: Final = 1
_NICENESS: Final = 5
"""How much less urgent a fork is than its parent."""
_F_SETPIPE_SZ: Final = 1031
_PIPE_BYTES: Final = 1 << 20
"""The most that Linux allows without privileges."""

R = TypeVar("R")

Outcome = tuple[Any, BaseException | None]
"""What a task returned, or the error it raised."""


class ForkTraceback(XuelanError):  # noqa: N818 - the cause of an error, as text
    """The traceback of an error raised in a fork. It cannot be sent but as text."""

    def __str__(self) -> str:
        return f"in a fork\n{self.args[0]}"


class LostProcessError(XuelanError):
    """A process that had to finish its task was killed, and so was the one that replaced it."""


def can_fork() -> bool:
    """Return True where a fork is safe: on Linux, while this process has a single thread.

    A fork has only the thread that made it. If another thread holds a lock at that moment, nothing
    in the fork ever releases it. The system counts the threads, because Python does not know those
    that a library has started: after typst has run in this process, a fork that runs typst would
    wait for typst's threads for ever.
    """
    return sys.platform == "linux" and len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208


class _Board:
    """Shared memory that says which chunk each fork has: one 64-bit number a fork, -1 for none.

    The next chunk is the highest number on the board plus one. With three forks that have taken
    five chunks so far, the board may read ``[2, 4, 3]``; the first fork to be ready writes 5 over
    its own number. So one write takes a chunk: a fork that is killed has either taken it, and the
    board says so, or not. The lock is one that the system releases when its holder dies.
    """

    def __init__(self, width: int, chunks: int) -> None:
        self._chunks = chunks
        self._memory = mmap.mmap(-1, 8 * width)
        self._numbers = memoryview(self._memory).cast("q")
        for slot in range(width):
            self._numbers[slot] = -1
        self._lock = os.memfd_create("xuelan-board", os.MFD_CLOEXEC)

    def take(self, slot: int) -> int | None:
        """Take the next chunk for the fork in ``slot``; None when there is none."""
        import fcntl  # noqa: PLC0415 - missing on systems where nothing is forked

        fcntl.lockf(self._lock, fcntl.LOCK_EX)
        try:
            if not self.has_more():
                return None
            number = self._numbers[slot] = max(self._numbers) + 1
            return number
        finally:
            fcntl.lockf(self._lock, fcntl.LOCK_UN)

    def has_more(self) -> bool:
        """Return True while chunks are left that no fork has taken."""
        return max(self._numbers) + 1 < self._chunks

    def get(self, slot: int) -> int | None:
        """Return the chunk last taken for ``slot``."""
        number = self._numbers[slot]
        return None if number < 0 else number

    def close(self) -> None:
        """Give the memory back."""
        self._numbers.release()
        self._memory.close()
        os.close(self._lock)


@dataclass(frozen=True, slots=True)
class _Fork:
    """A running fork, and its place on the board."""

    process: ForkProcess
    slot: int


class ForkPool:
    """Up to ``width`` forks that do ``task``, which they inherit, on every one of ``chunks``.

    They begin at once. A lost fork is replaced by another one; after several losses
    (:data:`~xuelan.engine.losses.MOST_LOSSES`) ``gave_up`` is set, and :meth:`result` does the task
    in this process.
    """

    _open: ClassVar[set[ForkPool]] = set()
    """All pools that may have results. Whoever waits for one of them receives from all."""

    def __init__(
        self, task: Callable[[range], list[Any]], chunks: Sequence[range], width: int, label: str
    ) -> None:
        """``label`` names the step in messages."""
        self.gave_up = False
        self._task = task
        self._chunks = chunks
        self._losses = Losses(label)
        self._board = _Board(width, len(chunks))
        self._forks: dict[Connection, _Fork] = {}
        self._results: dict[int, Outcome | None] = {}
        self._received: set[int] = set()
        for slot in range(min(width, len(chunks))):
            if not self._start(slot):
                break
        if not self._forks:
            _log.warning("系统开不了工作进程（%s），由一个进程做，会慢一些。", label)
        self._open.add(self)

    def result(self, number: int) -> list[Any]:
        """Return what ``task`` made of chunk ``number``, or raise what it raised.

        Each chunk may be asked for once.
        """
        while number not in self._results and self._forks:
            self._receive_any()
        outcome = self._results.pop(number, None)
        if outcome is None:
            return self._task(self._chunks[number])
        made, error = outcome
        if error is not None:
            raise error
        return list(made)

    def close(self) -> None:
        """Kill the forks. When this returns, none of them writes anything any more."""
        if self not in self._open:
            return
        self._open.discard(self)
        for fork in self._forks.values():
            fork.process.kill()
        for pipe, fork in self._forks.items():
            fork.process.join()
            pipe.close()
        self._forks.clear()
        self._board.close()

    def _start(self, slot: int, first: int | None = None) -> bool:
        """Start a fork that does chunk ``first``, then others. Returns False where it cannot."""
        context = multiprocessing.get_context("fork")
        try:
            ours, theirs = context.Pipe(duplex=False)
            _widen(theirs)
            process = context.Process(
                target=self._serve, args=(slot, first, theirs, os.getpid()), daemon=True
            )
            process.start()
        except OSError as error:
            _log.info("系统开不了新的工作进程（%s）：%s", self._losses.label, error)
            return False
        theirs.close()  # so that the pipe ends with the fork, and no later fork inherits this end
        self._forks[ours] = _Fork(process, slot)
        return True

    def _serve(self, slot: int, number: int | None, results: Connection, parent: int) -> None:
        """Be a fork: do chunk ``number``, then take others until none is left, then wait."""
        _become_child(parent)
        number = self._board.take(slot) if number is None else number
        while number is not None:
            outcome = _run(partial(self._task, self._chunks[number]))
            results.send_bytes(number.to_bytes(8, "little"))
            results.send_bytes(outcome)
            number = self._board.take(slot)
        while True:  # to end would look like a loss; the parent kills its forks
            signal.pause()

    @classmethod
    def _receive_any(cls) -> None:
        """Wait until a fork of any pool has a result, or is gone."""
        owners = {pipe: pool for pool in cls._open for pipe in pool._forks}
        for pipe in wait(list(owners)):
            assert isinstance(pipe, Connection)
            if pipe in owners[pipe]._forks:  # else its pool has given up just now
                owners[pipe]._receive(pipe)

    def _receive(self, pipe: Connection) -> None:
        try:
            number = int.from_bytes(pipe.recv_bytes(), "little")
            outcome = pipe.recv_bytes()
        except (EOFError, OSError, MemoryError):
            self._replace(pipe)
            return
        self._received.add(number)
        self._results[number] = _load(outcome, self._losses.label)

    def _replace(self, pipe: Connection) -> None:
        """Let another fork take over from one that is gone, unless all its work is done."""
        fork = self._forks.pop(pipe)
        pipe.close()
        fork.process.kill()
        fork.process.join()
        number = self._board.get(fork.slot)
        lost = None if number in self._received else number
        _log.debug(
            "fork %s of %r ended with code %s, chunk %s is lost, %d chunks have arrived",
            fork.process.pid,
            self._losses.label,
            fork.process.exitcode,
            lost,
            len(self._received),
        )
        if lost is None and not self._board.has_more():
            return
        if not self._losses.add():
            self.gave_up = True
            self.close()
        elif can_fork() and self._start(fork.slot, lost):
            self._losses.tell_replaced()
        else:
            self._losses.tell_not_replaced()
            if lost is not None:
                self._results[lost] = None


def _widen(pipe: Connection) -> None:
    """Let a pipe hold more, so that a fork rarely waits for its parent to read."""
    import fcntl  # noqa: PLC0415 - missing on systems where nothing is forked

    with contextlib.suppress(OSError):
        fcntl.fcntl(pipe.fileno(), _F_SETPIPE_SZ, _PIPE_BYTES)


class BackgroundTask(Generic[R]):
    """A fork that does one task while its parent goes on; leaving the block ends it."""

    def __init__(self, task: Callable[[], R], label: str) -> None:
        """``label`` names the task in messages. Raises ``OSError`` where no fork can be made."""
        context = multiprocessing.get_context("fork")
        self._task = task
        self._label = label
        self._pipe, theirs = context.Pipe(duplex=False)
        arguments = (task, theirs, os.getpid())
        self._process = context.Process(target=_serve_task, args=arguments, daemon=True)
        self._process.start()
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def result(self) -> R:
        """Return what the task returned, or raise what it raised. May be called once.

        If the fork is lost, the task is done again here, and that is said.
        """
        try:
            outcome = _load(self._pipe.recv_bytes(), self._label)
        except (EOFError, OSError, MemoryError):
            _log.warning("一个工作进程意外结束（%s），这一步改由主进程重做。", self._label)
            return self._task()
        self._process.join()
        if outcome is None:
            return self._task()
        made, error = outcome
        if error is not None:
            raise error
        result: R = made
        return result


def run_detached(task: Callable[[], None], label: str) -> None:
    """Do ``task`` in a fork that goes on when this process is killed or interrupted.

    If that fork is killed itself, a second one does the task again, so the task must be able to go
    on from any point. Raises what the task raises, and :class:`LostProcessError` when the second
    fork is lost as well. Where this process cannot be forked, the task is done here.
    """
    for losses in range(2):
        if not can_fork():
            task()
            return
        try:
            error = _run_in_fork(task, label)
        except EOFError:
            if not losses:
                Losses(label).tell_replaced()
            continue
        if error is not None:
            raise error
        return
    raise LostProcessError(f"工作进程两次意外结束（{label}），没有做完。多半是内存不够。")


def _run_in_fork(task: Callable[[], None], label: str) -> BaseException | None:
    """Return what ``task`` raised in a fork. Raises ``EOFError`` when the fork is lost."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    fork = context.Process(target=_serve_task, args=(task, theirs, None))
    try:
        fork.start()
    except OSError as error:
        _log.info("系统开不了新的工作进程（%s）：%s", label, error)
        task()
        return None
    theirs.close()
    try:
        outcome = _load(ours.recv_bytes(), label)
    finally:
        fork.join()
    return outcome[1] if outcome else RuntimeError(f"the error of {label!r} cannot be sent")


def _serve_task(task: Callable[[], Any], result: Connection, parent: int | None) -> None:
    """Be a fork for one task. Without ``parent``, nothing but SIGKILL stops it."""
    if parent is None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        _become_child(parent)
    with contextlib.suppress(BrokenPipeError):  # the parent has been killed
        result.send_bytes(_run(task))


def _become_child(parent: int) -> None:
    """Die with the parent, leave the keyboard to it, and be less urgent than it.

    What the parent does cannot be shared, so it should never wait for a processor.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it has died already, so no signal will come
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICENESS)


def _run(task: Callable[[], Any]) -> bytes:
    """Return the pickled outcome of ``task``; ``b""`` when it cannot be pickled."""
    outcome: tuple[Any, BaseException | None, str]
    try:
        outcome = task(), None, ""
    except BaseException as error:  # noqa: BLE001 - the parent raises it
        outcome = None, error, traceback.format_exc()
    try:
        return pickle.dumps(outcome, pickle.HIGHEST_PROTOCOL)
    except Exception:  # noqa: BLE001 - a value of another kind may raise anything
        return b""


def _load(outcome: bytes, label: str) -> Outcome | None:
    """Return an outcome sent by a fork; None when it cannot be loaded.

    The caller then does the task itself, which gives the result or raises the error.
    """
    try:
        made, error, text = pickle.loads(outcome)  # noqa: S301 - sent by a fork of this process
    except Exception:  # noqa: BLE001 - to load an error calls its class, which may do anything
        _log.debug("a fork has sent what cannot be loaded (%r)", label, exc_info=True)
        return None
    if error is not None:
        error.__cause__ = ForkTraceback(text)
    return made, error
