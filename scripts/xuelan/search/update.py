"""The index brought up to date: nothing is loaded or read when nothing has changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from xuelan.engine.cache import NO_CACHE, Cache
from xuelan.engine.staging import SiteTree
from xuelan.engine.workers import SERIAL, Workers
from xuelan.search import files, script
from xuelan.search.document import DocumentRef
from xuelan.search.files import FormLink, IndexManifest
from xuelan.search.notes import IndexNotes
from xuelan.text.digests import program

if TYPE_CHECKING:
    from xuelan.search.index import IndexBuilder

SCRIPT_PATH: Final = "search/search.js"
"""The browser's script, below the site's root."""


class IndexUpdate:
    """Brings the index in ``tree`` up to date with the documents ``refs``.

    The constructor does the first part of a first build, which needs no workers: they may still be
    busy with another step. :meth:`finish` does the rest. Texts are encoded by ``workers`` and kept
    in ``cache``; the files are the same with and without them, and with and without a last build.
    """

    def __init__(
        self,
        refs: Sequence[DocumentRef],
        tree: SiteTree,
        cache: Cache = NO_CACHE,
        workers: Workers = SERIAL,
    ) -> None:
        self._refs = refs
        self._tree = tree
        self._cache = cache
        self._workers = workers
        self._notes = IndexNotes.load(tree)
        self._manifest = _load_manifest(tree, self._notes)
        self._builder: IndexBuilder | None = None
        if self._manifest is None or self._notes.keys != [ref.key for ref in refs]:
            self._builder = self._make_builder()
            if not self._notes.keys:
                self._builder.prepare()

    def finish(self, forms: tuple[FormLink, ...]) -> None:
        """Write the index and the browser's script; ``forms`` are found beside the documents."""
        manifest = self._manifest
        if self._builder is None and manifest is not None and manifest.forms == forms:
            self._tree.keep_folder(files.FOLDER, files.FOLDER)
            self._notes.save(self._tree)
        else:
            manifest = (self._builder or self._make_builder()).write(forms)
        self._tree.write(SCRIPT_PATH, script.join_modules(manifest))

    def _make_builder(self) -> IndexBuilder:
        from xuelan.search.index import IndexBuilder  # noqa: PLC0415 - numpy takes long to load

        return IndexBuilder(self._refs, self._tree, self._cache, self._workers)


def _load_manifest(tree: SiteTree, notes: IndexNotes) -> IndexManifest | None:
    """Read the manifest of the index that this very program has left in the tree."""
    if notes.program != program():
        return None
    return files.decode_manifest(tree.read(files.MANIFEST_PATH))
