"""The finished site as a folder that opens by double click, and search works in it.

Browsers treat ``file://`` apart: a folder has no index page, scripts as modules and ``fetch`` are
refused. So links to folders name their ``index.html``, modules without imports become deferred
scripts, and what only a server can offer is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from xuelan.engine.cache import NO_CACHE, Cache
from xuelan.engine.staging import SiteTree
from xuelan.engine.workers import SERIAL, Workers
from xuelan.kits.cache_keys import code
from xuelan.kits.packing.zip_writer import Packed
from xuelan.kits.plan import KitFile
from xuelan.model.kit import OFFLINE, ZIM
from xuelan.text.digests import digest, key_of

FOLDER: Final = "离线网页"
WANTED_BY: Final = frozenset({OFFLINE, ZIM})
"""Formats that carry pages of the site."""

_LEFT_OUT: Final = re.compile(
    r"\.xuelan-.*|sitemap\.xml|404\.html|downloads/(?:kits\.json|[^/]+/(?!index\.html).+)"
)
_LINK: Final = re.compile(r'(\s(?:href|action)=")([^"]*)(")')
_ELSEWHERE: Final = re.compile(r"$|[#?/]|[^/]*:")
"""Addresses that stay: empty, within the page, from the root, or with a scheme."""

_MODULE: Final = re.compile(r'<script type="module"')
_FEED: Final = re.compile(r'\s*<link rel="(?:alternate|canonical|manifest)"[^>]*>')


class Copy(Mapping[str, bytes]):
    """The copy by path: every file is packed once for all kits, and unpacked when looked at."""

    def __init__(self, files: Sequence[Packed] = ()) -> None:
        self.files = tuple(files)
        self._by_path = {f.name.removeprefix(f"{FOLDER}/"): f for f in self.files}

    @property
    def key(self) -> bytes:
        """The digest of all of it."""
        return key_of([(f.name, f.sha256) for f in self.files])

    def __getitem__(self, path: str) -> bytes:
        return self._by_path[path].member.data

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_path)

    def __len__(self) -> int:
        return len(self.files)


def copy(
    tree: SiteTree, instead: Mapping[str, bytes], cache: Cache = NO_CACHE, workers: Workers = SERIAL
) -> Copy:
    """The site written into ``tree`` made fit for opening without a server.

    ``instead`` are files that the copy has in place of the site's own. What ``cache`` holds is
    not packed again.
    """
    digests = {path: entry.digest or entry.key for path, entry in tree.files.items()}
    digests |= {path: digest(data) for path, data in instead.items()}
    wanted = [path for path in sorted(digests) if not _LEFT_OUT.fullmatch(path)]
    keys = {path: key_of("offline", code(__name__), path, digests[path]) for path in wanted}
    found = {path: cache.get(key, Packed) for path, key in keys.items()}
    missing = [path for path, kept in found.items() if kept is None]

    def opened(path: str) -> tuple[str, bytes]:
        return path, instead.get(path) or tree.read(path)

    made = workers.map(fit, missing, "离线网页", prepare=opened, store=lambda _, packed: packed)
    for path, packed in zip(missing, made, strict=True):
        cache.put(keys[path], packed)
        found[path] = packed
    return Copy([file for file in found.values() if file])


def fit(file: tuple[str, bytes]) -> Packed:
    """One file of the site, made fit and packed."""
    path, data = file
    fitting = page(data.decode()).encode() if path.endswith(".html") else data
    return Packed.of(KitFile(f"{FOLDER}/{path}", path, "", fitting))


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
