"""``xuelan cache``: what is kept for the next build."""

from __future__ import annotations

from pathlib import Path

import click

from xuelan.commands import options
from xuelan.commands.base import Command


@click.command(cls=Command)
@options.folder
@click.option("--clear", is_flag=True, help="清空缓存；下次生成从头做起。")
def cache(folder: Path, *, clear: bool) -> None:
    """查看或清空缓存（.cache/）。缓存随时可以删，只会让下次生成慢一些。"""
    from xuelan.engine import cache as store

    place = folder / store.FOLDER
    if clear:
        store.clear(place)
    files, size = store.measure(place)
    click.echo(f"缓存在 {place}/：{files} 个文件，{size / 1e6:.1f} MB。")
