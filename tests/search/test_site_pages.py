"""The site's own pages are found, and the words of the menu bring them first."""

from __future__ import annotations

from pathlib import Path

import pytest

from xuelan.model.catalog import Catalog
from xuelan.search.answer import answer
from xuelan.search.query import parse
from xuelan.search.reader import IndexReader
from xuelan.search.results import ask
from xuelan.search.site_pages import MENU_WORDS, list_site_pages

WORDS = [(address, word) for address, words in MENU_WORDS.items() for word in words.split()]


def test_every_page_is_in_the_site(column: Catalog, built: Path) -> None:
    """But for the pages of kits, which are made with the kits."""
    for ref in list_site_pages(column):
        url = ref.load().url
        assert url.startswith("downloads/") or (built / url / "index.html").is_file(), url


@pytest.mark.parametrize(("address", "word"), WORDS)
def test_a_word_of_the_menu_brings_its_page_first(
    address: str, word: str, column: Catalog, reader: IndexReader
) -> None:
    """Unless this column has no such page."""
    if address in {ref.load().url for ref in list_site_pages(column)}:
        assert ask(reader, word, 1).found[0].url.partition("#")[0] == address


def test_a_question_of_the_quiz_is_found_at_its_place(column: Catalog, reader: IndexReader) -> None:
    """The link leads to the question."""
    question = column.questions[0]
    urls = {found.url for found in ask(reader, question.question, 10).found}
    assert f"quiz/#{question.id}" in urls


def test_what_is_excluded_does_not_come_first(reader: IndexReader) -> None:
    """A page is put first only if it is a result."""
    hits = answer(reader, parse("自测 -答题")).hits
    assert all(reader.load_window(hit.doc, 0)["url"] != "quiz/" for hit in hits)
