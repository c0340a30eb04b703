"""What a hand-written page holds, by line and without rendering it: links, anchors, settings.

Such a page may hold HTML and whatever the host's Markdown reads, so more counts as a link here than
in a material's text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from xuelan.text import prose
from xuelan.text.anchors import slug, words_of

_DEFINITION: Final = re.compile(r" {0,3}\[(?!\^)[^\]\n]+\]:\s*<?([^\s<>]+)>?")
_ATTRIBUTE: Final = re.compile(
    r"""<[A-Za-z][^<>]*?\s(href|src|poster)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE
)
_NAMED: Final = re.compile(r"""<[A-Za-z][^<>]*?\s(?:id|name)\s*=\s*["']?([^"'\s>]+)""")
_GIVEN: Final = re.compile(r"\{:?[^{}]*#([^\s{}]+)[^{}]*\}\s*$")
_HEADING: Final = re.compile(r"(#{1,6})[ \t]*(.*?)[ \t]*#*[ \t]*$")
_UNDERLINE: Final = re.compile(r"(?:=+|-+)[ ]*$")
_NUMBERED: Final = re.compile(r"(.*)_([0-9]+)$")
_FRONT: Final = re.compile(r"-{3}[ \t]*\n(.*?\n)(?:\.{3}|-{3})[ \t]*(?:\n|\Z)", re.DOTALL)
_KEY: Final = re.compile(r" {0,3}([A-Za-z0-9_-]+):")


def split_front(text: str) -> tuple[str | None, str, int]:
    """The settings of a page (``None`` without any), its text, and the line where that begins."""
    match = _FRONT.match(text)
    if match is None:
        return None, text, 1
    return match[1], text[match.end() :], text.count("\n", 0, match.end()) + 1


def swallowed(text: str) -> str:
    """The word before a colon at the very beginning, which the host takes for a setting."""
    match = _KEY.match(text)
    return match[1] if match else ""


def links(lines: list[str]) -> Iterator[tuple[prose.Link, bool]]:
    """Every link and picture of a page, and whether it stands in HTML code."""
    for link in prose.links(lines):
        yield link, False
    for number, line in enumerate(lines, 1):
        if "]:" in line and (match := _DEFINITION.match(line)):
            yield prose.Link(number, match[0], match[1], False), False
        for tag in _ATTRIBUTE.finditer(line) if "<" in line else ():
            target = html.unescape(tag[2] if tag[2] is not None else tag[3] or "")
            yield prose.Link(number, "HTML", target, tag[1].lower() != "href"), True


def anchors(body: str, lines: list[str]) -> frozenset[str]:
    """The ids that the host gives the headings of a page, and those written in HTML code."""
    found = {m[1] for line in lines if "<" in line for m in _NAMED.finditer(line)}
    source = body.split("\n")
    for title, written in _titles(source, lines):
        if given := _GIVEN.search(written):
            found.add(given[1])
        name = slug(words_of(title))
        while name in found:
            count = _NUMBERED.match(name)
            name = f"{count[1]}_{int(count[2]) + 1}" if count else f"{name}_1"
        found.add(name)
    return frozenset(found)


def _titles(source: list[str], lines: list[str]) -> Iterator[tuple[str, str]]:
    """The words of each heading, and its line."""
    for number, line in enumerate(lines):
        if match := _HEADING.match(line):
            whole = _HEADING.match(source[number])
            yield (whole or match)[2], line
        elif number and line and line[0] in "=-" and _UNDERLINE.match(line) and lines[number - 1]:
            yield source[number - 1], lines[number - 1]
