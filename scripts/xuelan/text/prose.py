"""What a material's Markdown text contains, found with line numbers and without rendering.

Whether a line needs a closer look is told by one sign: Python finds it ten times as fast as two.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

import msgspec

CITATION: Final = re.compile(r"\[@([A-Za-z0-9-]+(?:\s*;\s*@[A-Za-z0-9-]+)*)\]")
"""A citation: ``[@life-001]`` or ``[@life-001; @W-032]``."""

_CITATION_LIKE: Final = re.compile(r"\[@[^\]\n]*\]?")
_LINK: Final = re.compile(
    r"\[([^\[\]\n]*)\]\( *+"
    r'(?:(?:<([^<>\n]*)>|((?>(?:[^()\s<>]++|\([^()\s<>]*\))*)))(?>(?: ++"[^"\n]*")?) *+\)'
    r'|(?<= )"[^"\n]*" *+\))'  # a title without a target, which may look like one
)
_LINK_OR_IMAGE: Final = re.compile(f"!?{_LINK.pattern}")
_LINK_LIKE: Final = re.compile(r"\]\([^)]*\)?|\]\[(?!@)[^\]]*\]?")
_AUTOLINK: Final = re.compile(r"<((?:https?|ftp|mailto|javascript):[^>\s]*)>", re.IGNORECASE)
_TAG: Final = re.compile(r"<(?:/?[A-Za-z][^<>\n]*>?|!--|\?|!\[CDATA)")
_HEADING: Final = re.compile(r"^ {0,3}(#{1,6})(?:\s+(.*?))?\s*#*\s*$")
_FENCE: Final = re.compile(r"(```+|~~~+) *[\w#.+-]* *")
_CODE: Final = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_ENTITY: Final = re.compile(r"&(?:#[0-9]+|#x[0-9a-f]+|[0-9a-z]+);", re.IGNORECASE)
_SENTENCE_ENDS: Final = "！？；|"
"""Besides ``。``."""
_QUOTED: Final = re.compile(r"“([^“”]*)”")


class Link(msgspec.Struct, frozen=True, array_like=True):
    """A link or picture in the text. ``line`` counts from 1 in the body."""

    line: int
    text: str
    target: str
    is_image: bool


class Cited(msgspec.Struct, frozen=True, array_like=True):
    """The ids of one ``[@…]``; empty when it is not written as a citation should be."""

    line: int
    ids: tuple[str, ...]
    raw: str


class HeadingLine(msgspec.Struct, frozen=True, array_like=True):
    """A heading line with its level and text."""

    line: int
    level: int
    text: str


class Sentence(msgspec.Struct, frozen=True, array_like=True):
    """A piece of text up to 。！？；, a table cell border or the end of its line."""

    line: int
    text: str
    cited: tuple[str, ...]


def unescape(text: str) -> str:
    """Entities such as ``&amp;`` as the signs they stand for."""
    return _ENTITY.sub(lambda m: html.unescape(m[0]), text) if "&" in text else text


def lines(body: str) -> list[str]:
    """The body's lines with code blanked out, so that nothing in code counts as markup."""
    text = body.split("\n")
    if "`" not in body and "~" not in body:
        return text
    result: list[str] = []
    while len(result) < len(text):
        line = text[len(result)]
        mark = _FENCE.fullmatch(line)
        end = _end_of_fence(text, len(result), mark[1]) if mark else None
        if end is not None:
            result += [""] * (end + 1 - len(result))
        else:
            result.append(_without_code(line) if "`" in line else line)
    return result


def _without_code(line: str) -> str:
    return _CODE.sub(lambda m: "`" + " " * (len(m[0]) - 2) + "`", line)


def _end_of_fence(text: list[str], start: int, fence: str) -> int | None:
    """Where the fence opened at ``start`` closes; one left open is no fence for the renderer."""
    return next((n for n in range(start + 1, len(text)) if text[n].rstrip(" ") == fence), None)


def links(text: list[str]) -> Iterator[Link]:
    """Every link, picture and autolink, in order."""
    for number, line in enumerate(text, 1):
        if "(" in line:
            for match in _LINK.finditer(line):
                is_image = line.endswith("!", 0, match.start())
                yield Link(number, match[1], match[2] or match[3] or "", is_image)
        if "<" in line:
            for match in _AUTOLINK.finditer(line):
                yield Link(number, match[1], match[1], False)


def odd_links(text: list[str]) -> Iterator[tuple[int, str]]:
    """Every piece that looks like a link and is not written as :func:`links` reads them."""
    for number, line in enumerate(text, 1):
        if "]" in line and not _has_good_links_only(line):
            for match in _LINK_LIKE.finditer(_LINK_OR_IMAGE.sub("", line)):
                yield number, match[0]


def _has_good_links_only(line: str) -> bool:
    """True for most lines: every ``](`` belongs to a link, and nothing else looks like one."""
    if "][" in line or ("(" in line and "!" in line):
        return False
    return "(" not in line or line.count("](") == len(_LINK.findall(line))


def citations(text: list[str]) -> Iterator[Cited]:
    """Every citation, well formed or not, in order."""
    for number, line in enumerate(text, 1):
        if "@" in line:
            for match in _CITATION_LIKE.finditer(line):
                whole = CITATION.fullmatch(match[0])
                yield Cited(number, cited_ids(whole[1]) if whole else (), match[0])


def cited_ids(inside: str) -> tuple[str, ...]:
    """The ids between ``[@`` and ``]``."""
    if ";" not in inside:
        return (inside,)
    return tuple(part.strip().removeprefix("@") for part in inside.split(";"))


def headings(text: list[str]) -> Iterator[HeadingLine]:
    """Every ``#`` heading, in order."""
    for number, line in enumerate(text, 1):
        if "#" in line and (match := _HEADING.match(line)):
            yield HeadingLine(number, len(match[1]), match[2] or "")


def tags(text: list[str]) -> Iterator[tuple[int, str]]:
    """Every piece of raw HTML with its line; ``<https://…>`` is a link and does not count."""
    for number, line in enumerate(text, 1):
        for match in _TAG.finditer(_AUTOLINK.sub("", line)) if "<" in line else ():
            yield number, match[0]


def sentences(text: list[str]) -> Iterator[Sentence]:
    """The sentences that cite, each with the ids it cites."""
    for number, line in enumerate(text, 1):
        if "@" not in line:
            continue
        ended = line
        for end in _SENTENCE_ENDS:  # quicker than a pattern that stands for all of them
            ended = ended.replace(end, "。")
        for piece in ended.split("。"):
            if "@" in piece:
                found = tuple([i for inside in CITATION.findall(piece) for i in cited_ids(inside)])
                if found:
                    yield Sentence(number, piece, found)


def quotations(text: list[str]) -> Iterator[tuple[int, str]]:
    """Every “…” with its line, citations taken out of it."""
    for number, line in enumerate(text, 1):
        for match in _QUOTED.finditer(line) if "“" in line else ():
            words = match[1]
            yield number, CITATION.sub("", words) if "[@" in words else words
