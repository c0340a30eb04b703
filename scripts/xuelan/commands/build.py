"""``xuelan build``: the whole site."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xuelan.commands import options
from xuelan.commands.base import Command
from xuelan.commands.errors import UNTOUCHED, Stop
from xuelan.commands.output import print_problems

if TYPE_CHECKING:
    from xuelan.build import BuildReport

log = logging.getLogger(__name__)


@click.command(cls=Command)
@options.folder
@options.site_dir
@click.option("--drafts", is_flag=True, help="草稿也放进网站。")
@options.strict
@options.verbosity
@click.option("--profile", type=click.Path(path_type=Path), help="把各函数用时记入这个文件。")
@click.option("--scheduler", default="", help="Dask 调度器地址，如 tcp://host:8786。")
@click.option("--to", "place", default="", help="再同步到对象存储，如 s3://bucket/path。")
def build(
    folder: Path,
    site_dir: Path | None,
    profile: Path | None,
    scheduler: str,
    place: str,
    *,
    drafts: bool,
    strict: bool,
    quiet: bool,
) -> None:
    """生成整个网站。材料有错误时不生成，原来的网站不动。"""
    from xuelan.build import build as build_site
    from xuelan.commands.profiling import list_steps, record_profile
    from xuelan.commands.progress import Progress

    with Progress(sys.stderr, quiet=quiet) as progress, record_profile(profile):
        report = build_site(
            folder,
            site_dir,
            drafts=drafts,
            strict=strict,
            tell=progress.tell,
            scheduler=scheduler,
        )
        if place and report.written is not None:
            from xuelan.engine.upload import upload

            upload(report.site, place, progress.tell)
    # What the build worked with is kept to the end of the process, which need not take it apart.
    click.get_current_context().meta[__name__] = report
    for line in list_steps(report.timings):
        # Whoever asks for a profile sees the steps without asking for -v as well.
        log.log(logging.WARNING if profile else logging.INFO, "%s", line)
    _print_report(report, strict=strict, quiet=quiet)


def _print_report(report: BuildReport, *, strict: bool, quiet: bool) -> None:
    if report.problems:
        print_problems(report.problems, strict=strict, quiet=quiet)
    if report.written is None:
        cause = "有错误" if any(p.is_error for p in report.problems) else "有警告（--strict）"
        raise Stop(f"{cause}，{UNTOUCHED}")
    made = report.written
    for path, reason in made.changed:
        log.info("%s：%s", path, reason)
    if not made.changed:
        log.info("没有文件需要改写。")
    if report.fault:
        log.warning("缓存写不进去（%s），下次会慢一些；网站不受影响。", report.fault)
    if not quiet:
        click.echo(
            f"生成完毕：材料 {made.materials} 篇（渲染 {made.rendered}，"
            f"沿用 {made.materials - made.rendered}），页面 {made.pages} 个，"
            f"改写文件 {len(made.changed)} 个，正文 {made.characters} 字，"
            f"用时 {report.seconds:.1f} 秒，内存最多 {report.memory / 1e6:.0f} MB。"
        )
        click.echo(
            f"网站在 {report.site}/，预览：xuelan serve，或把整个文件夹放到任何网页服务器上。"
        )
