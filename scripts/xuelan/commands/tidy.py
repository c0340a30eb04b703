"""``xuelan tidy``: mends what a machine can mend."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xuelan.commands import options
from xuelan.commands.base import Command
from xuelan.commands.columns import load_column
from xuelan.commands.errors import Stop


@click.command(cls=Command)
@options.folder
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--diff", is_flag=True, help="只列出会怎样改，不写文件。")
def tidy(folder: Path, files: tuple[Path, ...], *, diff: bool) -> None:
    """把机器能改的都改好：空格、换行、括号、日期、列表和标点的写法；不动一个字，不改公文全文。"""
    from xuelan.editing.tidy import mend, write
    from xuelan.text.problem import as_text
    from xuelan.text.source import ChangedError

    load_column(folder)
    chosen = [_within(folder, file) for file in files]

    def is_chosen(path: str) -> bool:
        return not chosen or any(c in ("", path) or path.startswith(f"{c}/") for c in chosen)

    done, problems = mend(folder, is_chosen)
    if diff:
        click.echo(b"".join(file.diff for file in done), nl=False)
    else:
        try:
            write(folder, done)
        except ChangedError as error:
            raise Stop(f"{error} 刚刚被别的程序改动过，没有写；请再运行一次。") from error
        for file in done:
            click.echo(f"{file.path}：改了 {file.count} 行")
        click.echo(f"改了 {len(done)} 个文件。" if done else "没有机器能改的。")
    left = [p for p in problems if is_chosen(p.path)]
    if left:
        click.echo(f"\n下面这些要人来看：\n{as_text(left)}", nl=False, err=diff)
    if any(p.is_error for p in left):
        sys.exit(1)


def _within(folder: Path, file: Path) -> str:
    """The path of ``file``, typed as seen from here or from the column, within the column."""
    root = folder.resolve()
    for place in (file, folder / file):
        if place.exists() and place.resolve().is_relative_to(root):
            path = place.resolve().relative_to(root).as_posix()
            return "" if path == "." else path
    if file.exists():
        raise Stop(f"“{file}”不在这个栏目里。")
    raise Stop(f"找不到“{file}”。")
