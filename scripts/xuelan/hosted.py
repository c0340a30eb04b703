"""What the host gives to a build: the hand-written pages, and the frames of all others.

The host takes longer to start than an edit takes to build, and what it gives depends on few files.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from xuelan import look
from xuelan.cache import Cache, key_of
from xuelan.catalog import Catalog
from xuelan.column import SETTINGS_FILE
from xuelan.home import home_values
from xuelan.inputs import Inputs, program
from xuelan.page import Place, Theme

SECTIONS: Final = (
    "about", "activities", "downloads", "figures", "glossary", "library", "paths", "quiz", "search",
    "timeline",
)  # fmt: skip
"""The sections of the menu that pages of the collection belong to."""

DEEPEST: Final = 4
"""The most folders a page of the collection stands in."""


class HostError(Exception):
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


def obtain(catalog: Catalog, cache: Cache, inputs: Inputs) -> Hosted:
    """What the host makes of the column; from ``cache`` where nothing it can see has changed.

    Raises :class:`HostError`.
    """
    column = catalog.column
    key = _key(catalog, inputs)
    found = cache.get(key, Hosted) if column.closed else None
    if found is None:
        from xuelan import host  # noqa: PLC0415 - MkDocs alone takes a third of a second to import

        found = host.make(catalog)
        if _key(catalog, inputs) == key:  # nothing was changed meanwhile
            cache.put_value(key, found)
    return found


def _key(catalog: Catalog, inputs: Inputs) -> bytes:
    """All that the host can see."""
    column = catalog.column
    return key_of(
        program(),
        inputs.below(column.docs_dir),
        inputs.below(column.theme_dir) if column.theme_dir else {},
        inputs.below(str(look.folder())),
        inputs.digest(SETTINGS_FILE),
        repr(replace(column, root=Path())),
        {k: v for k, v in home_values(catalog).items() if not callable(v) and k != "column"},
        os.environ.get("SOURCE_DATE_EPOCH"),
    )
