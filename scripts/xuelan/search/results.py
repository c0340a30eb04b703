"""Search results as they are shown: title, link to the paragraph, excerpt, and corrections."""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from xuelan.search.answer import RELATED, answer
from xuelan.search.files import FormLink
from xuelan.search.matching import Hit, match_exact
from xuelan.search.normal import count_units, fold, fold_ends
from xuelan.search.query import Query, parse
from xuelan.search.reader import IndexReader
from xuelan.search.suggest import suggest
from xuelan.search.windows import find_window

BEFORE: Final = 24
AFTER: Final = 72
"""Characters of an excerpt before and after the beginning of the hit."""
MOST_FORMS: Final = 3
MOST_OFFERS: Final = 3

_NO_BEGINNING: Final = "，、。；：！？"
"""Marks an excerpt does not begin with."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A hit as it is shown. ``label`` says in what it stands, such as a heading or a page.

    Of a hit that only comes near, ``matched`` and ``missing`` are the parts of the query that do
    stand there and do not; of an exact one both are empty.
    """

    id: str
    title: str
    url: str
    kind: str
    date: str
    label: str
    excerpt: str
    matched: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResultPage:
    """The answer to a query: how many documents in which group, and the first of them.

    ``meant`` are other queries that stand somewhere, when this one does not; ``cut`` is True when
    it was too long. ``forms`` are forms to fill in that the query names; they are not counted. The
    names are those of :func:`as_json`.
    """

    group: str
    count: int
    found: tuple[SearchResult, ...]
    meant: tuple[str, ...]
    cut: bool
    forms: tuple[FormLink, ...]


def search(site: Path, text: str, most: int) -> ResultPage:
    """Search the built ``site`` for ``text``; the page has up to ``most`` results.

    Raises :class:`~xuelan.search.files.DamagedIndexError` when a file is missing or damaged.
    """
    return ask(IndexReader(site), text, most)


def ask(reader: IndexReader, text: str, most: int) -> ResultPage:
    """Search an index that is open already."""
    query = parse(text)
    reply = answer(reader, query)
    found = tuple(show(reader, hit) for hit in reply.hits[:most])
    missed = bool(query.terms) and reply.group == RELATED
    tried = suggest(text.strip(), reader.load_words()) if missed else []
    meant = [other for other in tried if match_exact(reader, parse(other))][:MOST_OFFERS]
    forms = find_forms(reader.manifest.forms, query)
    return ResultPage(reply.group, len(reply.hits), found, tuple(meant), query.cut, forms)


def find_forms(forms: tuple[FormLink, ...], query: Query) -> tuple[FormLink, ...]:
    """Return the forms with every term, those with all of them in the title first."""
    terms = [term.text for term in query.terms]
    texts = [(form, fold(form.title), fold(f"{form.title}\n{form.about}")) for form in forms]
    rows = [(f, title) for f, title, text in texts if terms and all(t in text for t in terms)]
    rows.sort(key=lambda row: not all(t in row[1] for t in terms))
    return tuple(form for form, _ in rows[:MOST_FORMS])


def show(reader: IndexReader, hit: Hit) -> SearchResult:
    """Return one hit with its excerpt."""
    content = reader.load_window(hit.doc, find_window(max(0, hit.place)))
    place, anchor, label, text = _choose_piece(content["pieces"], hit)
    at = bisect_right(fold_ends(text), max(0, hit.place - place)) if hit.place >= place else 0
    return SearchResult(
        id=content["id"],
        title=content["title"],
        url=content["url"] + (f"#{anchor}" if anchor else ""),
        kind=content["kind"],
        date=content["date"],
        label=label,
        excerpt=_cut_excerpt(text, at),
        matched=() if hit.missing is None else hit.pieces,
        missing=hit.missing or (),
    )


def _choose_piece(pieces: list[Any], hit: Hit) -> Any:
    """Choose the piece at the hit's place; else one that holds a part; never the title alone."""
    texts = [p for p in pieces if p[0] or len(pieces) == 1]
    for piece in texts:
        if piece[0] <= hit.place < piece[0] + count_units(fold(piece[3])):
            return piece
    for piece in texts:
        if any(wanted in fold(piece[3]) for wanted in hit.pieces):
            return piece
    return texts[0]


def _cut_excerpt(text: str, at: int) -> str:
    """Cut an excerpt around the character ``at``."""
    begin = max(0, at - BEFORE)
    end = min(len(text), at + AFTER)
    inside = " ".join(text[begin:end].split())
    if begin:
        inside = inside.lstrip(_NO_BEGINNING)
    return ("…" if begin else "") + inside + ("…" if end < len(text) else "")


def as_text(page: ResultPage) -> str:
    """Write a page for a terminal."""
    lines = [f"{page.group}，共 {page.count} 篇。" if page.count else "没有找到。"]
    lines += [f"您是不是要找：{'、'.join(page.meant)}？"] if page.meant else []
    lines += [f"表格：{form.title}（{form.kit}，{form.url}）" for form in page.forms]
    for result in page.found:
        facts = " ".join(fact for fact in (result.kind, result.date, result.label) if fact)
        lines += ["", f"{result.title}（{facts}）", f"  {result.excerpt}", f"  {result.url}"]
        lines += [f"  {_compare(result)}"] if result.matched else []
    if page.count > len(page.found):
        lines += ["", f"另有 {page.count - len(page.found)} 篇，用 --limit 多看几篇。"]
    return "\n".join(lines) + "\n"


def _compare(result: SearchResult) -> str:
    """Say what of the query stands in a result and what does not."""
    held, lacks = ("".join(f"“{t}”" for t in texts) for texts in (result.matched, result.missing))
    return f"有{held}，没有{lacks}" if lacks else f"有{held}"


def as_json(query: str, page: ResultPage) -> str:
    """Write a page as JSON, for other programs."""
    forms = [form._asdict() for form in page.forms]
    content = {"query": query, **asdict(page), "forms": forms}
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
