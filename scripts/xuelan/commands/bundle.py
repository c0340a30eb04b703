"""``xuelan bundle``: a preview to hand on."""

from __future__ import annotations

from pathlib import Path

import click

from xuelan.commands import options
from xuelan.commands.base import Command
from xuelan.commands.errors import Stop
from xuelan.commands.output import print_problems


@click.command(cls=Command)
@options.folder
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--diff",
    "base",
    default="",
    metavar="BASE",
    help="列出 BASE 这个版本以来改过的页面，放不下时只留它们。",
)
def bundle(folder: Path, target: Path, base: str) -> None:
    """把网站做成一个不到 5 MB 的预览压缩包 TARGET，草稿也在内，解压后双击就能看。"""
    from xuelan.editing.forge.bundle import make_bundle

    made = make_bundle(folder, base)
    if not made.archive:
        print_problems(made.problems, quiet=True)
        raise Stop("有错误，预览没有做成。")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(made.archive)
    size = len(made.archive) / 1e6
    left = f"，{made.left_out} 页没有放进去" if made.left_out else ""
    click.echo(
        f"预览在 {target}：{made.pages} 页，{size:.1f} MB{left}。解压后双击“打开预览.html”。"
    )
