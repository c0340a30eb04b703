"""How much a column holds, by kind."""

from __future__ import annotations

from dataclasses import dataclass

from xuelan.model.catalog import Catalog
from xuelan.rendering.pipeline import render_all
from xuelan.text import prose


@dataclass(frozen=True, slots=True)
class KindCount:
    """Published materials of one kind, characters of their texts, citations in them."""

    kind: str
    materials: int
    characters: int
    citations: int


def count_kinds(catalog: Catalog) -> list[KindCount]:
    """Count the materials of each kind, in the column's order of kinds."""
    rendered = render_all(catalog)
    counts = []
    for kind in catalog.column.kinds:
        materials = [m for m in catalog.public if m.kind == kind.name]
        texts = [prose.lines(catalog.body_of(m)) for m in materials]
        citations = sum(len(c.ids) for text in texts for c in prose.citations(text))
        characters = sum(rendered[m.id].characters for m in materials)
        counts.append(KindCount(kind.name, len(materials), characters, citations))
    return counts
