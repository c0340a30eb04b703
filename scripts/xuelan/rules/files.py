"""Rules about the files that a material names: their place, type and size."""

from __future__ import annotations

import posixpath
import stat
from pathlib import Path
from typing import Final

from xuelan.model.column import MATERIALS_FOLDER
from xuelan.text.file_names import explain_bad_name
from xuelan.text.problem import Code, Problem
from xuelan.text.source import lstat

MAX_ATTACHMENT_BYTES: Final = 50 * 1000 * 1000
"""Largest attachment published; 50 MB take a minute on a slow line."""


def join_path(from_path: str, file: str) -> str:
    """The path, relative to the column, of ``file`` as the file at ``from_path`` writes it.

    For example ``materials/a/x.md`` and ``../files/y.pdf`` give ``materials/files/y.pdf``.
    """
    return posixpath.normpath(posixpath.join(posixpath.dirname(from_path), file))


def locate(root: Path, from_path: str, file: str, line: int) -> tuple[str, list[Problem]]:
    """The path, relative to ``root``, of ``file`` as the file at ``from_path`` writes it.

    The path is ``""`` for a file that may not be published: one outside ``materials/``, a link, a
    file over :data:`MAX_ATTACHMENT_BYTES`. ``line`` is where it is named.
    """
    if not file:
        return "", []
    path = join_path(from_path, file)
    if not path.startswith(f"{MATERIALS_FOLDER}/"):
        hint = f"把文件放进 {MATERIALS_FOLDER}/ 里"
        return "", [Problem(from_path, line, Code.OUTSIDE, f"“{file}”在材料目录以外", hint)]
    if fault := explain_bad_name(posixpath.basename(path)):
        hint = "改一个文件名，例如 huiyi-jilu.docx，信息栏和正文里一起改"
        return "", [Problem(from_path, line, Code.FILE_NAME, f"“{file}”：{fault}", hint)]
    try:
        return _check_file(root, path, from_path, file, line)
    except OSError as error:
        message = f"“{file[:40]}”打不开：{error.strerror}"
        return "", [Problem(from_path, line, Code.UNREADABLE, message)]


def _check_file(
    root: Path, path: str, from_path: str, file: str, line: int
) -> tuple[str, list[Problem]]:
    found = lstat(root, path)
    if found is not None and stat.S_ISLNK(found.st_mode):
        return "", [Problem(from_path, line, Code.SYMLINK, f"“{file}”是符号链接，不收")]
    if found is None or not stat.S_ISREG(found.st_mode):
        hint = "检查文件名（大小写也要一致），并确认文件已一起提交"
        return "", [Problem(from_path, line, Code.MISSING_FILE, f"找不到文件“{file}”", hint)]
    if found.st_size > MAX_ATTACHMENT_BYTES:
        limit = MAX_ATTACHMENT_BYTES // 1000 // 1000
        message = f"“{file}”超过 {limit} MB"
        return "", [Problem(from_path, line, Code.TOO_LARGE, message, "压缩或拆分之后再放进来")]
    return path, []
