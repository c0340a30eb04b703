"""Finished kits kept between builds, under a name that says everything they were made from."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

import xuelan
from xuelan.kits.package import Package, build_id, pack
from xuelan.kits.plan import KitPlan
from xuelan.works import reference

_TOOLS: Final = ("typst", "segno", "xlsxwriter", "icalendar", "libzim", "fonttools", "jinja2")
"""Libraries that shape a kit's bytes."""


def obtain(plan: KitPlan) -> Package:
    """The finished kit: an earlier build's when nothing it depends on has changed, else made now.

    A damaged entry is made anew. Raises what :func:`xuelan.kits.package.pack` raises.
    """
    folder = plan.column.root / ".cache" / "kits"
    entry = folder / f"{plan.kit.id}-{fingerprint(plan)}.zip"
    if package := _read(entry):
        return package
    package = pack(plan)
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, delete=False) as file:
        file.write(package.archive)
    Path(file.name).replace(entry)
    for old in folder.glob(f"{plan.kit.id}-{'?' * 32}.zip"):
        if old != entry:
            old.unlink(missing_ok=True)
    return package


def _read(entry: Path) -> Package | None:
    try:
        return Package.read(entry.read_bytes())
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None


def fingerprint(plan: KitPlan) -> str:
    """32 hexadecimal digits that change with anything a kit's bytes depend on."""
    digest = hashlib.sha256()
    for part in _depends_on(plan):
        digest.update(part if isinstance(part, bytes) else part.encode())
        digest.update(b"\0")
    return digest.hexdigest()[:32]


def _depends_on(plan: KitPlan) -> Iterator[str | bytes]:
    column = plan.column
    yield from (_program(), plan.version, plan.date, build_id(plan.catalog), repr(plan.kit))
    yield repr((column.title, column.url, column.publisher, column.copyright, column.kinds))
    yield repr((column.activities, column.audiences, plan.agendas, plan.discussion))
    yield repr(plan.questions)
    for m in plan.materials:
        rendered = plan.rendered[m.id]
        yield repr((m, rendered.html, rendered.characters, rendered.headings))
        yield repr([reference(plan.catalog.works[w]) for w in rendered.references])
        for path in (*(a.path for a in m.attachments), *(x.path for x in m.media)):
            yield (column.root / path).read_bytes()
    for path, data in sorted(plan.offline.items()):
        yield path
        yield data


@cache
def _program() -> str:
    """A fingerprint of the code and libraries that make kits."""
    digest = hashlib.sha256(xuelan.__version__.encode())
    package = Path(xuelan.__file__).parent
    for file in sorted((*package.glob("*.py"), *package.glob("kits/**/*"))):
        if file.is_file() and file.suffix != ".pyc":
            digest.update(file.read_bytes())
    for tool in _TOOLS:
        digest.update(_version(tool).encode())
    return digest.hexdigest()


def _version(tool: str) -> str:
    try:
        return version(tool)
    except ImportError:
        return ""
