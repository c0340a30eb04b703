"""A page of the collection before it is framed, and the look that makes it a whole page."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import jinja2
import msgspec

from xuelan.model.catalog import Catalog
from xuelan.model.column import Column
from xuelan.model.content import media_below
from xuelan.model.material import Material
from xuelan.pages import library
from xuelan.pages.fragments import Fragments
from xuelan.text.dates import zh_date
from xuelan.text.digests import key_of, program
from xuelan.text.sizes import human_size

SLOTS: Final = ("title", "description", "canonical", "head", "content", "edit")
_SLOT: Final = re.compile("@@xuelan-(" + "|".join(SLOTS) + ")@@")
TEXT: Final = "r"
"""The name of a rendered text among a page's values."""

FramePlace = tuple[int, str]
"""Where a frame is used: how many folders below the root, and in which section of the menu."""


def slot(name: str) -> str:
    """The mark in a frame where ``name`` goes."""
    return f"@@xuelan-{name}@@"


@dataclass(frozen=True, slots=True)
class Page:
    """One page. ``address`` ends in ``/``; ``section`` is the menu entry it belongs to.

    ``template`` with ``values`` makes its content; ``source`` is the file to edit, if any;
    ``data`` is its schema.org description. The template of an ``alone`` page cannot see the
    catalog, only its values and the column's settings: as long as these are the same the page
    stays, and any process can make it. ``text`` is the key of the rendered text among the values,
    if there is one. Search engines are told to leave out a ``hidden`` page. Browsers go on from a
    page that has ``moved_to`` another address at once.
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
    hidden: bool = False
    moved_to: str = ""

    @property
    def root(self) -> str:
        """The relative address of the site's root, such as ``../../``."""
        return "../" * self.address.count("/")

    @property
    def place(self) -> FramePlace:
        """The place of its frame."""
        return self.address.count("/"), self.section

    @property
    def file(self) -> str:
        """The path of its file below the site's root."""
        return f"{self.address}index.html"


@dataclass(frozen=True)
class Theme:
    """The site's look. Called with a page, it returns the bytes of the page's file.

    ``folders`` hold the templates; the first that has a template wins. ``frames`` are whole pages
    with slots, rendered once and filled thousands of times. ``shelves`` are shown by thousands of
    lists beside their rows; such a page has their digest among its values. A theme that is sent to
    another process leaves ``catalog`` here: only pages that stand alone are made there.
    """

    folders: tuple[str, ...]
    column: Column
    frames: Mapping[FramePlace, str]
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
        canonical = html.escape(column.url + (page.moved_to or page.address)) if column.url else ""
        filled = {
            "title": title,
            "description": description,
            "canonical": canonical,
            "head": self._head(page, title, description, canonical),
            "content": content,
            "edit": html.escape(column.edit_base + quote(page.source)) if page.source else "",
        }
        parts = self._parts(page.place)
        return b"".join([p if isinstance(p, bytes) else filled[p].encode() for p in parts])

    def key(self, page: Page) -> bytes:
        """The key of everything that a page which stands alone depends on."""
        values = {k: _key_part(v) for k, v in page.values.items() if not (page.text and k == TEXT)}
        return key_of(
            self.base, page.address, page.title, page.description, page.template, page.section,
            values, page.source, page.data, page.article, page.text,
            page.hidden, page.moved_to,
        )  # fmt: skip

    @cached_property
    def base(self) -> bytes:
        """The key of what every page depends on: program, templates, frames, settings."""
        frames = sorted(self.frames.items())
        settings = repr(replace(self.column, root=Path()))
        return key_of(program(), _read_templates(self.folders), frames, settings)

    @cached_property
    def _env(self) -> jinja2.Environment:
        loader = jinja2.FileSystemLoader(self.folders)
        env = jinja2.Environment(loader=loader, autoescape=True, auto_reload=False)
        env.filters["zh_date"] = zh_date
        env.filters["size"] = human_size
        env.filters["media_below"] = media_below
        env.globals.update(column=self.column, facets=self.shelves)
        Fragments(env)
        return env

    @cached_property
    def _seeing(self) -> jinja2.Environment:
        env = self._env.overlay()
        env.globals = {**self._env.globals, "catalog": self.catalog}
        return env

    def _template(self, page: Page) -> jinja2.Template:
        return self._template_of(page.template, page.alone)

    @cached_property
    def _template_of(self) -> Callable[[str, bool], jinja2.Template]:
        return cache(lambda name, alone: _load_template(self._env if alone else self._seeing, name))

    @cached_property
    def _split(self) -> dict[FramePlace, list[bytes | str]]:
        return {}

    def _parts(self, place: FramePlace) -> list[bytes | str]:
        """The frame's bytes, and between them the names of the slots."""
        if place not in self._split:
            parts = enumerate(_SLOT.split(self.frames[place]))
            self._split[place] = [part if n % 2 else part.encode() for n, part in parts]
        return self._split[place]

    def _head(self, page: Page, title: str, description: str, canonical: str) -> str:
        """Open Graph and schema.org data; the three texts are escaped already."""
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
        if page.hidden:
            tags.append('<meta name="robots" content="noindex">')
        if page.moved_to:
            target = html.escape(page.root + page.moved_to)
            tags.append(f'<meta http-equiv="refresh" content="0; url={target}">')
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


def _load_template(env: jinja2.Environment, name: str) -> jinja2.Template:
    """A template whose globals are a plain dictionary.

    Jinja copies them for each page; its own chained mapping takes ten times as long to copy.
    """
    template = env.get_template(name)
    template.globals = dict(template.globals)
    return template


def _key_part(value: Any) -> Any:
    """The part of a key that stands for a value; for a material, its face."""
    if isinstance(value, Material):
        return value.face
    if isinstance(value, list) and value and isinstance(value[0], Material):
        return [m.face for m in value]
    if isinstance(value, dict):
        return {k: _key_part(v) for k, v in value.items()}
    return value


def _read_templates(folders: Iterable[str]) -> list[tuple[str, bytes]]:
    """Every page template by its name, with its content."""
    found: dict[str, bytes] = {}
    for folder in folders:
        for file in sorted(Path(folder).glob("pages/**/*.html")):
            name = file.relative_to(folder).as_posix()
            found.setdefault(name, file.read_bytes())
    return sorted(found.items())
