"""The files of an index that need no text: facets, the lexicon, traditional characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from xuelan.search import packing
from xuelan.search.document import DocumentRef, Facets
from xuelan.search.lexicon import Lexicon, list_sounds
from xuelan.search.normal import load_variants
from xuelan.search.notes import IndexNotes
from xuelan.text.digests import key_of, program

_NAMES: Final = ("facets", "words", "variants")


class Tables(NamedTuple):
    """The notes, their fields about texts still empty; each file by name, ``None`` if it stays."""

    notes: IndexNotes
    files: dict[str, bytes | None]


def make_tables(refs: Sequence[DocumentRef], last: IndexNotes) -> Tables:
    """Make the tables of these documents; ``last`` are the notes of the last build."""
    faces = key_of([ref.face for ref in refs])
    same_program = last.program == program()
    if same_program and last.faces == faces:
        return Tables(last, dict.fromkeys(_NAMES))
    facets = [ref.facets() for ref in refs]
    variants = load_variants()
    notes = IndexNotes(
        program=program(),
        faces=faces,
        odd="".join(c for c in variants if c.encode("gb2312", "ignore")),
        words=Lexicon.build([f.words for f in facets], last.words if same_program else {}).words,
        sounds=last.sounds if same_program else list_sounds(),
    )
    lexicon = Lexicon(notes.words).as_json(notes.sounds)
    contents = _tabulate(facets), lexicon, ["".join(variants), "".join(variants.values())]
    packed = {n: packing.pack_json(n, c) for n, c in zip(_NAMES, contents, strict=True)}
    return Tables(notes, {**packed})


def _tabulate(facets: Sequence[Facets]) -> dict[str, Any]:
    """Return the values of each facet and, per document, which it has (activities as bits)."""
    kinds = sorted({f.kind for f in facets})
    years = sorted({f.year for f in facets}, reverse=True)
    units = sorted({f.unit for f in facets})
    activities = sorted({a for f in facets for a in f.activities})
    kind, year, unit = ({v: n for n, v in enumerate(values)} for values in (kinds, years, units))
    return {
        "kinds": kinds,
        "years": years,
        "units": units,
        "activities": activities,
        "kind": [kind[f.kind] for f in facets],
        "year": [year[f.year] for f in facets],
        "unit": [unit[f.unit] for f in facets],
        "activity": [sum(1 << activities.index(a) for a in f.activities) for f in facets],
    }
