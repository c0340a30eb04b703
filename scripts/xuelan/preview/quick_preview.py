"""The page of a text that has just been saved, made by itself, ahead of the whole build.

After a build the preview keeps what its pages were made from (:class:`Snapshot`). If nothing but
the text of a material has changed since, the functions of the build make its page from the snapshot
and the new text, byte for byte the page that the next whole build will make. For everything else
there is no quick page, and the browser waits for the whole build.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Collection as Paths
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from xuelan.check import check_edit
from xuelan.model.catalog import Catalog
from xuelan.model.material import Material
from xuelan.pages import collection as pages
from xuelan.pages.collection import Collection
from xuelan.pages.theme import Theme
from xuelan.reading.materials import Reading, read_material
from xuelan.rendering.links import LinkTable
from xuelan.rendering.pipeline import RenderedTexts, render_into
from xuelan.rendering.renderer import Renderer
from xuelan.text.source import ChangedError

MOST_PAGES: Final = 5
"""If more files are saved at once (by a change of branch, say), the whole build is as fast."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the pages of a build were made from; ``catalog`` has the texts edited since.

    Everything else stays as it was: an edit that passes :func:`render_page` changes nothing that
    other pages show or other texts link to. ``collection`` holds no texts but those rendered last.
    """

    catalog: Catalog
    collection: Collection
    theme: Theme
    table: LinkTable
    renderer: Renderer

    @classmethod
    def of(cls, collection: Collection, theme: Theme) -> Snapshot:
        """Return the snapshot of a build that makes its pages from ``collection`` and ``theme``."""
        table, catalog = LinkTable(collection.catalog), collection.catalog
        collection = replace(collection, rendered=RenderedTexts())
        return cls(catalog, collection, theme, table, Renderer(table.docs_dir))

    def has_text_of(self, material: Material) -> bool:
        """Return True if the build has read the file of ``material`` with the same content."""
        known = self.catalog.by_path.get(material.path)
        return known is not None and known.digest == material.digest


@dataclass(frozen=True, slots=True)
class QuickPage:
    """A page made by itself: its path in the site, its bytes, and the material it shows."""

    file: str
    content: bytes
    material: Material


def render_page(snapshot: Snapshot, path: str) -> tuple[QuickPage, Snapshot] | None:
    """Make the page of the material at ``path`` from its file as it is now.

    Returns the page, and the snapshot with the new text. Returns None if anything but the text has
    changed, or if it has an error: only a whole build knows what that means for other pages.
    """
    edit = _read_edit(snapshot.catalog, path)
    if edit is None:
        return None
    edited, material, reading = edit
    collection = snapshot.collection
    render_into(collection.rendered, material, reading.body, snapshot.table, snapshot.renderer)
    file = f"{material.address}index.html"
    sheets = pages.materials(collection, lambda other: other.path == path)
    page = next(make() for sheet, make in sheets if sheet == file)
    quick_page = QuickPage(file, snapshot.theme(page), material)
    return quick_page, replace(snapshot, catalog=edited)


def _read_edit(catalog: Catalog, path: str) -> tuple[Catalog, Material, Reading] | None:
    """Return the catalog with the text now at ``path``, the material and its reading.

    None if more than the text has changed, or if the text breaks a rule.
    """
    known = catalog.by_path.get(path)
    reading = read_material(catalog.column, path)
    material, scan = reading.material, reading.scan
    if material is None or scan is None or known is None or not catalog.shows(known):
        return None
    if material.face != known.face or any(p.is_error for p in reading.problems):
        return None
    materials = tuple(material if other is known else other for other in catalog.materials)
    edited = replace(catalog, materials=materials, scans={**catalog.scans, path: scan})
    lost_anchors = catalog.scan_of(known).unpack().anchors - scan.unpack().anchors
    try:
        problems = check_edit(edited, material, lost_anchors)
    except ChangedError:  # saved once more, so the watcher will tell of it again
        return None
    return None if any(p.is_error for p in problems) else (edited, material, reading)


class QuickPreview:
    """The quick pages made since the last whole build; the server shows them in place of its files.

    One thread makes quick pages, another one builds, and those of the server ask for pages.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_build: Snapshot | None = None
        self._snapshot: Snapshot | None = None
        self._builds = 0
        self._pages: dict[str, tuple[QuickPage, int]] = {}

    def get_page(self, file: str) -> bytes | None:
        """Return the quick page to show in place of ``file``; None if there is none."""
        found = self._pages.get(file)
        return found[0].content if found else None

    def render(self, root: Path, paths: Paths[str]) -> list[str]:
        """Make the pages of the texts at ``paths``, relative to the column's folder ``root``.

        Returns the files of these pages; none of them if any of ``paths`` needs the whole build.
        """
        while True:
            with self._lock:
                snapshot, build = self._snapshot, self._builds
            saved = snapshot and _find_texts(snapshot, root, paths)
            if not snapshot or not saved or len(saved) > MOST_PAGES:
                return []
            made: list[QuickPage] = []
            edited = snapshot
            for path in saved:
                rendered = render_page(edited, path)
                if rendered is None:
                    return []
                page, edited = rendered
                made.append(page)
            with self._lock:
                if self._snapshot is snapshot:  # else a build has ended: do it again from that
                    self._snapshot = edited
                    self._pages |= {page.file: (page, build) for page in made}
                    return [page.file for page in made]

    def use(self, snapshot: Snapshot) -> None:
        """Make quick pages from ``snapshot`` from now on: its build has checked everything."""
        with self._lock:
            self._snapshot = snapshot

    def start_build(self) -> int:
        """Count a whole build that begins to read; return its number."""
        with self._lock:
            self._builds += 1
            return self._builds

    def finish_build(self, number: int, snapshot: Snapshot | None) -> None:
        """Drop the quick pages that the site of build ``number`` now contains.

        ``snapshot`` is None if the site was up to date. Pages of texts that were saved after the
        build had read them are newer than the site, and stay.
        """
        with self._lock:
            built = snapshot or self._last_build
            self._last_build = self._snapshot = built
            self._pages = {
                file: (page, build)
                for file, (page, build) in self._pages.items()
                if build >= number and not (built and built.has_text_of(page.material))
            }


def _find_texts(snapshot: Snapshot, root: Path, paths: Paths[str]) -> list[str] | None:
    """Return those of ``paths`` that are materials; None if any other file was changed.

    A path where no file is any more was an editor's temporary file, and so is one with such a name.
    (If it was something else, the whole build, which follows in any case, puts it right.)
    """
    known = snapshot.catalog.by_path
    others = [path for path in paths if path not in known]
    if any(os.path.lexists(root / path) and not _is_temporary(path) for path in others):
        return None
    return sorted(path for path in paths if path in known)


def _is_temporary(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.startswith((".", "_", "#")) or name.endswith("~")
