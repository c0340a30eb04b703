"""``xuelan check``: every problem of a column."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xuelan.commands import options
from xuelan.commands.base import Command
from xuelan.commands.output import FORMATS, print_problems


@click.command(cls=Command)
@options.folder
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="写成哪种格式：text 给人看，json 给别的程序读，github 显示在合并请求的代码旁边。",
)
@options.strict
@options.verbosity
def check(folder: Path, form: str, *, strict: bool, quiet: bool) -> None:
    """检查全部材料和设置，一次列出所有问题。有错误时返回 1。"""
    from xuelan.check import ALL_RULES
    from xuelan.check import check as check_column

    _, problems = check_column(folder, rules=ALL_RULES)
    if print_problems(problems, form=form, strict=strict, quiet=quiet):
        sys.exit(1)
