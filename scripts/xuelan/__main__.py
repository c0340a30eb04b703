"""The command as a process of its own: ``xuelan``, or ``python -m xuelan``."""

import gc
import io
import os
import sys
import threading

from xuelan.cli import main


def run() -> None:
    """Run the command and end the process, without freeing its memory first.

    To free ten thousand materials one by one, and to search them for cycles, takes longer than to
    write the page of an edit; the system gets the memory back anyway. While other threads run,
    Python ends the process as usual.
    """
    gc.disable()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a Windows console may lack a sign: no failure
            stream.reconfigure(errors="replace")
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
