"""Finished kits kept between builds, under a name that says everything they were made from."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

import msgspec

import xuelan
from xuelan.kits import offline, zim
from xuelan.kits.package import Package, build_id, pack
from xuelan.kits.plan import Exporter, KitFile, KitPlan
from xuelan.works import reference

PAGE_CARRIERS: Final = (offline.files, zim.files)
"""Exporters that take pages of the site along."""

_TOOLS: Final = ("typst", "segno", "xlsxwriter", "icalendar", "libzim", "fonttools", "jinja2")
"""Libraries that shape a kit's bytes."""


def obtain(plan: KitPlan) -> Package:
    """The finished kit: an earlier build's when nothing it depends on has changed, else made now.

    The copy of the site changes with every text of the column, so what does not carry pages is
    kept by itself: after an edit elsewhere only the copy is packed anew. A damaged entry is made
    again. Raises what :func:`xuelan.kits.package.pack` raises.
    """
    own = fingerprint(_texts(plan))
    entry = _Entry(plan, "kit", fingerprint(chain((own,), _site(plan))))
    if package := _package(entry.read()):
        return package
    package = pack(plan, lambda exporter, plan: _files(exporter, plan, own))
    entry.write(package.archive)
    return package


def _package(archive: bytes) -> Package | None:
    try:
        return Package.read(archive)
    except (KeyError, ValueError, zipfile.BadZipFile):
        return None


def _files(exporter: Exporter, plan: KitPlan, own: str) -> list[KitFile]:
    """An exporter's files, kept from last time unless it carries pages of the site."""
    if exporter in PAGE_CARRIERS:
        return list(exporter(plan))
    entry = _Entry(plan, exporter.__module__.rsplit(".", 1)[-1], own)
    try:
        return msgspec.msgpack.decode(zlib.decompress(entry.read()), type=list[KitFile])
    except (msgspec.MsgspecError, ValueError, zlib.error):
        made = list(exporter(plan))
        entry.write(zlib.compress(msgspec.msgpack.encode(made), 1))
        return made


@dataclass(frozen=True, slots=True)
class _Entry:
    """One file of the cache: whose, what of it, and the fingerprint of all it depends on."""

    plan: KitPlan
    what: str
    key: str

    @property
    def _file(self) -> Path:
        folder = self.plan.column.root / ".cache" / "kits"
        return folder / f"{self.plan.kit.id}-{self.what}-{self.key}"

    def read(self) -> bytes:
        """What was kept; nothing when nothing was."""
        try:
            return self._file.read_bytes()
        except OSError:
            return b""

    def write(self, data: bytes) -> None:
        """Keep ``data`` under a name no half-written file bears, in the place of older ones."""
        target = self._file
        target.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=target.parent, delete=False) as file:
            file.write(data)
        Path(file.name).replace(target)
        for old in target.parent.glob(f"{self.plan.kit.id}-{self.what}-{'?' * len(self.key)}"):
            if old != target:
                old.unlink(missing_ok=True)


def fingerprint(parts: Iterable[str | bytes]) -> str:
    """32 hexadecimal digits that change with any of ``parts``."""
    digest = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode()
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()[:32]


def _site(plan: KitPlan) -> Iterator[str | bytes]:
    """What a kit's copy of the site, and its manifest, depend on."""
    yield build_id(plan.catalog)
    for path, data in sorted(plan.offline.items()):
        yield path
        yield data


def _texts(plan: KitPlan) -> Iterator[str | bytes]:
    """What everything else in a kit depends on, and the program."""
    column = plan.column
    yield from (_program(), plan.version, plan.date, repr(plan.kit))
    yield repr((column.title, column.url, column.publisher, column.copyright, column.kinds))
    yield repr((column.activities, column.audiences, plan.agendas, plan.discussion))
    yield repr(plan.questions)
    for m in plan.materials:
        rendered = plan.rendered[m.id]
        yield repr((m, rendered.html, rendered.characters, rendered.headings))
        yield repr([reference(plan.catalog.works[w]) for w in rendered.references])
        for path in (*(a.path for a in m.attachments), *(x.path for x in m.media)):
            yield (column.root / path).read_bytes()


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
