"""The command line ``xuelan``: joins the commands. All it tells people is Chinese."""

from __future__ import annotations

import click

from xuelan import __version__
from xuelan.commands.add import add
from xuelan.commands.build import build
from xuelan.commands.bundle import bundle
from xuelan.commands.cache import cache
from xuelan.commands.check import check
from xuelan.commands.edit import edit
from xuelan.commands.import_files import import_files
from xuelan.commands.init import init
from xuelan.commands.kits import kits
from xuelan.commands.new import new
from xuelan.commands.rename import rename
from xuelan.commands.review import review
from xuelan.commands.schema import schema
from xuelan.commands.search import search
from xuelan.commands.serve import serve
from xuelan.commands.stats import stats
from xuelan.commands.tidy import tidy
from xuelan.commands.verify import verify
from xuelan.commands.withdraw import withdraw


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="xuelan", message="%(prog)s %(version)s")
def main() -> None:
    """学栏：把一批学习材料做成可检索的静态专栏。"""


for command in (
    init, new, add, rename, withdraw, edit, import_files, check, tidy, build, bundle, serve,
    review, stats, kits, verify, search, cache, schema,
):  # fmt: skip
    main.add_command(command)
