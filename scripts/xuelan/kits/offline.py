"""The finished site as a folder that opens by double click, and search works in it.

Browsers treat ``file://`` apart: a folder has no index page, scripts as modules and ``fetch`` are
refused. So links to folders name their ``index.html``, modules without imports become deferred
scripts, and what only a server can offer is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from xuelan.kits.kit import OFFLINE, SCORM, ZIM
from xuelan.kits.plan import KitFile, KitPlan

FOLDER: Final = "离线网页"
WANTED_BY: Final = frozenset({OFFLINE, SCORM, ZIM})
"""Formats that carry pages of the site."""

_LEFT_OUT: Final = re.compile(
    r"\.xuelan-.*|sitemap\.xml|404\.html|downloads/(?:kits\.json|[^/]+/(?!index\.html).+)"
)
_LINK: Final = re.compile(r'(\s(?:href|action)=")([^"]*)(")')
_ELSEWHERE: Final = re.compile(r"$|[#?/]|[^/]*:")
"""Addresses that stay: empty, within the page, from the root, or with a scheme."""

_MODULE: Final = re.compile(r'<script type="module"')
_FEED: Final = re.compile(r'\s*<link rel="(?:alternate|canonical|manifest)"[^>]*>')


def files(plan: KitPlan) -> Iterator[KitFile]:
    """Every file of the offline folder; the start page names only its first."""
    if OFFLINE not in plan.kit.formats:
        return
    for path, data in sorted(plan.offline.items()):
        yield KitFile(f"{FOLDER}/{path}", path, "", data)


def gather(tree: Path) -> dict[str, bytes]:
    """The site below ``tree`` made fit for opening without a server, as path → bytes."""
    gathered: dict[str, bytes] = {}
    for file in sorted(tree.rglob("*")):
        path = file.relative_to(tree).as_posix()
        if file.is_file() and not _LEFT_OUT.fullmatch(path):
            data = file.read_bytes()
            gathered[path] = page(data.decode()).encode() if path.endswith(".html") else data
    return gathered


def page(html: str) -> str:
    """A page with links and scripts that work from a folder."""
    html = _FEED.sub("", html)
    html = _MODULE.sub("<script defer", html)
    return _LINK.sub(lambda m: f"{m[1]}{_target(m[2])}{m[3]}", html)


def _target(address: str) -> str:
    """A link to a folder of the site, with the name of the page in it."""
    if _ELSEWHERE.match(address):
        return address
    cut = min((address.find(c) for c in "?#" if c in address), default=len(address))
    path, rest = address[:cut], address[cut:]
    last = path.rsplit("/", 1)[-1]
    if last in ("", ".", ".."):
        path = f"{path.rstrip('/') or '.'}/index.html"
    return path + rest
