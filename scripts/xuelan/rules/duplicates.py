"""Finds materials that say nearly the same: one text brought in twice, under two ids.

Each text is cut into all its runs of :data:`RUN` characters (“shingles”, Broder 1997). One in
:data:`SAMPLE` of them is kept, chosen by its hash, so equal runs are kept in both texts. Runs that
stand in many texts are the column's own turns of phrase and count for nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import Final

import numpy as np

from xuelan.model.catalog import Catalog
from xuelan.model.material import WITHDRAWN, Material
from xuelan.text.problem import Code, Problem

RUN: Final = 13
"""Characters of a run: longer than any name or title of an office that texts share."""
SAMPLE: Final = 4
COMMON: Final = 6
"""A run in more texts than these is a turn of phrase."""
ALIKE: Final = 0.5
"""Share of the shorter text's runs that stand in the longer one, from which on both are told."""
FEWEST: Final = 12
"""Runs kept of a text that is long enough to be compared, some 60 characters."""

_SIGNS: Final = re.compile(r"\[@[^\]]*\]|[\W_]+")


def find_near_duplicates(catalog: Catalog) -> Iterator[Problem]:
    """A warning for each pair of materials that have the same title or mostly the same text.

    Glossary entries are not compared: they are meant to say again what a text says.
    """
    terms = {m.id for m in catalog.terms}
    materials = [m for m in catalog.materials if m.status != WITHDRAWN and m.id not in terms]
    told: set[tuple[int, int]] = set()
    for first, second in _same_titles(materials):
        told.add((first, second))
        yield _report(materials[first], materials[second], "标题相同")
    runs = [_sample_runs(catalog.body_of(m)) for m in materials]
    for (first, second), share in sorted(_shares(runs).items()):
        if share >= ALIKE and (first, second) not in told:
            what = f"正文约有{round(share * 100)}%相同"
            yield _report(materials[first], materials[second], what)


def _report(first: Material, second: Material, what: str) -> Problem:
    message = f"和 {first.path} {what}，可能收了两遍"
    hint = "留下一份；确实是两份的，在标题和提要里写明区别"
    return Problem(second.path, second.line_of("title"), Code.NEAR_DUPLICATE, message, hint)


def _same_titles(materials: list[Material]) -> Iterator[tuple[int, int]]:
    """The pairs (by number, the smaller first) of one kind whose titles differ in signs at most."""
    seen: dict[tuple[str, str, str], int] = {}
    for number, m in enumerate(materials):
        key = (m.kind, _SIGNS.sub("", m.title), m.issued)
        if key in seen:
            yield seen[key], number
        seen.setdefault(key, number)


def _sample_runs(body: str) -> frozenset[int]:
    """The hashes of the runs that are kept of a text; none if it is too short to compare."""
    signs = np.frombuffer(_SIGNS.sub("", body).encode("utf-32-le"), np.uint32).astype(np.uint64)
    if len(signs) < RUN:
        return frozenset()
    total = np.zeros(len(signs) - RUN + 1, np.uint64)
    for at in range(RUN):  # a polynomial in an odd factor, taken modulo 2**64
        total = total * np.uint64(0x9E3779B97F4A7C15) + signs[at : at + len(total)]
    total ^= total >> np.uint64(29)
    kept = frozenset(total[total % np.uint64(SAMPLE) == 0].tolist())
    return kept if len(kept) >= FEWEST else frozenset()


def _shares(runs: list[frozenset[int]]) -> dict[tuple[int, int], float]:
    """For each pair of texts with a run in common: the share of the shorter one's runs."""
    places: dict[int, list[int]] = {}
    for number, kept in enumerate(runs):
        for run in kept:
            places.setdefault(run, []).append(number)
    common: Counter[tuple[int, int]] = Counter()
    for numbers in places.values():
        if 1 < len(numbers) <= COMMON:
            common.update(combinations(numbers, 2))
    return {(a, b): count / min(len(runs[a]), len(runs[b])) for (a, b), count in common.items()}
