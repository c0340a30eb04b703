"""The bench of the index does what it says; its figures are for ``make bench``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from conftest import ROOT
from xuelan.search.reader import IndexReader
from xuelan.search.results import ask


def test_every_step_is_built(tmp_path: Path) -> None:
    """From nothing, again, and after two edits, which are then found."""
    bench = ROOT / "tests/bench/search_bench.py"
    for step in ("cold", "unchanged", "a sentence edited", "a paragraph put in front"):
        child = json.dumps([str(tmp_path), 12, step])
        run = [sys.executable, bench, "--child", child]
        assert float(subprocess.run(run, check=True, capture_output=True).stdout) >= 0
    reader = IndexReader(tmp_path / "site")
    assert reader.manifest.count == 12
    for words in ("改了一句话，实干担当", "前面新添一段"):
        assert len(ask(reader, words, 3).found) == 1
