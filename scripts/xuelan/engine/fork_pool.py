"""Forks that share the chunks of a step. The loss of one costs time, never a result.

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
import logging
import mmap
import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, ClassVar, Final

from xuelan.engine import forks
from xuelan.engine.forks import Outcome, become_child, load_outcome, run_task
from xuelan.engine.losses import Losses

if TYPE_CHECKING:
    from multiprocessing.context import ForkProcess

_log: Final = logging.getLogger(__name__)

_F_SETPIPE_SZ: Final = 1031
_PIPE_BYTES: Final = 1 << 20
"""The most that Linux allows without privileges."""


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
    """All pools that may have results. A wait for one of them receives from all."""

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
        become_child(parent)
        number = self._board.take(slot) if number is None else number
        while number is not None:
            outcome = run_task(partial(self._task, self._chunks[number]))
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
        self._results[number] = load_outcome(outcome, self._losses.label)

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
        elif forks.can_fork() and self._start(fork.slot, lost):
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
