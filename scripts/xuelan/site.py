"""The collection written out: the whole pipeline after checking, on one screen."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from xuelan import feeds, pages
from xuelan.catalog import Catalog
from xuelan.page import Theme
from xuelan.pages import Collection
from xuelan.render import render_all


@dataclass(frozen=True, slots=True)
class Written:
    """What a build wrote."""

    materials: int
    pages: int
    characters: int


def write(catalog: Catalog, theme: Theme, tree: Path, hand_written: list[str]) -> Written:
    """Write everything the collection publishes below ``tree``.

    ``hand_written`` are the addresses of the pages the host has made, for the sitemap.
    """
    collection = Collection.of(catalog, render_all(catalog))
    addresses = [(address, "") for address in hand_written]
    for page in pages.everything(collection):
        _write(tree / page.address / "index.html", theme.html(page))
        addresses.append((page.address, catalog_date(catalog, page.address)))
    for path, text in feeds.everything(collection):
        _write(tree / path, text)
    if catalog.column.url:
        _write(tree / "sitemap.xml", feeds.sitemap(catalog.column.url, addresses))
    _copy_files(catalog, tree)
    characters = sum(r.characters for r in collection.rendered.values())
    return Written(len(catalog.public), len(addresses), characters)


def catalog_date(catalog: Catalog, address: str) -> str:
    """The date a material's page was last collected; empty for other pages."""
    material = catalog.by_id.get(address.removeprefix("materials/").rstrip("/"))
    return material.collected if material else ""


def _copy_files(catalog: Catalog, tree: Path) -> None:
    for m in catalog.public:
        paths = [a.path for a in m.attachments]
        paths += [p for media in m.media for p in (media.path, media.caption_path) if p]
        for path in paths:
            target = tree / m.address / path.rsplit("/", 1)[-1]
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(catalog.column.root / path, target)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
