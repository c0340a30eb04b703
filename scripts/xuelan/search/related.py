"""What comes near a query that stands nowhere: one ranked list, the same as in ``related.js``.

Question words are dropped. What is left is looked for in pieces, the longest that stand in a
document; at least half of it must stand there. A piece counts by rarity and place, and the pieces
that stand near one another count once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from xuelan.search.document import Zone
from xuelan.search.matching import Hit, Match, choose_place, find_text, group_by_document
from xuelan.search.normal import BREAK
from xuelan.search.query import Query, Term, make_phrase
from xuelan.search.question_words import drop_question_words
from xuelan.search.reader import IndexReader
from xuelan.search.stream import STARTS

LONGEST: Final = 32
"""Units of a term that is looked for in pieces; of a longer one only samples are."""
SHORTEST_ASCII: Final = 4
SAMPLES: Final = 6
SAMPLE: Final = 4
"""A long term is sampled by so many pieces of so many units."""
NEAR: Final = 72
"""Pieces within so many places are near: an excerpt shows them together."""

_TITLE_WEIGHT: Final = 6
_FIELD_WEIGHT: Final = 3
_BODY_WEIGHT: Final = 2
_NEAR_WEIGHT: Final = 2


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of a query in one document: its rarity, and the places where it stands."""

    text: str
    rarity: int
    places: list[int]


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a query: what stands of it in each document; ``must`` when all of it has to."""

    text: str
    must: bool
    found: dict[int, list[_Piece]]


def match_related(reader: IndexReader, query: Query) -> list[Hit]:
    """Find documents with at least half of what the query asks for, best first."""
    parts = [part for term in query.terms for part in _look_up(reader, term)]
    if not parts or all(part.must for part in parts):
        return []
    docs = set().union(*(part.found for part in parts))
    for part in parts:
        if part.must:
            docs &= part.found.keys()
    total = sum(len(part.text) for part in parts)
    rows = []
    for doc in docs:
        pieces = [piece for part in parts for piece in part.found.get(doc, ())]
        if 2 * sum(len(piece.text) for piece in pieces) >= total:
            score, hit = _judge(doc, pieces, parts)
            rows.append((-score, doc, hit))
    return [hit for _, _, hit in sorted(rows, key=lambda row: row[:2])]


def _look_up(reader: IndexReader, term: Term) -> list[_Part]:
    """Divide a term into the parts that are looked for, and look for each."""
    if term.whole:
        return [_Part(term.text, True, _find_whole(reader, term.text))]
    if len(term.text) > LONGEST:
        return [_Part(s, False, _find_whole(reader, s)) for s in _sample(term.text)]
    manifest = reader.manifest
    texts = drop_question_words(term.text, manifest.asking, manifest.particles)
    return [_Part(t, False, _find_pieces(reader, t)) for t in texts]


def _sample(text: str) -> list[str]:
    """Return samples of a long term, evenly spread."""
    last = len(text) - SAMPLE
    samples = [text[n * last // (SAMPLES - 1) :][:SAMPLE] for n in range(SAMPLES)]
    return [sample for sample in samples if BREAK not in sample]


def _find_whole(reader: IndexReader, text: str) -> dict[int, list[_Piece]]:
    """Return the documents in which a text stands as it is."""
    found = find_text(reader, text)
    rarity = measure_rarity(reader.manifest.count, len(found))
    return {doc: [_Piece(text, rarity, _list_places(m))] for doc, m in found.items()}


def _list_places(match: Match) -> list[int]:
    """Return a place in the title, if one is there, and the place of the excerpt."""
    return [0, match.place] if match.in_title and match.place > 0 else [max(0, match.place)]


def measure_rarity(count: int, holding: int) -> int:
    """Return how rare is what stands in ``holding`` of ``count`` documents: two for each halving.

    >>> [measure_rarity(120, holding) for holding in (120, 60, 15, 1)]
    [1, 3, 7, 14]
    """
    return (count * count // max(1, holding * holding)).bit_length()


def _find_pieces(reader: IndexReader, text: str) -> dict[int, list[_Piece]]:
    """Return the pieces of ``text`` in each document, the longest from the left."""
    units = make_phrase(text).units
    if len(units) == 1 or len(units) != len(text):
        return _find_whole(reader, text)
    pairs = [dict(group_by_document(reader.find_pair(a, b))) for a, b in pairwise(units)]
    rarity = [measure_rarity(reader.manifest.count, len(pair)) for pair in pairs]
    found: dict[int, list[_Piece]] = {}
    for doc in set().union(*pairs):
        chain = [pair.get(doc, []) for pair in pairs]
        if pieces := _cut(text, chain, rarity):
            found[doc] = pieces
    return found


def _cut(text: str, chain: list[list[int]], rarity: list[int]) -> list[_Piece]:
    """Cut a text into pieces that stand in a document; ``chain`` has the places of its pairs."""
    pieces, at = [], 0
    while at < len(chain):
        length, places = _find_longest(chain, at)
        if length and _is_meaningful(text[at : at + length]):
            rare = sum(rarity[at : at + length - 1])
            pieces.append(_Piece(text[at : at + length], rare, places))
        at += max(1, length)
    return pieces


def _is_meaningful(piece: str) -> bool:
    """Return True for two Chinese characters, or for four letters or digits."""
    return len(piece) >= (SHORTEST_ASCII if piece.isascii() else 2)


def _find_longest(chain: list[list[int]], at: int) -> tuple[int, list[int]]:
    """Return how many units stand together from unit ``at`` on, and where they begin."""
    here = chain[at]
    if not here:
        return 0, []
    length = 2
    while at + length - 1 < len(chain):
        following = set(chain[at + length - 1])
        further = [p for p in here if p + length - 1 in following]
        if not further:
            break
        here, length = further, length + 1
    return length, here


def _judge(doc: int, pieces: list[_Piece], parts: list[_Part]) -> tuple[int, Hit]:
    """Return the score of a document, and its hit."""
    score = sum(piece.rarity * _weigh_place(piece.places) for piece in pieces)
    near, place = _find_nearest(pieces)
    texts = tuple(dict.fromkeys(piece.text for piece in pieces))
    missing = tuple(gap for part in parts for gap in _list_gaps(part, part.found.get(doc, [])))
    return score + _NEAR_WEIGHT * near, Hit(doc, place, texts, missing)


def _weigh_place(places: list[int]) -> int:
    if places[0] < STARTS[Zone.FIELD]:
        return _TITLE_WEIGHT
    return _FIELD_WEIGHT if places[0] < STARTS[Zone.BODY] else _BODY_WEIGHT


def _find_nearest(pieces: list[_Piece]) -> tuple[int, int]:
    """Return the most rarity that stands within ``NEAR`` places of a text, and where that begins.

    Where no piece stands in the body, the place is in a field or the title.
    """
    spots = sorted((p, n) for n, piece in enumerate(pieces) for p in piece.places)
    body = [spot for spot in spots if spot[0] >= STARTS[Zone.BODY]]
    if not body:
        return 0, choose_place([place for place, _ in spots])
    best, where, first, total = 0, body[0][0], 0, 0
    inside = [0] * len(pieces)
    for place, n in body:
        total += pieces[n].rarity if not inside[n] else 0
        inside[n] += 1
        while place - body[first][0] > NEAR:
            left = body[first][1]
            inside[left] -= 1
            total -= pieces[left].rarity if not inside[left] else 0
            first += 1
        if total > best:
            best, where = total, body[first][0]
    return best, where


def _list_gaps(part: _Part, pieces: list[_Piece]) -> list[str]:
    """Return what of a part no piece covers."""
    gaps, rest = [], part.text
    for piece in pieces:
        before, _, rest = rest.partition(piece.text)
        gaps.append(before)
    return [gap for gap in (*gaps, rest) if gap]
