"""Changes single fields of a material's front matter; every other byte of the file stays.

A field that is changed is written anew, as ``field: value`` or as a list of items below it; the
lines of all others, comments and order stay as the editor wrote them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import yaml

from xuelan.model.material import FIELDS
from xuelan.text.errors import XuelanError
from xuelan.text.source import Source, split

_ORDER: Final = {field.name: n for n, field in enumerate(FIELDS)}


class FrontMatterError(XuelanError):
    """The front matter cannot be changed because it cannot be read; the message is Chinese."""


def edit_file(file: Path, change: Callable[[str], str]) -> None:
    """Replace the text of ``file`` by what ``change`` makes of it, in one move.

    ``change`` sees lines that end in LF. A BOM and the line ends of Windows stay as they are.
    Raises :class:`FrontMatterError` for a file that is no UTF-8, ``OSError`` if it cannot be
    written; the file is then what it was.
    """
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FrontMatterError("文件不是 UTF-8 编码，请先另存为 UTF-8") from None
    windows = "\r\n" in text
    changed = change(text.replace("\r\n", "\n"))
    if windows:
        changed = changed.replace("\n", "\r\n")
    mark = "\ufeff" if raw.startswith(b"\xef\xbb\xbf") else ""
    beside = file.with_name(f".{file.name}.part")
    beside.write_bytes((mark + changed).encode())
    beside.replace(file)


def set_field(text: str, name: str, value: Any) -> str:
    """``text``, a whole material, with its field ``name`` set to ``value``.

    ``value`` is a text, a number, a truth, a list or a mapping of these. A field that is not there
    yet is put before the first field that stands later in the table of fields. Raises
    :class:`FrontMatterError`.
    """
    return _replace_field(text, name, dump({name: value}))


def remove_field(text: str, name: str) -> str:
    """``text``, a whole material, without its field ``name``."""
    return _replace_field(text, name, [])


def append_to_field(text: str, name: str, item: Any) -> str:
    """``text``, a whole material, with ``item`` added to the list in its field ``name``.

    The items that are there keep their lines if each has lines of its own; a list written in
    brackets is written anew.
    """
    lines = text.split("\n")
    start, end, front = _find_field(text, lines, name)
    items = front.get(name) or []
    if not isinstance(items, list):
        raise FrontMatterError(f"“{name}”不是列表，无法添加，请先改好它")
    if not items or lines[start].split(":", 1)[1].strip():
        return set_field(text, name, [*items, item])
    while not lines[end - 1].strip():  # empty lines before the next field stay there
        end -= 1
    indent = len(lines[start + 1]) - len(lines[start + 1].lstrip())
    added = [" " * indent + line.removeprefix("  ") for line in dump({name: [item]})[1:]]
    return "\n".join([*lines[:end], *added, *lines[end:]])


def _replace_field(text: str, name: str, new: list[str]) -> str:
    lines = text.split("\n")
    start, end, _ = _find_field(text, lines, name)
    return "\n".join([*lines[:start], *new, *lines[end:]])


def _find_field(text: str, lines: list[str], name: str) -> tuple[int, int, dict[str, Any]]:
    """The indexes of the first line of a field and of the line after it, and all values.

    Comments before the next field belong to that one. For a missing field both are the index of
    the line before which it should stand.
    """
    document, problems = split(Source("", text, ""))
    if document is None:
        reason = problems[0].message if problems else "信息栏读不出来"
        raise FrontMatterError(f"第 {problems[0].line if problems else 1} 行：{reason}")
    front = document.front
    starts = sorted(front.line_of(key) - 1 for key in front)
    last = document.body_line - 2  # the line of the closing ---
    if name not in front:
        later = [k for k in front if _ORDER.get(k, -1) > _ORDER.get(name, len(_ORDER))]
        place = min((front.line_of(k) - 1 for k in later), default=last)
        return place, place, front
    start = front.line_of(name) - 1
    end = next((at for at in starts if at > start), last)
    while end > start + 1 and lines[end - 1].lstrip().startswith("#"):
        end -= 1
    return start, end, front


class _Dumper(yaml.SafeDumper):
    """Writes lists indented below their field, as the files of a column have them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, False)


def dump(value: dict[str, Any]) -> list[str]:
    """The lines of ``value`` as YAML."""
    written = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**6)
    return written.rstrip("\n").split("\n")
