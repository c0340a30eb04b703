"""Hits as they are shown: title, link to the paragraph, excerpt; and what may have been meant."""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from xuelan.search import matching
from xuelan.search.files import Form
from xuelan.search.matching import Hit
from xuelan.search.normal import ends, fold, width
from xuelan.search.query import Query, parse
from xuelan.search.reader import Reader
from xuelan.search.stream import window
from xuelan.search.suggest import suggestions

BEFORE: Final = 24
AFTER: Final = 72
"""Characters of an excerpt before and after the beginning of what was found."""
MOST_FORMS: Final = 3

_NO_BEGINNING: Final = "，、。；：！？"
"""Marks an excerpt does not begin with."""


@dataclass(frozen=True, slots=True)
class Found:
    """A hit as it is shown. ``label`` says what kind of place it is, such as a heading."""

    id: str
    title: str
    url: str
    kind: str
    date: str
    label: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Page:
    """The answer to a query: how many documents in which group, and the first of them.

    ``meant`` are other queries when this one stands nowhere; ``cut`` tells that it was too long.
    ``forms`` are forms to fill in that the query names; they are not counted.
    """

    group: str
    count: int
    found: tuple[Found, ...]
    meant: tuple[str, ...]
    cut: bool
    forms: tuple[Form, ...]


def search(site: Path, text: str, most: int) -> Page:
    """What the built ``site`` answers to ``text``, with up to ``most`` results.

    Raises :class:`~xuelan.search.files.DamagedIndexError` when a file is missing or spoilt.
    """
    return ask(Reader(site), text, most)


def ask(reader: Reader, text: str, most: int) -> Page:
    """Like :func:`search`, of an index already open."""
    query = parse(text)
    answer = matching.answer(reader, query)
    found = tuple(show(reader, hit) for hit in answer.hits[:most])
    missed = bool(query.terms) and answer.group == matching.PARTIAL
    meant = suggestions(text.strip(), reader.words()) if missed else []
    forms = named_forms(reader.manifest.forms, query)
    return Page(answer.group, len(answer.hits), found, tuple(meant), query.cut, forms)


def named_forms(forms: tuple[Form, ...], query: Query) -> tuple[Form, ...]:
    """The forms in which every term stands: in the title of the first ones."""
    terms = [term.text for term in query.terms]
    texts = [(form, fold(form.title), fold(f"{form.title}\n{form.about}")) for form in forms]
    held = [(f, title) for f, title, text in texts if terms and all(t in text for t in terms)]
    held.sort(key=lambda row: not all(t in row[1] for t in terms))
    return tuple(form for form, _ in held[:MOST_FORMS])


def show(reader: Reader, hit: Hit) -> Found:
    """One hit with its excerpt."""
    content = reader.text(hit.doc, window(max(0, hit.place)))
    place, anchor, label, text = _piece(content["pieces"], hit)
    folded = ends(text)
    at = bisect_right(folded, max(0, hit.place - place)) if hit.place >= place else 0
    return Found(
        id=content["id"],
        title=content["title"],
        url=content["url"] + (f"#{anchor}" if anchor else ""),
        kind=content["kind"],
        date=content["date"],
        label=label,
        excerpt=_excerpt(text, at),
    )


def _piece(pieces: list[Any], hit: Hit) -> Any:
    """The piece at the hit's place; else one with what was found; never the title alone."""
    texts = [p for p in pieces if p[0] or len(pieces) == 1]
    for piece in texts:
        if piece[0] <= hit.place < piece[0] + width(fold(piece[3])):
            return piece
    for piece in texts:
        if any(wanted in fold(piece[3]) for wanted in hit.pieces):
            return piece
    return texts[0]


def _excerpt(text: str, at: int) -> str:
    begin = max(0, at - BEFORE)
    end = min(len(text), at + AFTER)
    inside = " ".join(text[begin:end].split())
    if begin:
        inside = inside.lstrip(_NO_BEGINNING)
    return ("…" if begin else "") + inside + ("…" if end < len(text) else "")


def as_text(page: Page) -> str:
    """An answer for a terminal."""
    lines = [f"{page.group}，共 {page.count} 篇。" if page.count else "没有找到。"]
    lines += [f"您是不是要找：{'、'.join(page.meant)}？"] if page.meant else []
    lines += [f"表格：{form.title}（{form.kit}，{form.url}）" for form in page.forms]
    for found in page.found:
        facts = " ".join(fact for fact in (found.kind, found.date, found.label) if fact)
        lines += ["", f"{found.title}（{facts}）", f"  {found.excerpt}", f"  {found.url}"]
    if page.count > len(page.found):
        lines += ["", f"另有 {page.count - len(page.found)} 篇，用 --limit 多看几篇。"]
    return "\n".join(lines) + "\n"


def as_json(query: str, page: Page) -> str:
    """An answer for other programs."""
    forms = [form._asdict() for form in page.forms]
    content = {"query": query, **asdict(page), "forms": forms}
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
