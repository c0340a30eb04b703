"""The whole collection as one frozen value."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from xuelan.column import Column
from xuelan.facts import Fact
from xuelan.kits.kit import Kit
from xuelan.material import DRAFT, Material
from xuelan.study import Figure, Question, StudyPath
from xuelan.works import Work


@dataclass(frozen=True)
class Catalog:
    """Everything the column holds. Materials are sorted by id, drafts and all.

    With ``drafts`` the public sees drafts too: for previews only.
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

    @cached_property
    def by_id(self) -> dict[str, Material]:
        """Materials by id."""
        return {m.id: m for m in self.materials}

    @cached_property
    def by_path(self) -> dict[str, Material]:
        """Materials by the path of their file."""
        return {m.path: m for m in self.materials}

    def shows(self, material: Material) -> bool:
        """True when readers of this build may see ``material``."""
        return material.is_public or (self.drafts and material.status == DRAFT)

    @cached_property
    def public(self) -> tuple[Material, ...]:
        """What readers may see, newest first, then by id."""
        found = sorted((m for m in self.materials if self.shows(m)), key=lambda m: m.id)
        return tuple(sorted(found, key=lambda m: m.date, reverse=True))

    @cached_property
    def terms(self) -> tuple[Material, ...]:
        """Public glossary entries, by id."""
        kinds = {k.name for k in self.column.kinds if k.glossary}
        return tuple(m for m in self.materials if self.shows(m) and m.kind in kinds)

    def where(self, wanted: Callable[[Material], bool]) -> tuple[Material, ...]:
        """Public materials that fulfil ``wanted``, newest first."""
        return tuple(m for m in self.public if wanted(m))

    def sources_of(self, cited: str) -> tuple[str, ...]:
        """The works a citation stands for: a fact's sources, or the work itself."""
        if fact := self.facts.get(cited):
            return fact.sources
        return (cited,) if cited in self.works else ()


def newest(materials: Iterable[Material]) -> str:
    """The newest date on which any of ``materials`` was collected or issued (ISO)."""
    return max((max(m.collected, m.issued) for m in materials), default="")
