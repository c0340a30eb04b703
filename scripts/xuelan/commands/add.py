"""``xuelan add``: attachments, pictures and recordings for a material."""

from __future__ import annotations

from pathlib import Path

import click

from xuelan.commands import options
from xuelan.commands.base import Command
from xuelan.commands.columns import load_catalog


@click.command(cls=Command)
@options.folder
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--to", "name", required=True, metavar="编号", help="加到哪一份材料。")
@click.option("--title", default="", help="读者看到的名称；不写时用文件名。")
@click.option("--alt", default="", help="图片的替代文字：画面上有什么。")
def add(folder: Path, files: tuple[Path, ...], name: str, title: str, alt: str) -> None:
    """给材料加附件、图片、录音或录像：复制到材料旁边，并写进信息栏。"""
    from xuelan.editing.attach import add_files

    if len(files) > 1 and (title or alt):
        raise click.UsageError("写 --title 或 --alt 时一次只能加一个文件。")
    for added in add_files(load_catalog(folder), name, files, title, alt):
        click.echo("\n  ".join([f"已加 {added.file}", *added.told]))
    click.echo("请运行 xuelan check。")
