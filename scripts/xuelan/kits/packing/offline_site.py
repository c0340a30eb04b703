"""A copy of the finished site that works from a folder, search included.

On ``file://`` browsers open no index page for a folder, and refuse ``fetch`` and scripts that are
modules. So links to folders get ``index.html``, modules without imports become deferred scripts,
and files that need a server (sitemap, error page, kits) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from xuelan.engine.cache import NO_CACHE, Cache
from xuelan.engine.staging import SiteTree
from xuelan.engine.workers import SERIAL, Workers
from xuelan.kits.cache_keys import hash_code
from xuelan.kits.packing.site_copy import FOLDER
from xuelan.kits.packing.zip_writer import PackedFile
from xuelan.kits.plan import KitFile
from xuelan.text.digests import digest, key_of

_LEFT_OUT: Final = re.compile(
    r"\.xuelan-.*|sitemap\.xml|404\.html|downloads/(?:kits\.json|[^/]+/(?!index\.html).+)"
)
_LINK: Final = re.compile(r'(\s(?:href|action)=")([^"]*)(")')
_ELSEWHERE: Final = re.compile(r"$|[#?/]|[^/]*:")
"""Addresses that stay as they are: empty, within the page, from the root, or with a scheme."""

_MODULE: Final = re.compile(r'<script type="module"')
_FEED: Final = re.compile(
    r'\s*<(?:link rel="(?:alternate|canonical|manifest)"|meta http-equiv="refresh")[^>]*>'
)
"""What needs a server: a browser would go on to a folder, where it opens no index page."""


def copy(
    tree: SiteTree, instead: Mapping[str, bytes], cache: Cache = NO_CACHE, workers: Workers = SERIAL
) -> tuple[PackedFile, ...]:
    """The site in ``tree`` as compressed files that work from a folder.

    ``instead`` holds files by path that replace the site's own. Files that ``cache`` holds are not
    compressed again.
    """
    digests = {path: entry.digest or entry.key for path, entry in tree.files.items()}
    digests |= {path: digest(data) for path, data in instead.items()}
    wanted = [path for path in sorted(digests) if not _LEFT_OUT.fullmatch(path)]
    keys = {path: key_of("offline", hash_code(__name__), path, digests[path]) for path in wanted}
    found = {path: cache.get(key, PackedFile) for path, key in keys.items()}
    missing = [path for path, kept in found.items() if kept is None]

    def read(path: str) -> tuple[str, bytes]:
        return path, instead.get(path) or tree.read(path)

    made = workers.map(fit, missing, "套装", prepare=read, store=lambda _, packed: packed)
    for path, packed in zip(missing, made, strict=True):
        cache.put(keys[path], packed)
        found[path] = packed
    return tuple(file for file in found.values() if file)


def fit(file: tuple[str, bytes]) -> PackedFile:
    """One file of the site, its links changed, compressed."""
    path, data = file
    fitting = page(data.decode()).encode() if path.endswith(".html") else data
    return PackedFile.of(KitFile(f"{FOLDER}/{path}", path, "", fitting))


def page(html: str) -> str:
    """A page with links and scripts that work from a folder."""
    html = _FEED.sub("", html)
    html = _MODULE.sub("<script defer", html)
    return _LINK.sub(lambda m: f"{m[1]}{_target(m[2])}{m[3]}", html)


def _target(address: str) -> str:
    """An address on the site, with ``index.html`` where it ends in a folder: ``../b/#p1`` too."""
    if _ELSEWHERE.match(address):
        return address
    cut = min((address.find(c) for c in "?#" if c in address), default=len(address))
    path, rest = address[:cut], address[cut:]
    last = path.rsplit("/", 1)[-1]
    if last in ("", ".", ".."):
        path = f"{path.rstrip('/') or '.'}/index.html"
    return path + rest
