"""The proof that nothing was lost: characters of the file against those of the Markdown.

The characters of the file are counted apart from the reader, those of the Markdown are taken from
the page that the site's own renderer makes of it. Between them stands only what the ledger names.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from lxml import html

from xuelan.editing.importing.blocks import Ledger, bare
from xuelan.rendering.links import Dependencies
from xuelan.rendering.renderer import Renderer

KEPT = "正文"
"""The kind of characters that go into the text; every other kind is left out."""


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of difference, with the number of its characters and a few of its words."""

    kind: str
    number: int
    words: str


@dataclass(frozen=True, slots=True)
class Proof:
    """The account of one import, in characters without blanks.

    ``before`` is what the file shows as its text, ``after`` what stands in the Markdown. The rows
    lead from one to the other; ``missing`` and ``surplus`` are what they do not explain.
    """

    total: int
    before: int
    left_out: tuple[Row, ...]
    moved: tuple[Row, ...]
    removed: tuple[Row, ...]
    added: tuple[Row, ...]
    after: int
    missing: str
    surplus: str

    @property
    def holds(self) -> bool:
        """True if every character is accounted for."""
        return not (self.missing or self.surplus)


def prove(
    counted: dict[str, str], ledger: Ledger, moved: list[tuple[str, str]], body: str
) -> Proof:
    """Draw up the account; ``moved`` are pairs of field and words now in the front matter."""
    kept = bare(counted.get(KEPT, ""))
    outside = {kind: bare(text) for kind, text in counted.items() if kind != KEPT}
    removed = [(kind, bare(text)) for kind, text in ledger.removed if kind not in outside]
    added = [(kind, bare(text)) for kind, text in ledger.added]
    shown = bare(shown_text(body))
    expected = Counter(kept)
    expected.update("".join(text for _, text in added))
    expected.subtract("".join(text for _, text in removed))
    expected.subtract("".join(bare(text) for _, text in moved))
    expected.subtract(shown)
    return Proof(
        total=len(kept) + sum(map(len, outside.values())),
        before=len(kept),
        left_out=tuple(Row(k, len(t), t[:60]) for k, t in outside.items() if t),
        moved=_rows([(kind, bare(text)) for kind, text in moved]),
        removed=_rows(removed),
        added=_rows(added),
        after=len(shown),
        missing="".join(c * n for c, n in sorted(expected.items()) if n > 0),
        surplus="".join(c * -n for c, n in sorted(expected.items()) if n < 0),
    )


def _rows(pairs: list[tuple[str, str]]) -> tuple[Row, ...]:
    kinds = dict.fromkeys(kind for kind, text in pairs if text)
    grouped = [(kind, [text for k, text in pairs if k == kind and text]) for kind in kinds]
    return tuple(Row(k, sum(map(len, t)), " ".join(t)[:60]) for k, t in grouped)


def shown_text(body: str) -> str:
    """The text that readers see of a Markdown text, with the numbers of its lists."""
    nobody = Dependencies({}, {}, {})
    page = Renderer("docs", quick=False).render("import", "materials/import.md", body, nobody).html
    if not page.strip():
        return ""
    tree = html.fragment_fromstring(page, create_parent="div")
    return "".join(_pieces(tree))


def _pieces(element: Any) -> list[str]:
    parts: list[str] = []
    number = int(element.get("start", "1")) if element.tag == "ol" else 0
    parts.append(element.text or "")
    for child in element:
        if child.tag == "li" and number:
            parts.append(f"{number}.")
            number += 1
        if isinstance(child.tag, str):
            parts += _pieces(child)
        parts.append(child.tail or "")
    return parts


def show(text: str, most: int = 30) -> str:
    """A few of many words, in one line."""
    line = re.sub(r"\s+", " ", text)
    return line if len(line) <= most else f"{line[:most]}……"
