"""Turns one file into a draft in a process of its own, with little time and little memory.

``python -m xuelan.editing.importing.child FOLDER`` finds the work in the folder and leaves its
answer there (:mod:`xuelan.editing.importing.sandbox`). Whatever a file makes of its reader, it ends
with this process.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import msgspec

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

MAX_MEMORY: Final = 300 * 1000 * 1000
SPARE: Final = 40 * 1000 * 1000
"""Bytes of program code, which a limit of the data does not count."""
MAX_SECONDS: Final = 20
_PAUSE: Final = 0.05
TOO_LARGE: Final = "读这个文件要占太多内存，已停止。请拆成几份，或者另存一份再试。"


class ImportTask(msgspec.Struct, frozen=True):
    """What to do: ``text`` reads the file ``source``, ``pictures`` cleans ``picture-1`` and on."""

    task: str
    source: str
    name: str
    number: int = 0


def main() -> None:
    """Do the job in the folder that is the first argument."""
    folder = Path(sys.argv[1])
    job = msgspec.msgpack.decode((folder / "job").read_bytes(), type=ImportTask)
    limit_memory()
    try:
        if job.task == "text":
            _convert(folder, job)
        else:
            _clean(folder, job.number)
    except MemoryError:
        _refuse(folder, TOO_LARGE)


def _convert(folder: Path, job: ImportTask) -> None:
    from xuelan.editing.importing.archive import NotImportedError  # noqa: PLC0415 - after the limits
    from xuelan.editing.importing.convert import convert  # noqa: PLC0415

    try:
        draft = convert(job.name, Path(job.source).read_bytes())
    except NotImportedError as error:
        _refuse(folder, str(error))
    else:
        for picture in draft.pictures:
            (folder / picture.name).write_bytes(picture.data)
        draft.pictures = [replace(picture, data=b"") for picture in draft.pictures]
        (folder / "draft").write_bytes(msgspec.msgpack.encode(draft))


def _clean(folder: Path, number: int) -> None:
    """Clean the pictures: ``picture-1`` becomes ``clean-1.jpg``, or ``unfit-1`` says why not."""
    from xuelan.cleaning.errors import UnfitError  # noqa: PLC0415
    from xuelan.cleaning.pictures import convert_picture  # noqa: PLC0415

    for n in range(1, number + 1):
        try:
            ending, picture = convert_picture((folder / f"picture-{n}").read_bytes())
        except UnfitError as error:
            (folder / f"unfit-{n}").write_text(f"{error}，{error.hint}", encoding="utf-8")
        else:
            (folder / f"done-{n}").write_text("，".join(picture.done), encoding="utf-8")
            (folder / f"clean-{n}{ending}").write_bytes(picture.data)


def _refuse(folder: Path, why: str) -> None:
    (folder / "refused").write_text(why, encoding="utf-8")


def limit_memory() -> None:
    """Have the system refuse more memory, where it does, and watch what is used in any case."""
    if resource is not None:
        most = MAX_MEMORY - SPARE
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, (most, most))
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS + 1))
    threading.Thread(target=_watch, daemon=True).start()


def _watch() -> None:
    while True:
        if used_memory() > MAX_MEMORY:
            os._exit(3)
        time.sleep(_PAUSE)


def used_memory() -> int:
    """The most memory that this process has had, in bytes; 0 where the system does not tell."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        # On Linux ``ru_maxrss`` counts what the parent had when it started this process.
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return int(status.split("VmHWM:")[1].split()[0]) * 1024
    if resource is not None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return int(peak) * (1 if sys.platform == "darwin" else 1024)
    return _used_on_windows()


def _used_on_windows() -> int:
    """``PeakWorkingSetSize`` of ``PROCESS_MEMORY_COUNTERS``: two 32-bit words stand before it."""
    counters = (ctypes.c_size_t * 10)()
    ctypes.memset(counters, 0, ctypes.sizeof(counters))
    counters[0] = ctypes.sizeof(counters)
    library: Any = getattr(ctypes, "windll", None)
    if library is None:
        return 0
    library.kernel32.GetCurrentProcess.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(library.kernel32.GetCurrentProcess())
    size = ctypes.sizeof(counters)
    if not library.kernel32.K32GetProcessMemoryInfo(handle, ctypes.byref(counters), size):
        return 0
    return int(counters[8 // ctypes.sizeof(ctypes.c_size_t)])


if __name__ == "__main__":
    main()
