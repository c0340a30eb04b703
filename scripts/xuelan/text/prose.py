"""Finds links, citations, headings and more in a Markdown text, by line and without rendering.

Each finder looks first for one character that its pattern needs: Python finds one character in a
line ten times as fast as two.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from xuelan.text.line_breaks import paragraphs

CITATION: Final = re.compile(r"\[@([A-Za-z0-9-]+(?:\s*;\s*@[A-Za-z0-9-]+)*)\]")
"""A citation: ``[@life-001]`` or ``[@life-001; @W-032]``."""

_CITATION_LIKE: Final = re.compile(r"\[@[^\]\n]*\]?")
_LINK: Final = re.compile(
    r"\[([^\[\]\n]*)\]\( *+"
    r'(?:(?:<([^<>\n]*)>|((?>(?:[^()\s<>]++|\([^()\s<>]*\))*)))(?>(?: ++"[^"\n]*")?) *+\)'
    r'|(?<= )"[^"\n]*" *+\))'  # a title without a target: [甲]( "题")
)
_LINK_OR_IMAGE: Final = re.compile(f"!?{_LINK.pattern}")
_LINK_LIKE: Final = re.compile(r"\[\[(?!@)[^\[\]\n]+\]\](?!\()|\]\([^)]*\)?|\]\[(?!@)[^\]]*\]?")
_AUTOLINK: Final = re.compile(r"<((?:https?|ftp|mailto|javascript):[^>\s]*)>", re.IGNORECASE)
_TAG: Final = re.compile(r"<(?:/?[A-Za-z][^<>\n]*>?|!--|\?|!\[CDATA)")
_HEADING: Final = re.compile(r"^ {0,3}(#{1,6})(?:\s+(.*?))?\s*#*\s*$")
_FENCE: Final = re.compile(r"(```+|~~~+) *[\w#.+-]* *")
_CODE: Final = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_ENTITY: Final = re.compile(r"&(?:#[0-9]+|#x[0-9a-f]+|[0-9a-z]+);", re.IGNORECASE)
_SENTENCE_ENDS: Final = "！？；|"
"""What ends a sentence besides ``。``."""
_QUOTED: Final = re.compile(r"“([^“”]*)”")


class Link(msgspec.Struct, frozen=True, array_like=True):
    """A link or picture. ``line`` counts from 1 in the body, here and below."""

    line: int
    text: str
    target: str
    is_image: bool


class Citation(msgspec.Struct, frozen=True, array_like=True):
    """A citation ``[@…]``; without ``ids`` if it is not well formed."""

    line: int
    ids: tuple[str, ...]
    raw: str


class HeadingLine(msgspec.Struct, frozen=True, array_like=True):
    """A heading: its level, 1 to 6, and its text with markup."""

    line: int
    level: int
    text: str


class Sentence(msgspec.Struct, frozen=True, array_like=True):
    """A sentence and the ids it cites on ``line``; one that cites on two lines comes twice.

    。！？；, a table's border or the end of the paragraph end it.
    """

    line: int
    text: str
    cited: tuple[str, ...]


def unescape(text: str) -> str:
    """``text`` with entities such as ``&amp;`` replaced by the characters they stand for."""
    return _ENTITY.sub(lambda m: html.unescape(m[0]), text) if "&" in text else text


def lines(body: str) -> list[str]:
    """The body's lines with code blanked out, so that nothing in code counts as markup.

    Lines of a fenced block become empty, code within a line becomes spaces between backticks.
    """
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
    """The line that closes the fence opened at ``start``; Python-Markdown ignores one left open."""
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
    """Line and text of every piece that looks like a link and is none for :func:`links`."""
    for number, line in enumerate(text, 1):
        if "]" in line and not _has_good_links_only(line):
            for match in _LINK_LIKE.finditer(_LINK_OR_IMAGE.sub("", line)):
                yield number, match[0]


def _has_good_links_only(line: str) -> bool:
    """True for most lines: every ``](`` belongs to a link, and nothing else looks like a link."""
    if "][" in line or "[[" in line or ("(" in line and "!" in line):
        return False
    return "(" not in line or line.count("](") == len(_LINK.findall(line))


def citations(text: list[str]) -> Iterator[Citation]:
    """Every citation in order, those that are not well formed too."""
    for number, line in enumerate(text, 1):
        if "@" in line:
            for match in _CITATION_LIKE.finditer(line):
                whole = CITATION.fullmatch(match[0])
                yield Citation(number, cited_ids(whole[1]) if whole else (), match[0])


def cited_ids(inside: str) -> tuple[str, ...]:
    """The ids in ``inside``, the text between ``[@`` and ``]``: ``a-1; @b-2`` gives two."""
    if ";" not in inside:
        return (inside,)
    return tuple(part.strip().removeprefix("@") for part in inside.split(";"))


def headings(text: list[str]) -> Iterator[HeadingLine]:
    """Every ``#`` heading, in order."""
    for number, line in enumerate(text, 1):
        if "#" in line and (match := _HEADING.match(line)):
            yield HeadingLine(number, len(match[1]), match[2] or "")


def tags(text: list[str]) -> Iterator[tuple[int, str]]:
    """Line and text of every piece of raw HTML; ``<https://…>`` is a link and does not count."""
    for number, line in enumerate(text, 1):
        for match in _TAG.finditer(_AUTOLINK.sub("", line)) if "<" in line else ():
            yield number, match[0]


def sentences(text: list[str]) -> Iterator[Sentence]:
    """Every sentence that cites something."""
    for paragraph in paragraphs(text, "@"):
        ended = paragraph.text
        for end in _SENTENCE_ENDS:  # faster than one pattern for all of them
            ended = ended.replace(end, "。")
        start = 0
        for piece in ended.split("。"):
            if "@" in piece:
                cited: dict[int, list[str]] = {}
                for match in CITATION.finditer(piece):
                    line = paragraph.line_at(start + match.start())
                    cited.setdefault(line, []).extend(cited_ids(match[1]))
                for line, ids in cited.items():
                    yield Sentence(line, piece, tuple(ids))
            start += len(piece) + 1


def quotations(text: list[str]) -> Iterator[tuple[int, str]]:
    """Line and words of every “…”, without the citations inside."""
    for paragraph in paragraphs(text, "“"):
        for match in _QUOTED.finditer(paragraph.text):
            words = match[1]
            line = paragraph.line_at(match.start())
            yield line, CITATION.sub("", words) if "[@" in words else words
