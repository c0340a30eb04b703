"""Queries: the terms that must all be found, and how a phrase is looked up.

Spaces separate terms. Quotation marks around a term keep its spaces and ask for exactly it; a minus
in front of a term excludes what holds it.
``fold.js`` does the same in the browser.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from xuelan.search.normal import fold

MOST_CHARACTERS: Final = 2000
MOST_TERMS: Final = 12

_SPACE: Final = re.compile(
    "[\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"
)
_MINUS: Final = "-－−"
_CLOSING: Final = {'"': '"', "“": "”", "「": "」", "『": "』", "＂": "＂"}


@dataclass(frozen=True, slots=True)
class Term:
    """A folded term of a query; ``whole`` when it must not be split."""

    text: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """The terms; ``cut`` when the query was too long and its end is not searched.

    ``without`` are the folded terms that no result may hold.
    """

    terms: tuple[Term, ...]
    cut: bool = False
    without: tuple[str, ...] = ()


def parse(text: str) -> Query:
    """Read the terms that a reader typed, in order, each only once.

    Where every term has a minus there is nothing to take away from, and all are looked for.

    >>> query = parse("玉米 -水样")
    >>> [term.text for term in query.terms], query.without
    (['玉米'], ('水样',))
    """
    text = unicodedata.normalize("NFC", text)
    terms: dict[str, Term] = {}
    without: dict[str, Term] = {}
    for raw, whole, minus in _split(text[:MOST_CHARACTERS]):
        if folded := fold(raw):
            (without if minus else terms).setdefault(folded, Term(folded, whole))
    kept, left = tuple(terms.values()), tuple(without)
    if not kept:
        kept, left = tuple(without.values()), ()
    cut = len(text) > MOST_CHARACTERS or max(len(kept), len(left)) > MOST_TERMS
    return Query(kept[:MOST_TERMS], cut, left[:MOST_TERMS])


def _split(text: str) -> list[tuple[str, bool, bool]]:
    """Return each raw term, True for one in quotation marks, True for one after a minus."""
    found = []
    at = 0
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        minus = text[at] in _MINUS and at + 1 < len(text) and not _SPACE.match(text, at + 1)
        at += minus
        end = _find_quotation_end(text, at)
        whole = end > 0
        if not whole:
            space = _SPACE.search(text, at)
            end = space.start() if space else len(text)
        found.append((text[at:end], whole, minus))
        at = end
    return found


def _find_quotation_end(text: str, at: int) -> int:
    """Return where a quotation that begins at ``at`` and is a whole term ends; 0 if none does."""
    closing = _CLOSING.get(text[at])
    end = text.find(closing, at + 1) if closing else -1
    while end > 0:
        if end + 1 == len(text) or _SPACE.match(text, end + 1):
            return end + 1
        end = text.find(closing or "", end + 1)
    return 0


@dataclass(frozen=True, slots=True)
class Phrase:
    """How the index is asked for a folded text.

    ``pairs`` are (offset, unit, next unit): the pairs looked up, and how far from the phrase's
    beginning they stand. ``single`` is the one unit of a phrase of one. ``sure`` when the places of
    the pairs prove the phrase without a look at the text.
    """

    units: tuple[int, ...]
    pairs: tuple[tuple[int, int, int], ...]
    single: int
    sure: bool


MOST_PAIRS: Final = 12
"""Pairs looked up for one phrase: all of 24 characters, a sample of a longer one."""


def make_phrase(text: str) -> Phrase:
    """Choose the pairs by which a folded text is looked up: side by side, not all that overlap.

    >>> [(offset, chr(a) + chr(b)) for offset, a, b in make_phrase("组织生活会").pairs]
    [(0, '组织'), (2, '生活'), (3, '活会')]
    """
    raw = text.encode("utf-16-le")
    units = tuple(int.from_bytes(raw[n : n + 2], "little") for n in range(0, len(raw), 2))
    if len(units) == 1:
        return Phrase(units, (), units[0], sure=True)
    offsets = [*range(0, len(units) - 2, 2), len(units) - 2]
    sure = len(offsets) <= MOST_PAIRS
    if not sure:
        last = len(offsets) - 1
        offsets = [offsets[n * last // (MOST_PAIRS - 1)] for n in range(MOST_PAIRS)]
    return Phrase(units, tuple((n, units[n], units[n + 1]) for n in offsets), 0, sure)
