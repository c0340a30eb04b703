"""``xuelan digest``: what a reviewer signs."""

from __future__ import annotations

from pathlib import Path

import click

from xuelan.commands import options
from xuelan.commands.base import Command
from xuelan.commands.columns import load_catalog
from xuelan.commands.errors import Stop


@click.command(cls=Command)
@options.folder
@click.argument("ids", nargs=-1)
def digest(folder: Path, ids: tuple[str, ...]) -> None:
    """算出材料的正文指纹，供审核签字时填写。"""
    from xuelan.text.problem import did_you_mean

    catalog = load_catalog(folder)
    for i in ids:
        if i not in catalog.by_id:
            raise Stop(f"没有编号为“{i}”的材料。{did_you_mean(i, catalog.by_id)}")
    for i in ids or sorted(catalog.by_id):
        m = catalog.by_id[i]
        click.echo(f"{m.text_digest(catalog.body_of(m))}  {i}")
