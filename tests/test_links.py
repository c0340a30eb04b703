"""Every internal link and anchor of the built site resolves, as LinkChecker sees it."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path


def test_every_internal_link_and_anchor_resolves(address: str, tmp_path: Path) -> None:
    """LinkChecker walks the whole served site and finds nothing broken."""
    output = tmp_path / "links.csv"
    settings = tmp_path / "linkcheckerrc"
    settings.write_text("[AnchorCheck]\n[filtering]\ncheckextern=0\n")
    command = [sys.executable, "-m", "linkcheck", "-f", str(settings), "--no-status", "--verbose"]
    command += ["-t", "4", "-F", f"csv/utf-8/{output}", "--user-agent", "test", address]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line for line in output.read_text().splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines, delimiter=";"))
    assert len(rows) > 1000, done.stdout + done.stderr
    broken = [
        (r["urlname"], r["parentname"], r["result"], r["warningstring"])
        for r in rows
        if r["valid"] != "True" or r["warningstring"]
    ]
    assert broken == []
