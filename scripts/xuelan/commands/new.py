"""``xuelan new``: a new material, or a new record of a data file."""

from __future__ import annotations

from pathlib import Path

import click

from xuelan.commands import options
from xuelan.commands.base import Command
from xuelan.commands.columns import load_catalog, load_column


@click.command(cls=Command)
@options.folder
@click.argument("kind")
@click.argument("title")
@click.option(
    "--id", "slug", default="", help="编号；不写时，材料由标题的拼音得来，其他接着已有的编号。"
)
def new(folder: Path, kind: str, title: str, slug: str) -> None:
    """新建一份材料，KIND 写文种（如 通知）；或添一条记录，KIND 写 事实、书目或自测题。"""
    from xuelan.editing.records import RECORD_KINDS, create_record
    from xuelan.editing.scaffold import create_material

    column = load_column(folder)
    if kind in RECORD_KINDS and kind not in {k.name for k in column.kinds}:
        made = create_record(load_catalog(folder), RECORD_KINDS[kind], title, slug)
        click.echo(
            f"已在 {made.path} 第 {made.line} 行添了 {made.id}，填好各项之后运行 xuelan check。"
        )
        return
    path = create_material(column, kind, title, slug)
    click.echo(f"已新建 {path}，填好各项之后运行 xuelan check。")
