"""What a kit's files depend on, exactly: an edit makes anew what it changes, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import xuelan
from xuelan.kits.plan import Exporter, KitPlan
from xuelan.kits.print import typefaces
from xuelan.model.kit import ZIM
from xuelan.text.digests import key_of

_PACKAGE: Final = Path(xuelan.__file__).parent
_STYLES: Final = "kits/styles"

_TOOLS: Final = ("typst", "segno", "xlsxwriter", "icalendar", "libzim", "fonttools", "jinja2")
"""Libraries that shape a kit's bytes."""

_IMPORT: Final = re.compile(r"^ *from (xuelan[.\w]*) import (\([^)]*\)|.*)", re.MULTILINE)


def exporter_key(exporter: Exporter, inputs: bytes, copy: bytes) -> bytes:
    """The key of an exporter's files: its code, the kit's ``inputs``, the ``copy`` of the site."""
    name: str = exporter.__qualname__  # type: ignore[attr-defined]  # exporters are functions
    return key_of("kit", exporter.__module__, name, code(exporter.__module__), inputs, copy)


@cache
def code(module: str) -> bytes:
    """The digest of a module, of all it imports from this package, of styles and libraries."""
    digest = blake2b(digest_size=16)
    for file in sorted((*modules(module), *(_PACKAGE / _STYLES).iterdir())):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    digest.update(repr([(tool, version(tool)) for tool in _TOOLS]).encode())
    return digest.digest()


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


def inputs(plan: KitPlan) -> bytes:
    """The digest of all that an exporter can see in ``plan``, the copy of the site apart."""
    return key_of(*_inputs(plan))


def _inputs(plan: KitPlan) -> Iterator[Any]:
    column = plan.column
    yield plan.version, plan.date, typefaces.installed(column.root)
    yield repr((replace(plan.kit, lines=()), replace(column, root=Path(), environment=())))
    yield repr((plan.agendas, plan.discussion, [replace(q, line=0) for q in plan.questions]))
    yield [plan.catalog.by_id[q.material].title for q in plan.questions if q.material]
    if ZIM in plan.kit.formats:
        yield [m.digest for m in plan.catalog.public]
    for m in plan.materials:
        rendered = plan.rendered[m.id]
        yield repr((m, rendered))
        yield [repr(plan.catalog.works[w]) for w in rendered.references]
        for path in (*(a.path for a in m.attachments), *(x.path for x in m.media)):
            yield (column.root / path).read_bytes() if path else b""
