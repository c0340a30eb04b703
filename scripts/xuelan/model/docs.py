"""The hand-written part of a column: its folder of pages, as values."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

ENDINGS: Final = (".md", ".markdown", ".mdown", ".mkdn", ".mkd")
"""The endings of files that the host takes for pages."""


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link or picture of a hand-written page.

    ``is_html`` is True for one in HTML code, which nobody rewrites: it is an address and never
    the path of a file.
    """

    line: int
    text: str
    target: str
    is_image: bool = False
    is_html: bool = False


@dataclass(frozen=True, slots=True)
class HandWritten:
    """A hand-written page.

    ``address`` is below the site's root and ends in ``/``; ``""`` for the home page. ``front`` are
    its settings (between ``---`` lines), ``lines`` those of its text with code blanked out, the
    first of them line ``body_line`` of the file. ``anchors`` are the places that a link can lead
    to; ``None`` where an extension may have made others.
    """

    path: str
    address: str
    front: dict[str, Any]
    body_line: int
    lines: tuple[str, ...]
    links: tuple[PageLink, ...]
    anchors: frozenset[str] | None


@dataclass(frozen=True)
class Docs:
    """The folder of hand-written pages.

    ``files`` are the other files that are published as they are, ``strays`` those left behind by
    editors and office programs, which are not published; ``unpublished`` the pages that the
    settings leave out. All paths are relative to the column.
    """

    folder: str = "docs"
    pages: tuple[HandWritten, ...] = ()
    files: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()
    unpublished: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @cached_property
    def by_path(self) -> dict[str, HandWritten]:
        """The pages by the path of their file."""
        return {page.path: page for page in self.pages}

    def site_path(self, path: str) -> str:
        """Where a file that is no page stands below the site's root."""
        return path.removeprefix(f"{self.folder}/")

    def address_of(self, path: str) -> str:
        """The address of the page in the file at ``path``."""
        return page_address(self.site_path(path))


def page_address(file: str) -> str:
    """The address of the page that the host makes of ``file``, seen from the folder of pages."""
    folder, name = posixpath.split(file)
    stem = posixpath.splitext(name)[0]
    address = folder if stem in ("index", "README") else posixpath.join(folder, stem)
    return f"{address}/" if address else ""
