"""A Dask cluster on this machine: a scheduler and workers, each a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_COMMON = ("--host", "127.0.0.1", "--no-dashboard")


@contextmanager
def cluster(workers: int, folder: Path) -> Iterator[tuple[str, list[int]]]:
    """The scheduler's address, and the processes: the scheduler's and those of the ``workers``.

    Each has one thread and a session of its own, and puts what it must keep into ``folder``.
    """
    started: list[subprocess.Popen[str]] = []
    try:
        line = _start(started, ["scheduler", "--port", "0", *_COMMON], "Scheduler at:")
        address = line.split()[-1]
        for number in range(workers):
            place = ["--local-directory", str(folder / f"worker-{number}")]
            alone = ["--nthreads", "1", "--no-nanny", *place]
            _start(started, ["worker", address, *alone, *_COMMON], "Registered to:")
        yield address, [process.pid for process in started]
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()


def _start(started: list[subprocess.Popen[str]], arguments: list[str], ready: str) -> str:
    """Start one of Dask's commands; the line in which it says that it is ready."""
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / "dask"), *arguments],
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    started.append(process)
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        if re.search(ready, line):
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return line
        said.append(line)
    sys.exit(f"dask {arguments[0]}: {''.join(said)}")
