"""Forks of this process: when they are safe, and single tasks that are done in one.

A fork holds all that this process holds, without being sent anything, and sends back the outcome of
its task. Many tasks at once are the matter of :mod:`xuelan.engine.fork_pool`.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Final, Generic, Self, TypeVar

from xuelan.engine.losses import Losses
from xuelan.text.errors import XuelanError

_log: Final = logging.getLogger(__name__)

_PR_SET_PDEATHSIG: Final = 1
_NICENESS: Final = 5
"""How much less urgent a fork is than its parent."""

_HAS_FORKS: Final = sys.platform == "linux" and hasattr(os, "fork")

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
    return _HAS_FORKS and _count_threads() == 1


def can_fork_to_rename() -> bool:
    """Return True where a fork is safe that only renames files.

    It takes no lock of a library, so threads that Python does not know do no harm.
    """
    return _HAS_FORKS and threading.active_count() == 1


def _count_threads() -> int:
    """The threads of this process; where the system does not tell, those that Python knows."""
    try:
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208 - pathlib takes twice as long
    except OSError:
        return threading.active_count()


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
            outcome = load_outcome(self._pipe.recv_bytes(), self._label)
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
        if not can_fork_to_rename():
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
        outcome = load_outcome(ours.recv_bytes(), label)
    finally:
        fork.join()
    return outcome[1] if outcome else RuntimeError(f"the error of {label!r} cannot be sent")


def _serve_task(task: Callable[[], Any], result: Connection, parent: int | None) -> None:
    """Be a fork for one task. Without ``parent``, nothing but SIGKILL stops it."""
    if parent is None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        become_child(parent)
    with contextlib.suppress(BrokenPipeError):  # the parent has been killed
        result.send_bytes(run_task(task))


def become_child(parent: int) -> None:
    """Die with the parent, leave the keyboard to it, and be less urgent than it.

    What the parent does cannot be shared, so it should never wait for a processor.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it has died already, so no signal will come
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICENESS)


def run_task(task: Callable[[], Any]) -> bytes:
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


def load_outcome(outcome: bytes, label: str) -> Outcome | None:
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
