"""A machine without a browser gets one, or one line says what it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from conftest import ROOT

BROKEN_NODE = "echo 'node: libatomic.so.1: cannot open shared object file' >&2; exit 127"
SUDO = 'shift; exec "$@"'
NO_SUCH_PACKAGE = "echo 'E: Unable to locate package chromium' >&2; exit 100"
INSTALLS = """
for package in "$@"; do
  case $package in
    chromium) printf '#!/bin/sh\\n' > {bin}/chromium; /bin/chmod +x {bin}/chromium ;;
    libatomic1) printf '#!/bin/sh\\n' > {bin}/node ;;
  esac
done"""


def _program(folder: Path, name: str, does: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{does.replace('{bin}', str(folder))}\n")
    file.chmod(0o755)


def _run(folder: Path, apt: str) -> subprocess.CompletedProcess[str]:
    """``chromium.py --install`` where the driver's Node and the browser are still missing."""
    _program(folder, "node", BROKEN_NODE)
    _program(folder, "sudo", SUDO)
    _program(folder, "apt-get", apt)
    settings = {
        **os.environ,
        "PATH": str(folder),
        "CHROMIUM": "",
        "PLAYWRIGHT_NODEJS_PATH": str(folder / "node"),
    }
    command = [sys.executable, ROOT / "tests/chromium.py", "--install"]
    return subprocess.run(command, env=settings, capture_output=True, text=True, check=False)


def test_what_is_missing_is_installed_before_the_driver_starts(tmp_path: Path) -> None:
    """The library of the driver's Node comes from the same place as the browser."""
    done = _run(tmp_path, INSTALLS)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == str(tmp_path / "chromium")


def test_what_cannot_be_installed_is_told_in_one_line(tmp_path: Path) -> None:
    """With the command that would install it, and with what kept it from that."""
    done = _run(tmp_path, NO_SUCH_PACKAGE)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "apt-get install chromium fonts-noto-cjk libatomic1" in line
    assert line.endswith("(Tried: E: Unable to locate package chromium.)")
