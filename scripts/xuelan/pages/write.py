"""Pages, feeds and files put into a site's tree, unless the same are there already.

The functions here decide what has to be made anew. Where no material's title, date or other face
has changed since the last build, lists and feeds stay and only pages of changed texts are looked
at; else every page's key is compared with the key of the page that stands there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from xuelan.engine.context import BuildContext
from xuelan.engine.pinyin_cache import prefill
from xuelan.engine.staging import SiteTree, StagedFile
from xuelan.engine.workers import Results, Workers
from xuelan.model.catalog import Catalog
from xuelan.model.material import WITHDRAWN
from xuelan.pages import collection as pages
from xuelan.pages import downloads, feeds
from xuelan.pages.collection import Sheet
from xuelan.pages.edition import Edition, PageRecord
from xuelan.pages.frames import HostOutput
from xuelan.pages.theme import Page
from xuelan.reading import attachments
from xuelan.search.document import list_documents
from xuelan.search.site_pages import list_site_pages
from xuelan.search.update import IndexUpdate
from xuelan.text.digests import key_of
from xuelan.text.file_names import published_name

_CATALOG: Final = "catalog.json"

_FEW: Final = 20
"""Up to so many lines of ``catalog.json`` are replaced one by one; above, all are written anew."""

_INDEX: Final = "index.html"


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


Summaries = dict[str, dict[str, Any]]
"""What the download pages say of each finished kit, by its id."""


@dataclass(frozen=True, slots=True)
class _OverviewRecord:
    """What a build tells the next one about its overviews: key, texts shown, addresses."""

    key: bytes
    seen: list[str]
    addresses: list[str]


@dataclass(frozen=True, slots=True)
class PendingPages:
    """Pages being written by the workers."""

    tree: SiteTree
    files: list[str]
    rows: Results[StagedFile]

    def result(self) -> list[str]:
        """The addresses of all pages, when each stands in the tree."""
        self.tree.import_files(self.rows)
        return [_address(file) for file in self.files]


def start_pages(context: BuildContext, edition: Edition) -> PendingPages:
    """Let the workers write the pages of materials and lists; the addresses come back.

    ``prepare`` and ``store`` run in the process that takes the page, where the tree is the same;
    between them ``theme`` turns the page into bytes, if need be on another machine.
    """
    files, sheets = _choose_pages(edition, context.workers)
    theme, tree = edition.theme, edition.tree
    keys: dict[str, bytes] = {}

    def prepare(sheet: Sheet) -> Page | None:
        file, make = sheet
        page = make()
        keys[file] = theme.key(page)
        return None if tree.keep_if_current(file, keys[file]) else page

    def store(sheet: Sheet, data: bytes | None) -> StagedFile:
        file, _ = sheet
        key = keys.pop(file)
        if data is not None:
            tree.write(file, data, key, digested=False)
        return tree.export_file(file)

    rows = context.workers.map(theme, sheets, "生成页面", prepare=prepare, store=store)
    context.resources.callback(rows.close)  # after an error no process goes on writing pages
    texts = edition.texts
    record = PageRecord(theme.base, edition.lists_key, texts.table_key, texts.records, files)
    _leave_note(tree, "pages", record)
    return PendingPages(tree, files, rows)


def _choose_pages(edition: Edition, workers: Workers) -> tuple[list[str], list[Sheet]]:
    """The files of all pages, and those among them that have to be looked at.

    Pages that need no look are kept in the tree at once.
    """
    c, tree, previous = edition.collection, edition.tree, edition.previous
    if edition.lists_key != previous.lists:
        prefill((m.title for m in c.catalog.public), c.spelling, workers)
        sheets = [*pages.materials(c), *pages.lists(c)]
        return [file for file, _ in sheets], sheets
    changed = {m.address for m in c.catalog.public if edition.is_new(m.id)}
    for file in previous.files:
        if _address(file) not in changed:
            tree.keep(file)
    return previous.files, list(pages.materials(c, lambda m: m.address in changed))


def write_overviews(_: BuildContext, edition: Edition) -> list[str]:
    """Write the pages that look at the whole catalog, unless all they show is as it was.

    Returns their addresses.
    """
    c, tree, texts = edition.collection, edition.tree, edition.texts
    record = _read_overviews(tree)
    if record and record.key == _overviews_key(edition, record.seen):
        for address in record.addresses:
            tree.keep(f"{address}{_INDEX}")
        _leave_note(tree, "others", record)
        return record.addresses
    texts.seen.clear()
    addresses = []
    for page in pages.others(c):
        addresses.append(page.address)
        edition.keep_or_write(page)
    seen = sorted(texts.seen)
    record = _OverviewRecord(_overviews_key(edition, seen), seen, addresses)
    _leave_note(tree, "others", record)
    return addresses


def _read_overviews(tree: SiteTree) -> _OverviewRecord | None:
    try:
        return msgspec.msgpack.decode(tree.last.notes["others"], type=_OverviewRecord)
    except (KeyError, msgspec.MsgspecError):
        return None


def _overviews_key(edition: Edition, seen: Iterable[str]) -> bytes:
    """The key of all that overviews show, of texts only those ``seen``."""
    catalog, texts = edition.catalog, edition.texts
    bodies = [m.digest for m in catalog.materials] if catalog.kits else []
    data = (catalog.facts, catalog.figures, catalog.questions, repr(catalog.kits), bodies)
    return key_of(edition.lists_key, data, [texts.records.get(name) for name in seen])


def write_feeds(_: BuildContext, edition: Edition) -> None:
    """Write the catalogue; and the feeds, unless they were made from the same lists."""
    c, tree, key = edition.collection, edition.tree, edition.lists_key
    edited = [m.id for m in c.catalog.public if edition.is_new(m.id)]
    if key == edition.previous.lists and _CATALOG in tree.last.files and len(edited) <= _FEW:
        old = tree.read(_CATALOG)
        tree.write(_CATALOG, feeds.catalog_edited(c, old, edited))
    else:
        tree.write(_CATALOG, feeds.catalog_json(c))
    known = [path for path, entry in tree.last.files.items() if entry.key == key]
    if known:
        for path in known:
            tree.keep(path)
        return
    for path, text in feeds.everything(c):
        tree.write(path, text.encode(), key)


def copy_files(_: BuildContext, edition: Edition) -> None:
    """Copy the attachments, pictures and recordings of public materials beside their pages."""
    root = edition.catalog.column.root
    for m in (m for m in edition.catalog.public if m.attachments or m.media):
        sources = {a.path: a.source for a in m.attachments}
        for item in m.media:
            sources |= item.sources
        for path, source in sources.items():
            edition.tree.copy_file(m.address + published_name(path), root / source)


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
    documents = list_documents(catalog, edition.texts, files) + list_site_pages(catalog)
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

    plain = {p.file: edition.theme(p) for p in downloads.everything(edition.collection, {})}
    copy = offline_site.copy(tree, plain, context.cache, context.workers)
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
    offers = list(downloads.everything(edition.collection, kits))
    # The pages of kits look at texts too, which the key of lists does not name.
    key = b"" if edition.catalog.kits else key_of(edition.lists_key, "downloads")
    for page in offers:
        edition.keep_or_write(page, key)
    return [page.address for page in offers]


def summarise(
    _: BuildContext, edition: Edition, host: HostOutput, *addresses: list[str]
) -> Written:
    """Write the sitemap, and count what was written."""
    every = [*host.addresses, *itertools.chain(*addresses)]
    write_sitemap(edition, every)
    texts = edition.texts
    return Written(
        materials=len(edition.catalog.public),
        pages=len(every),
        characters=sum(texts.outline(name).characters for name in texts),
        rendered=len(texts.made),
        changed=list_changes(edition),
    )


def write_sitemap(edition: Edition, addresses: Iterable[str]) -> None:
    """Write the sitemap of ``addresses``; none where the column does not know its own address."""
    url = edition.catalog.column.url
    materials = edition.catalog.materials
    hidden = {m.address for m in materials if m.status == WITHDRAWN}
    hidden.update(*(m.former_addresses for m in materials))
    dated = [(a, _date_of(edition.catalog, a)) for a in addresses if a not in hidden]
    key = key_of(edition.lists_key, "sitemap", dated)
    if url and not edition.tree.keep_if_current("sitemap.xml", key):
        edition.tree.write("sitemap.xml", feeds.sitemap(url, dated).encode(), key)


def _date_of(catalog: Catalog, address: str) -> str:
    """The date a material was collected or last changed; empty for other pages."""
    material = catalog.by_id.get(address.removeprefix("materials/").rstrip("/"))
    return material.changed if material and address.startswith("materials/") else ""


def list_changes(edition: Edition) -> tuple[tuple[str, str], ...]:
    """Each file written, with the reason in plain Chinese.

    A file that only got another name is not among them.
    """
    tree, previous = edition.tree, edition.previous
    if not tree.last.files:
        return tuple((path, "新增") for path in sorted(tree.files))
    alone = {f"materials/{name}/{_INDEX}": name for name in edition.texts}
    standing = {entry.inode for entry in tree.last.files.values()}
    found = []
    for path in sorted(tree.touched & tree.files.keys()):
        name, entry = alone.get(path), tree.files[path]
        if entry.inode in standing:
            continue
        if path not in tree.last.files:
            reason = "新增"
        elif entry.key and previous.base != edition.theme.base:
            reason = "模板、设置或程序有改动"
        elif name and edition.is_new(name):
            reason = "材料有改动"
        elif entry.key:
            reason = "列出的材料有改动"
        else:
            reason = "内容有改动"
        found.append((path, reason))
    return tuple(found)


def _address(file: str) -> str:
    return file.removesuffix(_INDEX)


def _leave_note(tree: SiteTree, name: str, note: object) -> None:
    tree.notes[name] = msgspec.msgpack.encode(note)
