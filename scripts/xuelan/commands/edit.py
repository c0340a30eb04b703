"""``xuelan edit``: the editor's desk, a local page for people without Git."""

from __future__ import annotations

from pathlib import Path

import click

from xuelan.commands import options
from xuelan.commands.base import Command


@click.command(cls=Command)
@options.folder
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8010,
    show_default=True,
    help="用本机的哪个端口；0 是随便哪个空着的。",
)
@click.option("--no-open", is_flag=True, help="不自动打开浏览器，只给出网址。")
def edit(folder: Path, port: int, *, no_open: bool) -> None:
    """打开编辑台：在浏览器里写材料、看检查结果、交稿，不用懂 Git。只有本机能打开。"""
    from xuelan.editing.desk.serve import serve

    serve(folder, port, click.echo, browser=not no_open)
