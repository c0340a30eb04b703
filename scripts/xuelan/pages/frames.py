"""What the host gives to a build: the hand-written pages, and the frames of all others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xuelan.model.catalog import Catalog
from xuelan.pages.theme import Place, Theme
from xuelan.text.errors import XuelanError

SECTIONS: Final = (
    "about", "activities", "downloads", "figures", "glossary", "library", "paths", "quiz", "search",
    "timeline",
)  # fmt: skip
"""The sections of the menu that pages of the collection belong to."""

DEEPEST: Final = 4
"""The most folders a page of the collection stands in."""


class HostError(XuelanError):
    """The host could not build the hand-written pages; the message is its own."""


@dataclass(frozen=True, slots=True)
class Hosted:
    """Files by path, addresses of the pages among them, template folders, and the frames."""

    files: dict[str, bytes]
    addresses: tuple[str, ...]
    folders: tuple[str, ...]
    frames: tuple[tuple[Place, str], ...]

    def theme(self, catalog: Catalog) -> Theme:
        """The look, for pages of ``catalog``."""
        return Theme(self.folders, catalog.column, dict(self.frames), catalog)
