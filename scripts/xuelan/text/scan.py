"""Scans a material's text once for what the rules ask; the result is kept in the cache."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cache
from typing import Final

import msgspec

from xuelan.text import prose
from xuelan.text.anchors import heading_ids
from xuelan.text.prose import Citation, Link

LONG_QUOTATION: Final = 10
"""A quotation “…” of this many Chinese characters or more must be known word for word."""

HEARSAY: Final = re.compile(r"据[^，。；]{0,40}(?:报道|记载|介绍|转述|记述|回忆)")
"""The ways in which a sentence says that it only passes on a report."""

_PLAIN_LINK: Final = re.compile(r"[a-z0-9./_-]+\.md")
_NOT_HAN: Final = re.compile(r"[^一-鿿0-9A-Za-z]")
_INSIDE_QUOTES: Final = re.compile(r"[“”‘’「」『』\s]")


class Quotation(msgspec.Struct, frozen=True, array_like=True):
    """A long “…”: its line, its text, and its bare words, by which it is looked up."""

    line: int
    text: str
    words: str


class Claim(msgspec.Struct, frozen=True, array_like=True):
    """A sentence that cites: its line, the ids, and whether it says that it passes on a report."""

    line: int
    cited: tuple[str, ...]
    reported: bool


class Details(msgspec.Struct, frozen=True, array_like=True):
    """The part of a scan that rules need of few texts: of those with something wrong or unusual."""

    anchors: frozenset[str]
    links: tuple[Link, ...]
    claims: tuple[Claim, ...]
    miswritten: tuple[Citation, ...]


class Scan(msgspec.Struct, frozen=True, array_like=True):
    """What the rules ask of every text; ``details`` holds the rest as msgpack.

    ``targets`` are the files that plainly written links lead to, by their paths from the column's
    folder; ``plain`` is true if there are no other links and no pictures. ``cited`` are the cited
    ids, each once, with ``""`` for a citation that is not well formed; ``stated`` are those cited
    by a sentence that does not say that it passes on a report.
    """

    targets: tuple[str, ...]
    plain: bool
    cited: tuple[str, ...]
    stated: tuple[str, ...]
    quotations: tuple[Quotation, ...]
    details: bytes

    def unpack(self) -> Details:
        """Decode ``details``: it takes longer than all else that a rule does with most texts."""
        return msgspec.msgpack.decode(self.details, type=Details)


def scan(path: str, body: str, lines: list[str] | None = None) -> Scan:
    """Scan ``body``, the Markdown text of the file at ``path``.

    ``lines`` are those of :func:`xuelan.text.prose.lines`, if the caller has them.
    """
    lines = prose.lines(body) if lines is None else lines
    folder = path.rpartition("/")[0]
    links = tuple(prose.links(lines)) if "(" in body or "<" in body else ()
    plain = {k.target for k in links if not k.is_image and _PLAIN_LINK.fullmatch(k.target)}
    sentences = list(prose.sentences(lines)) if "@" in body else []
    claims = tuple([Claim(s.line, s.cited, _is_reported(s.text)) for s in sentences])
    cited = sorted({i for c in claims for i in c.cited})
    all_good = sum([len(c.cited) for c in claims]) == body.count("@")
    miswritten = () if all_good else tuple(c for c in prose.citations(lines) if not c.ids)
    return Scan(
        targets=tuple(sorted({_path(folder, target) for target in plain})),
        plain=all(k.target in plain and not k.is_image for k in links),
        cited=("", *cited) if miswritten else tuple(cited),
        stated=tuple(sorted({i for c in claims if not c.reported for i in c.cited})),
        quotations=tuple(_long(lines)) if "“" in body else (),
        details=_ENCODER.encode(Details(heading_ids(body, lines), links, claims, miswritten)),
    )


def _is_reported(sentence: str) -> bool:
    return "据" in sentence and bool(HEARSAY.search(sentence))


_ENCODER: Final = msgspec.msgpack.Encoder(order="deterministic")


@cache
def _path(folder: str, target: str) -> str:
    """The file to which a link in ``folder`` leads. Cached: many texts link to the same."""
    return posixpath.normpath(posixpath.join(folder, target))


def _long(lines: list[str]) -> Iterator[Quotation]:
    for number, quoted in prose.quotations(lines):
        if len(quoted) >= LONG_QUOTATION:
            words = bare(quoted)
            if len(_NOT_HAN.sub("", words)) >= LONG_QUOTATION:
                yield Quotation(number, quoted, words.strip("，。；"))


def bare(text: str) -> str:
    """``text`` without quotation marks and spaces."""
    return _INSIDE_QUOTES.sub("", text)
