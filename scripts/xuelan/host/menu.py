"""The menu (``nav``) as the pages show it: links, and groups of links, to any depth."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from mkdocs.structure import StructureItem
from mkdocs.structure.nav import Section

_ELSEWHERE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
"""How an address outside the site begins."""

_CELL: Final = 4
"""So many characters fit into one cell of the grid that the menu is on a narrow screen."""

_MOST_CELLS: Final = 3


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A link of the menu, or a group with ``children`` and without ``href``.

    ``current`` is the value of ``aria-current``, empty for most.
    """

    title: str
    href: str = ""
    current: str = ""
    external: bool = False
    children: tuple[MenuItem, ...] = ()

    @property
    def cells(self) -> int:
        """How many cells of the grid the title takes: one, two or the whole row."""
        return min(_MOST_CELLS, -(-len(self.title) // _CELL))


def make_menu(items: Iterable[StructureItem], root: str, here: str | None) -> tuple[MenuItem, ...]:
    """The menu of the page at the address ``here`` (``None``: at no address, as an error page).

    ``root`` is the address of the site's root as that page sees it.
    """
    listed = list(items)
    nearest = None if here is None else _nearest(_addresses(listed), here)
    return tuple(_make_item(item, root, here, nearest) for item in listed)


def _make_item(item: StructureItem, root: str, here: str | None, nearest: str | None) -> MenuItem:
    title = str(item.title or "")
    if isinstance(item, Section):
        children = tuple(_make_item(c, root, here, nearest) for c in item.children)
        return MenuItem(title, children=children)
    address = _address(item)
    if _ELSEWHERE.match(address):
        return MenuItem(title or address, address, external=True)
    current = ("page" if address == here else "true") if address == nearest else ""
    return MenuItem(title or address, root + address or "./", current)


def _address(item: StructureItem) -> str:
    """The address below the site's root, ``""`` for the home page; or one of another site."""
    url = str(getattr(item, "url", "") or "")
    if _ELSEWHERE.match(url):
        return url
    address = url.lstrip("/")
    return "" if address in (".", "./") else address


def _addresses(items: Iterable[StructureItem]) -> Iterator[str]:
    for item in items:
        if isinstance(item, Section):
            yield from _addresses(item.children)
        else:
            yield _address(item)


def _nearest(addresses: Iterable[str], here: str) -> str | None:
    """The address of the menu to which the page at ``here`` belongs, if there is one.

    That of the page itself, else the longest folder that it stands in; the home page is no folder.
    """
    found = [a for a in addresses if a == here or (a and here.startswith(a))]
    return max(found, key=len, default=None)
