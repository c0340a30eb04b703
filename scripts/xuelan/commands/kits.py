"""``xuelan kits``: study kits alone, or one for each branch of a list."""

from __future__ import annotations

from pathlib import Path

import click

from xuelan.commands import options
from xuelan.commands.base import Command
from xuelan.commands.errors import Stop
from xuelan.commands.output import print_problems


@click.command(cls=Command)
@options.folder
@click.argument("ids", nargs=-1)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("dist/kits"),
    show_default=True,
    help="套装放在哪个文件夹。",
)
@click.option(
    "--branches",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="支部名单（.csv 或 .xlsx），给每个支部做一份填好抬头的套装。第一行写列名："
    "支部名称（必填）、活动、会议名称、日期、开始时间、地点、主持人、时长、学习篇目。",
)
@click.option(
    "--scheduler",
    default="",
    help="Dask 调度器的地址，用几台电脑一起给支部做套装；各台都要看得到同一个输出文件夹。",
)
@options.verbosity
def kits(
    folder: Path,
    ids: tuple[str, ...],
    out: Path,
    branches: Path | None,
    scheduler: str,
    *,
    quiet: bool,
) -> None:
    """做学习套装；不写编号就做全部。缺一件也不出。"""
    if branches:
        _make_for_branches(folder, ids, branches, out, scheduler, quiet=quiet)
    elif scheduler:
        raise Stop("--scheduler 只和 --branches 一起用：套装本身在这台电脑上做。")
    else:
        _make(folder, ids, out, quiet=quiet)


def _make(folder: Path, ids: tuple[str, ...], out: Path, *, quiet: bool) -> None:
    from xuelan.build_kits import run

    report = run(folder, ids, out)
    if report.problems:
        print_problems(report.problems, quiet=quiet)
    if report.written is None:
        raise Stop("有错误，套装没有做。")
    if not quiet:
        for path, size in report.written:
            click.echo(f"{path}　{size / 1e6:.1f} MB")
        click.echo(f"共 {len(report.written)} 个套装，用时 {report.seconds:.1f} 秒")


def _make_for_branches(
    folder: Path, ids: tuple[str, ...], branches: Path, out: Path, scheduler: str, *, quiet: bool
) -> None:
    from xuelan.build_branches import run
    from xuelan.kits.branch.fill import FOLDER
    from xuelan.kits.branch.outcome import REFUSED

    def progress(done: int, total: int) -> None:
        if not quiet and (done == total or done % max(50, total // 20) == 0):
            click.echo(f"已完成 {done}/{total}", err=True)

    report = run(folder, ids, branches, out, progress, scheduler)
    if report.problems:
        print_problems(report.problems, quiet=quiet)
    if report.listed is None:
        raise Stop("有错误，套装没有做。")
    if not quiet:
        fresh = sum(d.fresh for d in report.kits)
        old = len(report.kits) - fresh
        kept = f"，另有 {old} 份以前做好的没有变" if old else ""
        click.echo(f"做成 {fresh} 份{kept}，在 {out / FOLDER}/。")
        if report.listed.unused:
            click.echo(f"名单里这些列没有用到：{'、'.join(report.listed.unused)}。")
    if refused := report.listed.refused:
        for row in refused[:10]:
            click.echo(f"第{row.row}行没有做：{row.reason}")
        where = out / REFUSED
        raise Stop(f"共 {len(refused)} 行没有做，原因都写在 {where}。改好名单后再运行一次。")
