"""Makes the picture the README shows: the column's home page on a desktop.

``python tests/screenshot.py`` builds the column into a temporary folder and writes
``.github/images/home.png``.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from chromium import FLAGS, find
from xuelan.build import build

ROOT = Path(__file__).parent.parent
TARGET = ROOT / ".github/images/home.png"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        site = Path(folder) / "site"
        build(ROOT, site)
        browser = driver.chromium.launch(executable_path=find(), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
        page.goto((site / "index.html").as_uri())
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=TARGET)
        browser.close()


if __name__ == "__main__":
    main()
