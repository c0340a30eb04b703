"""Finds the programs that judge a format in its own world, and gets them where they are missing."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import pytest

import debian

OFFICE = {
    "libswlo.so": "libreoffice-writer-nogui",
    "libsclo.so": "libreoffice-calc-nogui",
}
"""The libraries of Writer and Calc, beside the program that Debian has with either of them."""


@cache
def tool(name: str, *packages: str) -> str:
    """The path of ``name``; installed from ``packages`` by apt-get when it is not there."""
    obstacle = "" if shutil.which(name) else debian.install(*packages)
    found = shutil.which(name)
    if not found:
        need = f"{name} is missing; on Debian: apt-get install {' '.join(packages)}"
        pytest.fail(f"{need} (tried: {obstacle})", pytrace=False)
    return found


@cache
def office() -> str:
    """The path of LibreOffice, with Writer and Calc and Chinese letters."""
    found = shutil.which("soffice")
    folder = Path(found).resolve().parent if found else None
    lacking = [p for name, p in OFFICE.items() if not (folder and (folder / name).exists())]
    if lacking and found:
        debian.install(*lacking)
    return tool("soffice", *lacking, "fonts-noto-cjk")
