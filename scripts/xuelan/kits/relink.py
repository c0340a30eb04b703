"""Rendered texts put together on one long page: their links, anchors and pictures changed."""

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
from xuelan.text.pinyin import address_part

_OTHER: Final = re.compile(r"\.\./([a-z0-9-]+)/(?:#(.*))?")
_LOWER: Final = {f"h{n}": f"h{min(n + 1, 6)}" for n in range(2, 7)}


class Pictures:
    """The pictures that the texts show, collected while the texts are changed."""

    def __init__(self, plan: KitPlan) -> None:
        self._assets = plan.assets
        self._found: dict[str, bytes] = {}

    def address(self, m: Material, name: str) -> str:
        """The address of a picture of ``m`` in the package.

        Raises :class:`~xuelan.kits.assets.MissingPictureError` if ``m`` has no such file.
        """
        stem, dot, ending = name.rpartition(".")
        address = f"media/{m.id}/{address_part(stem)}{dot}{ending.lower()}"
        self._found[address] = self._assets.read(picture_path(m, name))
        return address

    def files(self) -> list[tuple[str, bytes]]:
        """The collected pictures by their addresses, sorted."""
        return sorted(self._found.items())


def relink(
    html: str,
    m: Material,
    target: Callable[[str, str], str],
    site: str,
    picture: Callable[[Material, str], str],
) -> str:
    """The ``html`` of material ``m`` for a page that shows several materials.

    Every id starts with that of ``m``, as in ``story-a.p1``, and headings go down a level, for the
    title of ``m`` is a heading too. ``target`` returns the new address of another material's
    anchor, ``picture`` that of a picture; ``site`` is the address of the site. A link without a
    new address becomes plain text.
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
