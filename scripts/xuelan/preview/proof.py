"""One page pulled from what the last build left standing: a proof, before the whole edition.

Printers keep a forme of type standing and pull a proof of it when a line has been set anew. Here
the forme is what the last build made its pages from; when nothing but a material's text has
changed since, its page can be made from that alone, with the functions the build uses, and is the
very page the next build will make.
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
from xuelan.reading.materials import read_material
from xuelan.rendering.links import LinkTable
from xuelan.rendering.pipeline import RenderedTexts, render_into
from xuelan.rendering.renderer import Renderer
from xuelan.text.source import ChangedError

MOST: Final = 5
"""With more files saved at once (a change of branch, say) the whole build is as good."""


@dataclass(frozen=True, slots=True)
class Forme:
    """What the pages of a build were made from, with the texts edited since in ``catalog``.

    All else outlives edits of texts: these change nothing that other pages show and other texts
    can name. The texts in ``collection`` are those pulled last, and no others.
    """

    catalog: Catalog
    collection: Collection
    theme: Theme
    table: LinkTable
    renderer: Renderer

    @classmethod
    def of(cls, collection: Collection, theme: Theme) -> Forme:
        """From what a build has at hand."""
        table, catalog = LinkTable(collection.catalog), collection.catalog
        collection = replace(collection, rendered=RenderedTexts())
        return cls(catalog, collection, theme, table, Renderer(table.docs_dir))

    def holds(self, m: Material) -> bool:
        """True when the build read the very text of ``m``."""
        known = self.catalog.by_path.get(m.path)
        return known is not None and known.digest == m.digest


@dataclass(frozen=True, slots=True)
class Proof:
    """A page's bytes, its path below the site's root, and the material it is of."""

    file: str
    page: bytes
    material: Material


def pull(forme: Forme, path: str) -> tuple[Proof, Forme] | None:
    """The page of the material at ``path`` as it stands there now, and the forme that holds it.

    ``None`` when anything but its text has changed or something is wrong with it: what becomes of
    the rest of the site only a whole build can tell.
    """
    catalog = forme.catalog
    known = catalog.by_path.get(path)
    reading = read_material(catalog.column, path)
    m, scan = reading.material, reading.scan
    if m is None or scan is None or known is None or not catalog.shows(known):
        return None
    if m.face != known.face or any(p.is_error for p in reading.problems):
        return None
    materials = tuple(m if other is known else other for other in catalog.materials)
    edited = replace(catalog, materials=materials, scans={**catalog.scans, path: scan})
    lost = catalog.scan_of(known).closely().anchors - scan.closely().anchors
    try:
        broken = any(p.is_error for p in check_edit(edited, m, lost))
    except ChangedError:  # saved once more: that will be heard of
        return None
    if broken:
        return None
    c = forme.collection
    render_into(c.rendered, m, reading.body, forme.table, forme.renderer)
    file = f"{m.address}index.html"
    sheets = pages.materials(c, lambda other: other.path == path)
    page = next(make() for sheet, make in sheets if sheet == file)
    return Proof(file, forme.theme(page), m), replace(forme, catalog=edited)


class Proofs:
    """The proofs pulled since the last whole build, shown in place of its pages.

    One thread pulls, another builds, many show.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._built: Forme | None = None
        self._forme: Forme | None = None
        self._builds = 0
        self._shown: dict[str, tuple[Proof, int]] = {}

    def shown(self, file: str) -> bytes | None:
        """The page to show at ``file`` in place of the one built, if there is one."""
        found = self._shown.get(file)
        return found[0].page if found else None

    def pull(self, root: Path, paths: Paths[str]) -> list[str]:
        """Pull the pages of what was saved, if ``paths``, seen from ``root``, are nothing else.

        The files of the pages pulled; none where the whole build has to be waited for.
        """
        while True:
            with self._lock:
                forme, builds = self._forme, self._builds
            saved = forme and _saved(forme, root, paths)
            if not forme or not saved or len(saved) > MOST:
                return []
            proofs, last = [], forme
            for path in saved:
                pulled = pull(last, path)
                if pulled is None:
                    return []
                proof, last = pulled
                proofs.append(proof)
            with self._lock:
                if self._forme is forme:  # else a build has come to its end meanwhile
                    self._forme = last
                    self._shown |= {proof.file: (proof, builds) for proof in proofs}
                    return [proof.file for proof in proofs]

    def take(self, forme: Forme) -> None:
        """Pull from ``forme``, of a build that has read and checked everything, from now on."""
        with self._lock:
            self._forme = forme

    def begin(self) -> int:
        """A whole build begins to read; its number, for :meth:`publish`."""
        with self._lock:
            self._builds += 1
            return self._builds

    def publish(self, build: int, forme: Forme | None) -> None:
        """The site of a whole build stands, made from ``forme``; without it, as it stood before.

        Proofs of what was saved after the build had read it are still ahead of it, and stay.
        """
        with self._lock:
            self._built = self._forme = built = forme or self._built
            self._shown = {
                file: (proof, begun)
                for file, (proof, begun) in self._shown.items()
                if begun >= build and not (built and built.holds(proof.material))
            }


def _saved(forme: Forme, root: Path, paths: Paths[str]) -> list[str] | None:
    """The materials among ``paths``; ``None`` when something else was changed.

    What is gone again was an editor's own file, and so is what bears such a name. (Where it was
    not, the whole build, which comes in any case, puts it right.)
    """
    known = forme.catalog.by_path
    others = [path for path in paths if path not in known]
    if any(os.path.lexists(root / path) and not _is_editors(path) for path in others):
        return None
    return sorted(path for path in paths if path in known)


def _is_editors(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.startswith((".", "_", "#")) or name.endswith("~")
