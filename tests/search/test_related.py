"""What comes near a question: which pieces count, in what order, and what a row says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from search.sample_site import material, write
from xuelan.search.answer import EXACT, RELATED, answer
from xuelan.search.document import IndexDocument
from xuelan.search.query import parse
from xuelan.search.reader import IndexReader
from xuelan.search.results import as_text, ask

FILLER = [material(f"z{n}", "果园里的工作和学习情况。") for n in range(12)]


def _order(folder: Path, query: str, *documents: IndexDocument) -> list[str]:
    every = [*documents, *FILLER]
    found = answer(write(every, folder), parse(query))
    assert found.group == RELATED
    return [every[hit.doc].id for hit in found.hits]


def test_a_rare_piece_counts_more(tmp_path: Path) -> None:
    """五味 stands in one text only, 工作 in most."""
    documents = material("a", "果园工作。"), material("b", "五味。")
    assert _order(tmp_path, "五味工作", *documents)[0] == "b"


def test_a_title_counts_more(tmp_path: Path) -> None:
    """The same piece, newer in the text and older in the title."""
    documents = material("a", "五味。"), material("b", "别的。", title="五味")
    assert _order(tmp_path, "五味宾馆", *documents)[:2] == ["b", "a"]


def test_pieces_near_together_count_more(tmp_path: Path) -> None:
    """Both texts hold both pieces."""
    far = material("a", "五味。" + "水" * 200 + "龙凤。")
    near = material("b", "五味，还有龙凤。")
    assert _order(tmp_path, "五味龙凤", far, near)[:2] == ["b", "a"]


@pytest.mark.parametrize(
    "question",
    [
        "五味子是什么",
        "什么是五味子",
        "五味子在哪里",
        "请问五味子怎么样？",
        "五味子有没有",
        "哪年五味子的",
    ],
)
def test_question_words_are_not_looked_for(tmp_path: Path, question: str) -> None:
    """A text about asking does not come before the thing that is asked for."""
    asking = material("a", "是什么，什么是，在哪里，请问，怎么样，有没有，哪年。", title="什么")
    assert _order(tmp_path, question, asking, material("b", "种五味子。")) == ["b"]


def test_half_must_stand_there(tmp_path: Path) -> None:
    """Two of eight characters are too little."""
    assert _order(tmp_path, "五味龙凤宾馆电影", material("a", "五味。")) == []


def test_a_quoted_term_must_stand_there(tmp_path: Path) -> None:
    """Quotation marks ask for exactly this; the rest may be near."""
    documents = material("a", "龙凤。"), material("b", "五味子，龙。")
    assert _order(tmp_path, "“五味子” 龙凤", *documents) == ["b"]


def test_a_row_says_what_it_has_and_lacks(tmp_path: Path) -> None:
    """The command prints it below the excerpt."""
    page = ask(write([material("a", "龙凤。"), *FILLER], tmp_path), "龙凤宾馆", 5)
    assert (page.found[0].matched, page.found[0].missing) == (("龙凤",), ("宾馆",))
    assert "有“龙凤”，没有“宾馆”" in as_text(page)


def test_an_exact_row_lacks_nothing(reader: IndexReader) -> None:
    """There is nothing to say of it."""
    found = ask(reader, "毛丰美", 1).found[0]
    assert (found.matched, found.missing) == ((), ())


@pytest.mark.parametrize("query", ["玉米 -水样", "-水样 玉米", "玉米 －水样", "玉米 -“水样”"])
def test_a_minus_takes_away(tmp_path: Path, query: str) -> None:
    """Whatever holds the term is left out, in the exact group too."""
    documents = [material("a", "玉米和水样。"), material("b", "玉米。")]
    found = answer(write(documents, tmp_path), parse(query))
    assert (found.group, [hit.doc for hit in found.hits]) == (EXACT, [1])


@pytest.mark.parametrize("query", ["2016-03", "COVID-19", "玉米 - 水样", "-水样"])
def test_what_is_no_exclusion(query: str) -> None:
    """A minus inside a word, alone, or where nothing else is asked for."""
    assert parse(query).without == ()
