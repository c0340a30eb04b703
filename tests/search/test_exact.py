"""The promise: what stands in a material is found, what does not is never in the exact group."""

from __future__ import annotations

import os
import random

import pytest

from search.oracle import Oracle, mutilated, substring
from xuelan.search import engine
from xuelan.search.document import Document
from xuelan.search.engine import EXACT
from xuelan.search.query import parse
from xuelan.search.reader import Reader

COUNT = 2000


@pytest.fixture
def rng(capsys: pytest.CaptureFixture[str]) -> random.Random:
    """Another run, other queries; ``SEARCH_SEED`` repeats one."""
    seed = int(os.environ.get("SEARCH_SEED") or random.SystemRandom().randrange(10**9))
    with capsys.disabled():
        print(f"\nSEARCH_SEED={seed}", end=" ")
    return random.Random(seed)


def test_whatever_stands_in_a_material_is_found(
    documents: list[Document], reader: Reader, rng: random.Random
) -> None:
    """Random pieces of random materials, across digits, Latin, brackets and quotation marks."""
    number = {d.id: n for n, d in enumerate(documents)}
    oracle = Oracle.of(documents)
    for _ in range(COUNT):
        name, cut = substring(documents, rng)
        found = engine.exact(reader, parse(cut))
        assert number[name] in {hit.doc for hit in found}, cut
        assert {documents[hit.doc].id for hit in found} == oracle.holding(cut), cut


def test_whatever_stands_nowhere_is_not_in_the_exact_group(
    documents: list[Document], reader: Reader, rng: random.Random
) -> None:
    """Pieces with a character exchanged, and ends of different pieces joined."""
    oracle = Oracle.of(documents)
    left = COUNT
    while left:
        query = mutilated(documents, rng)
        if oracle.holding(query):
            continue
        left -= 1
        found = engine.answer(reader, parse(query))
        assert found.group != EXACT or not found.hits, query
