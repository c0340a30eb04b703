"""From the catalog to an edition: everything that pages are made from, and the tree they go to."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field, replace
from functools import cached_property

import msgspec

from xuelan.engine.context import BuildContext
from xuelan.engine.pinyin_cache import open_spelling, prefill
from xuelan.engine.staging import SiteTree
from xuelan.engine.steps import Pending
from xuelan.engine.workers import SERIAL
from xuelan.model.catalog import Catalog
from xuelan.pages import library
from xuelan.pages.collection import Collection
from xuelan.pages.frames import HostOutput
from xuelan.pages.theme import Page, Theme
from xuelan.rendering import pipeline
from xuelan.rendering.pipeline import RenderedTexts, TextRecord
from xuelan.text.digests import key_of
from xuelan.text.pinyin import Spelling


@dataclass(frozen=True, slots=True)
class PageRecord:
    """What a build tells the next one about its pages.

    ``base`` is the key of what every page depends on (program, templates, settings), ``lists`` of
    all that lists and links to the pages before and after show, ``table`` of all that texts can
    link to. ``texts`` are the rendered texts, ``files`` the pages of materials and lists in their
    order.
    """

    base: bytes = b""
    lists: bytes = b""
    table: bytes = b""
    texts: dict[str, TextRecord] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Edition:
    """A collection and its look, to be written into ``tree``; ``previous`` is the last edition."""

    collection: Collection
    theme: Theme
    tree: SiteTree
    previous: PageRecord

    @property
    def catalog(self) -> Catalog:
        """The catalog of the collection."""
        return self.collection.catalog

    @property
    def texts(self) -> RenderedTexts:
        """The rendered texts of the collection."""
        return self.collection.rendered

    @cached_property
    def lists_key(self) -> bytes:
        """The key of everything that a page can show beside its own text."""
        catalog = self.catalog
        faces = [m.face for m in catalog.materials]
        return key_of(self.theme.base, catalog.drafts, faces, catalog.works, catalog.paths)

    def is_new(self, name: str) -> bool:
        """True if the text of the material ``name`` is another than in the last edition."""
        return self.texts.records[name] != self.previous.texts.get(name)

    def keep_or_write(self, page: Page, key: bytes = b"") -> None:
        """Write a page, unless one made from the same ``key`` stands; without a key, always."""
        if not (key and self.tree.keep_if_current(page.file, key)):
            self.tree.write(page.file, self.theme(page), key)


Shelves = tuple[tuple[library.Facet, ...], Spelling]
"""The library's shelves, and the spelling by which they are sorted."""


def recall(context: BuildContext) -> PageRecord:
    """What the last build left about its pages; an empty record if it left none."""
    try:
        return msgspec.msgpack.decode(context.previous.notes["pages"], type=PageRecord)
    except (KeyError, msgspec.MsgspecError):
        return PageRecord()


def start_rendering(
    context: BuildContext, catalog: Catalog, record: PageRecord
) -> Pending[RenderedTexts]:
    """Let the workers render the texts that neither the last build nor the cache holds."""
    previous = record.table, record.texts
    rendering = pipeline.start(catalog, context.cache, context.workers, previous)
    context.resources.callback(rendering.close)  # after an error no process goes on rendering
    return rendering


def sort_shelves(context: BuildContext, catalog: Catalog, record: PageRecord) -> Shelves:
    """Sort the materials onto the library's shelves, in the order of pinyin."""
    spelling = open_spelling(context.cache)
    if not record.lists:
        # All titles of a first build are new; a later one has few to spell, if any.
        prefill((m.title for m in catalog.public), spelling, SERIAL)
    importlib.import_module("xuelan.search.index")  # numpy loads while the workers are busy
    return library.facets(catalog, spelling), spelling


def collect(
    _: BuildContext, catalog: Catalog, texts: RenderedTexts, shelves: Shelves
) -> Collection:
    """Gather what pages are made from."""
    return Collection(catalog, texts, *shelves)


def make_edition(
    _: BuildContext, collection: Collection, host: HostOutput, tree: SiteTree, record: PageRecord
) -> Edition:
    """Write the hand-written pages, and put the collection into their frame.

    The record counts only where the site still stands as the last build left it.
    """
    for path, data in host.files.items():
        tree.write(path, data)
    theme = replace(host.theme(collection.catalog), shelves=collection.shelves)
    previous = record if tree.last.files else PageRecord()
    return Edition(collection, theme, tree, previous)
