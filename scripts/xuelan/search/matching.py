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

from xuelan.search.arrays import I64
from xuelan.search.document import Zone
from xuelan.search.normal import BREAK
from xuelan.search.postings import IN_FIELD, IN_TITLE, MOST, PLACE_BITS, PLACE_MASK
from xuelan.search.query import Phrase, Query, Term, make_phrase
from xuelan.search.reader import IndexReader
from xuelan.search.stream import STARTS

EXACT, SPLIT, PARTIAL = "完整匹配", "拆开匹配", "部分匹配"
LONGEST_SPLIT: Final = 32
"""Units of a term that may be split; of a longer one only samples are looked for."""
MOST_PIECES: Final = 4
SHORTEST_SPLIT: Final = 4
SHORTEST_ASCII: Final = 4
SAMPLES: Final = 6
SAMPLE: Final = 4
"""A long term is sampled by so many pieces of so many units."""

_TITLE_WEIGHT: Final = 8
_FIELD_WEIGHT: Final = 3
_NOWHERE: Final = -1
_OFTEN: Final = 7
"""The bits of a single unit's weight that hold its class of frequency."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A document found: ``place`` is where the excerpt is taken, ``pieces`` are marked in it.

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


def answer(reader: IndexReader, query: Query) -> Answer:
    """Return the first group that is not empty; the last one when all are."""
    if not query.terms:
        return Answer(EXACT, [])
    groups = ((EXACT, match_exact), (SPLIT, match_split), (PARTIAL, match_partial))
    for group, match in groups:
        if hits := match(reader, query):
            return Answer(group, hits)
    return Answer(PARTIAL, [])


@dataclass(frozen=True, slots=True)
class _Match:
    """A phrase in one document: its weight, whether the title holds or begins with it."""

    weight: int
    in_title: bool
    begins: bool
    place: int


def match_exact(reader: IndexReader, query: Query) -> list[Hit]:
    """Find documents with every term: in the title first, then by weight, then newest.

    A term's weight in a document counts more the fewer documents have the term: it is multiplied by
    the bit length of (all documents // documents with the term).
    """
    found = [_find_text(reader, term.text) for term in query.terms]
    docs = set.intersection(*map(set, found))
    rare = [(reader.manifest.count // max(1, len(f))).bit_length() for f in found]
    rarest = min(found, key=len)
    pieces = tuple(term.text for term in query.terms)

    def rank(doc: int) -> tuple[int, int, int]:
        matches = [f[doc] for f in found]
        title = all(m.in_title for m in matches) + all(m.begins for m in matches)
        return -title, -sum(r * m.weight for r, m in zip(rare, matches, strict=True)), doc

    return [Hit(doc, rarest[doc].place, pieces) for doc in sorted(docs, key=rank)]


def _find_text(reader: IndexReader, text: str) -> dict[int, _Match]:
    """Return the documents in which a folded text stands."""
    wanted = make_phrase(text)
    if wanted.single:
        return {doc: _read_weight(w) for doc, w in reader.find_single(wanted.single).items()}
    spots = find_phrase(reader, text, wanted)
    return {doc: _weigh_places(places) for doc, places in group_by_document(spots)}


def _read_weight(byte: int) -> _Match:
    """Return the match that a single unit's weight tells of."""
    weight = _weigh(byte & IN_TITLE, byte & IN_FIELD, byte & _OFTEN)
    return _Match(weight, in_title=bool(byte & IN_TITLE), begins=False, place=_NOWHERE)


def _weigh_places(places: list[int]) -> _Match:
    in_title = places[0] < STARTS[Zone.FIELD]
    in_field = any(STARTS[Zone.FIELD] <= p < STARTS[Zone.BODY] for p in places)
    weight = _weigh(in_title, in_field, min(MOST, len(places).bit_length()))
    return _Match(weight, in_title, places[0] == 0, choose_place(places))


def _weigh(in_title: int, in_field: int, often: int) -> int:
    return _TITLE_WEIGHT * bool(in_title) + _FIELD_WEIGHT * bool(in_field) + often


def choose_place(places: list[int]) -> int:
    """Choose where the excerpt is taken: the first place in the body, else in a field, else any."""
    for zone in (Zone.BODY, Zone.FIELD):
        for place in places:
            if place >= STARTS[zone]:
                return place
    return places[0]


def find_phrase(reader: IndexReader, text: str, wanted: Phrase) -> I64:
    """Return the spots where a folded text of two units or more begins, letter for letter.

    The spots of each sequence looked up, less its offset in the phrase, are intersected: 学习会
    begins where 学习 begins and, one place further, 习会.
    """
    units = "".join(map(chr, wanted.units))
    spans = reader.common.cover(units, (n for n, _, _ in wanted.pairs))
    rows = (reader.find_pair(*reader.common.pair_units(units[a:b])) - a for a, b in spans)
    shortest, *others = sorted(rows, key=len)
    found = shortest
    for other in others:
        found = np.intersect1d(found, other, assume_unique=True)
    if wanted.sure:
        return found
    spots = found.tolist()
    kept = [s for s in spots if reader.stands_at(s >> PLACE_BITS, s & PLACE_MASK, text)]
    return np.array(kept, np.int64)


def group_by_document(spots: I64) -> list[tuple[int, list[int]]]:
    """Return each document in ``spots`` with its places."""
    if not len(spots):
        return []
    docs, first = np.unique(spots >> PLACE_BITS, return_index=True)
    places = np.split(spots & PLACE_MASK, first[1:])
    return [(d, p.tolist()) for d, p in zip(docs.tolist(), places, strict=True)]


def match_split(reader: IndexReader, query: Query) -> list[Hit]:
    """Find documents with every term as it is or split into pieces: fewest pieces first."""
    if not any(map(_may_split, query.terms)):
        return []
    found = [_split_term(reader, term) for term in query.terms]
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


def _split_term(reader: IndexReader, term: Term) -> dict[int, list[Cut]]:
    """Return the documents with a term, and its pieces: one where it stands as it is."""
    whole = _find_text(reader, term.text)
    found = {d: [(term.text, m.place, m.in_title)] for d, m in whole.items()}
    if _may_split(term):
        for doc, chain in _build_chains(reader, term.text).items():
            pieces = found.get(doc) or chain.split(term.text)
            if pieces:
                found[doc] = pieces
    return found


def _is_meaningful(piece: str) -> bool:
    """Return True for two Chinese characters, or for four letters or digits."""
    return len(piece) >= (SHORTEST_ASCII if piece.isascii() else 2)


class _Chain:
    """Where the overlapping pairs of a term stand in one document."""

    def __init__(self, count: int) -> None:
        self.places: list[list[int]] = [[] for _ in range(count)]

    def find_longest(self, at: int) -> tuple[int, list[int]]:
        """Return how many units of the term stand together from unit ``at`` on, and where."""
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

    def split(self, text: str) -> list[Cut]:
        """Return the fewest pieces of two units or more that make up the term; none if none do.

        ``best[end]`` is the fewest pieces of the first ``end`` units, ``came[end]`` where the last
        of them begins.
        """
        size = len(self.places) + 1
        reach = [self.find_longest(n)[0] for n in range(size - 1)]
        best = [0] + [MOST_PIECES + 1] * size
        came = [0] * (size + 1)
        for end in range(2, size + 1):
            for begin in range(end - 1):
                if reach[begin] < end - begin or not _is_meaningful(text[begin:end]):
                    continue
                if best[begin] + 1 < best[end]:
                    best[end], came[end] = best[begin] + 1, begin
        if best[size] > MOST_PIECES:
            return []
        cuts: list[Cut] = []
        end = size
        while end:
            cuts.append(self._cut(text, came[end], end))
            end = came[end]
        return cuts[::-1]

    def _cut(self, text: str, begin: int, end: int) -> Cut:
        places = self.places[begin]
        for n in range(begin + 1, end - 1):
            following = set(self.places[n])
            places = [p for p in places if p + n - begin in following]
        return text[begin:end], choose_place(places), places[0] < STARTS[Zone.FIELD]


def _build_chains(reader: IndexReader, text: str) -> dict[int, _Chain]:
    """Return, for each document with a pair of ``text``, where its overlapping pairs stand.

    A text with a break or a character of two units is not split.
    """
    units = make_phrase(text).units
    chains: dict[int, _Chain] = {}
    if BREAK in text or len(units) != len(text):
        return chains
    for n, (a, b) in enumerate(pairwise(units)):
        for doc, places in group_by_document(reader.find_pair(a, b)):
            chains.setdefault(doc, _Chain(len(units) - 1)).places[n] = places
    return chains


def match_partial(reader: IndexReader, query: Query) -> list[Hit]:
    """Find documents with at least half of the query: those with most of it first."""
    if any(term.whole for term in query.terms):
        return []
    parts = [part for term in query.terms for part in _divide(term.text)]
    total = sum(len(text) for text, _ in parts)
    covered: dict[int, int] = {}
    pieces: dict[int, list[Cut]] = {}
    for text, is_sample in parts:
        for doc, found in _cover(reader, text, is_sample=is_sample).items():
            covered[doc] = covered.get(doc, 0) + sum(len(text) for text, _, _ in found)
            pieces.setdefault(doc, []).extend(found)
    docs = [d for d, n in covered.items() if 2 * n >= total]
    docs.sort(key=lambda d: (-covered[d], d))
    return [
        Hit(d, max(pieces[d], key=lambda c: len(c[0]))[1], tuple(c[0] for c in pieces[d]))
        for d in docs
    ]


def _divide(text: str) -> list[tuple[str, bool]]:
    """Divide a term at its breaks; of a long one return samples (True), evenly spread."""
    if len(text) <= LONGEST_SPLIT:
        return [(run, False) for run in text.split(BREAK) if run]
    last = len(text) - SAMPLE
    samples = [text[n * last // (SAMPLES - 1) :][:SAMPLE] for n in range(SAMPLES)]
    return [(s, True) for s in samples if BREAK not in s]


def _cover(reader: IndexReader, text: str, *, is_sample: bool) -> dict[int, list[Cut]]:
    """Return the pieces of ``text`` in each document, longest from the left; a sample is whole."""
    if is_sample or len(text) == 1:
        whole = _find_text(reader, text)
        return {d: [(text, m.place, m.in_title)] for d, m in whole.items()}
    found = {}
    for doc, chain in _build_chains(reader, text).items():
        cuts: list[Cut] = []
        at = 0
        while at < len(text) - 1:
            length, places = chain.find_longest(at)
            piece = text[at : at + length]
            if _is_meaningful(piece):
                cuts.append((piece, choose_place(places), places[0] < STARTS[Zone.FIELD]))
            at += max(1, length)
        found[doc] = cuts
    return found
