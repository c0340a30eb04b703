"""Answers letter for letter from a built index, the same in the same order as ``engine.js``.

A document is found when every term stands in it. Scores are whole numbers, so that no rounding
differs between the two programs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from xuelan.search.arrays import I64
from xuelan.search.document import Zone
from xuelan.search.postings import IN_FIELD, IN_TITLE, MOST, PLACE_BITS, PLACE_MASK
from xuelan.search.query import Phrase, Query, make_phrase
from xuelan.search.reader import IndexReader
from xuelan.search.stream import STARTS

_TITLE_WEIGHT: Final = 8
_FIELD_WEIGHT: Final = 3
_NOWHERE: Final = -1
_OFTEN: Final = 7
"""The bits of a single unit's weight that hold its class of frequency."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A document found: ``place`` is where the excerpt is taken, ``pieces`` are marked in it.

    The place is -1 where the index does not know it (a single character). ``missing`` are the parts
    of the query that do not stand there, ``None`` where the hit is letter for letter.
    """

    doc: int
    place: int
    pieces: tuple[str, ...]
    missing: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Match:
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
    found = [find_text(reader, term.text) for term in query.terms]
    docs = set.intersection(*map(set, found))
    rare = [(reader.manifest.count // max(1, len(f))).bit_length() for f in found]
    rarest = min(found, key=len)
    pieces = tuple(term.text for term in query.terms)

    def rank(doc: int) -> tuple[int, int, int]:
        matches = [f[doc] for f in found]
        title = all(m.in_title for m in matches) + all(m.begins for m in matches)
        return -title, -sum(r * m.weight for r, m in zip(rare, matches, strict=True)), doc

    return [Hit(doc, rarest[doc].place, pieces) for doc in sorted(docs, key=rank)]


def find_text(reader: IndexReader, text: str) -> dict[int, Match]:
    """Return the documents in which a folded text stands."""
    wanted = make_phrase(text)
    if wanted.single:
        return {doc: _read_weight(w) for doc, w in reader.find_single(wanted.single).items()}
    spots = find_phrase(reader, text, wanted)
    return {doc: _weigh_places(places) for doc, places in group_by_document(spots)}


def _read_weight(byte: int) -> Match:
    """Return the match that a single unit's weight tells of."""
    weight = _weigh(byte & IN_TITLE, byte & IN_FIELD, byte & _OFTEN)
    return Match(weight, in_title=bool(byte & IN_TITLE), begins=False, place=_NOWHERE)


def _weigh_places(places: list[int]) -> Match:
    in_title = places[0] < STARTS[Zone.FIELD]
    in_field = any(STARTS[Zone.FIELD] <= p < STARTS[Zone.BODY] for p in places)
    weight = _weigh(in_title, in_field, min(MOST, len(places).bit_length()))
    return Match(weight, in_title, places[0] == 0, choose_place(places))


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
