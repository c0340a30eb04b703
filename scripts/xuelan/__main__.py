"""The command as a process of its own: ``xuelan``, or ``python -m xuelan``."""

import atexit
import gc

from xuelan.cli import main


def run() -> None:
    """Run the command; its process ends with it.

    Python's cycle collector has no part in that: walking through all that a large column consists
    of, again and again and once more at the end, takes longer than many a command, and the memory
    it could find goes back to the system anyway.
    """
    gc.disable()
    atexit.register(gc.freeze)
    main(prog_name="xuelan")


if __name__ == "__main__":
    run()
