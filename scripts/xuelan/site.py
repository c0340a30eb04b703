"""The collection written out: the whole pipeline after checking, on one screen."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

import msgspec

from xuelan.engine import pinyin_cache
from xuelan.engine.cache import NO_CACHE, Cache
from xuelan.engine.staging import SiteTree, StagedFile
from xuelan.engine.workers import SERIAL, Results, Workers
from xuelan.model.catalog import Catalog
from xuelan.model.kit import Kit
from xuelan.pages import collection as pages
from xuelan.pages import downloads, feeds, library
from xuelan.pages.collection import Collection, Sheet
from xuelan.pages.frames import Hosted
from xuelan.pages.theme import Page, Theme
from xuelan.reading import attachments
from xuelan.rendering.texts import Known, Texts, render_all
from xuelan.search.document import list_documents
from xuelan.search.update import IndexUpdate
from xuelan.text.digests import key_of


@dataclass(frozen=True, slots=True)
class Work:
    """What makes a build fast and changes nothing else: what is kept, and who helps.

    ``hand`` is given what the pages are made from, so that one can be made anew later;
    ``collection`` is what :func:`collect` has made already.
    """

    cache: Cache = NO_CACHE
    workers: Workers = SERIAL
    hand: Callable[[Collection, Theme], None] | None = None
    collection: Collection | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What a build wrote.

    ``rendered`` counts the texts rendered, ``changed`` names the files written and why; all the
    rest stood there already.
    """

    materials: int
    pages: int
    characters: int
    rendered: int = 0
    changed: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Before:
    """What the last build told this one, for pages that stand alone.

    ``lists`` is the key of all that lists and other materials' pages show, ``table`` of all that
    texts can name; ``files`` are the pages in order.
    """

    base: bytes = b""
    lists: bytes = b""
    table: bytes = b""
    texts: Known = field(default_factory=dict)
    files: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Others:
    """The pages that look at the whole catalog: their key, the texts they looked at."""

    key: bytes
    seen: list[str]
    addresses: list[str]


T = TypeVar("T")

_CATALOG: Final = "catalog.json"

_FEW: Final = 20
"""So many lines of the catalogue are replaced one by one; with more, all are written anew."""


def collect(
    catalog: Catalog,
    work: Work,
    notes: Mapping[str, bytes],
    meanwhile: Callable[[], object] = lambda: None,
) -> Collection:
    """What the pages are made from: all texts rendered, all shelves sorted.

    Nothing but the cache is written. ``notes`` are those of the last build; ``meanwhile`` is
    something else to be done here while texts are rendered.
    """
    before = _note(notes, "pages", _Before) or _Before()
    spell = pinyin_cache.open_spelling(work.cache)

    @functools.cache
    def facets() -> tuple[library.Facet, ...]:
        if not before.lists:  # later builds have few titles to spell, if any
            pinyin_cache.prefill((m.title for m in catalog.public), spell, SERIAL)
        return library.facets(catalog, spell)

    def beside() -> None:
        meanwhile()
        facets()

    last = before.table, before.texts
    texts = render_all(catalog, work.cache, work.workers, last, meanwhile=beside)
    return Collection(catalog, texts, facets(), spell)


def write(
    catalog: Catalog,
    obtained: Callable[[], Hosted],
    tree: SiteTree,
    work: Work,
    kits: tuple[Kit, ...] | None = None,
) -> Written:
    """Write everything that is published into ``tree``, where it is not there already.

    ``obtained`` gives what the host makes; it is asked for when the texts are rendered.
    ``kits`` are those to make: all without it, and none in a preview that shows drafts.
    """
    before = _note(tree.last.notes, "pages", _Before) or _Before()
    collection = work.collection or collect(catalog, work, tree.last.notes)
    texts = collection.rendered
    hosted = obtained()
    for path, data in hosted.files.items():
        tree.write(path, data)
    theme = hosted.theme(catalog)
    theme = replace(theme, shelves=collection.shelves)
    if work.hand is not None:
        work.hand(collection, theme)
    lists = _lists_key(collection, theme)
    wanted = () if catalog.drafts else catalog.kits
    wanted = wanted if kits is None else kits
    made, coming = _write_pages(collection, theme, tree, work, before, lists)

    def offer() -> list[tuple[str, str]]:
        """What is made when all else is known: the addresses of all pages."""
        addresses = [(address, "") for address in hosted.addresses]
        addresses += [(address, catalog_date(catalog, address)) for address in made]
        addresses += _write_downloads(collection, theme, tree, work, lists, wanted)
        _write_sitemap(catalog, tree, lists, addresses)
        return addresses

    with closing(coming):  # should anything fail here, nobody goes on writing pages
        made += _write_others(collection, theme, tree, lists)
        _write_feeds(collection, tree, lists, before)
        if catalog.kits:
            from xuelan.pages import own_kit as forms_own  # noqa: PLC0415 - its libraries take long to load

            for path, text in forms_own.files(catalog, texts):
                tree.write(path, text.encode())
        _copy_files(catalog, tree)
        own = [a for m in catalog.public for a in m.attachments]
        files = attachments.read_texts(catalog.column.root, own, work.cache)
        documents = list_documents(catalog, texts, files)
        index = IndexUpdate(documents, tree, work.cache, work.workers)
        addresses = [] if wanted else offer()
        tree.import_files(coming)
    index.finish(tuple(downloads.forms(catalog.kits)))
    if wanted:  # kits carry a copy of the whole site
        addresses = offer()
    return Written(
        materials=len(catalog.public),
        pages=len(addresses),
        characters=sum(texts.outline(i).characters for i in texts),
        rendered=len(texts.made),
        changed=_reasons(tree, before, theme, texts),
    )


def _write_feeds(c: Collection, tree: SiteTree, key: bytes, before: _Before) -> None:
    """The catalogue; and the feeds, unless they were made from the same ``key``."""
    edited = [m.id for m in c.catalog.public if _is_new(m.id, c.rendered, before)]
    if key == before.lists and _CATALOG in tree.last.files and len(edited) <= _FEW:
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


def _write_pages(
    c: Collection, theme: Theme, tree: SiteTree, work: Work, before: _Before, lists: bytes
) -> tuple[list[str], Results[StagedFile]]:
    """Every page that is not there already; the addresses of all, and what will be written.

    Where nothing that lists show has changed, only pages of changed texts are looked at. Else
    every page's key is compared with the key of the page standing there.
    """
    changed = {m.address for m in c.catalog.public if _is_new(m.id, c.rendered, before)}
    if lists == before.lists:
        files = before.files
        for file in files:
            if file.removesuffix("index.html") not in changed:
                tree.keep(file)
        sheets = list(pages.materials(c, lambda m: m.address in changed))
    else:
        pinyin_cache.prefill((m.title for m in c.catalog.public), c.spelling, work.workers)
        sheets = [*pages.materials(c), *pages.lists(c)]
        files = [file for file, _ in sheets]
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

    rows = work.workers.map(theme, sheets, "生成页面", prepare=prepare, store=store)
    now = _Before(theme.base, lists, c.rendered.table, c.rendered.known, files)
    _leave_note(tree, "pages", now)
    return [file.removesuffix("index.html") for file in files], rows


def _write_others(c: Collection, theme: Theme, tree: SiteTree, lists: bytes) -> list[str]:
    """The pages that look at the whole catalog, unless all they looked at is as it was."""
    catalog, texts = c.catalog, c.rendered

    def key(seen: Iterable[str]) -> bytes:
        bodies = [m.digest for m in catalog.materials] if catalog.kits else []
        data = (catalog.facts, catalog.figures, catalog.questions, repr(catalog.kits), bodies)
        return key_of(lists, data, [texts.known.get(name) for name in seen])

    before = _note(tree.last.notes, "others", _Others)
    if before and before.key == key(before.seen):
        for address in before.addresses:
            tree.keep(f"{address}index.html")
        _leave_note(tree, "others", before)
        return before.addresses
    texts.seen.clear()
    addresses = []
    for page in pages.others(c):
        addresses.append(page.address)
        tree.write(page.file, theme(page))
    seen = sorted(texts.seen)
    _leave_note(tree, "others", _Others(key(seen), seen, addresses))
    return addresses


def _note(notes: Mapping[str, bytes], name: str, kind: type[T]) -> T | None:
    """What the last build left under ``name`` for this one."""
    try:
        return msgspec.msgpack.decode(notes[name], type=kind)
    except (KeyError, msgspec.MsgspecError):
        return None


def _leave_note(tree: SiteTree, name: str, note: object) -> None:
    tree.notes[name] = msgspec.msgpack.encode(note)


def _lists_key(c: Collection, theme: Theme) -> bytes:
    """The key of everything a page of its own can show beside its own text."""
    catalog = c.catalog
    faces = [m.face for m in catalog.materials]
    return key_of(theme.base, catalog.drafts, faces, catalog.works, catalog.paths)


def _is_new(name: str, texts: Texts, before: _Before) -> bool:
    return texts.known[name] != before.texts.get(name)


def _reasons(
    tree: SiteTree, before: _Before, theme: Theme, texts: Texts
) -> tuple[tuple[str, str], ...]:
    """Each file written, with why, in plain words; links to files that stood there are no news."""
    if not tree.last.files:
        return tuple((path, "新增") for path in sorted(tree.files))
    alone = {f"materials/{name}/index.html": name for name in texts}
    standing = {entry.inode for entry in tree.last.files.values()}
    found = []
    for path in sorted(tree.touched & tree.files.keys()):
        name, was = alone.get(path), tree.last.files.get(path)
        if tree.files[path].inode in standing:
            continue
        if was is None:
            reason = "新增"
        elif tree.files[path].key and before.base != theme.base:
            reason = "模板、设置或程序有改动"
        elif name and _is_new(name, texts, before):
            reason = "材料有改动"
        elif tree.files[path].key:
            reason = "列出的材料有改动"
        else:
            reason = "内容有改动"
        found.append((path, reason))
    return tuple(found)


def _write_sitemap(
    catalog: Catalog, tree: SiteTree, lists: bytes, addresses: list[tuple[str, str]]
) -> None:
    url, key = catalog.column.url, key_of(lists, "sitemap", addresses)
    if url and not tree.keep_if_current("sitemap.xml", key):
        tree.write("sitemap.xml", feeds.sitemap(url, addresses).encode(), key)


def _write_downloads(
    c: Collection, theme: Theme, tree: SiteTree, work: Work, lists: bytes, kits: tuple[Kit, ...]
) -> list[tuple[str, str]]:
    """``kits``, and the pages that offer them; the copy of the site in the kits offers none."""
    made: dict[str, dict[str, Any]] = {}
    if kits:
        from xuelan.kits import make  # noqa: PLC0415 - their libraries take long to load
        from xuelan.kits.packing import offline_site  # noqa: PLC0415 - their libraries take long to load
        from xuelan.kits.packing.package import index, summary  # noqa: PLC0415

        without = {page.file: theme(page) for page in downloads.everything(c, {})}
        copy = offline_site.copy(tree, without, work.cache, work.workers)
        packages = make.make_kits(kits, c.catalog, c.rendered, copy, work.cache, work.workers)
        for package in packages:
            made[package.id] = summary(package)
            folder = f"downloads/{package.id}/"
            tree.write(folder + package.archive_name, package.archive)
            for path, data in package.singles:
                tree.write(folder + path, data)
        tree.write("downloads/kits.json", index(made.values()).encode())
    pages = list(downloads.everything(c, made))
    key = key_of(lists, "downloads") if not c.catalog.kits else b""  # kits look at texts too
    for page in pages:
        if not (key and tree.keep_if_current(page.file, key)):
            tree.write(page.file, theme(page), key)
    return [(page.address, "") for page in pages]


def catalog_date(catalog: Catalog, address: str) -> str:
    """The date a material was collected or last changed; empty for other pages."""
    material = catalog.by_id.get(address.removeprefix("materials/").rstrip("/"))
    return material.changed if material else ""


def _copy_files(catalog: Catalog, tree: SiteTree) -> None:
    for m in (m for m in catalog.public if m.attachments or m.media):
        paths = [a.path for a in m.attachments]
        paths += [p for media in m.media for p in (media.path, media.caption_path) if p]
        for path in paths:
            tree.copy_file(m.address + path.rsplit("/", 1)[-1], catalog.column.root / path)
