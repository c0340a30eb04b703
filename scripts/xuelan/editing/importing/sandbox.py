"""Starts the process that reads a file, and ends it when it takes too long."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from xuelan.editing.importing.archive import MAX_FILE, NotImportedError
from xuelan.editing.importing.child import MAX_SECONDS, TOO_LARGE, ImportTask
from xuelan.editing.importing.convert import Draft

SECONDS_FOR_A_PICTURE: Final = 2
_KILLED_BY_THE_WATCH: Final = 3


@dataclass(frozen=True, slots=True)
class ReadyPicture:
    """A picture to publish; ``data`` is empty for one that cannot be, then ``told`` says why."""

    data: bytes
    ending: str
    told: str


def read_file(path: Path) -> bytes:
    """The bytes of a file to import; large ones are refused before they are read."""
    try:
        if not path.is_file():
            raise NotImportedError("找不到这个文件，或者它是一个文件夹。请检查文件名。")
        size = path.stat().st_size
        if size > MAX_FILE:
            limit = MAX_FILE // 1000 // 1000
            raise NotImportedError(
                f"文件有 {size // 1000 // 1000} MB，超过 {limit} MB。"
                "多半是图片太大：请在 Word 里“压缩图片”，或拆成几份再试。"
            )
        if not size:
            raise NotImportedError("文件是空的。")
        return path.read_bytes()
    except OSError as error:
        raise NotImportedError(
            f"文件打不开：{error.strerror}。如果正在 Word 里开着，请先关掉。"
        ) from error


def convert_apart(folder: Path, name: str, data: bytes) -> Draft:
    """Turn a file into a draft in another process. Raises :class:`NotImportedError`.

    The pictures are left in ``folder``, which must be empty, as ``picture-1`` and so on.
    """
    source = folder / "source"
    source.write_bytes(data)
    code = _run(folder, ImportTask("text", str(source), name), MAX_SECONDS)
    if (folder / "refused").exists():
        raise NotImportedError((folder / "refused").read_text(encoding="utf-8"))
    if code == _KILLED_BY_THE_WATCH:
        raise NotImportedError(TOO_LARGE)
    if not (folder / "draft").exists():
        raise NotImportedError("文件有损坏，读它的程序中断了。请在 Word 或 WPS 里另存一份再试。")
    return msgspec.msgpack.decode((folder / "draft").read_bytes(), type=Draft)


def clean_pictures(folder: Path, number: int) -> list[ReadyPicture]:
    """The pictures ``picture-1`` to ``picture-number`` of ``folder``, ready to publish."""
    if not number:
        return []
    patience = MAX_SECONDS + SECONDS_FOR_A_PICTURE * number
    with contextlib.suppress(NotImportedError):  # those that are done are there
        _run(folder, ImportTask("pictures", "", "", number), patience)
    found = []
    for n in range(1, number + 1):
        clean = next(folder.glob(f"clean-{n}.*"), None)
        unfit, done = folder / f"unfit-{n}", folder / f"done-{n}"
        if clean is not None:
            found.append(ReadyPicture(clean.read_bytes(), clean.suffix, done.read_text("utf-8")))
        else:
            why = unfit.read_text("utf-8") if unfit.exists() else "处理它要太多时间或内存"
            found.append(ReadyPicture(b"", "", why))
    return found


def _run(folder: Path, job: ImportTask, seconds: float) -> int:
    """Run a job; returns the exit code. Raises :class:`NotImportedError` if it is too slow."""
    (folder / "job").write_bytes(msgspec.msgpack.encode(job))
    command = [sys.executable, "-m", "xuelan.editing.importing.child", str(folder)]
    process = subprocess.Popen(  # noqa: S603 - this program itself
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.wait()
        raise NotImportedError(
            f"读这个文件用了 {seconds:.0f} 秒还没有读完，已停止。请拆成几份，或者另存一份再试。"
        ) from error
