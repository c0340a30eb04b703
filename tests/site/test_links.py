"""Every internal link and anchor of the built site resolves, as lychee sees it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

LYCHEE = Path(sys.executable).parent / "lychee"


def _broken(site: Path) -> tuple[int, list[str]]:
    """How many links lychee looked at, and those it could not follow."""
    options = ("--offline", "--include-fragments", "--no-progress", "--format", "json")
    where = ("--index-files", "index.html", "--root-dir", str(site), f"{site}/**/*.html")
    done = subprocess.run([LYCHEE, *options, *where], capture_output=True, text=True, check=False)
    found = json.loads(done.stdout)
    errors = [
        f"{page.removeprefix(str(site))}: {link['url']}"
        for page, links in found["error_map"].items()
        for link in links
    ]
    return found["total"], errors


def test_every_internal_link_and_anchor_resolves(site: Path) -> None:
    """Thousands of links, none broken, Chinese anchors too."""
    total, broken = _broken(site)
    assert broken == []
    assert total > 10_000


def test_a_broken_anchor_would_be_found(site: Path, tmp_path: Path) -> None:
    """The checker itself works: a wrong page and a wrong Chinese anchor are both reported."""
    copy = tmp_path / "site"
    shutil.copytree(site, copy)
    page = copy / "materials/portrait/index.html"
    wrong = '<a href="#没有这一节">x</a><a href="../no-such-material/">y</a></body>'
    page.write_text(page.read_text().replace("</body>", wrong))
    _, broken = _broken(copy)
    assert len(broken) == 2
