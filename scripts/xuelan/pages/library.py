"""The library's shelves: public materials by kind, year, issuer, tag and activity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from xuelan.model.catalog import Catalog
from xuelan.model.material import Material
from xuelan.text.pinyin import SPELLING, Spelling

PER_PAGE: Final = 20


MOST_LISTED: Final = 60
"""Shelves of one facet that the lists beside materials name; the library's first page names all."""


@dataclass(frozen=True, slots=True)
class Place:
    """A shelf as other pages show it: ``count`` materials, which are not given.

    ``address`` is below the site's root.
    """

    facet: str
    name: str
    summary: str
    address: str
    count: int

    @property
    def page_count(self) -> int:
        """How many pages its list has."""
        return max(1, -(-self.count // PER_PAGE))

    def page_address(self, number: int) -> str:
        """The address of page ``number``, counting from 1."""
        return self.address if number == 1 else f"{self.address}{number}/"

    def pages_beside(self, number: int) -> list[int]:
        """The pages that page ``number`` links to: its neighbours, the first and the last."""
        last = self.page_count
        return sorted({1, last, *range(max(1, number - 2), min(last, number + 2) + 1)})


@dataclass(frozen=True, slots=True)
class Shelf:
    """Materials that share one property, and where their list stands."""

    place: Place
    materials: tuple[Material, ...]

    @property
    def pages(self) -> tuple[tuple[Material, ...], ...]:
        """The materials, twenty to a page."""
        rows = self.materials
        return tuple(rows[n : n + PER_PAGE] for n in range(0, len(rows), PER_PAGE)) or ((),)


@dataclass(frozen=True, slots=True)
class Index:
    """The shelves of one facet as a page lists them."""

    id: str
    name: str
    shelves: tuple[Place, ...]


@dataclass(frozen=True)
class Facet:
    """One way to sort the library, with its shelves in order."""

    id: str
    name: str
    shelves: tuple[Shelf, ...]

    @cached_property
    def places(self) -> dict[str, Place]:
        """Where each shelf stands, by its name, in order."""
        return {s.place.name: s.place for s in self.shelves}

    @cached_property
    def index(self) -> Index:
        """All its shelves."""
        return Index(self.id, self.name, tuple(self.places.values()))

    @cached_property
    def short_index(self) -> Index:
        """Its :data:`MOST_LISTED` largest shelves, in order."""
        largest = sorted(self.places.values(), key=lambda p: -p.count)[:MOST_LISTED]
        listed = {p.name for p in largest}
        return Index(self.id, self.name, tuple(p for n, p in self.places.items() if n in listed))


def everything(catalog: Catalog) -> Shelf:
    """The shelf of all public materials."""
    place = Place("", "全部材料", "", "library/", len(catalog.public))
    return Shelf(place, catalog.public)


def facets(catalog: Catalog, spelling: Spelling = SPELLING) -> tuple[Facet, ...]:
    """The library's facets; a shelf without materials is left out.

    ``spelling`` turns the names that have no id of their own into ASCII, and orders them.
    """
    activities = {a.name: a for a in catalog.column.activities}
    return (
        by_kind(catalog),
        _facet(catalog, "year", "年份", lambda m: [m.year] if m.year else [], None, spelling),
        _facet(
            catalog,
            "issuer",
            "单位",
            lambda m: [m.publisher] if m.publisher else [],
            None,
            spelling,
        ),
        _facet(catalog, "tag", "标签", lambda m: m.tags, None, spelling),
        _facet(
            catalog,
            "activity",
            "活动",
            lambda m: m.activity,
            list(activities),
            Spelling(lambda n: activities[n].id),
        ),
    )


def by_kind(catalog: Catalog) -> Facet:
    """The library sorted by kind, in the column's order."""
    kinds = {k.name: k for k in catalog.column.kinds}
    return _facet(
        catalog, "kind", "文种", lambda m: [m.kind], list(kinds), Spelling(lambda n: kinds[n].id)
    )


def _facet(
    catalog: Catalog,
    facet: str,
    label: str,
    values: Callable[[Material], Iterable[str]],
    order: list[str] | None,
    spelling: Spelling,
) -> Facet:
    found: dict[str, list[Material]] = defaultdict(list)
    for m in catalog.public:
        for value in dict.fromkeys(values(m)):
            found[value].append(m)
    if order is not None:
        names = [n for n in order if n in found]
    elif facet == "year":
        names = sorted(found, reverse=True)
    else:
        names = sorted(found, key=lambda n: (-len(found[n]), spelling.sort_key(n)))
    summaries = {k.name: k.summary for k in catalog.column.kinds} if facet == "kind" else {}

    def place(name: str) -> Place:
        address = f"library/{facet}/{spelling.address_part(name)}/"
        return Place(label, name, summaries.get(name, ""), address, len(found[name]))

    return Facet(facet, label, tuple(Shelf(place(n), tuple(found[n])) for n in names))
