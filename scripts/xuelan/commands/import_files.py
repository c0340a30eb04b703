"""``xuelan import``: a Word file or another document becomes a draft."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xuelan.commands import options
from xuelan.commands.base import Command
from xuelan.commands.columns import load_catalog


@click.command("import", cls=Command)
@options.folder
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--to",
    default="",
    metavar="文种[/编号]",
    help="放进哪一类、用什么编号，如 通知/notice-8；不写时看文件内容定。",
)
@click.option("--dry-run", is_flag=True, help="只说会怎样，不写文件。")
def import_files(folder: Path, files: tuple[Path, ...], to: str, *, dry_run: bool) -> None:
    """把 Word 文件、网页、文字、PDF 或投稿包变成草稿，并核对有没有丢字。"""
    from xuelan.check import check
    from xuelan.editing.importing.bring_in import bring_in, with_problems
    from xuelan.editing.importing.report import describe

    if "/" in to and len(files) > 1:
        raise click.UsageError("指定编号时一次只能导入一个文件。")
    catalog = load_catalog(folder)
    taken: set[str] = set()
    results = [bring_in(catalog, file, to, taken, dry_run=dry_run) for file in files]
    if not dry_run and any(r.path for r in results):
        _, problems = check(folder)
        results = with_problems(results, problems)
    click.echo(describe(results, dry_run=dry_run))
    if any(r.refused for r in results):
        sys.exit(1)
