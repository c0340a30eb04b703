"""The catalog: a whole collection as one frozen value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from xuelan.model.column import MATERIALS_FOLDER, Column
from xuelan.model.docs import Docs
from xuelan.model.facts import LOW, MEDIUM, Fact
from xuelan.model.kit import Kit
from xuelan.model.material import DRAFT, Material
from xuelan.model.study import Figure, Question, StudyPath
from xuelan.model.works import Work
from xuelan.text.problem import did_you_mean
from xuelan.text.scan import Scan, scan
from xuelan.text.source import read_body

DATA_FILES: Final = ("works", "facts", "figures", "quiz", "paths", "wording")
"""The data files of a column: ``materials/<name>.yml``."""


@dataclass(frozen=True)
class Catalog:
    """Everything a column holds. ``materials`` are sorted by id and include drafts.

    With ``drafts`` readers see drafts too, in previews only. ``unread`` are the paths of files that
    could not be read: ids that they may contain are not reported missing. ``scans`` has the scan of
    each text, by path. ``docs`` are the hand-written pages.
    """

    column: Column
    materials: tuple[Material, ...]
    works: dict[str, Work]
    facts: dict[str, Fact]
    figures: tuple[Figure, ...]
    questions: tuple[Question, ...]
    paths: tuple[StudyPath, ...]
    drafts: bool = False
    kits: tuple[Kit, ...] = ()
    unread: frozenset[str] = frozenset()
    scans: Mapping[str, Scan] = field(default_factory=dict)
    docs: Docs = field(default_factory=Docs)

    @cached_property
    def by_id(self) -> dict[str, Material]:
        """Materials by id."""
        return {m.id: m for m in self.materials}

    @cached_property
    def moved(self) -> dict[str, str]:
        """The present ids of renamed materials by their former ones."""
        return {old: m.id for m in self.materials for old in m.former_ids if old != m.id}

    @cached_property
    def _unread_ids(self) -> frozenset[str]:
        return frozenset(path.rsplit("/", 1)[-1].removesuffix(".md") for path in self.unread)

    def lacks(self, material: str) -> bool:
        """True if certainly no material has this id, not even one in an unread file."""
        if any(not path.endswith((".md", ".yml")) for path in self.unread):
            return False  # a whole folder could not be read
        return material not in self.by_id and material not in self._unread_ids

    def has_read(self, name: str) -> bool:
        """False if the data file ``name``, such as ``works``, exists but could not be read."""
        return f"{MATERIALS_FOLDER}/{name}.yml" not in self.unread

    @cached_property
    def by_path(self) -> dict[str, Material]:
        """Materials by the path of their file."""
        return {m.path: m for m in self.materials}

    def scan_of(self, material: Material) -> Scan:
        """The scan of a material's text, which may have to be read again (``ChangedError``)."""
        return self.scans.get(material.path) or scan(material.path, self.body_of(material))

    def body_of(self, material: Material) -> str:
        """Read a material's text again. Raises ``ChangedError`` if its file has changed."""
        m = material
        return read_body(self.column.root, m.path, m.body_line, m.digest)

    @cached_property
    def citable(self) -> frozenset[str]:
        """Ids that may be cited: of works, and of facts of more than low confidence."""
        low = {f.id for f in self.facts.values() if f.confidence == LOW}
        return frozenset((*self.works, *self.facts)) - low

    @cached_property
    def sound(self) -> frozenset[str]:
        """Ids that may be cited without “据报道”: of works, and of facts of high confidence."""
        return self.citable - {f.id for f in self.facts.values() if f.confidence == MEDIUM}

    def shows(self, material: Material) -> bool:
        """True if readers of this build may see ``material``."""
        return material.is_public or (self.drafts and material.status == DRAFT)

    @cached_property
    def public(self) -> tuple[Material, ...]:
        """The materials that readers may see, newest first, then by id."""
        found = sorted((m for m in self.materials if self.shows(m)), key=lambda m: m.id)
        return tuple(sorted(found, key=lambda m: m.date, reverse=True))

    @cached_property
    def terms(self) -> tuple[Material, ...]:
        """Public glossary entries, by id."""
        kinds = {k.name for k in self.column.kinds if k.glossary}
        return tuple(m for m in self.materials if self.shows(m) and m.kind in kinds)

    def where(self, wanted: Callable[[Material], bool]) -> tuple[Material, ...]:
        """The public materials for which ``wanted`` is True, newest first."""
        return tuple(m for m in self.public if wanted(m))

    def sources_of(self, cited: str) -> tuple[str, ...]:
        """The ids of the works that a citation refers to: a fact's sources, or the work itself."""
        if fact := self.facts.get(cited):
            return fact.sources
        return (cited,) if cited in self.works else ()


def newest(materials: Iterable[Material]) -> str:
    """The latest date (ISO) on which one of ``materials`` was issued, collected or updated."""
    return max((max(m.changed, m.issued) for m in materials), default="")


def explain_missing(catalog: Catalog, name: str) -> str:
    """A hint for an id that no material has: its present one, or the nearest."""
    if name in catalog.moved:
        return f"“{name}”已改名，写成 {catalog.moved[name]}"
    return did_you_mean(name, catalog.by_id)
