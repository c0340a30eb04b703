"""Options that several commands share, each declared once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])

folder = click.option(
    "-C",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="栏目所在的文件夹，默认为当前文件夹。",
)

site_dir = click.option(
    "-d",
    "--site-dir",
    type=click.Path(path_type=Path),
    help="网站所在的文件夹；不写时用 mkdocs.yml 里的 site_dir。",
)

strict = click.option("--strict", is_flag=True, help="有警告也算失败。")


def verbosity(command: Function) -> Function:
    """Add ``-q`` and ``-v``: the command gets ``quiet``, the log gets both."""
    quiet = click.option("-q", "--quiet", is_flag=True, help="只说错误。")
    verbose = click.option("-v", "--verbose", count=True, help="多说一些；-vv 连调试用的话也说。")
    return quiet(verbose(command))
