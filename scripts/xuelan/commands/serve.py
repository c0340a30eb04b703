"""``xuelan serve``: the preview on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from xuelan.commands import options
from xuelan.commands.base import Command


@click.command(cls=Command)
@options.folder
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    help="用本机的哪个端口。",
)
@click.option("--open", "browser", is_flag=True, help="在浏览器里打开。")
@options.verbosity
def serve(folder: Path, port: int, *, browser: bool, quiet: bool) -> None:
    """在本机预览，改了文件自动重新生成。只有本机能打开。"""
    from xuelan.preview.serve import serve as serve_site

    def say(line: str) -> None:
        if not quiet:
            click.echo(line)

    serve_site(folder, port, say, browser=browser)
