"""``xuelan verify``: is a copy of a kit whole, unaltered and current?"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xuelan.commands import options
from xuelan.commands.base import Command
from xuelan.commands.columns import find_site


@click.command(cls=Command)
@options.folder
@click.argument("copy", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--against",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="网站上的 downloads/kits.json；不写时用本栏目已生成的网站。",
)
def verify(folder: Path, copy: Path, against: Path | None) -> None:
    """核对套装：是否完整、有没有被改动、是不是最新。COPY 是压缩包或解开的文件夹。"""
    from xuelan.kits.packing.verify import as_text
    from xuelan.kits.packing.verify import verify as verify_copy

    listed = against or find_site(folder) / "downloads/kits.json"
    published = listed.read_text("utf-8", "replace") if listed.is_file() else None
    verdict = verify_copy(copy, published)
    click.echo(as_text(verdict), nl=False)
    if not verdict.is_intact:
        sys.exit(1)
