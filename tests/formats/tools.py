"""Finds the programs that judge a format in its own world, and gets them where they are missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache


@cache
def tool(name: str, *packages: str) -> str:
    """The path of ``name``; installed from ``packages`` by apt-get when it is not there."""
    if not shutil.which(name) and shutil.which("apt-get") and os.geteuid() == 0:
        quiet = {"DEBIAN_FRONTEND": "noninteractive", **os.environ}
        apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
        subprocess.run([*apt, "update"], env=quiet, check=False, capture_output=True)
        install = [*apt, "install", "-y", "--no-install-recommends", *packages]
        subprocess.run(install, env=quiet, check=False, capture_output=True)
    found = shutil.which(name)
    assert found, f"{name} is missing; on Debian: apt-get install {' '.join(packages)}"
    return found
