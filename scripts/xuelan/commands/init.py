"""``xuelan init``: a new column."""

from __future__ import annotations

from pathlib import Path

import click

from xuelan.commands.base import Command


@click.command(cls=Command)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--title", default="学习专栏", show_default=True, help="栏目名称。")
def init(folder: Path, title: str) -> None:
    """在 FOLDER 新建一个可以直接生成的栏目。"""
    from xuelan.editing.scaffold import create_column

    create_column(folder, title)
    click.echo(f"已在 {folder} 新建栏目。下一步：xuelan build -C {folder}")
