"""``xuelan check``: every problem of a column."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xuelan.commands import options
from xuelan.commands.base import Command
from xuelan.commands.output import FORMATS, print_problems

if TYPE_CHECKING:
    from xuelan.editing.forge.changes import ColumnComparison
    from xuelan.text.problem import Problem


@click.command(cls=Command)
@options.folder
@click.option(
    "--diff",
    "base",
    metavar="BASE",
    help="只报 BASE 这个版本以来的改动带来的问题，别处因此新出现的也报；"
    "BASE 是分支、标签或提交号，如 origin/main。",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="写成哪种格式：text 给人看，json 给别的程序读，github 显示在合并请求的代码旁边"
    "（Gitea 也认），gitlab 是 Code Quality 报告。",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    help="与 --diff 同用：再把合并请求的留言（report.md）、修改建议（review.json）"
    "和 Code Quality 报告（codequality.json）写进这个文件夹。",
)
@click.option("--preview", default="", help="与 --report 同用：预览的网址，写进留言。")
@options.strict
@options.verbosity
def check(
    folder: Path,
    base: str | None,
    form: str,
    report: Path | None,
    preview: str,
    *,
    strict: bool,
    quiet: bool,
) -> None:
    """检查全部材料和设置，一次列出所有问题。有错误时返回 1。"""
    if base is None:
        if report or preview:
            raise click.UsageError("--report 和 --preview 要与 --diff 同用。")
        from xuelan.check import ALL_RULES
        from xuelan.check import check as check_column

        problems = check_column(folder, rules=ALL_RULES)[1]
    else:
        from xuelan.editing.forge.changes import compare

        comparison = compare(folder, base)
        problems = comparison.problems
        if report:
            _write_reports(comparison, folder, report, preview)
        if form == "text" and not quiet:
            _tell(comparison)
    if form in ("github", "gitlab"):
        problems = _from_repository(problems, folder)
    if print_problems(problems, form=form, strict=strict, quiet=quiet):
        sys.exit(1)


def _tell(comparison: ColumnComparison) -> None:
    changes = comparison.changes.values()
    words = f"与 {comparison.base} 相比改了 {len(changes)} 个文件"
    added, removed = sum(c.words[0] for c in changes), sum(c.words[1] for c in changes)
    words += f"，加 {added} 字，减 {removed} 字。" if changes else "。"
    if comparison.known:
        words += f"另有 {len(comparison.known)} 处问题那时就有，没有列出。"
    click.echo(words)


def _from_repository(problems: list[Problem], folder: Path) -> list[Problem]:
    """Problems with the paths of their files in the repository, which forges go by."""
    from xuelan.editing.forge.revisions import repository_prefix

    prefix = repository_prefix(folder)
    return [replace(p, path=prefix + p.path) for p in problems] if prefix else problems


def _write_reports(comparison: ColumnComparison, folder: Path, report: Path, preview: str) -> None:
    from xuelan.editing.forge.revisions import repository_prefix
    from xuelan.editing.forge.suggestions import as_review
    from xuelan.editing.forge.summary import summarise
    from xuelan.text.annotations import as_gitlab

    report.mkdir(parents=True, exist_ok=True)
    texts = {
        "report.md": summarise(comparison, preview),
        "review.json": as_review(comparison, repository_prefix(folder)),
        "codequality.json": as_gitlab(_from_repository(comparison.problems, folder)),
    }
    for name, text in texts.items():
        data = text.encode("utf-8", "replace")
        (report / name).write_bytes(data)
