"""``python -m xuelan``."""

from xuelan.cli import main

main(prog_name="xuelan")
