"""How much the column holds, per kind."""

from __future__ import annotations

from dataclasses import dataclass

from xuelan.model.catalog import Catalog
from xuelan.rendering.texts import render_all
from xuelan.text import prose


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of one kind: materials, characters of text, citations written."""

    kind: str
    materials: int
    characters: int
    citations: int


def rows(catalog: Catalog) -> list[Row]:
    """One row per kind, in the column's order; kinds without materials count zero."""
    rendered = render_all(catalog)
    result = []
    for kind in catalog.column.kinds:
        found = catalog.where(lambda m, k=kind: m.kind == k.name)  # type: ignore[misc]
        texts = [prose.lines(catalog.body_of(m)) for m in found]
        cited = sum(len(c.ids) for text in texts for c in prose.citations(text))
        characters = sum(rendered[m.id].characters for m in found)
        result.append(Row(kind.name, len(found), characters, cited))
    return result


def as_table(catalog: Catalog) -> str:
    """The figures as lines of text, then the data the column stands on."""
    found = rows(catalog)
    lines = [f"{'文种':<8}\t篇数\t字数\t引注"]
    lines += [f"{r.kind:<8}\t{r.materials}\t{r.characters}\t{r.citations}" for r in found]
    total = Row(
        "合计",
        sum(r.materials for r in found),
        sum(r.characters for r in found),
        sum(r.citations for r in found),
    )
    lines.append(f"{total.kind:<8}\t{total.materials}\t{total.characters}\t{total.citations}")
    drafts = sum(not m.is_public for m in catalog.materials)
    counts = {
        "事实": f"{len(catalog.facts)} 条",
        "书目": f"{len(catalog.works)} 种",
        "图": f"{len(catalog.figures)} 幅",
        "自测题": f"{len(catalog.questions)} 道",
        "学习路径": f"{len(catalog.paths)} 条",
        "未发布": f"{drafts} 篇",
    }
    lines.append("，".join(f"{name} {count}" for name, count in counts.items()))
    return "\n".join(lines) + "\n"
