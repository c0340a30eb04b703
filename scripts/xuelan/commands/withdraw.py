"""``xuelan withdraw``: a material is taken off the site."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from xuelan.commands import options
from xuelan.commands.base import Command
from xuelan.commands.columns import load_catalog


@click.command(cls=Command)
@options.folder
@click.argument("name", metavar="编号")
@click.option("--reason", required=True, help="为什么撤下，一句话，读者看得到。")
def withdraw(folder: Path, name: str, reason: str) -> None:
    """撤下一份材料：原网址只留撤下的日期和原因；并列出还有哪些地方提到它。"""
    from xuelan.editing.withdraw import WHAT_TO_DO
    from xuelan.editing.withdraw import withdraw as write

    today = datetime.date.today().isoformat()  # noqa: DTZ011 - the editor's own day
    left = write(load_catalog(folder), name, reason, today)
    click.echo(f"已撤下 {name}，下次生成网站时生效。")
    if left:
        click.echo(f"还有 {len(left)} 处提到它，改好之前 xuelan check 可能通不过：")
    for place in left:
        click.echo(f"  {place.path}:{place.line}: {WHAT_TO_DO[place.what]}")
