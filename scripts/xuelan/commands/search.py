"""``xuelan search``: questions to a built site."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from xuelan.commands import options
from xuelan.commands.base import Command
from xuelan.commands.columns import find_site


@click.command(cls=Command)
@options.folder
@click.argument("query")
@options.site_dir
@click.option("--json", "as_data", is_flag=True, help="输出 JSON，供别的程序读。")
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(0),
    default=10,
    show_default=True,
    help="最多列几篇。",
)
def search(folder: Path, query: str, site_dir: Path | None, limit: int, *, as_data: bool) -> None:
    """在已生成的网站里检索 QUERY，结果与网页上的一样。没有找到时返回 1。"""
    from xuelan.search import results

    query = _read_query(query)
    page = results.search(site_dir or find_site(folder), query, limit)
    click.echo(results.as_json(query, page) if as_data else results.as_text(page), nl=False)
    if not page.count:
        sys.exit(1)


def _read_query(query: str) -> str:
    """Return the query as typed: a Windows console may hand over the bytes of GBK, not UTF-8."""
    try:
        query.encode()
    except UnicodeEncodeError:
        return os.fsencode(query).decode("gb18030", "replace")
    return query
