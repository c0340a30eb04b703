"""What one rendering gathers, and what it decides, whichever way the text is read.

Anchors, numbered blocks, numbers of citations, addresses of links and first uses of glossary words
are given out here, in the order of the text: :mod:`xuelan.rendering.plain_reader` and
:mod:`xuelan.rendering.markdown_reader` only find what there is, and write it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from xuelan.model.rendered import Block, Heading, Rendered, characters
from xuelan.rendering.links import Surroundings
from xuelan.text.anchors import Anchors, slug

_FILE: Final = re.compile(r"[A-Za-z0-9._-][A-Za-z0-9._/-]*")
"""Most links: to a file nearby, and so plainly that there is nothing to take apart."""


class Gathering:
    """What the rendering of one text gathers.

    ``name`` is the id of the material and ``path`` its file; all that the text names is in
    ``around``. Hand-written pages stand below ``docs_dir``.
    """

    def __init__(self, name: str, path: str, around: Surroundings, docs_dir: str) -> None:
        self.around = around
        self._name = name
        self._folder = posixpath.dirname(path)
        self._docs_dir = docs_dir
        self._anchors = Anchors()
        self._headings: list[Heading] = []
        self._blocks: list[Block] = []
        self._references: dict[str, int] = {}
        self._mentioned: set[int] = set()
        self._links: list[str] = []
        self._words = [word for word in around.terms if len(word) > 1]
        self._unlinked = [word for word in self._words if around.terms[word] != name]

    def heading(self, tag: str, text: str) -> str:
        """Take in a heading, ``h2`` to ``h6``, and its plain text; gives its anchor."""
        anchor = self._anchors.unique(slug(text))
        self._headings.append(Heading(anchor, int(tag[1]), text))
        return anchor

    def block(self, text: str) -> str:
        """Take in the plain text of the next block; gives its anchor."""
        anchor = f"p{len(self._blocks) + 1}"
        self._blocks.append(Block(anchor, len(self._headings) - 1, text))
        return anchor

    def mentions(self, ids: str) -> list[tuple[str, int | None, bool]]:
        """The :func:`runs` of a citation's numbers, each with whether it is the first of its work.

        ``ids`` are the cited ids with spaces between. Those that stand for no work give nothing.
        """
        known, sources = self._references, self.around.sources
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

    def address(self, target: str) -> str:
        """The address, seen from this material's page, of a file linked in its text."""
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
        if path in self.around.materials:
            other = self.around.materials[path]
            self._links.append(other)
            self._linked(other)
            return f"../{other}/{fragment}"
        if path.startswith(self._docs_dir + "/") and path.endswith(".md"):
            page = path.removeprefix(self._docs_dir + "/").removesuffix(".md").removesuffix("index")
            return f"../../{page.rstrip('/')}/{fragment}" if page else f"../../{fragment}"
        return quote(posixpath.basename(path))

    def names_a_term(self, text: str) -> bool:
        """True when :func:`first_uses` of ``text``, or of a part of it, may find any."""
        for word in self._unlinked:  # noqa: SIM110 - any() takes three times as long for so few
            if word in text:
                return True
        return False

    def _linked(self, term: str) -> None:
        """An entry is linked only once, by whichever of its words."""
        self._unlinked = [word for word in self._unlinked if self.around.terms[word] != term]

    def first_uses(self, text: str) -> list[tuple[str, int, int]]:
        """Each glossary entry not linked so far: its id, and where its word begins and ends.

        Of words that overlap, the leftmost and then the longest counts. A text names few of them:
        making a finder for them would take longer than looking for each.
        """
        found: list[tuple[str, int, int]] = []
        if not self._unlinked:
            return found
        terms = self.around.terms
        places = {word: n for word in self._words if (n := text.find(word)) >= 0}
        while any(word in self._unlinked for word in places):
            first, _, word = min([(n, -len(word), word) for word, n in places.items()])
            end = first + len(word)
            if word in self._unlinked:
                self._linked(terms[word])
                found.append((terms[word], first, end))
            further = {w: n if n >= end else text.find(w, end) for w, n in places.items()}
            places = {w: n for w, n in further.items() if n >= 0}
        return found

    def rendered(self, html: str) -> Rendered:
        """All that was gathered, and the ``html`` written meanwhile."""
        return Rendered(
            id=self._name,
            html=html,
            headings=tuple(self._headings),
            blocks=tuple(self._blocks),
            references=tuple(self._references),
            links=tuple(dict.fromkeys(self._links)),
            characters=characters("\n".join([block.text for block in self._blocks])),
        )


def runs(numbers: list[int]) -> Iterator[tuple[str, int | None]]:
    """``[1, 2, 3, 5]`` as 1 - 3 , 5: neighbours joined by a hyphen, the rest by a comma."""
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
