"""File names in Chinese that Windows, macOS and Linux all accept."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST: Final = 40
"""Characters of a file name before its ending; a whole path on Windows has at most 260."""

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
