"""``make bench``: build times beside Hugo and Material, written to ``results/``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from run import main

if len(sys.argv) == 1:
    sys.argv += ["--serve", "--write"]
main()
