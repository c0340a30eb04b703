"""``xuelan rename``: a material gets another id, and its old address leads to the new one."""

from __future__ import annotations

from pathlib import Path

import click

from xuelan.commands import options
from xuelan.commands.base import Command
from xuelan.commands.columns import load_catalog


@click.command(cls=Command)
@options.folder
@click.argument("old")
@click.argument("new")
@click.option("--diff", "only_show", is_flag=True, help="只显示会改哪些地方，不写文件。")
def rename(folder: Path, old: str, new: str, *, only_show: bool) -> None:
    """给材料改编号（网址）：OLD 改成 NEW，各处的链接一起改，旧网址转到新网址。"""
    from xuelan.editing.rename import plan_renaming

    renaming = plan_renaming(load_catalog(folder), old, new)
    if only_show:
        click.echo(renaming.change.diff())
        return
    renaming.change.write()
    click.echo(f"已改名：{renaming.path}。")
    if renaming.others:
        click.echo(f"同时改了 {len(renaming.others)} 个文件：")
    for path in renaming.others:
        click.echo(f"  {path}")
    if renaming.resign:
        click.echo(f"这几篇的正文里改了链接，审核签字要重签：{'、'.join(renaming.resign)}。")
    click.echo("请运行 xuelan check。")
