"""Digests for the cache keys of an exporter's files: of its plan, and of its code."""

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
"""Folders with data files of the package that exporters read."""

_TOOLS: Final = ("typst", "segno", "xlsxwriter", "icalendar", "libzim", "fonttools", "jinja2")
"""Libraries whose version can change the bytes of a kit."""

_IMPORT: Final = re.compile(r"^ *from (xuelan[.\w]*) import (\([^)]*\)|.*)", re.MULTILINE)


def hash_value(value: Any) -> bytes:
    """The digest of ``value`` with everything that can be reached from it.

    An object that msgpack cannot encode is replaced by its ``content``, such as the digests of
    files. Raises ``TypeError`` for an object without it.
    """
    return digest(_ENCODER.encode(value))


def _content(value: Any) -> Any:
    if hasattr(value, "content"):
        return value.content
    raise TypeError(f"{type(value)} is not hashed")


_ENCODER: Final = msgspec.msgpack.Encoder(enc_hook=_content)


@cache
def hash_code(module: str) -> bytes:
    """The digest of a module, of the modules it imports, of the data files and library versions."""
    found = blake2b(digest_size=16)
    data = (f for folder in _DATA for f in (_PACKAGE / folder).rglob("*") if f.is_file())
    for file in sorted((*modules(module), *data)):
        name = file.relative_to(_PACKAGE).as_posix()
        found.update(name.encode() + b"\0" + file.read_bytes())
    found.update(repr([(tool, version(tool)) for tool in _TOOLS]).encode())
    return found.digest()


def modules(module: str) -> set[Path]:
    """The files of a module and of all modules of this package that it imports, however deep."""
    found, waiting = set[Path](), [module]
    while waiting:
        file = _file(waiting.pop())
        if file and file not in found:
            found.add(file)
            waiting += _imports(file)
    return found


def _file(module: str) -> Path | None:
    """The file of ``module``; ``None`` if the name is that of a function or class."""
    path = _PACKAGE.joinpath(*module.split(".")[1:])
    found = (f for f in (path.with_suffix(".py"), path / "__init__.py") if f.is_file())
    return next(found, None)


@cache
def _imports(file: Path) -> tuple[str, ...]:
    """Names a file imports: ``xuelan.a`` and ``xuelan.a.b`` for ``from xuelan.a import b``."""
    names: list[str] = []
    for base, taken in _IMPORT.findall(file.read_text(encoding="utf-8")):
        names += [base, *(f"{base}.{name}" for name in re.findall(r"\w+", taken))]
    return tuple(names)
