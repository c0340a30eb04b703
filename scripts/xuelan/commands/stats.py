"""``xuelan stats``: how much a column holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from xuelan.commands import options
from xuelan.commands.base import Command
from xuelan.commands.columns import load_catalog

if TYPE_CHECKING:
    from xuelan.editing.counts import KindCount
    from xuelan.model.catalog import Catalog


@click.command(cls=Command)
@options.folder
def stats(folder: Path) -> None:
    """统计材料、字数和引注。"""
    from xuelan.editing.counts import count_kinds

    catalog = load_catalog(folder)
    table = _format_table(count_kinds(catalog))
    click.echo(table + _format_data(catalog) + _format_waivers(catalog), nl=False)


def _format_table(counts: list[KindCount]) -> str:
    """Return a line for each kind, then their sum."""
    rows = [(c.kind, c.materials, c.characters, c.citations) for c in counts]
    sums = [sum(figures) for figures in list(zip(*rows, strict=True))[1:]]
    lines = [("文种", "篇数", "字数", "引注"), *rows, ("合计", *sums)]
    return "".join(f"{kind:<8}\t{a}\t{b}\t{c}\n" for kind, a, b, c in lines)


def _format_data(catalog: Catalog) -> str:
    drafts = sum(not m.is_public for m in catalog.materials)
    counts = {
        "事实": f"{len(catalog.facts)} 条",
        "书目": f"{len(catalog.works)} 种",
        "图": f"{len(catalog.figures)} 幅",
        "自测题": f"{len(catalog.questions)} 道",
        "学习路径": f"{len(catalog.paths)} 条",
        "未发布": f"{drafts} 篇",
    }
    return "，".join(f"{name} {count}" for name, count in counts.items()) + "\n"


def _format_waivers(catalog: Catalog) -> str:
    """Return a line for each problem that a material lets pass, with its reason."""
    lines = []
    for path, waiver in ((m.path, waiver) for m in catalog.materials for waiver in m.waive):
        date = f"（{waiver.date}）" if waiver.date else ""
        lines.append(f"  {path}：{waiver.code}，{waiver.reason}{date}\n")
    return "".join([f"放行 {len(lines)} 条\n", *lines]) if lines else ""
