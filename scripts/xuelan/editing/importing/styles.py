"""What Word's styles say of a paragraph or a run, their ancestors asked too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from xuelan.editing.importing.numbering import W, is_on

_HEADING: Final = re.compile(r"(?:heading|标题) ?([1-9])")
_TITLES: Final = frozenset({"title", "标题", "文章标题", "公文标题", "大标题"})
_DEEPEST: Final = 20
"""Ancestors of a style that are asked; a damaged file may have them in a circle."""


@dataclass(frozen=True)
class Style:
    """A style and the styles it is based on, nearest first."""

    chain: tuple[Any, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the style and its ancestors, in lower case."""
        found = (element.find(f"{W}name") for element in self.chain)
        return tuple(e.get(f"{W}val", "").lower() for e in found if e is not None)

    def find(self, part: str, name: str) -> Any:
        """The nearest ``w:name`` in ``w:part`` (pPr, rPr) of the chain; ``None`` if none has it."""
        for element in self.chain:
            found = element.find(f"{W}{part}/{W}{name}")
            if found is not None:
                return found
        return None

    @cached_property
    def heading(self) -> int:
        """The level of a heading by the style's name or its outline level; 0 for text."""
        for name in self.names:
            if match := _HEADING.fullmatch(name):
                return int(match[1])
        return outline_level(self.find("pPr", "outlineLvl"))

    @cached_property
    def is_hidden(self) -> bool:
        """True if text in this style is not shown."""
        return is_on(self.find("rPr", "vanish"))

    @cached_property
    def numbering(self) -> Any:
        """The numbering of paragraphs in this style, ``None`` without any."""
        return self.find("pPr", "numPr")

    @property
    def is_title(self) -> bool:
        """True for the title of a whole text."""
        return bool(_TITLES.intersection(self.names[:1]))

    @property
    def is_quote(self) -> bool:
        """True for a quotation set apart."""
        return bool({"quote", "intense quote", "引用", "明显引用"}.intersection(self.names[:1]))

    @property
    def is_caption(self) -> bool:
        """True for the line below a picture or above a table."""
        return bool({"caption", "题注"}.intersection(self.names))

    @property
    def is_contents(self) -> bool:
        """True for a line of a table of contents."""
        return bool(self.names) and bool(re.match(r"toc ?[0-9]|toc heading|目录", self.names[0]))


def outline_level(element: Any) -> int:
    """A heading's level by ``w:outlineLvl``; 0 for text, whose value is 9."""
    value = "" if element is None else element.get(f"{W}val", "")
    return int(value) + 1 if value.isdigit() and int(value) < 9 else 0


class Styles:
    """All styles of a document by their ids."""

    def __init__(self, tree: Any) -> None:
        self._elements: dict[str, Any] = {}
        self._default: dict[str, str] = {}
        self._known: dict[str, Style] = {}
        for element in () if tree is None else tree.iter(f"{W}style"):
            name = element.get(f"{W}styleId", "")
            self._elements[name] = element
            if element.get(f"{W}default") in ("1", "true", "on"):
                self._default[element.get(f"{W}type", "")] = name

    def of(self, properties: Any, kind: str) -> tuple[str, Style]:
        """Id and style that ``properties`` name, or the default; ``kind``: paragraph, character."""
        tag = "pStyle" if kind == "paragraph" else "rStyle"
        named = properties.find(f"{W}{tag}") if properties is not None else None
        name = named.get(f"{W}val", "") if named is not None else self._default.get(kind, "")
        if name not in self._known:
            self._known[name] = Style(tuple(self._chain(name)))
        return name, self._known[name]

    def _chain(self, name: str) -> list[Any]:
        chain: list[Any] = []
        while (element := self._elements.get(name)) is not None and len(chain) < _DEEPEST:
            chain.append(element)
            based = element.find(f"{W}basedOn")
            name = "" if based is None else based.get(f"{W}val", "")
        return chain
