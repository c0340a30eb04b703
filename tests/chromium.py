"""Finds a Chromium for the browser tests, and gets one where there is none.

``python tests/chromium.py`` prints its path; with ``--install`` it installs one first: by
``apt-get`` as root on Debian, else by the test driver's own installer.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
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
    candidates = [os.environ.get("CHROMIUM", ""), *(shutil.which(n) or "" for n in NAMES), str(MAC)]
    return next((c for c in candidates if c and Path(c).exists()), "") or _drivers_own()


def _drivers_own() -> str:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        path = driver.chromium.executable_path
    return path if Path(path).exists() else ""


def install() -> bool:
    """Try to get a Chromium; True when something was installed."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        command = ["apt-get", "install", "-y", "-qq", "chromium", "fonts-noto-cjk"]
        done = subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL)
        if done.returncode == 0:
            return True
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    return subprocess.run(command, check=False).returncode == 0


def main() -> int:
    if not find() and "--install" in sys.argv:
        print("Getting Chromium for the browser tests ...", flush=True)
        install()
    path = find()
    if not path:
        print(
            "The browser tests need Chromium: install it (Debian, Ubuntu: apt-get install chromium;"
            " macOS: Google Chrome) or name one in CHROMIUM, and run make test again.",
            file=sys.stderr,
        )
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
