"""Builds the rendered content of one text, whichever reader reads it.

Anchors, numbers of citations, addresses of links and first uses of glossary words are given out
here, in the order of the text. :mod:`xuelan.rendering.plain_writer` and
:mod:`xuelan.rendering.python_markdown` find the marks in the text and write the HTML.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from xuelan.model.content import Block, Heading, Rendered, characters
from xuelan.rendering.links import Dependencies
from xuelan.text.anchors import Anchors, slug
from xuelan.text.file_names import file_link

_FILE: Final = re.compile(r"[A-Za-z0-9._-][A-Za-z0-9._/-]*")
"""Matches most links: the path of a file, without anchor or escapes, which needs no parsing."""

_EAST_ASIAN: Final = "\u2e80"
"""From here on Unicode holds the letters of languages that are written without spaces."""


class ContentBuilder:
    """Collects the headings, blocks, references and links of one text.

    ``name`` is the id of the material and ``path`` its file. Hand-written pages stand below
    ``docs_dir``.
    """

    def __init__(self, name: str, path: str, dependencies: Dependencies, docs_dir: str) -> None:
        self.dependencies = dependencies
        self._name = name
        self._folder = posixpath.dirname(path)
        self._docs_dir = docs_dir
        self._anchors = Anchors()
        self._headings: list[Heading] = []
        self._blocks: list[Block] = []
        self._references: dict[str, int] = {}
        self._mentioned: set[int] = set()
        self._links: list[str] = []
        self._words = [word for word in dependencies.terms if len(word) > 1]
        self._unlinked = [word for word in self._words if dependencies.terms[word] != name]

    def add_heading(self, tag: str, text: str) -> str:
        """Add a heading, ``h2`` to ``h6``, by its plain text; returns its anchor."""
        anchor = self._anchors.unique(slug(text))
        self._headings.append(Heading(anchor, int(tag[1]), text))
        return anchor

    def add_block(self, text: str) -> str:
        """Add the next block by its plain text; returns its anchor."""
        anchor = f"p{len(self._blocks) + 1}"
        self._blocks.append(Block(anchor, len(self._headings) - 1, text))
        return anchor

    def cite(self, ids: str) -> list[tuple[str, int | None, bool]]:
        """The :func:`runs` of a citation's numbers, each with whether it is the first of its work.

        ``ids`` are the cited ids, separated by spaces. An id without works has no number.
        """
        known, sources = self._references, self.dependencies.sources
        numbers = {
            known.setdefault(work, len(known) + 1)
            for i in ids.split()
            for work in sources.get(i, ())
        }
        found = []
        for text, number in runs(sorted(numbers)):
            found.append((text, number, number is not None and number not in self._mentioned))
            if number is not None:
                self._mentioned.add(number)
        return found

    def resolve(self, target: str) -> str:
        """The address, relative to this material's page, of a link's ``target``.

        ``#`` for addresses of other sites and for what is no address at all.
        """
        linked, fragment = target, ""
        if not _FILE.fullmatch(target):
            try:
                parts = urlsplit(target)
            except ValueError:
                return "#"
            if parts.scheme or parts.netloc:
                return "#"
            linked, fragment = parts.path, parts.fragment and f"#{parts.fragment}"
        if not linked:
            return fragment or "#"
        path = posixpath.normpath(posixpath.join(self._folder, unquote(linked)))
        if path in self.dependencies.materials:
            other = self.dependencies.materials[path]
            self._links.append(other)
            self._forget_term(other)
            return f"../{other}/{fragment}"
        if path.startswith(self._docs_dir + "/") and path.endswith(".md"):
            page = path.removeprefix(self._docs_dir + "/").removesuffix(".md").removesuffix("index")
            return f"../../{page.rstrip('/')}/{fragment}" if page else f"../../{fragment}"
        return file_link(path)

    def has_term(self, text: str) -> bool:
        """True if :func:`link_terms` of ``text``, or of a part of it, may find any."""
        for word in self._unlinked:  # noqa: SIM110 - any() takes three times as long for so few
            if word in text:
                return True
        return False

    def _forget_term(self, term: str) -> None:
        """Link the entry ``term`` no more: it is linked once, by whichever of its words."""
        self._unlinked = [word for word in self._unlinked if self.dependencies.terms[word] != term]

    def link_terms(self, text: str) -> list[tuple[str, int, int]]:
        """Each glossary entry first used in ``text``: its id, and where its word begins and ends.

        Of overlapping words, the leftmost counts, and of those the longest. A text has few of
        them: ``str.find`` for each takes less time than to build an automaton. The letters of a
        longer word are no entry: WTO is not in SWTOR.
        """
        found: list[tuple[str, int, int]] = []
        if not self._unlinked:
            return found
        terms = self.dependencies.terms
        places = {word: n for word in self._words if (n := _find(text, word, 0)) >= 0}
        while any(word in self._unlinked for word in places):
            first, _, word = min([(n, -len(word), word) for word, n in places.items()])
            end = first + len(word)
            if word in self._unlinked:
                self._forget_term(terms[word])
                found.append((terms[word], first, end))
            further = {w: n if n >= end else _find(text, w, end) for w, n in places.items()}
            places = {w: n for w, n in further.items() if n >= 0}
        return found

    def build(self, html: str) -> Rendered:
        """The rendered text: ``html`` and all that was added while it was written."""
        return Rendered(
            id=self._name,
            html=html,
            headings=tuple(self._headings),
            blocks=tuple(self._blocks),
            references=tuple(self._references),
            links=tuple(dict.fromkeys(self._links)),
            characters=characters("\n".join([block.text for block in self._blocks])),
        )


def _find(text: str, word: str, start: int) -> int:
    """Where ``word`` begins in ``text`` from ``start`` on, and is no part of a longer word; or -1.

    Only letters and digits written with spaces between words make longer words.
    """
    place = text.find(word, start)
    while place >= 0:
        end = place + len(word)
        if not (_is_one_word(text[place - 1 : place], word[0])) and not (
            _is_one_word(word[-1], text[end : end + 1])
        ):
            break
        place = text.find(word, place + 1)
    return place


def _is_one_word(before: str, after: str) -> bool:
    """True if a word goes on from ``before`` to ``after``: both are letters, but not Chinese."""
    return all(c.isalnum() and c < _EAST_ASIAN for c in (before or " ", after or " "))


def runs(numbers: list[int]) -> Iterator[tuple[str, int | None]]:
    """Pieces of a list of citation numbers, each with its number, or ``None`` for a separator.

    ``[1, 2, 3, 5]`` gives ``1 - 3 , 5``: neighbours are joined by a hyphen, the rest by a comma.
    """
    last, first = len(numbers) - 1, 0
    for n, number in enumerate(numbers):
        if n < last and numbers[n + 1] == number + 1:
            continue
        if first:
            yield ",", None
        yield str(numbers[first]), numbers[first]
        if first < n:
            yield "-", None
            yield str(number), number
        first = n + 1
