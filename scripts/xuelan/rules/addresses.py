"""The addresses of a site: which pages there are, who makes them, and where a link leads.

Hand-written pages and the menu name pages by their files or by their addresses below the site's
root, such as ``activities/``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import unquote, urlsplit

from xuelan.model.catalog import Catalog
from xuelan.model.column import MATERIALS_FOLDER
from xuelan.model.docs import ENDINGS, HandWritten
from xuelan.model.material import WITHDRAWN, Material
from xuelan.text.problem import Code, did_you_mean

MADE: Final = {
    "activities/": "学习活动",
    "timeline/": "年表",
    "glossary/": "词条",
    "figures/": "数字",
    "quiz/": "自测",
    "paths/": "学习路径",
    "own-kit/": "本支部套装",
    "library/": "资料库",
    "search/": "检索",
    "downloads/": "下载",
    "contributing/fields/": "字段一览",
    "contributing/problems/": "检查项一览",
}
"""The pages that the program makes, or will make as soon as there is something to show."""

_FILES: Final = {
    "404.html": "“没有这一页”的页面",
    "catalog.json": "开放数据",
    "feed.xml": "订阅源",
    "feed.json": "订阅源",
    "sitemap.xml": "网站地图",
    ".xuelan-site": "程序的标记",
}
_FOLDERS: Final = {
    "library/": "资料库",
    "materials/": "材料",
    "search/": "检索",
    "downloads/": "下载",
    "own-kit/": "本支部套装",
    "feeds/": "订阅源",
    "assets/xuelan/": "网站的样式和脚本",
}
"""Folders whose content comes from the materials: whatever stands there may be replaced."""

_OWN_ANCHOR: Final = re.compile(r"(?:p|ref-|cite-)[0-9]+|toc|missing|questions|media|related|main")
"""Anchors that pages of materials have besides their headings."""

ANY: Final = None
"""In the place of a page's anchors: they are not known."""


def maker(catalog: Catalog, file: str) -> str:
    """The name of what the program puts at ``file``, below the site's root; ``""`` for nothing.

    Capital letters count as small ones: on Windows and macOS such files are one.
    """
    place = file.casefold()
    if name := _FILES.get(place):
        return name
    for folder, name in _FOLDERS.items():
        if place.startswith(folder) and place != f"{folder}index.html":
            return name
    own = {f"{a.address}index.html": a.name for a in catalog.column.activities}
    own |= {f"{p.address}index.html": p.title for p in catalog.paths}
    own |= {f"{address}index.html": name for address, name in MADE.items()}
    return own.get(place, "")


@dataclass(frozen=True)
class SiteMap:
    """Every address of the site of ``catalog``, as far as that is known before it is made."""

    catalog: Catalog

    @cached_property
    def pages(self) -> dict[str, frozenset[str] | None]:
        """The anchors of each page, by its address; :data:`ANY` where they are not known."""
        c = self.catalog
        found: dict[str, frozenset[str] | None] = dict.fromkeys(self._made(), ANY)
        found |= {a.address: ANY for a in c.column.activities}
        found |= {p.address: ANY for p in c.paths}
        found |= {k.address: ANY for k in c.kits}
        kinds = {m.kind for m in c.public}
        served = {name for m in c.public for name in m.activity}
        found |= {f"library/kind/{k.id}/": ANY for k in c.column.kinds if k.name in kinds}
        found |= {f"library/year/{m.year}/": ANY for m in c.public if m.year}
        found |= {f"library/activity/{a.id}/": ANY for a in c.column.activities if a.name in served}
        found["contributing/problems/"] = frozenset(code.slug for code in Code)
        for m in c.materials:
            if m.is_public or m.status == WITHDRAWN:
                found[m.address] = c.scan_of(m).unpack().anchors
        return found | {p.address: p.anchors for p in c.docs.pages}

    def _made(self) -> Iterator[str]:
        """The pages that show something: there is none where there is nothing to show."""
        c = self.catalog
        there = {
            "activities/": c.column.activities,
            "timeline/": [f for f in c.facts.values() if f.timeline and f.date],
            "glossary/": c.terms,
            "figures/": c.figures,
            "quiz/": c.questions,
            "paths/": c.paths,
            "own-kit/": c.kits,
        }
        yield from (name for name in MADE if name not in there or there[name] or c.unread)
        yield from ("downloads/verify/",) if c.kits else ()

    @cached_property
    def files(self) -> frozenset[str]:
        """The files that are no pages."""
        c = self.catalog
        found = {*_FILES, *(c.docs.site_path(path) for path in c.docs.files)}
        for m in c.materials:
            names = (*(a.path for a in m.attachments), *(x.path for x in m.media))
            found |= {m.address + posixpath.basename(path) for path in names if m.is_public}
        return frozenset(found)

    def has_file(self, place: str) -> bool:
        """True for a file, or one that only the finished site can tell of."""
        if place in self.files or place.startswith(("assets/", "feeds/", "search/index/")):
            return True
        shelf = re.fullmatch(r"library/(?:issuer|tag)/[^/]+/(?:[0-9]+/)?", place)
        number = re.fullmatch(r"(library/(?:[a-z]+/[^/]+/)?)[0-9]+/", place)
        in_kit = any(place.startswith(k.address) for k in self.catalog.kits)
        return bool(shelf) or in_kit or bool(number and number[1] in self.pages)

    def did_you_mean(self, address: str) -> str:
        """A hint naming the address nearest to ``address``, from the site's root."""
        return did_you_mean(address, filter(None, self.pages)).replace("“", "“/")

    def names(self, anchor: str, address: str) -> bool:
        """True if the page at ``address`` has the ``anchor``, or may have it."""
        known = self.pages.get(address, ANY)
        if known is ANY or anchor in known:
            return True
        return address.startswith(f"{MATERIALS_FOLDER}/") and bool(_OWN_ANCHOR.fullmatch(anchor))


def material_at(catalog: Catalog, page: str, path: str) -> Material | None:
    """The material in the file ``path``, as the page in the file ``page`` writes it."""
    return catalog.by_path.get(posixpath.normpath(posixpath.join(posixpath.dirname(page), path)))


def href(catalog: Catalog, page: str, target: str) -> str:
    """What a link from the hand-written page in the file ``page`` is for the host.

    A material's file becomes the address of its page, and an address from the site's root
    (``/about/``) one that is relative, so that it is right wherever the site is put.
    """
    try:
        parts = urlsplit(target)
    except ValueError:
        return target
    if parts.scheme or parts.netloc or not parts.path:
        return target
    path, docs = unquote(parts.path), catalog.docs
    root = "../" * docs.address_of(page).count("/")
    rest = target.removeprefix(parts.path)
    if path.startswith("/"):
        file = f"{docs.folder}{path}"
        if file in docs.by_path or file in docs.files:
            return posixpath.relpath(file, posixpath.dirname(page)) + rest
        return (root + parts.path.lstrip("/") or "./") + rest
    material = material_at(catalog, page, path)
    return target if material is None else root + material.address + rest


def leads_to(page: HandWritten, path: str) -> str:
    """The address below the site's root to which a browser goes from ``page``.

    ``..`` for one outside the site.
    """
    joined = posixpath.normpath("/".join(["", page.address + path]))
    whole = posixpath.normpath(posixpath.join(page.address or ".", path))
    if whole.startswith(".."):
        return ".."
    address = joined.lstrip("/").removesuffix("index.html")
    is_folder = path.endswith(("/", "/.", "/..", "index.html")) or path in (".", "..", "")
    return f"{address.rstrip('/')}/" if address and is_folder else address


def is_page_file(path: str) -> bool:
    """True for the path of a Markdown file."""
    return path.lower().endswith(ENDINGS)
