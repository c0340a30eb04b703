"""Lets LibreOffice turn .doc, .wps, .rtf and .odt into .docx, where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from xuelan.editing.importing.archive import NotImportedError

CONVERTED: Final = (".doc", ".wps", ".wpt", ".rtf", ".odt")
PATIENCE: Final = 60.0
"""Seconds; the first start on a machine takes ten."""

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MACROS: Final = ("_VBA_PROJECT".encode("utf-16-le"), b"_VBA_PROJECT")
_PLACES: Final = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.com",
    "C:/Program Files (x86)/LibreOffice/program/soffice.com",
)


def find_office() -> str:
    """The path of LibreOffice; empty where it is not installed."""
    for name in ("soffice", "libreoffice"):
        if found := shutil.which(name):
            return found
    return next((place for place in _PLACES if Path(place).is_file()), "")


def to_docx(name: str, data: bytes) -> bytes:
    """The bytes of a .docx made of another kind of text file. Raises :class:`NotImportedError`."""
    suffix = Path(name).suffix.lower()
    if suffix in (".doc", ".wps", ".wpt") and data.startswith(b"PK\x03\x04"):
        return data  # a .docx under another name, as WPS saves it
    if data.startswith(_OLE) and any(mark in data for mark in _MACROS):
        raise NotImportedError("文件里有宏，不能导入。请在 Word 或 WPS 里另存为 .docx 再试。")
    office = find_office()
    if not office:
        raise NotImportedError(
            f"{suffix} 是旧格式，这台电脑上没有 LibreOffice，读不了。"
            "请在 Word 或 WPS 里打开它，用“另存为”存成“Word 文档（.docx）”，再导入那个文件。"
        )
    with tempfile.TemporaryDirectory(prefix="xuelan-") as folder:
        return _run(office, Path(folder), suffix, data)


def _run(office: str, folder: Path, suffix: str, data: bytes) -> bytes:
    source = folder / f"source{suffix}"
    source.write_bytes(data)
    command = [
        office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
        "--norestore", "--nolockcheck", "--convert-to", "docx:MS Word 2007 XML",
        "--outdir", str(folder / "out"), str(source),
    ]  # fmt: skip
    process = subprocess.Popen(  # noqa: S603 - the program, and names of our own
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=sys.platform != "win32",
    )  # fmt: skip
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired as error:
        _end(process)
        raise NotImportedError(
            f"LibreOffice 用了 {PATIENCE:.0f} 秒还没有转好，已停止。"
            "请在 Word 或 WPS 里另存为 .docx 再试。"
        ) from error
    result = folder / "out" / "source.docx"
    if not result.is_file():
        raise NotImportedError("LibreOffice 打不开这个文件。请在 Word 或 WPS 里另存为 .docx 再试。")
    return result.read_bytes()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End LibreOffice and the processes it has started."""
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, 9)
    process.wait()
