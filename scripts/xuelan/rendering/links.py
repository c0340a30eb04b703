"""What texts can name: files, works and facts, and glossary words."""

from __future__ import annotations

import posixpath
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final
from urllib.parse import unquote

from ahocorasick_rs import AhoCorasick, Implementation

from xuelan.model.catalog import Catalog
from xuelan.model.material import Material
from xuelan.text import prose
from xuelan.text.digests import key_of, program
from xuelan.text.line_breaks import paragraphs

_NAME_SIGNS: Final = f"{string.ascii_letters}{string.digits}._-"
_FEW_WORDS: Final = 500
"""Up to so many words the automaton's table of all states is small, and twice as fast."""


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What one text can name of the rest of the column: all its rendering depends on besides it.

    ``materials`` maps paths of files to ids; ``sources`` a cited id to the works it stands for;
    ``terms`` a glossary word to the id of its entry.
    """

    materials: dict[str, str]
    sources: dict[str, tuple[str, ...]]
    terms: dict[str, str]


class LinkTable:
    """All that the texts of a catalog can name. It is complete before the first is rendered."""

    def __init__(self, catalog: Catalog) -> None:
        self.docs_dir = catalog.column.docs_dir
        self._catalog = catalog
        self._by_name: dict[str, list[Material]] = {}
        for m in catalog.materials:
            self._by_name.setdefault(posixpath.basename(m.path), []).append(m)
        self._terms = {w: t.id for t in catalog.terms for w in (_bare(t.title), *t.aliases) if w}
        self._finder = _word_finder(self._terms)

    @cached_property
    def key(self) -> bytes:
        """A digest of the whole table."""
        c = self._catalog
        materials = [(m.path, m.id) for m in c.materials]
        sources = {i: c.sources_of(i) for i in (*c.works, *c.facts)}
        return key_of(program(), self.docs_dir, materials, sources, self._terms)

    def dependencies_of(self, body: str) -> Dependencies:
        """The entries that a text can name; some that it does not name may be among them."""
        body = unquote(body) if "%" in body else body
        before = body.split(".md")[:-1]
        names = {text[len(text.rstrip(_NAME_SIGNS)) :] + ".md" for text in before}
        found = (other for name in sorted(names) for other in self._by_name.get(name, ()))
        cited = sorted({i for c in prose.CITATION.finditer(body) for i in prose.cited_ids(c[1])})
        if _compiled(_LINES_THAT_MAY_JOIN).search(body):  # a word may go over two lines
            body += "\n" + "\n".join([p.text for p in paragraphs(body.split("\n"))])
        words = set(self._finder.find_matches_as_strings(body, overlapping=True))
        return Dependencies(
            materials={other.path: other.id for other in found},
            sources={i: self._catalog.sources_of(i) for i in cited},
            terms={word: self._terms[word] for word in sorted(words)},
        )


_LINES_THAT_MAY_JOIN: Final = r"\n(?<=[^\n]\n)(?![\n|-])"
_compiled: Final = cache(re.compile)


def _bare(title: str) -> str:
    """A glossary title without the quotation or title marks around the whole of it."""
    inside = re.fullmatch(r"“([^“”]*)”|《([^《》]*)》", title)
    return (inside[1] or inside[2]) if inside else title


def _word_finder(terms: Mapping[str, str]) -> AhoCorasick:
    """Finds every glossary word of two characters and more, also one inside another."""
    words = sorted(w for w in terms if len(w) > 1)
    kind = Implementation.DFA if len(words) <= _FEW_WORDS else None
    return AhoCorasick(words, implementation=kind, store_patterns=True)
