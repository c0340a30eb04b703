"""The collection written out: the whole pipeline after checking, on one screen."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from xuelan import feeds, pages
from xuelan.cache import NONE, Cache
from xuelan.catalog import Catalog
from xuelan.hosted import Hosted
from xuelan.kits import forms_own, make
from xuelan.kits import pages as kit_pages
from xuelan.kits.kit import Kit
from xuelan.page import Page, Theme
from xuelan.pages import Collection
from xuelan.publish import Tree
from xuelan.render import render_all
from xuelan.work import HERE, Workers


@dataclass(frozen=True, slots=True)
class Work:
    """What makes a build fast and changes nothing else: what is kept, and who helps."""

    cache: Cache = NONE
    workers: Workers = HERE


@dataclass(frozen=True, slots=True)
class Written:
    """What a build wrote."""

    materials: int
    pages: int
    characters: int


def write(
    catalog: Catalog,
    hosted: Hosted,
    tree: Tree,
    work: Work,
    kits: tuple[Kit, ...] | None = None,
) -> Written:
    """Write everything that is published into ``tree``, where it is not there already.

    ``kits`` are those to make: all without it, and none in a preview that shows drafts.
    """
    for path, data in hosted.files.items():
        tree.write(path, data)
    theme = hosted.theme(catalog)
    collection = Collection.of(catalog, render_all(catalog, work.cache, work.workers))
    made = _write_pages(collection, theme, tree, work)
    addresses = [(address, "") for address in hosted.addresses]
    addresses += [(address, catalog_date(catalog, address)) for address in made]
    for path, text in feeds.everything(collection):
        tree.write(path, text.encode())
    for path, text in forms_own.files(catalog, collection.rendered):
        tree.write(path, text.encode())
    _copy_files(catalog, tree)
    wanted = () if catalog.drafts else catalog.kits
    addresses += _write_downloads(collection, theme, tree, wanted if kits is None else kits)
    if catalog.column.url:
        tree.write("sitemap.xml", feeds.sitemap(catalog.column.url, addresses).encode())
    characters = sum(collection.rendered.outline(i).characters for i in collection.rendered)
    return Written(len(catalog.public), len(addresses), characters)


def _write_pages(c: Collection, theme: Theme, tree: Tree, work: Work) -> list[str]:
    """Every page whose key is not that of the page standing there; the addresses of all."""
    addresses: list[str] = []
    keys: list[tuple[Page, bytes]] = []

    def stale() -> Iterator[Page]:
        for page in itertools.chain(pages.materials(c), pages.lists(c)):
            addresses.append(page.address)
            key = theme.key(page)
            if not tree.fresh(page.file, key):
                keys.append((page, key))
                yield page

    for number, data in enumerate(work.workers.map(theme, stale())):
        page, key = keys[number]
        tree.write(page.file, data, key)
    for page in pages.others(c):
        addresses.append(page.address)
        tree.write(page.file, theme(page))
    return addresses


def _write_downloads(
    collection: Collection, theme: Theme, tree: Tree, kits: tuple[Kit, ...]
) -> list[tuple[str, str]]:
    """``kits``, and the pages that offer them.

    The pages are written twice: kits carry a copy of the site, and that copy cannot name files
    that are not finished yet.
    """
    catalog = collection.catalog
    for page in kit_pages.everything(collection, {}):
        tree.write(page.file, theme(page))
    tree.settle()
    made = {p.id: p for p in make.packages(catalog, collection.rendered, tree.folder, kits)}
    for kit in kits:
        with tree.part(kit.address) as folder:
            make.write(made[kit.id], folder)
    if made:
        tree.write("downloads/kits.json", make.index(made.values()).encode())
    pages = list(kit_pages.everything(collection, made))
    for page in pages:
        tree.write(page.file, theme(page))
    return [(page.address, "") for page in pages]


def catalog_date(catalog: Catalog, address: str) -> str:
    """The date a material's page was last collected; empty for other pages."""
    material = catalog.by_id.get(address.removeprefix("materials/").rstrip("/"))
    return material.collected if material else ""


def _copy_files(catalog: Catalog, tree: Tree) -> None:
    for m in catalog.public:
        paths = [a.path for a in m.attachments]
        paths += [p for media in m.media for p in (media.path, media.caption_path) if p]
        for path in paths:
            tree.take(m.address + path.rsplit("/", 1)[-1], catalog.column.root / path)
