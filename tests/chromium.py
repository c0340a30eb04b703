"""Finds a Chromium for the browser tests, and gets one where there is none.

``python tests/chromium.py`` prints its path; with ``--install`` it first installs what is missing:
from Debian's packages where that can be done, else by the test driver's own installer. The driver
is started last: the Node it brings along needs a library of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import debian

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
DRIVER = (sys.executable, "-m", "playwright")
ASK_DRIVER = """
from playwright.sync_api import sync_playwright
with sync_playwright() as driver:
    print(driver.chromium.executable_path)
"""
BROWSER_PACKAGES = ("chromium", "fonts-noto-cjk")
DRIVER_PACKAGES = ("libatomic1",)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str:
    """The path of a Chromium, or an empty string."""
    return _installed() or _drivers_own()


def _installed() -> str:
    candidates = [os.environ.get("CHROMIUM", ""), *(shutil.which(n) or "" for n in NAMES), str(MAC)]
    return next((c for c in candidates if c and Path(c).exists()), "")


def _drivers_own() -> str:
    """The one that the driver's own installer has got; asked for in a process that may fail."""
    command = [sys.executable, "-c", ASK_DRIVER]
    path = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return path if path and Path(path).exists() else ""


def _trouble(*command: str) -> str:
    """Why a program does not start, in its own words: a library it misses, mostly."""
    try:
        done = subprocess.run(
            [*command, "--version"], capture_output=True, text=True, errors="replace", check=False
        )
    except OSError as error:
        return str(error)
    if not done.returncode:
        return ""
    return (done.stderr.strip().splitlines() or [f"error {done.returncode}"])[-1]


def install() -> str:
    """Get what is missing; what kept it from that, in a few words, or nothing."""
    # One by one: Ubuntu has the library, but no Chromium among its packages.
    obstacle = _get(DRIVER_PACKAGES) if _trouble(*DRIVER) else ""
    if not find():
        obstacle = _get(BROWSER_PACKAGES) or obstacle
        if not find() and not _trouble(*DRIVER):
            subprocess.run([*DRIVER, "install", "chromium"], capture_output=True, check=False)
    return obstacle


def _get(packages: tuple[str, ...]) -> str:
    print(f"Getting {' and '.join(packages)} for the browser tests ...", flush=True)
    return debian.install(*packages)


def missing() -> str:
    """What the browser tests still need, and how a person gets it; nothing when all is there."""
    path = find()
    driver = _trouble(*DRIVER)
    packages = (() if path else BROWSER_PACKAGES) + (DRIVER_PACKAGES if driver else ())
    by_apt = f"Debian, Ubuntu: apt-get install {' '.join(packages)}"
    if not path:
        return f"Chromium: install it ({by_apt}; macOS: Google Chrome) or name one in CHROMIUM"
    if driver:
        return f"what their driver misses ({by_apt}): {driver}"
    if trouble := _trouble(path):
        return f"a Chromium that starts, but of {path} the system says: {trouble}"
    return ""


def main() -> int:
    obstacle = install() if "--install" in sys.argv else ""
    if need := missing():
        tried = f" (Tried: {obstacle}.)" if obstacle else ""
        print(f"The browser tests need {need}.{tried}", file=sys.stderr)
        return 1
    print(find())
    return 0


if __name__ == "__main__":
    sys.exit(main())
