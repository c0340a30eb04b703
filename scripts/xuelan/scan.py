"""What the rules need to know of a material's text, found in one pass and worth keeping."""

from __future__ import annotations

from dataclasses import dataclass

from xuelan import prose
from xuelan.anchors import heading_ids
from xuelan.prose import Cited, Link, Sentence


@dataclass(frozen=True, slots=True)
class Scan:
    """A text's heading anchors, links, citations, sentences that cite, and “…” with their lines.

    Lines count from 1 in the body.
    """

    anchors: frozenset[str]
    links: tuple[Link, ...]
    citations: tuple[Cited, ...]
    sentences: tuple[Sentence, ...]
    quotations: tuple[tuple[int, str], ...]


def scan(body: str) -> Scan:
    """Look through a Markdown text once."""
    lines = prose.lines(body)
    cites = "[@" in body
    return Scan(
        anchors=heading_ids(body, lines),
        links=tuple(prose.links(lines)),
        citations=tuple(prose.citations(lines)) if cites else (),
        sentences=tuple(prose.sentences(lines)) if cites else (),
        quotations=tuple(prose.quotations(lines)),
    )
