"""Rendered texts for one long page: links led to where they lead there, anchors kept apart."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote

from xuelan.kits import html_tree
from xuelan.kits.assets import picture_path
from xuelan.kits.plan import KitPlan
from xuelan.model.material import Material

_OTHER: Final = re.compile(r"\.\./([a-z0-9-]+)/(?:#(.*))?")
_LOWER: Final = {f"h{n}": f"h{min(n + 1, 6)}" for n in range(2, 7)}


class Pictures:
    """The pictures the texts show, gathered while their links are changed."""

    def __init__(self, plan: KitPlan) -> None:
        self._assets = plan.assets
        self._found: dict[str, bytes] = {}

    def address(self, m: Material, name: str) -> str:
        """Where a picture of ``m`` stands in the package.

        Raises :class:`~xuelan.kits.assets.MissingPictureError` when it is not among its
        files.
        """
        address = f"media/{m.id}/{name}"
        self._found[address] = self._assets.read(picture_path(m, name))
        return address

    def files(self) -> list[tuple[str, bytes]]:
        """Every picture shown, by its place in the package."""
        return sorted(self._found.items())


def relink(
    html: str,
    m: Material,
    target: Callable[[str, str], str],
    site: str,
    picture: Callable[[Material, str], str],
) -> str:
    """The ``html`` of material ``m`` with ids that begin with its own, and links for its new home.

    Headings go down a level, below the material's title.

    ``target`` gives the address of another material's anchor, ``site`` is the site's own address,
    ``picture`` gives the address of a picture by its name; a link that leads nowhere becomes
    plain text.
    """
    root = html_tree.parse(html)
    for element in root.iter():
        if name := element.get("id"):
            element.set("id", f"{m.id}.{name}")
        if element.tag == "a":
            _link(element, _address(element.get("href", ""), m, target, site))
        elif element.tag in _LOWER:
            element.tag = _LOWER[element.tag]
        elif element.tag == "img":
            element.set("src", picture(m, unquote(element.get("src", ""))))
    whole = etree.tostring(root, encoding="unicode", method="html")
    return whole.removeprefix("<div>").removesuffix("</div>")


def _link(element: etree.Element, address: str) -> None:
    if address:
        element.set("href", address)
    else:
        element.tag = "span"
        element.attrib.pop("href", None)


def _address(href: str, m: Material, target: Callable[[str, str], str], site: str) -> str:
    if href.startswith("#"):
        return f"#{m.id}.{href[1:]}" if href != "#" else ""
    if match := _OTHER.fullmatch(href):
        return target(match[1], unquote(match[2] or ""))
    if not site:
        return ""
    if href.startswith("../../"):
        return site + href.removeprefix("../../")
    return site + m.address + href
