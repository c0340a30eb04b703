"""Answers from a built index: the same groups in the same order as ``engine.js``.

Three groups, each shown only when the one before is empty: 完整匹配, every term stands there
letter for letter; 拆开匹配, every term stands there in a few pieces; 部分匹配, at least half of
the query's characters stand there. Scores are whole numbers, so that no rounding differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from xuelan.search.document import Zone
from xuelan.search.normal import BREAK
from xuelan.search.postings import IN_FIELD, IN_TITLE, MOST, PLACE_BITS
from xuelan.search.query import Phrase, Query, Term, phrase
from xuelan.search.reader import Reader, Starts
from xuelan.search.stream import STARTS

EXACT, SPLIT, PARTIAL = "完整匹配", "拆开匹配", "部分匹配"
LONGEST_SPLIT: Final = 32
"""Units of a query that is taken apart; of a longer one only samples are looked for."""
MOST_PIECES: Final = 4
SHORTEST_SPLIT: Final = 4
SHORTEST_ASCII: Final = 4
SAMPLES: Final = 6
SAMPLE: Final = 4

_TITLE_WEIGHT: Final = 8
_FIELD_WEIGHT: Final = 3
_MASK: Final = (1 << PLACE_BITS) - 1
_NOWHERE: Final = -1
_OFTEN: Final = 7


@dataclass(frozen=True, slots=True)
class Hit:
    """A document found: ``place`` is where to take the excerpt, ``pieces`` what to mark.

    The place is -1 where the index does not know it (a single character).
    """

    doc: int
    place: int
    pieces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The hits of one group, best first."""

    group: str
    hits: list[Hit]


def answer(reader: Reader, query: Query) -> Answer:
    """The first group that is not empty; the last one when all are."""
    if not query.terms:
        return Answer(EXACT, [])
    for group, search in ((EXACT, exact), (SPLIT, split), (PARTIAL, partial)):
        if hits := search(reader, query):
            return Answer(group, hits)
    return Answer(PARTIAL, [])


@dataclass(frozen=True, slots=True)
class _In:
    """A phrase in one document: its weight, whether the title holds or begins with it."""

    weight: int
    in_title: bool
    begins: bool
    place: int


def exact(reader: Reader, query: Query) -> list[Hit]:
    """Documents in which every term stands: in the title first, then by weight, then newest."""
    found = [_weighed(reader, term.text) for term in query.terms]
    docs = set.intersection(*map(set, found))
    rare = [(reader.manifest.count // max(1, len(f))).bit_length() for f in found]
    shown = min(found, key=len)
    pieces = tuple(term.text for term in query.terms)

    def rank(doc: int) -> tuple[int, int, int]:
        places = [f[doc] for f in found]
        title = all(p.in_title for p in places) + all(p.begins for p in places)
        return -title, -sum(r * p.weight for r, p in zip(rare, places, strict=True)), doc

    return [Hit(doc, shown[doc].place, pieces) for doc in sorted(docs, key=rank)]


def _weighed(reader: Reader, text: str) -> dict[int, _In]:
    """The documents a folded text stands in."""
    wanted = phrase(text)
    if wanted.single:
        return {doc: _alone(w) for doc, w in reader.single(wanted.single).items()}
    return {doc: _summed(places) for doc, places in by_doc(starts(reader, text, wanted))}


def _alone(byte: int) -> _In:
    weight = _weight(byte & IN_TITLE, byte & IN_FIELD, byte & _OFTEN)
    return _In(weight, in_title=bool(byte & IN_TITLE), begins=False, place=_NOWHERE)


def _summed(places: list[int]) -> _In:
    in_title = places[0] < STARTS[Zone.FIELD]
    in_field = any(STARTS[Zone.FIELD] <= p < STARTS[Zone.BODY] for p in places)
    weight = _weight(in_title, in_field, min(MOST, len(places).bit_length()))
    return _In(weight, in_title, places[0] == 0, best_place(places))


def _weight(in_title: int, in_field: int, often: int) -> int:
    return _TITLE_WEIGHT * bool(in_title) + _FIELD_WEIGHT * bool(in_field) + often


def best_place(places: list[int]) -> int:
    """The first place in the text, else in the fields, else in the title."""
    for zone in (Zone.BODY, Zone.FIELD):
        for place in places:
            if place >= STARTS[zone]:
                return place
    return places[0]


def starts(reader: Reader, text: str, wanted: Phrase) -> Starts:
    """Where a folded text of two units or more stands, letter for letter."""
    units = "".join(map(chr, wanted.units))
    spans = reader.common.spans(units, (n for n, _, _ in wanted.pairs))
    lists = sorted((reader.pair(*reader.common.pair(units[a:b])) - a for a, b in spans), key=len)
    found = lists[0]
    for other in lists[1:]:
        found = np.intersect1d(found, other, assume_unique=True)
    if wanted.sure:
        return found
    kept = [s for s in found.tolist() if reader.stands(s >> PLACE_BITS, s & _MASK, text)]
    return np.array(kept, np.int64)


def by_doc(found: Starts) -> list[tuple[int, list[int]]]:
    """Places by document."""
    if not len(found):
        return []
    docs, first = np.unique(found >> PLACE_BITS, return_index=True)
    places = np.split(found & _MASK, first[1:])
    return [(d, p.tolist()) for d, p in zip(docs.tolist(), places, strict=True)]


def split(reader: Reader, query: Query) -> list[Hit]:
    """Documents in which every term stands as it is or cut into pieces: fewest pieces first."""
    if not any(map(_may_split, query.terms)):
        return []
    found = [_cut(reader, term) for term in query.terms]
    docs = set.intersection(*map(set, found))
    rows = []
    for doc in docs:
        cuts = [piece for f in found for piece in f[doc]]
        if len(cuts) <= MOST_PIECES + len(query.terms) - 1:
            titles = sum(in_title for _, _, in_title in cuts)
            hit = Hit(doc, cuts[0][1], tuple(text for text, _, _ in cuts))
            rows.append((len(cuts), -titles, doc, hit))
    return [hit for _, _, _, hit in sorted(rows, key=lambda row: row[:3])]


def _may_split(term: Term) -> bool:
    return not term.whole and SHORTEST_SPLIT <= len(term.text) <= LONGEST_SPLIT


Cut = tuple[str, int, bool]
"""A piece of a term, a place where it stands, and whether the title has it."""


def _cut(reader: Reader, term: Term) -> dict[int, list[Cut]]:
    """Documents a term stands in, with its pieces: one when it stands there as it is."""
    whole = _weighed(reader, term.text)
    found = {d: [(term.text, p.place, p.in_title)] for d, p in whole.items()}
    if _may_split(term):
        for doc, chain in _chains(reader, term.text).items():
            pieces = found.get(doc) or chain.pieces(term.text)
            if pieces:
                found[doc] = pieces
    return found


def _says_something(piece: str) -> bool:
    """Two Chinese characters do, two letters or digits do not."""
    return len(piece) >= (SHORTEST_ASCII if piece.isascii() else 2)


class _Chain:
    """Where the overlapping pairs of a term stand in one document."""

    def __init__(self, count: int) -> None:
        self.places: list[list[int]] = [[] for _ in range(count)]

    def longest(self, at: int) -> tuple[int, list[int]]:
        """How many units of the term stand together from unit ``at`` on, and where."""
        here = self.places[at]
        if not here:
            return 0, []
        length = 2
        while at + length - 1 < len(self.places):
            following = set(self.places[at + length - 1])
            further = [p for p in here if p + length - 1 in following]
            if not further:
                break
            here, length = further, length + 1
        return length, here

    def pieces(self, text: str) -> list[Cut]:
        """The fewest pieces of two units or more that make up the term; none if there are none."""
        size = len(self.places) + 1
        reach = [self.longest(n)[0] for n in range(size - 1)]
        best = [0] + [MOST_PIECES + 1] * size
        came = [0] * (size + 1)
        for end in range(2, size + 1):
            for begin in range(end - 1):
                if reach[begin] < end - begin or not _says_something(text[begin:end]):
                    continue
                if best[begin] + 1 < best[end]:
                    best[end], came[end] = best[begin] + 1, begin
        if best[size] > MOST_PIECES:
            return []
        cuts: list[Cut] = []
        end = size
        while end:
            cuts.append(self._piece(text, came[end], end))
            end = came[end]
        return cuts[::-1]

    def _piece(self, text: str, begin: int, end: int) -> Cut:
        places = self.places[begin]
        for n in range(begin + 1, end - 1):
            following = set(self.places[n])
            places = [p for p in places if p + n - begin in following]
        return text[begin:end], best_place(places), places[0] < STARTS[Zone.FIELD]


def _chains(reader: Reader, text: str) -> dict[int, _Chain]:
    """For each document that has one of the overlapping pairs of ``text``, where it has them.

    A text with a break or a character of two units is not taken apart.
    """
    wanted = phrase(text).units
    chains: dict[int, _Chain] = {}
    if BREAK in text or len(wanted) != len(text):
        return chains
    for n, (a, b) in enumerate(pairwise(wanted)):
        for doc, places in by_doc(reader.pair(a, b)):
            chains.setdefault(doc, _Chain(len(wanted) - 1)).places[n] = places
    return chains


def partial(reader: Reader, query: Query) -> list[Hit]:
    """Documents with at least half of the query: those with most of it first."""
    if any(term.whole for term in query.terms):
        return []
    parts = [part for term in query.terms for part in _parts(term.text)]
    total = sum(len(text) for text, _ in parts)
    covered: dict[int, int] = {}
    pieces: dict[int, list[Cut]] = {}
    for text, sample in parts:
        for doc, found in _coverage(reader, text, sample=sample).items():
            covered[doc] = covered.get(doc, 0) + sum(len(text) for text, _, _ in found)
            pieces.setdefault(doc, []).extend(found)
    docs = [d for d, n in covered.items() if 2 * n >= total]
    docs.sort(key=lambda d: (-covered[d], d))
    return [
        Hit(d, max(pieces[d], key=lambda c: len(c[0]))[1], tuple(c[0] for c in pieces[d]))
        for d in docs
    ]


def _parts(text: str) -> list[tuple[str, bool]]:
    """A term without breaks; or, of a long one, a few samples (true), evenly spread."""
    if len(text) <= LONGEST_SPLIT:
        return [(run, False) for run in text.split(BREAK) if run]
    last = len(text) - SAMPLE
    samples = [text[n * last // (SAMPLES - 1) :][:SAMPLE] for n in range(SAMPLES)]
    return [(s, True) for s in samples if BREAK not in s]


def _coverage(reader: Reader, text: str, *, sample: bool) -> dict[int, list[Cut]]:
    """The pieces of ``text`` in each document, longest from the left; of a sample, all of it."""
    if sample or len(text) == 1:
        whole = _weighed(reader, text)
        return {d: [(text, p.place, p.in_title)] for d, p in whole.items()}
    found = {}
    for doc, chain in _chains(reader, text).items():
        cuts: list[Cut] = []
        at = 0
        while at < len(text) - 1:
            length, places = chain.longest(at)
            piece = text[at : at + length]
            if _says_something(piece):
                cuts.append((piece, best_place(places), places[0] < STARTS[Zone.FIELD]))
            at += max(1, length)
        found[doc] = cuts
    return found
