"""The rule that a text keeps to the column's wording list, ``materials/wording.yml``.

Its findings have no edits: another word may be meant, or the word stands so in a title, so a person
decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

from ahocorasick_rs import AhoCorasick

from xuelan.model.column import MATERIALS_FOLDER
from xuelan.model.wording import Wording
from xuelan.text.problem import Code, Problem

PATH: Final = f"{MATERIALS_FOLDER}/wording.yml"


@cache
def _finder(entries: tuple[Wording, ...]) -> AhoCorasick:
    return AhoCorasick([entry.wrong for entry in entries])


def check_wording(
    path: str, text: str, entries: tuple[Wording, ...], first: int = 1
) -> Iterator[Problem]:
    """A problem for each line and each entry whose wrong words stand in it."""
    if not entries or path == PATH:
        return
    told: set[tuple[int, int]] = set()
    for which, start, end in _finder(entries).find_matches_as_indexes(text, overlapping=True):
        entry = entries[which]
        number = text.count("\n", 0, start) + first
        if (number, which) not in told and not _is_in_right(text, start, end, entry):
            told.add((number, which))
            hint = f"写成“{entry.right}”{'：' if entry.why else ''}{entry.why}"
            yield Problem(path, number, Code.WORDING, f"写了“{entry.wrong}”", hint)


def _is_in_right(text: str, start: int, end: int, entry: Wording) -> bool:
    """True if what was found is part of the right words: ``学堂`` in ``小学堂``."""
    at = entry.right.find(entry.wrong)
    return at >= 0 and text.startswith(entry.right, start - at) and start >= at and end > start
