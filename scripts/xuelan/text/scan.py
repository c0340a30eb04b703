"""What the rules need to know of a material's text, found in one pass and worth keeping."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cache
from typing import Final

import msgspec

from xuelan.text import prose
from xuelan.text.anchors import heading_ids
from xuelan.text.prose import Cited, Link

LONG_QUOTATION: Final = 10
"""From this many Chinese characters on, words in “ ” must be found letter for letter."""

HEARSAY: Final = re.compile(r"据[^，。；]{0,40}(?:报道|记载|介绍|转述|记述|回忆)")
"""The ways a sentence says that it only passes on what was reported."""

_PLAIN_LINK: Final = re.compile(r"[a-z0-9./_-]+\.md")
_NOT_HAN: Final = re.compile(r"[^一-鿿0-9A-Za-z]")
_INSIDE_QUOTES: Final = re.compile(r"[“”‘’「」『』\s]")


class Quotation(msgspec.Struct, frozen=True, array_like=True):
    """A long “…” as it stands on its line, and the bare words that must be found."""

    line: int
    text: str
    words: str


class Claim(msgspec.Struct, frozen=True, array_like=True):
    """A sentence that cites: its line, what it cites, whether it says that it was reported."""

    line: int
    cited: tuple[str, ...]
    reported: bool


class Details(msgspec.Struct, frozen=True, array_like=True):
    """What few texts are asked for: heading anchors, links, claims, miswritten citations."""

    anchors: frozenset[str]
    links: tuple[Link, ...]
    claims: tuple[Claim, ...]
    miswritten: tuple[Cited, ...]


class Scan(msgspec.Struct, frozen=True, array_like=True):
    """What the rules ask of every text, and packed in ``details`` what they ask of some.

    ``targets`` are the files, seen from the column's folder, that plainly written links lead to;
    ``plain`` is true when there are no other links and no pictures. ``cited`` are the ids, each
    once, ``""`` among them for a citation that is not written as one; ``stated`` those cited by a
    sentence that does not say it was reported. Lines count from 1 in the body.
    """

    targets: tuple[str, ...]
    plain: bool
    cited: tuple[str, ...]
    stated: tuple[str, ...]
    quotations: tuple[Quotation, ...]
    details: bytes

    def closely(self) -> Details:
        """What is packed in ``details``."""
        return msgspec.msgpack.decode(self.details, type=Details)


def scan(path: str, body: str, lines: list[str] | None = None) -> Scan:
    """Look once through the Markdown text of the file at ``path``.

    ``lines`` are those of :func:`xuelan.text.prose.lines` where they are at hand.
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
    """Where a link written in ``folder`` leads: most targets are linked from many texts."""
    return posixpath.normpath(posixpath.join(folder, target))


def _long(lines: list[str]) -> Iterator[Quotation]:
    for number, quoted in prose.quotations(lines):
        if len(quoted) >= LONG_QUOTATION:
            words = bare(quoted)
            if len(_NOT_HAN.sub("", words)) >= LONG_QUOTATION:
                yield Quotation(number, quoted, words.strip("，。；"))


def bare(text: str) -> str:
    """A text without quotation marks and spaces."""
    return _INSIDE_QUOTES.sub("", text)
