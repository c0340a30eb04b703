"""Keys of an exporter's files in the cache: its code, its plan, the libraries and the typefaces."""

from __future__ import annotations

import re
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import msgspec

import xuelan
from xuelan.text.digests import digest

_PACKAGE: Final = Path(xuelan.__file__).parent
_DATA: Final = ("kits/styles", "kits/templates")
"""Folders with the files that exporters read beside their code."""

_TOOLS: Final = ("typst", "segno", "xlsxwriter", "icalendar", "libzim", "fonttools", "jinja2")
"""Libraries that shape a kit's bytes."""

_IMPORT: Final = re.compile(r"^ *from (xuelan[.\w]*) import (\([^)]*\)|.*)", re.MULTILINE)


def hash_value(value: Any) -> bytes:
    """The digest of a value with all that can be reached from it.

    What msgpack has no form for stands in it by its ``content``, such as the digests of files.
    Raises ``TypeError`` for values that have none.
    """
    return digest(_ENCODER.encode(value))


def _content(value: Any) -> Any:
    if hasattr(value, "content"):
        return value.content
    raise TypeError(f"{type(value)} is not hashed")


_ENCODER: Final = msgspec.msgpack.Encoder(enc_hook=_content)


@cache
def hash_code(module: str) -> bytes:
    """The digest of a module, of all it imports from this package, of data files and libraries."""
    found = blake2b(digest_size=16)
    data = (f for folder in _DATA for f in (_PACKAGE / folder).rglob("*") if f.is_file())
    for file in sorted((*modules(module), *data)):
        name = file.relative_to(_PACKAGE).as_posix()
        found.update(name.encode() + b"\0" + file.read_bytes())
    found.update(repr([(tool, version(tool)) for tool in _TOOLS]).encode())
    return found.digest()


def modules(module: str) -> set[Path]:
    """The files of a module and of all it imports from this package."""
    found, waiting = set[Path](), [module]
    while waiting:
        file = _file(waiting.pop())
        if file and file not in found:
            found.add(file)
            waiting += _imports(file)
    return found


def _file(module: str) -> Path | None:
    """A module's file; ``None`` when the name is that of something inside a module."""
    path = _PACKAGE.joinpath(*module.split(".")[1:])
    found = (f for f in (path.with_suffix(".py"), path / "__init__.py") if f.is_file())
    return next(found, None)


@cache
def _imports(file: Path) -> tuple[str, ...]:
    """The modules of this package that a file names, and what else it takes from them."""
    names: list[str] = []
    for base, taken in _IMPORT.findall(file.read_text(encoding="utf-8")):
        names += [base, *(f"{base}.{name}" for name in re.findall(r"\w+", taken))]
    return tuple(names)
