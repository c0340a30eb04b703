"""What readers of the real column may type, kind by kind, see ``golden.yml``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from search.oracle import Oracle
from xuelan.search.answer import EXACT, RELATED, answer
from xuelan.search.document import IndexDocument
from xuelan.search.normal import fold
from xuelan.search.query import parse
from xuelan.search.reader import IndexReader
from xuelan.search.results import ask

GROUPS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "golden.yml").read_text(encoding="utf-8")
)
QUERIES = [
    pytest.param(g["find"], q, id=f"{g['kind']}-{q['q']}") for g in GROUPS for q in g["queries"]
]


def test_there_are_enough() -> None:
    """Twelve kinds of queries, and what is nowhere; 120 and more in all."""
    assert len(GROUPS) == 13
    assert len(QUERIES) >= 120


@pytest.fixture(scope="module")
def oracle(documents: list[IndexDocument]) -> Oracle:
    return Oracle.of(documents)


@pytest.mark.parametrize(("find", "row"), QUERIES)
def test_query(
    find: str,
    row: dict[str, str],
    reader: IndexReader,
    documents: list[IndexDocument],
    oracle: Oracle,
) -> None:
    """Exact queries find all materials and no other; the rest find what their kind promises."""
    query = row["q"]
    page = ask(reader, query, 1)
    hits = answer(reader, parse(query)).hits
    found = {documents[hit.doc].id for hit in hits}
    holding = oracle.find(query)
    if find == "exact":
        assert page.group == EXACT
        assert found == holding != set()
    elif find == "split":
        assert page.group == RELATED
        assert found
        assert holding == set()
        assert () in [hit.missing for hit in hits[:3]]
        for hit in hits:
            texts = [fold(p.text) for p in documents[hit.doc].passages]
            assert all(any(piece in text for text in texts) for piece in hit.pieces)
            assert not set(hit.missing or ()) & set(hit.pieces)
    elif find == "meant":
        assert holding == set()
        assert row["offer"] in page.meant
    else:
        assert (page.count, page.meant) == (0, ())
    if "first" in row:
        assert page.found[0].id == row["first"]


def test_every_excerpt_shows_what_was_asked(reader: IndexReader) -> None:
    """The excerpt of an exact hit holds one of the terms, and its link names a place."""
    for query in (
        "毛丰美",
        "大委组传〔2016〕29号",
        "农业税",
        "五味子",
        "2016年3月7日",
        "大梨树 干字",
    ):
        pieces = [term.text for term in parse(query).terms]
        for found in ask(reader, query, 50).found:
            shown = fold(found.excerpt) + fold(found.title)
            assert any(piece in shown for piece in pieces), (query, found)
            assert "#" in found.url or found.label
