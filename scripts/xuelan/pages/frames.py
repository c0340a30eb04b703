"""What the host makes for a build: the hand-written pages, and the frames of all others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xuelan.model.catalog import Catalog
from xuelan.pages.theme import FramePlace, Theme
from xuelan.text.errors import XuelanError

SECTIONS: Final = (
    "about", "activities", "downloads", "figures", "glossary", "library", "paths", "quiz", "search",
    "timeline",
)  # fmt: skip
"""The sections of the menu that pages of the collection belong to."""

DEEPEST: Final = 4
"""The most folders a page of the collection stands in."""


class HostError(XuelanError):
    """The host could not build the hand-written pages; the message is the host's own."""


@dataclass(frozen=True, slots=True)
class HostOutput:
    """What the host made of a column.

    ``files`` are the bytes of its files by path, ``addresses`` those of the pages among them,
    ``folders`` the template folders in their order, ``frames`` the empty pages for the collection.
    """

    files: dict[str, bytes]
    addresses: tuple[str, ...]
    folders: tuple[str, ...]
    frames: tuple[tuple[FramePlace, str], ...]

    def theme(self, catalog: Catalog) -> Theme:
        """The look for the pages of ``catalog``."""
        return Theme(self.folders, catalog.column, dict(self.frames), catalog)
