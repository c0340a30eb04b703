"""A page of the collection before it is framed, and the frame that makes it a whole page."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import jinja2

from xuelan.catalog import Catalog
from xuelan.dates import chinese

SLOTS: Final = ("title", "description", "canonical", "head", "content", "edit")
_SLOT: Final = re.compile("@@xuelan-(" + "|".join(SLOTS) + ")@@")


def slot(name: str) -> str:
    """The mark in a frame where ``name`` goes."""
    return f"@@xuelan-{name}@@"


@dataclass(frozen=True, slots=True)
class Page:
    """One page. ``address`` ends in ``/``; ``section`` is the menu entry it belongs to.

    ``template`` with ``values`` makes its content; ``source`` is the file to edit, if any;
    ``data`` is its schema.org description.
    """

    address: str
    title: str
    description: str
    template: str
    section: str
    values: dict[str, Any] = field(default_factory=dict)
    source: str = ""
    data: dict[str, Any] | None = None
    article: bool = False

    @property
    def root(self) -> str:
        """The way from this page to the site's root, such as ``../../``."""
        return "../" * self.address.count("/")


class Theme:
    """Puts pages into the site's look.

    ``env`` is the host's Jinja environment; ``frame`` renders the whole page around the slots
    for a given depth and menu section. Frames are rendered once and filled thousands of times.
    """

    def __init__(
        self,
        env: jinja2.Environment,
        catalog: Catalog,
        frame: Callable[[int, str], str],
    ) -> None:
        self.catalog = catalog
        self._make_frame = frame
        self._frames: dict[tuple[int, str], list[str]] = {}
        self.env = env.overlay(autoescape=True)
        self.env.filters["zh_date"] = chinese
        self.env.filters["size"] = human_size
        self.env.globals.update(column=catalog.column, catalog=catalog)

    def html(self, page: Page) -> str:
        """The finished page."""
        content = self.env.get_template(page.template).render(
            page.values, root=page.root, page=page
        )
        column = self.catalog.column
        filled = {
            "title": html.escape(page.title),
            "description": html.escape(page.description),
            "canonical": html.escape(column.url + page.address) if column.url else "",
            "head": self._head(page),
            "content": content,
            "edit": html.escape(column.edit_base + page.source) if page.source else "",
        }
        parts = self._frame(page.address.count("/"), page.section)
        return "".join(filled[p] if odd else p for odd, p in _alternating(parts))

    def _frame(self, depth: int, section: str) -> list[str]:
        key = (depth, section)
        if key not in self._frames:
            self._frames[key] = _SLOT.split(self._make_frame(depth, section))
        return self._frames[key]

    def _head(self, page: Page) -> str:
        """Open Graph and schema.org data."""
        column = self.catalog.column
        graph = {
            "og:type": "article" if page.article else "website",
            "og:title": page.title,
            "og:description": page.description,
            "og:site_name": column.title,
            "og:locale": "zh_CN",
            "og:url": column.url + page.address if column.url else "",
        }
        tags = [
            f'<meta property="{name}" content="{html.escape(text)}">'
            for name, text in graph.items()
            if text
        ]
        if page.data:
            data = json.dumps(page.data, ensure_ascii=False).replace("<", "\\u003c")
            tags.append(f'<script type="application/ld+json">{data}</script>')
        return "\n".join(tags)


def _alternating(parts: list[str]) -> list[tuple[bool, str]]:
    return [(bool(n % 2), part) for n, part in enumerate(parts)]


def human_size(count: int) -> str:
    """A file size a reader understands: 820 字节, 36 KB, 1.4 MB (1 KB = 1,000 bytes)."""
    if count < 1000:
        return f"{count} 字节"
    if count < 1000 * 1000:
        return f"{count / 1000:.0f} KB"
    return f"{count / 1000 / 1000:.1f} MB"
