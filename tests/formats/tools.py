"""Finds the programs that judge a format in its own world, and gets them where they are missing."""

from __future__ import annotations

import shutil
from functools import cache

import pytest

import debian


@cache
def tool(name: str, *packages: str) -> str:
    """The path of ``name``; installed from ``packages`` by apt-get when it is not there."""
    obstacle = "" if shutil.which(name) else debian.install(*packages)
    found = shutil.which(name)
    if not found:
        need = f"{name} is missing; on Debian: apt-get install {' '.join(packages)}"
        pytest.fail(f"{need} (tried: {obstacle})", pytrace=False)
    return found
