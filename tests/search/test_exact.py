"""The promise: what stands in a material is found, what does not is never in the exact group."""

from __future__ import annotations

import os
import random

import pytest

from search.oracle import ACROSS, LONGEST, Oracle, draw_mutilated, draw_substring
from xuelan.search import matching
from xuelan.search.answer import EXACT, answer
from xuelan.search.document import IndexDocument
from xuelan.search.query import parse
from xuelan.search.reader import IndexReader

COUNT = 2000


@pytest.fixture
def rng() -> random.Random:
    """Another run, other queries. The seed is printed at the end; ``SEARCH_SEED`` repeats a run."""
    return random.Random(int(os.environ["SEARCH_SEED"]))


@pytest.fixture(scope="module")
def oracle(documents: list[IndexDocument]) -> Oracle:
    return Oracle.of(documents)


@pytest.mark.parametrize(
    ("across", "count"),
    [(pattern, COUNT if not pattern else COUNT // 4) for pattern in ACROSS.values()],
    ids=ACROSS,
)
def test_whatever_stands_in_a_material_is_found(
    documents: list[IndexDocument], reader: IndexReader, oracle: Oracle, rng: random.Random,
    across: str, count: int,
) -> None:  # fmt: skip
    """Random pieces of random materials, also across digits, Latin, brackets, quotation marks."""
    number = {d.id: n for n, d in enumerate(documents)}
    for _ in range(count):
        name, cut = draw_substring(documents, rng, across)
        assert 1 <= len(cut) <= LONGEST
        found = matching.match_exact(reader, parse(cut))
        assert number[name] in {hit.doc for hit in found}, cut
        assert {documents[hit.doc].id for hit in found} == oracle.find(cut), cut


def test_whatever_stands_nowhere_is_not_in_the_exact_group(
    documents: list[IndexDocument], reader: IndexReader, oracle: Oracle, rng: random.Random
) -> None:
    """Pieces with a character exchanged, and ends of different pieces joined."""
    left = COUNT
    while left:
        query = draw_mutilated(documents, rng)
        if oracle.find(query):
            continue
        left -= 1
        found = answer(reader, parse(query))
        assert found.group != EXACT or not found.hits, query


def test_queries_of_common_words_are_exact(
    documents: list[IndexDocument], reader: IndexReader, oracle: Oracle, rng: random.Random
) -> None:
    """Three to eight characters around each common sequence are found where they stand."""
    number = {d.id: n for n, d in enumerate(documents)}
    pieces = [text for texts in oracle.texts.values() for text in texts]
    assert {len(text) for text in reader.common.texts} == {2, 3, 4}
    for text in reader.common.texts:
        piece = rng.choice([p for p in pieces if text in p])
        at = max(0, piece.index(text) - rng.randint(0, 3))
        query = piece[at : at + len(text) + rng.randint(1, 4)]
        found = {hit.doc for hit in matching.match_exact(reader, parse(f"“{query}”"))}
        assert found == {number[name] for name in oracle.find(f"“{query}”")}, query
