"""Links of hand-written pages to materials, and addresses from the site's root."""

from __future__ import annotations

import xml.etree.ElementTree as etree
from typing import Final

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from xuelan.model.catalog import Catalog
from xuelan.rules.addresses import href

_BEFORE_HOST: Final = 1
"""The host looks at links with priority 0, and would find no material."""


class PageLinks(Extension):
    """Turns the links of ``page`` (the path of its file) into such as the host understands."""

    page: str = ""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__()
        self.catalog = catalog

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Have the links written when the tree of a page is complete."""
        md.treeprocessors.register(_LinkWriter(self), "materials", _BEFORE_HOST)


class _LinkWriter(Treeprocessor):
    def __init__(self, links: PageLinks) -> None:
        super().__init__()
        self._links = links

    def run(self, root: etree.Element) -> None:
        for element in root.iter("a"):
            if target := element.get("href"):
                element.set("href", href(self._links.catalog, self._links.page, target))
