"""What other programs read: Atom and JSON Feed, the sitemap and the open catalogue."""

from __future__ import annotations

import heapq
import json
import uuid
import xml.etree.ElementTree as etree
from collections.abc import Iterable, Iterator
from html import escape
from operator import attrgetter
from typing import Any, Final

import msgspec

from xuelan.model.catalog import Catalog, newest
from xuelan.model.material import DRAFT, Material
from xuelan.pages.collection import Collection
from xuelan.text.dates import timestamp

FEED_LENGTH: Final = 30
_ATOM: Final = "http://www.w3.org/2005/Atom"
_SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"


def everything(c: Collection) -> Iterator[tuple[str, str]]:
    """The feeds, as path and text; they show nothing of the texts themselves."""
    title = c.catalog.column.title
    yield from _feeds(c.catalog, "feed", title, c.catalog.public)
    ids = {kind.name: kind.id for kind in c.catalog.column.kinds}
    for shelf in c.facet("kind").shelves:
        name = shelf.place.name
        yield from _feeds(c.catalog, f"feeds/{ids[name]}", f"{title} · {name}", shelf.materials)


def _feeds(
    catalog: Catalog, name: str, title: str, materials: Iterable[Material]
) -> Iterator[tuple[str, str]]:
    rows = heapq.nlargest(FEED_LENGTH, materials, key=lambda m: (m.collected, m.date, m.id))
    yield f"{name}.xml", atom(catalog, f"{name}.xml", title, rows)
    yield f"{name}.json", json_feed(catalog, f"{name}.json", title, rows)


def _address(catalog: Catalog, feed: str, material: Material) -> str:
    """Absolute where the site's address is known, else seen from the feed."""
    return (catalog.column.url or "../" * feed.count("/")) + material.address


def _identity(catalog: Catalog, name: str) -> str:
    """A lasting id (RFC 4287, 4.2.6): a UUID of the column's own id and the name alone.

    It knows nothing of the column's title and address, which change.
    """
    return uuid.uuid5(uuid.NAMESPACE_URL, f"xuelan:{catalog.column.id}:{name}").urn


def atom(catalog: Catalog, path: str, title: str, materials: list[Material]) -> str:
    """An Atom feed (RFC 4287) of ``materials``, newest first."""
    feed = etree.Element("feed", {"xmlns": _ATOM, "xml:lang": "zh-CN"})
    _add(feed, "title", title)
    _add(feed, "id", _identity(catalog, path))
    _add(feed, "updated", timestamp(newest(materials)))
    if catalog.column.url:
        etree.SubElement(feed, "link", {"rel": "self", "href": catalog.column.url + path})
    etree.SubElement(feed, "link", {"href": catalog.column.url or "../" * path.count("/") or "./"})
    author = etree.SubElement(feed, "author")
    _add(author, "name", catalog.column.publisher)
    for m in materials:
        entry = etree.SubElement(feed, "entry")
        _add(entry, "title", m.title)
        _add(entry, "id", _identity(catalog, m.first_address))
        _add(entry, "updated", timestamp(m.changed))
        etree.SubElement(entry, "link", {"href": _address(catalog, path, m)})
        etree.SubElement(entry, "category", {"term": m.kind})
        _add(entry, "summary", m.summary)
    etree.indent(feed)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n' + etree.tostring(feed, encoding="unicode") + "\n"
    )


def _add(parent: etree.Element, tag: str, text: str) -> None:
    etree.SubElement(parent, tag).text = text


def json_feed(catalog: Catalog, path: str, title: str, materials: list[Material]) -> str:
    """A JSON Feed 1.1 of ``materials``, newest first."""
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "language": "zh-CN",
        "authors": [{"name": catalog.column.publisher}],
    }
    if catalog.column.url:
        feed["home_page_url"] = catalog.column.url
        feed["feed_url"] = catalog.column.url + path
    feed["items"] = [
        {
            "id": _identity(catalog, m.first_address),
            "url": _address(catalog, path, m),
            "title": m.title,
            "content_text": m.summary,
            "date_published": timestamp(m.collected),
            **({"date_modified": timestamp(m.updated)} if m.updated else {}),
            "tags": [m.kind, *m.tags],
        }
        for m in materials
    ]
    return json.dumps(feed, ensure_ascii=False, indent=1) + "\n"


_PRIVATE: Final = frozenset({"path", "face", "body", "body_line", "lines", "status", "reviews"})


_APART: Final = frozenset({"attachments", "media", "digest"})
"""Fields with an account of their own in a row."""


def catalog_json(c: Collection) -> bytes:
    """Every public field of every public material, for anyone who wants to use the collection.

    One material stands on one line, so that two states of a column can be compared.
    """
    ids = sorted(m.id for m in c.catalog.public)
    column = c.catalog.column
    head = {"title": column.title, "url": column.url, "count": len(ids)}
    start = json.dumps(head, ensure_ascii=False).removesuffix("}")
    lines = b",\n".join([_row(c, name) for name in ids])
    return b"".join([start.encode(), b', "materials": [\n', lines, b"\n]}\n"])


def catalog_edited(c: Collection, before: bytes, edited: Iterable[str]) -> bytes:
    """The file of :func:`catalog_json` when only the texts with these ids were edited.

    ``before`` is the file from before the edits.
    """
    for name in edited:
        row = _row(c, name)
        start = before.index(b"\n" + row[: row.index(b",") + 1]) + 1
        end = before.index(b"\n", start)
        comma = b"," if before.endswith(b",", start, end) else b""
        before = before[:start] + row + comma + before[end:]
    return before


_SHOWN: Final = [n for n in Material.__slots__ if n not in _PRIVATE | _APART]
_values: Final = attrgetter(*_SHOWN)


def _row(c: Collection, name: str) -> bytes:
    m, rendered = c.catalog.by_id[name], c.rendered.outline(name)
    shown = zip(_SHOWN, _values(m), strict=True)
    row: dict[str, Any] = {name: value for name, value in shown if value}
    for field in ("related", "replaced_by"):
        if field in row:
            row[field] = _drop_drafts(c.catalog, row[field])
    row["address"] = m.address
    row["characters"] = rendered.characters
    row["minutes"] = rendered.minutes
    row["references"] = rendered.references
    row["sha256"] = m.digest
    row["attachments"] = [
        {
            "title": a.title,
            "address": m.address + a.link,
            "size": a.size,
            "sha256": a.sha256,
        }
        for a in m.attachments
    ]
    return msgspec.json.encode(row)


def _drop_drafts(catalog: Catalog, named: tuple[str, ...] | str) -> tuple[str, ...] | str:
    """The ids that a field names, without those of drafts: nobody is told that there are any."""
    drafts = {m.id for m in catalog.materials if m.status == DRAFT and not catalog.shows(m)}
    if isinstance(named, str):
        return "" if named in drafts else named
    return tuple(name for name in named if name not in drafts)


def sitemap(url: str, addresses: Iterable[tuple[str, str]]) -> str:
    """A sitemap of (address, ISO date or empty); ``url`` is the site's own, ending in ``/``.

    Written out, for a tree of so many elements takes ten times as long.
    """
    lines = ['<?xml version="1.0" encoding="utf-8"?>', f'<urlset xmlns="{_SITEMAP}">']
    for address, date in sorted(addresses):
        lines += "  <url>", f"    <loc>{escape(url + address, quote=False)}</loc>"
        if date:
            lines.append(f"    <lastmod>{date}</lastmod>")
        lines.append("  </url>")
    return "\n".join([*lines, "</urlset>", ""])
