"""The command as a process of its own: ``xuelan``, or ``python -m xuelan``."""

import gc
import os
import sys
import threading

from xuelan.cli import main


def run() -> None:
    """Run the command; its process ends with it.

    Taking apart what ten thousand materials consist of, and walking through it in search of
    cycles, takes longer than making the page of an edit, and the memory goes back to the system
    anyway. So neither is done; with another thread about, the end is left to Python.
    """
    gc.disable()
    try:
        main(prog_name="xuelan")
    except SystemExit as end:
        if threading.active_count() > 1 or not isinstance(end.code, int | None):
            raise
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code or 0)


if __name__ == "__main__":
    run()
