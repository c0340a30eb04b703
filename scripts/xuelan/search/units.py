r"""Folding of many texts at once, as arrays of UTF-16 units.

The result is that of :func:`xuelan.search.normal.fold`, four times as fast: a table of 65,536
entries, filled as characters occur, gives what each unit folds to. Two texts, one after another,
each with a break at its end:

    >>> units, ends = fold_texts(["《學習》會。", "通知"])
    >>> units.tobytes().decode("utf-16-le")
    '学习会\n通知\n'
    >>> ends.tolist()
    [4, 7]
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from xuelan.search.arrays import I64, U16, Bools
from xuelan.search.normal import BREAK, fold, fold_character, fold_ends

_BREAK: Final = ord(BREAK)
_GONE, _END, _MANY, _UNKNOWN = 0, 1, 0xFFFE, 0xFFFF
"""What a unit folds to: nothing, the end of a text, several units, or not looked up yet."""
_SEPARATOR: Final = "\0"

_table: Final = np.full(0x10000, _UNKNOWN, "<u2")
_table[ord(_SEPARATOR)] = _END
_table[0xD800:0xE000] = _MANY


def fold_texts(texts: list[str]) -> tuple[U16, I64]:
    """Fold all ``texts``; return their units, and where each text ends, its break included."""
    joined = _SEPARATOR.join([*texts, ""])
    if joined.count(_SEPARATOR) > len(texts):  # a zero in a text would pass for its end
        return fold_texts([text.replace(_SEPARATOR, "") for text in texts])
    values = _look_up(np.frombuffer(joined.encode("utf-16-le"), "<u2"))
    slow = _remove_multiples(values)
    values = values[_mark_kept(values)]
    stops = np.flatnonzero(values == _END)
    values[stops] = _BREAK
    ends = stops + 1
    if not slow:
        return values, ends
    # Only the texts with a character like ⑩ or 𠮷 are folded again, character by character.
    found = [values[begin:end] for begin, end in pairwise([0, *ends.tolist()])]
    for number in slow:
        found[number] = _fold_slowly(texts[number])
    return np.concatenate(found), np.cumsum([len(units) for units in found])


def _remove_multiples(values: U16) -> list[int]:
    """Return the numbers of the texts with a character that folds to several units.

    These characters are removed from ``values``; the caller folds these texts one by one.
    """
    if values.max(initial=0) != _MANY:
        return []
    many = np.flatnonzero(values == _MANY)
    values[many] = _GONE
    numbers: list[int] = np.unique(np.searchsorted(np.flatnonzero(values == _END), many)).tolist()
    return numbers


def _mark_kept(values: U16) -> Bools:
    """Return False for what folds to nothing, and for breaks beside another or at a text's end.

    Only marks are looked at, which are one unit in ten.
    """
    at = (values <= _BREAK).nonzero()[0]
    marks = values[at]
    kept = marks != _GONE
    stays = np.ones(len(values), np.bool_)
    stays[at[~kept]] = False
    at = at[kept]
    # Places as they are without the removed units: neighbours differ by one.
    places, is_end = at - (~kept).cumsum()[kept], marks[kept] == _END
    beside = np.ones(len(at), np.bool_)
    beside[1:] = places[1:] == places[:-1] + 1
    beside[:1] = places[:1] == 0
    # A break behind a break or an end goes, and one at the very beginning.
    again = beside & ~is_end
    stays[at[again]] = False
    at, is_end, places = at[~again], is_end[~again], (places - again.cumsum())[~again]
    # A break before an end goes too: the end becomes the text's one break.
    last = ~is_end[:-1] & is_end[1:] & (places[1:] == places[:-1] + 1)
    stays[at[:-1][last]] = False
    return stays


def fold_ends_array(text: str) -> I64:
    """Return the same as :func:`xuelan.search.normal.fold_ends`, for long texts."""
    values = _look_up(np.frombuffer(text.encode("utf-16-le"), "<u2"))
    if values.max(initial=0) == _MANY:
        return np.array(fold_ends(text), np.int64)
    kept = np.flatnonzero(values > _END)
    is_break = values[kept] == _BREAK
    after_break = np.ones(len(kept), np.bool_)
    after_break[1:] = is_break[:-1]
    widths = np.zeros(len(values), np.int64)
    widths[kept] = ~(is_break & after_break)  # of a run of breaks the first counts
    return np.cumsum(widths)


def _look_up(raw: U16) -> U16:
    """Return what each unit folds to; new units are entered into the table."""
    values = _table.take(raw)
    if values.max(initial=0) == _UNKNOWN:
        for unit in set(raw[values == _UNKNOWN].tolist()):
            result = fold_character(chr(unit))
            single = len(result) < 2 and result < "\U00010000"
            _table[unit] = ord(result or "\0") if single else _MANY
        values = _table.take(raw)
    return values


def _fold_slowly(text: str) -> U16:
    return np.frombuffer((fold(text) + BREAK).encode("utf-16-le"), "<u2")
