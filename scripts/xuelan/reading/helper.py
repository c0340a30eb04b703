"""A process of its own for untrusted files: one that crashes or fills its memory costs one file."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

PATIENCE: Final = 60.0
"""Seconds one file may take."""
MAX_MEMORY: Final = 2 * 1000 * 1000 * 1000


class HelperProcess:
    """A Python module that answers each line of JSON on its input with a line of JSON."""

    def __init__(self, module: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - a module of this package
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @classmethod
    def ask_all(cls, module: str, questions: Sequence[Any]) -> Iterator[dict[str, Any] | None]:
        """Yield the answer to each question, ``None`` where the process died or took too long.

        After such a question a new process goes on.
        """
        process: HelperProcess | None = None
        for question in questions:
            process = process or cls(module)
            answer = process._ask(question)
            if answer is None:
                process.kill()
                process = None
            yield answer
        if process is not None:
            process.kill()

    def _listen(self) -> None:
        """Queue each line of the process, and an empty one at its end."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def _ask(self, question: Any) -> dict[str, Any] | None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
            line = self._lines.get(timeout=PATIENCE)
            answer: dict[str, Any] | None = json.loads(line) if line else None
        except (OSError, ValueError, queue.Empty):
            return None
        return answer

    def kill(self) -> None:
        """End the process, and the thread that listens to it."""
        self._process.kill()
        self._listener.join()  # as long as it runs, this process cannot be forked
        self._process.communicate()


def serve(answer: Callable[[Any], dict[str, Any]]) -> None:
    """In the process: answer each line until the input ends, with little memory."""
    _limit_memory()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()


def _limit_memory() -> None:
    try:
        import resource  # noqa: PLC0415 - Unix only
    except ImportError:  # Windows: the caller's patience is the only limit there
        return
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    except (ValueError, OSError):
        return
