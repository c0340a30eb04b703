"""Which files the desk may write, and how.

They are those of ``materials/`` and ``docs/``, by names that every system accepts, and never
through a link.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from xuelan.text.errors import XuelanError
from xuelan.text.file_names import is_reserved
from xuelan.text.source import lstat

FOLDER: Final = ".xuelan"
"""The folder of a column in which the desk keeps drafts; nothing in it is published."""

_BAD_NAME: Final = re.compile(
    r'[<>:"\\|?*\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|^[. ]|[. ]$|^_'
)
_LONGEST_NAME: Final = 120
_LONGEST_PATH: Final = 200


class DeskError(XuelanError):
    """Something the desk does not do; the message is Chinese and says what to do instead."""


def check_place(root: Path, path: str, folders: Sequence[str]) -> None:
    """Raise :class:`DeskError` unless the file at ``path`` may be written.

    ``path`` is relative to ``root`` with ``/``; it must lie below one of ``folders``.
    """
    parts = path.split("/")
    if len(parts) < 2 or not any(path.startswith(f"{folder}/") for folder in folders):
        places = "、".join(f"{folder}/" for folder in folders)
        raise DeskError(f"“{_shorten(path)}”不在 {places} 里，这里不能写。")
    for part in parts:
        if not part or part in (".", "..") or _BAD_NAME.search(part) or is_reserved(part):
            raise DeskError(f"“{_shorten(part)}”不能用作文件名，请换一个名字。")
        if len(part.encode()) > _LONGEST_NAME:
            raise DeskError(f"文件名“{_shorten(part)}”太长，请起短一些。")
    if len(path) > _LONGEST_PATH:
        raise DeskError(f"“{_shorten(path)}”太长，请起短一些。")
    found = lstat(root, path)
    if found is not None and stat.S_ISLNK(found.st_mode):
        raise DeskError(f"“{_shorten(path)}”是指向别处的链接，这里不能写。")
    if found is not None and not stat.S_ISREG(found.st_mode):
        raise DeskError(f"“{_shorten(path)}”不是普通的文件，这里不能写。")


def write_whole(target: Path, content: bytes) -> None:
    """Write a file so that it is, at any moment and after a crash, the old one or the new one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".xuelan-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def digest_of(content: bytes | None) -> str:
    """The digest by which the desk knows a version of a file; empty if there is no file."""
    return "" if content is None else hashlib.sha256(content).hexdigest()


def own_folder(root: Path, *parts: str) -> Path:
    """A folder for the desk's own files; Git passes over all of them.

    Raises :class:`DeskError` if somebody has put a link in its place.
    """
    folder = root / FOLDER
    place = folder.joinpath(*parts)
    if any(p.is_symlink() for p in (folder, place)):
        raise DeskError(f"“{FOLDER}”是指向别处的链接，请先删掉它。")
    place.mkdir(parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8", newline="\n")
    return place


def _shorten(text: str) -> str:
    printable = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return printable if len(printable) <= 60 else printable[:60] + "……"
