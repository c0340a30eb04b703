"""File names in Chinese that Windows, macOS and Linux all accept."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

from xuelan.text.digests import short_digest

LONGEST: Final = 40
"""Characters of a file name before its ending; a whole path on Windows has at most 260."""

LONGEST_PUBLISHED: Final = 100
"""Bytes of the name of a published file; a Chinese character has three."""

_LONGEST_ENDING: Final = 12

_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED: Final = re.compile(
    r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\..*)?", re.IGNORECASE
)
_UNSEEN: Final = ("Cc", "Cf", "Co", "Cs", "Cn", "So", "Sk")
_FULL_WIDTH: Final = str.maketrans('<>:"/\\|?*', "＜＞：＂／＼｜？＊")


def is_reserved(name: str) -> bool:
    """True for the names of Windows's devices, such as ``con``, with or without an ending."""
    return bool(_RESERVED.fullmatch(name))


def file_name(text: str, ending: str = "") -> str:
    """A file name for ``text``: signs that Windows forbids become full-width, emoji are removed.

    ``ending`` such as ``.docx`` is added after the name has been cut to :data:`LONGEST`.
    """
    name = unicodedata.normalize("NFC", text).translate(_FULL_WIDTH)
    name = "".join(c for c in name if unicodedata.category(c) not in _UNSEEN)
    name = _FORBIDDEN.sub("", name)
    name = " ".join(name.split())[:LONGEST].strip(" .")
    if is_reserved(name):
        name = f"{name}_"
    return (name or "未命名") + ending


def explain_bad_name(path: str) -> str:
    """Why some system refuses a part of the relative ``path``; empty if none does."""
    for part in path.split("/"):
        if sign := _FORBIDDEN.search(part):
            return f"Windows 不收文件名里的“{sign[0]}”"
        if part != part.strip() or part.endswith("."):
            return "文件名的开头有空格，或者末尾有空格、句点，Windows 不收"
        if is_reserved(part):
            return f"Windows 不收叫“{part}”的文件"
    return ""


def fold_name(path: str) -> str:
    """``path`` as disks see it that do not tell capitals from small letters; two can be one."""
    return unicodedata.normalize("NFC", path).casefold()


def published_name(path: str) -> str:
    """The name under which the file at ``path`` stands beside its material's page.

    It is the file's own, or the beginning of a long one with a digest of the whole.
    """
    name = path.rsplit("/", 1)[-1]
    if len(name) * 4 <= LONGEST_PUBLISHED or len(name.encode()) <= LONGEST_PUBLISHED:
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending.encode()) > _LONGEST_ENDING:
        stem, dot, ending = name, "", ""
    tail = f"_{short_digest(name)}{dot}{ending}"
    begin = stem.encode()[: LONGEST_PUBLISHED - len(tail.encode())].decode(errors="ignore")
    return begin.rstrip() + tail


def file_link(path: str) -> str:
    """The link to the file at ``path`` from its material's page, percent-encoded."""
    return quote(published_name(path))
