"""The answer to a query: what stands letter for letter, else what comes near."""

from __future__ import annotations

from dataclasses import dataclass

from xuelan.search.matching import Hit, find_text, match_exact
from xuelan.search.query import Query
from xuelan.search.reader import IndexReader
from xuelan.search.related import match_related

EXACT, RELATED = "完整匹配", "相关匹配"


@dataclass(frozen=True, slots=True)
class Answer:
    """The hits of one group, best first."""

    group: str
    hits: list[Hit]


def answer(reader: IndexReader, query: Query) -> Answer:
    """Return the documents with every term; if there are none, those with most of the query.

    Where every one of them is excluded, nothing is left, and nothing else is offered instead.
    """
    if not query.terms:
        return Answer(EXACT, [])
    excluded = {doc for text in query.without for doc in find_text(reader, text)}
    for group, match in ((EXACT, match_exact), (RELATED, match_related)):
        if hits := match(reader, query):
            kept = [hit for hit in hits if hit.doc not in excluded]
            return Answer(group, _put_menu_first(reader, query, kept))
    return Answer(RELATED, [])


def _put_menu_first(reader: IndexReader, query: Query, hits: list[Hit]) -> list[Hit]:
    """Put the pages first of which one term of the query is the name."""
    asked = {term.text for term in query.terms} if len(query.terms) == 1 else set()
    named = {doc for word, doc in reader.manifest.menu if word in asked}
    return sorted(hits, key=lambda hit: hit.doc not in named)
