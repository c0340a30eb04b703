"""The numbers that Word counts by itself: ``numbering.xml`` resolved to the words on the page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from xuelan.editing.importing.numerals import spell

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LEVELS: Final = 9


@dataclass(frozen=True, slots=True)
class _ListLevel:
    """One level of a numbering; ``restart`` is the level after which it begins anew, -1: never."""

    start: int = 1
    form: str = "decimal"
    pattern: str = ""
    legal: bool = False
    restart: int | None = None
    style: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """What stands before a paragraph. A bullet has no text, for it counts nothing."""

    text: str
    is_bullet: bool
    number: int = 0


class Numbering:
    """Counts paragraphs as Word does; ask for each numbered paragraph once, in order."""

    def __init__(self, tree: Any) -> None:
        self._levels: dict[str, dict[int, _ListLevel]] = {}
        self._list_of: dict[str, str] = {}
        self._overrides: dict[tuple[str, int], _ListLevel] = {}
        self._starts: dict[tuple[str, int], int] = {}
        self._counters: dict[str, list[int | None]] = {}
        self._used: set[tuple[str, int]] = set()
        if tree is not None:
            self._read(tree)

    def _read(self, tree: Any) -> None:
        links: dict[str, str] = {}
        named: dict[str, str] = {}
        for abstract in tree.iter(f"{W}abstractNum"):
            key = abstract.get(f"{W}abstractNumId", "")
            levels = (_read_level(e) for e in abstract.iter(f"{W}lvl"))
            self._levels[key] = dict(levels)
            if link := _value(abstract, "numStyleLink"):
                links[key] = link
            if name := _value(abstract, "styleLink"):
                named[name] = key
        for key, link in links.items():
            self._levels[key] = self._levels.get(named.get(link, key), {})
        for num in tree.iter(f"{W}num"):
            num_id = num.get(f"{W}numId", "")
            self._list_of[num_id] = _value(num, "abstractNumId")
            for override in num.iter(f"{W}lvlOverride"):
                at = _integer(override.get(f"{W}ilvl"), 0)
                if start := _value(override, "startOverride"):
                    self._starts[num_id, at] = _integer(start, 1)
                for element in override.iter(f"{W}lvl"):
                    self._overrides[num_id, at] = _read_level(element)[1]

    def level_of_style(self, num_id: str, style: str) -> int:
        """The level of a list that belongs to a paragraph style; 0 if none does."""
        levels = self._levels.get(self._list_of.get(num_id, ""), {})
        return next((n for n, level in levels.items() if level.style == style), 0)

    def label(self, num_id: str, at: int) -> Label | None:
        """Count a paragraph at level ``at`` of a list; ``None`` if there is no such list."""
        key = self._list_of.get(num_id)
        level = self._level(num_id, at)
        if key is None or level is None:
            return None
        counters = self._counters.setdefault(key, [None] * LEVELS)
        number = self._count(counters, num_id, at, level)
        if level.form == "bullet":
            return Label("", is_bullet=True)
        if level.form == "none":
            return Label(level.pattern if "%" not in level.pattern else "", is_bullet=False)
        return Label(self._fill(num_id, level, counters), is_bullet=False, number=number)

    def _count(self, counters: list[int | None], num_id: str, at: int, level: _ListLevel) -> int:
        before = counters[at]
        start = self._starts.get((num_id, at))
        if start is not None and (num_id, at) not in self._used:
            number = start
        elif before is None:
            number = level.start if start is None else start
        else:
            number = before + 1
        self._used.add((num_id, at))
        counters[at] = number
        for deeper in range(at + 1, LEVELS):
            other = self._level(num_id, deeper)
            restart = deeper if other is None or other.restart is None else other.restart
            if restart > at:
                counters[deeper] = None
        return number

    def _fill(self, num_id: str, level: _ListLevel, counters: list[int | None]) -> str:
        def number(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            other = self._level(num_id, at) or _ListLevel()
            count = counters[at]
            form = "decimal" if level.legal else other.form
            return spell(other.start if count is None else count, form)

        return re.sub(r"%([1-9])", number, level.pattern).strip()

    def _level(self, num_id: str, at: int) -> _ListLevel | None:
        found = self._overrides.get((num_id, at))
        return found or self._levels.get(self._list_of.get(num_id, ""), {}).get(at)


def _read_level(element: Any) -> tuple[int, _ListLevel]:
    """A level and its place. WPS wraps forms that old programs do not know in a choice of two."""
    forms = [e.get(f"{W}val", "") for e in element.iter(f"{W}numFmt")]
    form = next((f for f in forms if f != "custom"), "decimal")
    restart = _value(element, "lvlRestart")
    return _integer(element.get(f"{W}ilvl"), 0), _ListLevel(
        start=_integer(_value(element, "start"), 1 if element.find(f"{W}start") is not None else 0),
        form=form,
        pattern=_value(element, "lvlText"),
        legal=is_on(element.find(f"{W}isLgl")),
        restart=int(restart) if restart.isdigit() and int(restart) else (-1 if restart else None),
        style=_value(element, "pStyle"),
    )


def _value(element: Any, name: str) -> str:
    found = element.find(f"{W}{name}")
    return "" if found is None else str(found.get(f"{W}val", ""))


def _integer(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.lstrip("-").isdigit() else otherwise


def is_on(element: Any) -> bool:
    """True for an on/off property that is there and not switched off."""
    return element is not None and element.get(f"{W}val", "1") not in ("0", "false", "off")
