"""Gets what the tests need from Debian's packages, where that can be done without asking anyone."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache


def install(*packages: str) -> str:
    """Install ``packages`` by ``apt-get``; what kept it from that, in a few words, or nothing."""
    if not shutil.which("apt-get"):
        return "there is no apt-get here"
    if os.geteuid() and not shutil.which("sudo"):
        return "only root may run apt-get, and there is no sudo"
    as_root = ["sudo", "-n"] if os.geteuid() else []
    apt = (*as_root, "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300")
    _update(apt)
    done = _run(*apt, "install", "-y", "--no-install-recommends", *packages)
    if not done.returncode:
        return ""
    told = done.stderr.strip().splitlines() or [f"apt-get: error {done.returncode}"]
    return next((line for line in told if line.startswith("E: ")), told[-1])


@cache
def _update(apt: tuple[str, ...]) -> None:
    """Get newer lists, once; old ones may do, so only what cannot be installed counts."""
    _run(*apt, "update")


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    quiet = {"DEBIAN_FRONTEND": "noninteractive", **os.environ}
    return subprocess.run(
        command,
        env=quiet,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
