"""``make bench``: builds, search, kits and branches measured beside their peers.

    python -m tests.bench                      everything, at the usual sizes
    python -m tests.bench search kits          some of it
    python -m tests.bench builds --sizes 100000

What follows the name of a single part is for that part; see its ``--help``. Tables go to
``tests/bench/results/``.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import branches  # noqa: E402
import run  # noqa: E402
import search_bench  # noqa: E402

import kits  # noqa: E402

PARTS = {
    "builds": (run.main, ["--serve", "--write"]),
    "search": (search_bench.main, ["--write"]),
    "kits": (kits.main, ["--write"]),
    "branches": (branches.main, []),
}


def main(arguments: list[str]) -> None:
    """Run the parts named first in ``arguments``, all when none is."""
    names = list(dict.fromkeys(name for name in arguments if name in PARTS))
    rest = [word for word in arguments if word not in PARTS]
    if rest and len(names) != 1:
        sys.exit(__doc__)
    for name in names or PARTS:
        measure, usual = PARTS[name]
        measure([*usual, *rest])


if __name__ == "__main__":
    main(sys.argv[1:])
