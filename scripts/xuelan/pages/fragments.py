"""HTML that stands on many pages: printed once by a macro, kept, and put into each page.

A page of a list shows a hundred rows and links, thousands of pages the same ones. They differ only
in the way to the site's root. So a piece is printed once with a gap in its place, and filled on
each page: a link is kept as ``<a href="`` + gap + ``materials/portrait/">``, and stands on a page
two folders down as ``<a href="../../materials/portrait/">``.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable
from functools import cache, cached_property
from typing import Any, Final

import jinja2
from markupsafe import Markup

from xuelan.model.column import Activity
from xuelan.model.material import Material
from xuelan.model.works import Reference
from xuelan.pages import library

_GAP: Final = "\0"
"""Stands in a piece for what differs from page to page; no text holds this character."""

_KIND_GAP: Final = _GAP * 2
"""Stands in a row for the material's kind, which a list of one kind leaves out."""

_ANCHOR: Final = re.compile(r'id="cite-(\d+)"')
"""The anchor of a work's first citation in a text, with the work's number."""

_MACROS: Final = "pages/macros.html"


class Fragments:
    """The pieces that the page templates take as filters."""

    def __init__(self, env: jinja2.Environment) -> None:
        """``env`` finds the macros; its filters are set to the methods of this object."""
        self._env = env
        env.filters.update(
            crumbs=self.crumbs,
            links=self.links,
            listed=self.shelves,
            listing=self.rows,
            numbers=self.page_numbers,
            references=self.references,
        )

    @cached_property
    def _macros(self) -> Any:
        return self._env.get_template(_MACROS).module

    def rows(self, materials: Iterable[Material], root: str, *, kind: bool = True) -> Markup:
        """A row for each material, seen from ``root``; with its kind, unless told otherwise."""
        row = self._row
        return _seen_from(root, [row(m, kind) for m in materials])

    @cached_property
    def _row(self) -> Callable[[Material, bool], str]:
        macro, kind_of = self._macros.row, cache(self._macros.kind)
        known: dict[bytes, tuple[str, str]] = {}
        gap = Markup(_KIND_GAP)  # noqa: S704 - a constant

        def row(m: Material, kind: bool) -> str:  # noqa: FBT001 - called for each row of a page
            if m.face not in known:
                printed = str(macro(_GAP, m, gap))
                plain = printed.replace(_KIND_GAP, "")
                known[m.face] = plain, printed.replace(_KIND_GAP, kind_of(m.kind))
            return known[m.face][kind]

        return row

    def references(self, references: Iterable[Reference], text: str = "") -> Markup:
        """The list of ``references``, each with a link back to where ``text`` first cites it."""
        entry = self._entry
        anchors = set(_ANCHOR.findall(text))
        numbered = zip(map(str, itertools.count(1)), references, strict=False)
        made = [entry(each, n in anchors).replace(_GAP, n) for n, each in numbered]
        above, below = self._around_references
        return Markup("".join([above, *made, below]))  # noqa: S704 - printed by macros, escaped

    @cached_property
    def _around_references(self) -> tuple[str, str]:
        above, _, below = str(self._macros.references(_GAP)).partition(_GAP)
        return above, below

    @cached_property
    def _entry(self) -> Callable[[Reference, bool], str]:
        macro = self._macros.entry
        return cache(lambda reference, anchored: str(macro(_GAP, reference, anchored)))

    def links(self, places: Iterable[library.Place | Activity], root: str) -> Markup:
        """Links to ``places``, seen from ``root``."""
        return _seen_from(root, [self._link(p.address, p.name) for p in places], "、")

    @cached_property
    def _link(self) -> Callable[[str, str], str]:
        macro = self._macros.link
        return cache(lambda address, name: str(macro(_GAP, address, name)))

    def page_numbers(self, shelf: library.Place, here: int, root: str) -> Markup:
        """Links to the pages beside page ``here`` of ``shelf``, seen from ``root``."""
        last, made = shelf.page_count, []
        for n in shelf.pages_beside(here):
            made.append(self._number(shelf.page_address(n), n, n == here))
            if (n == 1 and here > 4) or (n == here + 2 and n < last - 1):
                made.append(self._dots)
        return _seen_from(root, made)

    @cached_property
    def _number(self) -> Callable[[str, int, bool], str]:
        macro = self._macros.number
        return cache(lambda address, n, current: str(macro(_GAP, address, n, current)))

    @cached_property
    def _dots(self) -> str:
        return str(self._macros.gap())

    def crumbs(self, trail: list[tuple[str, str]], root: str) -> Markup:
        """The way to a page from the home page, seen from ``root``."""
        return self._trail(root, tuple(trail))

    @cached_property
    def _trail(self) -> Callable[[str, tuple[tuple[str, str], ...]], Markup]:
        return cache(self._macros.crumbs)

    def shelves(self, facet: library.Index, root: str, here: str) -> Markup:
        """The shelves of ``facet`` as a list, seen from ``root``; the one at ``here`` is marked."""
        rows = self._shelf_rows(facet)
        made = [rows[address][address == here] for address in rows]
        return _seen_from(root, [str(self._macros.shelves(Markup("".join(made))))])  # noqa: S704

    def _shelf_rows(self, facet: library.Index) -> dict[str, tuple[str, str]]:
        """The row of each shelf by its address: as it is, and marked as the one shown."""
        # Facets are large and never compared: the object itself tells which one it is.
        if id(facet) not in self._known_facets:
            macro = self._macros.shelf
            rows = {
                s.address: (str(macro(_GAP, s, False)), str(macro(_GAP, s, True)))
                for s in facet.shelves
            }
            self._known_facets[id(facet)] = facet, rows
        return self._known_facets[id(facet)][1]

    @cached_property
    def _known_facets(self) -> dict[int, tuple[library.Index, dict[str, tuple[str, str]]]]:
        return {}


def _seen_from(root: str, pieces: Iterable[str], between: str = "") -> Markup:
    """The pieces joined, their links seen from ``root``."""
    return Markup(between.join(pieces).replace(_GAP, root))  # noqa: S704 - printed by macros, escaped
