"""The oracle: what search must find, by plain ``in`` over folded texts."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass

from xuelan.search.document import IndexDocument
from xuelan.search.normal import fold
from xuelan.search.query import parse


@dataclass(frozen=True)
class Oracle:
    """Folded passages of every document."""

    texts: dict[str, list[str]]

    @classmethod
    def of(cls, documents: Iterable[IndexDocument]) -> Oracle:
        return cls({d.id: [fold(p.text) for p in d.passages] for d in documents})

    def find(self, query: str) -> set[str]:
        """Return the documents in which every term of ``query`` stands."""
        terms = [term.text for term in parse(query).terms]
        return {
            name
            for name, pieces in self.texts.items()
            if terms and all(any(term in piece for piece in pieces) for term in terms)
        }


LONGEST = 12
ACROSS = {
    "anything": "",
    "digits": r"[0-9０-９]",
    "Latin": r"[A-Za-z]",
    "brackets": r"[〔〕（）()\[\]《》]",
    "quotation marks": r"[“”‘’\"「」『』]",
}
"""By name, a pattern that a substring contains."""


def draw_substring(
    documents: list[IndexDocument], rng: random.Random, across: str = ""
) -> tuple[str, str]:
    """Draw a random document's id and one to twelve characters of one of its passages, as written.

    With ``across`` one of them matches that pattern.
    """
    while True:
        document = rng.choice(documents)
        text = rng.choice(document.passages).text
        places = [m.start() for m in re.finditer(across, text)] if across else range(len(text))
        if not places:
            continue
        size = rng.randint(1, LONGEST)
        start = max(0, rng.choice(places) - (rng.randrange(size) if across else 0))
        cut = text[start : start + size]
        if parse(cut).terms:
            return document.id, cut


def draw_mutilated(documents: list[IndexDocument], rng: random.Random) -> str:
    """Draw a text that most likely stands nowhere: a character exchanged, or two ends joined."""
    _, one = draw_substring(documents, rng)
    _, two = draw_substring(documents, rng)
    if rng.random() < 0.5:
        place = rng.randrange(len(one))
        return one[:place] + rng.choice(two) + one[place + 1 :]
    return one[-rng.randint(1, 6) :] + two[: rng.randint(1, 6)]
