"""A page of the collection before it is framed, and the look that makes it a whole page."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

import jinja2
import msgspec
from markupsafe import Markup

from xuelan.model.catalog import Catalog
from xuelan.model.column import Activity, Column
from xuelan.model.material import Material
from xuelan.model.works import Reference
from xuelan.pages import library
from xuelan.text.dates import chinese
from xuelan.text.digests import key_of, program
from xuelan.text.sizes import human_size

SLOTS: Final = ("title", "description", "canonical", "head", "content", "edit")
_SLOT: Final = re.compile("@@xuelan-(" + "|".join(SLOTS) + ")@@")
_GAP: Final = "\0"
"""Stands in what is kept for what differs from page to page; no text holds it."""
_KIND: Final = _GAP * 2
"""Stands in a row for the kind, which lists of one kind leave out."""
_ANCHOR: Final = re.compile(r'id="cite-(\d+)"')
"""In a text the anchor of the first citation of a work, with its number."""

TEXT: Final = "r"
"""The name of a rendered text among a page's values."""

Place = tuple[int, str]
"""Where a frame is used: how many folders down, and in which section of the menu."""


def slot(name: str) -> str:
    """The mark in a frame where ``name`` goes."""
    return f"@@xuelan-{name}@@"


@dataclass(frozen=True, slots=True)
class Page:
    """One page. ``address`` ends in ``/``; ``section`` is the menu entry it belongs to.

    ``template`` with ``values`` makes its content; ``source`` is the file to edit, if any;
    ``data`` is its schema.org description. An ``alone`` page is made from its values and the
    column's settings only: its template cannot see the catalog, so that it need not be made again
    while they are the same, and another process can make it. ``text`` is the key of the rendered
    text among the values, if there is one.
    """

    address: str
    title: str
    description: str
    template: str
    section: str
    values: dict[str, Any] = field(default_factory=dict)
    source: str = ""
    data: dict[str, Any] | None = None
    article: bool = False
    alone: bool = False
    text: bytes = b""

    @property
    def root(self) -> str:
        """The way from this page to the site's root, such as ``../../``."""
        return "../" * self.address.count("/")

    @property
    def place(self) -> Place:
        """Which frame it stands in."""
        return self.address.count("/"), self.section

    @property
    def file(self) -> str:
        """The path of its file below the site's root."""
        return f"{self.address}index.html"


@dataclass(frozen=True)
class Theme:
    """Puts pages into the site's look. Called with a page, it gives the bytes of its file.

    ``folders`` hold the templates, the first found wins; ``frames`` are whole pages around the
    slots, rendered once and filled thousands of times. ``catalog`` is left behind when a theme
    goes to another process: only pages that stand alone are made there. ``shelves`` are what
    thousands of lists show beside their rows; such a page has their digest among its values.
    """

    folders: tuple[str, ...]
    column: Column
    frames: Mapping[Place, str]
    catalog: Catalog | None = None
    shelves: tuple[library.Index, ...] = ()

    def __getstate__(self) -> dict[str, Any]:
        return {"folders": self.folders, "column": self.column, "frames": self.frames,
                "catalog": None, "shelves": self.shelves}  # fmt: skip

    def __call__(self, page: Page) -> bytes:
        """The finished page."""
        content = self._template(page).render(page.values, root=page.root, page=page)
        column = self.column
        title, description = html.escape(page.title), html.escape(page.description)
        canonical = html.escape(column.url + page.address) if column.url else ""
        filled = {
            "title": title,
            "description": description,
            "canonical": canonical,
            "head": self._head(page, title, description, canonical),
            "content": content,
            "edit": html.escape(column.edit_base + page.source) if page.source else "",
        }
        parts = self._parts(page.place)
        return b"".join([p if isinstance(p, bytes) else filled[p].encode() for p in parts])

    def key(self, page: Page) -> bytes:
        """What a page that stands alone depends on, all of it."""
        values = {k: _told(v) for k, v in page.values.items() if not (page.text and k == TEXT)}
        return key_of(
            self.base, page.address, page.title, page.description, page.template, page.section,
            values, page.source, page.data, page.article, page.text,
        )  # fmt: skip

    @cached_property
    def base(self) -> bytes:
        """The digest of what every page depends on: program, templates, frames, settings."""
        frames = sorted(self.frames.items())
        settings = repr(replace(self.column, root=Path()))
        return key_of(program(), _templates(self.folders), frames, settings)

    @cached_property
    def _env(self) -> jinja2.Environment:
        loader = jinja2.FileSystemLoader(self.folders)
        env = jinja2.Environment(loader=loader, autoescape=True, auto_reload=False)
        env.filters["zh_date"] = chinese
        env.filters["size"] = human_size
        env.globals.update(column=self.column, facets=self.shelves)
        env.filters.update(listing=self._listing, references=self._references, listed=self._listed)
        env.filters.update(crumbs=self._crumbs, links=self._links, numbers=self._numbers)
        return env

    def _listing(self, materials: Iterable[Material], root: str, *, kind: bool = True) -> Markup:
        """The rows of ``materials``, seen from ``root``: one row stands on many pages."""
        row = self._rows
        rows = "".join([row(m, kind) for m in materials])
        return Markup(rows.replace(_GAP, root))  # noqa: S704 - escaped

    @cached_property
    def _rows(self) -> Callable[[Material, bool], str]:
        macro, kind_of = self._macros.row, cache(self._macros.kind)
        known: dict[bytes, tuple[str, str]] = {}
        gap = Markup(_KIND)  # noqa: S704 - escaped

        def row(m: Material, kind: bool) -> str:  # noqa: FBT001 - called for each row of a page
            if m.face not in known:
                printed = str(macro(_GAP, m, gap))
                known[m.face] = printed.replace(_KIND, ""), printed.replace(_KIND, kind_of(m.kind))
            return known[m.face][kind]

        return row

    def _references(self, references: Iterable[Reference], text: str = "") -> Markup:
        """The list of ``references``: one work is cited on many pages.

        From each a way leads back to where ``text`` cites it first, if that has an anchor.
        """
        entry = self._entry
        anchors = set(_ANCHOR.findall(text))
        numbered = zip(map(str, itertools.count(1)), references, strict=False)
        made = [entry(each, n in anchors).replace(_GAP, n) for n, each in numbered]
        above, below = self._list
        return Markup("".join([above, *made, below]))  # noqa: S704 - escaped

    @cached_property
    def _list(self) -> tuple[str, str]:
        above, _, below = str(self._macros.references(_GAP)).partition(_GAP)
        return above, below

    @cached_property
    def _entry(self) -> Callable[[Reference, bool], str]:
        macro = self._macros.entry
        return cache(lambda reference, anchored: str(macro(_GAP, reference, anchored)))

    def _links(self, places: Iterable[library.Place | Activity], root: str) -> Markup:
        """Links to ``places``, seen from ``root``: many pages have the same."""
        links = [self._link(p.address, p.name) for p in places]
        return Markup("、".join(links).replace(_GAP, root))  # noqa: S704 - escaped

    @cached_property
    def _link(self) -> Callable[[str, str], str]:
        macro = self._macros.link
        return cache(lambda address, name: str(macro(_GAP, address, name)))

    def _numbers(self, shelf: library.Place, here: int, root: str) -> Markup:
        """Links to the pages beside page ``here`` of ``shelf``, seen from ``root``."""
        number, gap = self._number
        last, made = shelf.page_count, []
        for n in shelf.pages_beside(here):
            link = number(shelf.page_address(n), n)
            made.append(link.replace('">', '" aria-current="page">', 1) if n == here else link)
            if (n == 1 and here > 4) or (n == here + 2 and n < last - 1):
                made.append(gap)
        return Markup("".join(made).replace(_GAP, root))  # noqa: S704 - escaped

    @cached_property
    def _number(self) -> tuple[Callable[[str, int], str], str]:
        macros = self._macros
        return cache(lambda address, n: str(macros.number(_GAP, address, n))), str(macros.gap())

    def _crumbs(self, trail: list[tuple[str, str]], root: str) -> Markup:
        """The way to a page, seen from ``root``: all pages of a shelf have the same."""
        return self._ways(root, tuple(trail))

    @cached_property
    def _ways(self) -> Callable[[str, tuple[tuple[str, str], ...]], Markup]:
        return cache(self._macros.crumbs)

    @property
    def _macros(self) -> Any:
        return _found(self._env, "pages/macros.html").module

    def _listed(self, facet: library.Index, root: str, here: str) -> Markup:
        """The shelves of ``facet`` as a list, seen from ``root``: the same on many pages.

        The shelf whose address is ``here`` is marked as the one shown.
        """
        known = self._lists.get((id(facet), root))
        if known is None:
            text = self._env.get_template("pages/shelves.html").render(facet=facet, root=root)
            known = self._lists[id(facet), root] = facet, text
        link = f'<a href="{root}{here}"'
        return Markup(known[1].replace(link, f'{link} aria-current="true"', 1))  # noqa: S704 - escaped

    @cached_property
    def _lists(self) -> dict[tuple[int, str], tuple[library.Index, str]]:
        return {}

    @cached_property
    def _seeing(self) -> jinja2.Environment:
        env = self._env.overlay()
        env.globals = {**self._env.globals, "catalog": self.catalog}
        return env

    def _template(self, page: Page) -> jinja2.Template:
        return self._template_of(page.template, page.alone)

    @cached_property
    def _template_of(self) -> Callable[[str, bool], jinja2.Template]:
        return cache(lambda name, alone: _found(self._env if alone else self._seeing, name))

    @cached_property
    def _split(self) -> dict[Place, list[bytes | str]]:
        return {}

    def _parts(self, place: Place) -> list[bytes | str]:
        """The frame's bytes, and between them the names of what is to be filled in."""
        if place not in self._split:
            parts = enumerate(_SLOT.split(self.frames[place]))
            self._split[place] = [part if n % 2 else part.encode() for n, part in parts]
        return self._split[place]

    def _head(self, page: Page, title: str, description: str, canonical: str) -> str:
        """Open Graph and schema.org data; what it is given is escaped."""
        graph = {
            "og:type": "article" if page.article else "website",
            "og:title": title,
            "og:description": description,
            "og:site_name": self._site_name,
            "og:locale": "zh_CN",
            "og:url": canonical,
        }
        tags = [
            f'<meta property="{name}" content="{text}">' for name, text in graph.items() if text
        ]
        if page.data:
            data = _line(page.data).replace("<", "\\u003c")
            tags.append(f'<script type="application/ld+json">{data}</script>')
        return "\n".join(tags)

    @cached_property
    def _site_name(self) -> str:
        return html.escape(self.column.title)


def _line(data: dict[str, Any]) -> str:
    """``data`` as JSON on one line."""
    return msgspec.json.format(msgspec.json.encode(data), indent=0).decode()


def _found(env: jinja2.Environment, name: str) -> jinja2.Template:
    """A template whose globals are a plain dictionary.

    They are copied for each page, and what it has of its own takes ten times as long to copy.
    """
    template = env.get_template(name)
    template.globals = dict(template.globals)
    return template


def _told(value: Any) -> Any:
    """What a key is told of a value: of a material, what it looks like."""
    if isinstance(value, Material):
        return value.face
    if isinstance(value, list) and value and isinstance(value[0], Material):
        return [m.face for m in value]
    if isinstance(value, dict):
        return {k: _told(v) for k, v in value.items()}
    return value


def _templates(folders: Iterable[str]) -> list[tuple[str, bytes]]:
    """Every page template that can be found, with its content."""
    found: dict[str, bytes] = {}
    for folder in folders:
        for file in sorted(Path(folder).glob("pages/**/*.html")):
            name = file.relative_to(folder).as_posix()
            found.setdefault(name, file.read_bytes())
    return sorted(found.items())
