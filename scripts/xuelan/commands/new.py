"""``xuelan new``: a new material."""

from __future__ import annotations

from pathlib import Path

import click

from xuelan.commands import options
from xuelan.commands.base import Command
from xuelan.commands.columns import load_column


@click.command(cls=Command)
@options.folder
@click.argument("kind")
@click.argument("title")
@click.option("--id", "slug", default="", help="编号；不写时由标题的拼音得来。")
def new(folder: Path, kind: str, title: str, slug: str) -> None:
    """新建一份材料：KIND 是文种（如 通知），TITLE 是标题。"""
    from xuelan.editing.scaffold import create_material

    path = create_material(load_column(folder), kind, title, slug)
    click.echo(f"已新建 {path}，填好各项之后运行 xuelan check。")
