"""The collection written out: the steps from a checked catalog to a finished tree of files.

``xuelan build``, the preview, ``mkdocs build`` and ``xuelan kits`` all run these steps. They start
from three results that each of them makes in its own way: ``catalog``, ``frame`` (what the
host gives) and ``stage`` (the tree to write into).
"""

from __future__ import annotations

import importlib
import itertools
from dataclasses import dataclass, replace
from typing import Any, Final

from xuelan.engine.context import BuildContext
from xuelan.engine.pinyin_cache import open_spelling, prefill
from xuelan.engine.staging import SiteTree
from xuelan.engine.steps import Deferred, Pending, Step, StepRun
from xuelan.engine.workers import SERIAL
from xuelan.model.catalog import Catalog
from xuelan.pages import downloads, library, write
from xuelan.pages.collection import Collection
from xuelan.pages.frames import HostOutput
from xuelan.pages.write import Edition, PageRecord
from xuelan.reading import attachments
from xuelan.rendering.pipeline import RenderedTexts, render_all
from xuelan.search.document import list_documents
from xuelan.search.update import IndexUpdate
from xuelan.text.digests import key_of
from xuelan.text.pinyin import Spelling


@dataclass(frozen=True, slots=True)
class Written:
    """What a build wrote.

    ``rendered`` counts the texts rendered; ``changed`` names the files written, each with the
    reason. All other files stood in the site before.
    """

    materials: int
    pages: int
    characters: int
    rendered: int = 0
    changed: tuple[tuple[str, str], ...] = ()


Facets = tuple[tuple[library.Facet, ...], Spelling]
"""The library's shelves, and the spelling by which they are sorted."""

Summaries = dict[str, dict[str, Any]]
"""What the download pages say of each finished kit, by its id."""


def start_rendering(context: BuildContext, catalog: Catalog) -> Pending[RenderedTexts]:
    """Let the workers render the texts that neither the last build nor the cache holds."""
    record = PageRecord.read(context.previous.notes)
    texts = render_all(catalog, context.cache, context.workers, (record.table, record.texts))
    return Deferred(lambda: texts)


def sort_shelves(context: BuildContext, catalog: Catalog) -> Facets:
    """Sort the materials onto the library's shelves, in the order of pinyin."""
    spelling = open_spelling(context.cache)
    if not PageRecord.read(context.previous.notes).lists:
        # All titles of a first build are new; a later one has few to spell, if any.
        prefill((m.title for m in catalog.public), spelling, SERIAL)
    importlib.import_module("xuelan.search.index")  # numpy loads while the workers are busy
    return library.facets(catalog, spelling), spelling


def collect(_: BuildContext, catalog: Catalog, texts: RenderedTexts, facets: Facets) -> Collection:
    """Gather what pages are made from."""
    return Collection(catalog, texts, *facets)


def make_edition(
    _: BuildContext, collection: Collection, host: HostOutput, tree: SiteTree
) -> Edition:
    """Write the hand-written pages, and put the collection into their frame."""
    for path, data in host.files.items():
        tree.write(path, data)
    theme = replace(host.theme(collection.catalog), shelves=collection.shelves)
    return Edition(collection, theme, tree, PageRecord.read(tree.last.notes))


def write_own_kit(_: BuildContext, edition: Edition) -> None:
    """Write the data of the page on which a branch fills in its own kit."""
    if edition.catalog.kits:
        from xuelan.pages import own_kit  # noqa: PLC0415 - its libraries take long to load

        for path, text in own_kit.files(edition.catalog, edition.texts):
            edition.tree.write(path, text.encode())


def start_index(context: BuildContext, edition: Edition) -> IndexUpdate:
    """Find out what the index has to know beforehand, while pages are written."""
    catalog = edition.catalog
    own = [a for m in catalog.public for a in m.attachments]
    files = attachments.read_texts(catalog.column.root, own, context.cache)
    documents = list_documents(catalog, edition.texts, files)
    return IndexUpdate(documents, edition.tree, context.cache, context.workers)


def write_index(_: BuildContext, edition: Edition, index: IndexUpdate, __: list[str]) -> None:
    """Write the search index; the workers have done all pages before."""
    index.finish(tuple(downloads.forms(edition.catalog.kits)))


def make_kits(context: BuildContext, edition: Edition) -> Summaries:
    """Make the study kits, which carry a copy of all that has been written so far."""
    catalog, tree = edition.catalog, edition.tree
    if not catalog.kits or catalog.drafts:
        return {}
    from xuelan.kits import make  # noqa: PLC0415 - its libraries take long to load
    from xuelan.kits.packing import offline_site, package  # noqa: PLC0415

    pages = {p.file: edition.theme(p) for p in downloads.everything(edition.collection, {})}
    copy = offline_site.copy(tree, pages, context.cache, context.workers)
    kits = make.make_kits(
        catalog.kits, catalog, edition.texts, copy, context.cache, context.workers
    )
    made: Summaries = {}
    for kit in kits:
        made[kit.id] = package.summary(kit)
        tree.write(f"downloads/{kit.id}/{kit.archive_name}", kit.archive)
        for path, data in kit.singles:
            tree.write(f"downloads/{kit.id}/{path}", data)
    tree.write("downloads/kits.json", package.index(made.values()).encode())
    return made


def offer_downloads(_: BuildContext, edition: Edition, kits: Summaries) -> list[str]:
    """Write the pages that offer the kits; returns their addresses."""
    pages = list(downloads.everything(edition.collection, kits))
    # The pages of kits look at texts too, which the key of lists does not name.
    key = b"" if edition.catalog.kits else key_of(edition.lists_key, "downloads")
    for page in pages:
        edition.keep_or_write(page, key)
    return [page.address for page in pages]


def summarise(
    _: BuildContext, edition: Edition, host: HostOutput, *addresses: list[str]
) -> Written:
    """Write the sitemap, and count what was written."""
    pages = [*host.addresses, *itertools.chain(*addresses)]
    write.write_sitemap(edition, pages)
    texts = edition.texts
    return Written(
        materials=len(edition.catalog.public),
        pages=len(pages),
        characters=sum(texts.outline(name).characters for name in texts),
        rendered=len(texts.made),
        changed=write.list_changes(edition),
    )


RENDERING: Final = (
    Step("render", "渲染正文", start_rendering, after=("catalog",), beside=True),
    Step("sort", "排次序", sort_shelves, after=("catalog",)),
)
"""Nothing but the cache is written in these steps."""

MAKE_KITS: Final = Step("make kits", "套装", make_kits, after=("edition",))

WRITING: Final = (
    Step("collect", "汇总", collect, after=("catalog", "render", "sort")),
    Step("edition", "套用版式", make_edition, after=("collect", "frame", "stage")),
    Step("write pages", "生成页面", write.start_pages, after=("edition",), beside=True),
    Step("write overviews", "生成总览页", write.write_overviews, after=("edition",)),
    Step("write feeds", "生成订阅", write.write_feeds, after=("edition",)),
    Step("write own kit", "生成本支部套装", write_own_kit, after=("edition",)),
    Step("copy files", "复制附件", write.copy_files, after=("edition",)),
    Step("start index", "准备检索", start_index, after=("edition",)),
    Step("index", "编检索", write_index, after=("edition", "start index", "write pages")),
    MAKE_KITS,
    Step("offer downloads", "生成下载页", offer_downloads, after=("edition", "make kits")),
    Step(
        "summarise",
        "汇总结果",
        summarise,
        after=("edition", "frame", "write pages", "write overviews", "offer downloads"),
    ),
)
"""These steps write into the tree. Kits come last, for they carry a copy of the site."""


def write_site(
    context: BuildContext, catalog: Catalog, host: HostOutput, tree: SiteTree, *, kits: bool = True
) -> Written:
    """Render ``catalog`` and write its whole site into ``tree``; without ``kits``, none is made.

    Raises :class:`~xuelan.model.kit.KitError` if a kit cannot be made.
    """
    run = StepRun(context)
    for name, result in (("catalog", catalog), ("frame", host), ("stage", tree)):
        run.give(name, result)
    if not kits:
        run.give(MAKE_KITS.name, {})
    run.run(step for step in (*RENDERING, *WRITING) if kits or step is not MAKE_KITS)
    written: Written = run.result("summarise")
    return written
