"""Rules about the pictures in a text: a figure stands by itself and has its caption beside it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from xuelan.model.material import Material
from xuelan.text.problem import Code, Edit, Problem

_PICTURE: Final = re.compile(
    r'!\[[^\[\]\n]*\]\( *(?:<([^<>\n]*)>|([^()\s<>]+))(?: +"([^"\n]*)")? *\)'
)
_ALONE: Final = "图片单独一段：前后各空一行，这一行里不写别的字"


def check_pictures(m: Material, lines: list[str]) -> Iterator[Problem]:
    """Captions that no reader would see, and pictures without one.

    ``lines`` are those of :func:`xuelan.text.prose.lines`.
    """
    for n, line in enumerate(lines):
        for match in _PICTURE.finditer(line) if "![" in line else ():
            number = m.body_line + n
            file, title = match[1] or match[2], (match[3] or "").strip()
            if not title:
                yield from _check_untitled(m, number, file, match)
            elif "[@" in title:
                message = f"图片“{file}”的图题里有引注，显示不出来"
                hint = "引注写在图前或图后的句子里"
                yield Problem(m.path, number, Code.FIGURE, message, hint)
            elif line.strip() != match[0]:
                message = f"图片“{file}”没有单独成段，图题显示不出来"
                yield Problem(m.path, number, Code.FIGURE, message, _ALONE)
            elif edits := tuple(_missing_breaks(m, lines, n)):
                message = f"图片“{file}”和上下文连在一段里，图题显示不出来"
                yield Problem(m.path, number, Code.FIGURE, message, _ALONE, edits)


def _missing_breaks(m: Material, lines: list[str], n: int) -> Iterator[Edit]:
    if n and lines[n - 1].strip():
        yield Edit(m.body_line + n, 0, 0, "\n")
    if n + 1 < len(lines) and lines[n + 1].strip():
        yield Edit(m.body_line + n, len(lines[n]), len(lines[n]), "\n")


def _check_untitled(m: Material, line: int, file: str, match: re.Match[str]) -> Iterator[Problem]:
    """A picture in the text has no caption, although it has a name among the media."""
    wanted = posixpath.normpath(unquote(file))
    named = [item.title for item in m.media if posixpath.normpath(item.file) == wanted]
    if named and named[0] and '"' not in named[0]:
        message = f"图片“{file}”没有图题；media 里写的“{named[0]}”不再另外显示"
        end = match.end(1) + 1 if match[1] else match.end(2)
        title = f' "{named[0]}"'
        edit = Edit(line, end, match.end() - 1, title)
        yield Problem(m.path, line, Code.NO_CAPTION, message, f"文件名后面写上{title}", (edit,))
