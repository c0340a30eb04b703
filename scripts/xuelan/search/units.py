"""Texts folded as arrays of UTF-16 units, all texts of many documents at once.

The same as :func:`xuelan.search.normal.fold`, character by character through a table that fills
as characters come; four times as fast.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from xuelan.search.normal import BREAK, ends, fold, fold_character

Units = npt.NDArray[np.uint16]
Ends = npt.NDArray[np.int64]

_BREAK: Final = ord(BREAK)
_GONE, _END, _MANY, _UNKNOWN = 0, 1, 0xFFFE, 0xFFFF
"""What a unit folds to: nothing, the end of a text, several units, or not looked up yet."""
_SEPARATOR: Final = "\0"

_table: Final = np.full(0x10000, _UNKNOWN, "<u2")
_table[ord(_SEPARATOR)] = _END
_table[0xD800:0xE000] = _MANY


def folded(texts: list[str]) -> tuple[Units, Ends]:
    """All texts folded, a break after each of them, and where each ends, its break included."""
    joined = _SEPARATOR.join([*texts, ""])
    if joined.count(_SEPARATOR) > len(texts):
        return folded([text.replace(_SEPARATOR, "") for text in texts])
    values = _looked_up(np.frombuffer(joined.encode("utf-16-le"), "<u2"))
    slow = _slow(values)
    values = values[_stays(values)]
    stops = np.flatnonzero(values == _END)
    values[stops] = _BREAK
    ends = stops + 1
    if not slow:
        return values, ends
    found = [values[begin:end] for begin, end in pairwise([0, *ends.tolist()])]
    for number in slow:
        found[number] = _one(texts[number])
    return np.concatenate(found), np.cumsum([len(units) for units in found])


def _slow(values: Units) -> list[int]:
    """The numbers of the texts with characters that fold to many units, which then are gone."""
    if values.max(initial=0) != _MANY:
        return []
    many = np.flatnonzero(values == _MANY)
    values[many] = _GONE
    numbers: list[int] = np.unique(np.searchsorted(np.flatnonzero(values == _END), many)).tolist()
    return numbers


def _stays(values: Units) -> npt.NDArray[np.bool_]:
    """False for what folds to nothing, and for breaks beside another or at either end of a text.

    Only what is no character is looked at, one in ten.
    """
    at = (values <= _BREAK).nonzero()[0]
    marks = values[at]
    kept = marks != _GONE
    stays = np.ones(len(values), np.bool_)
    stays[at[~kept]] = False
    at = at[kept]
    places, is_end = at - (~kept).cumsum()[kept], marks[kept] == _END
    beside = np.ones(len(at), np.bool_)
    beside[1:] = places[1:] == places[:-1] + 1
    beside[:1] = places[:1] == 0
    again = beside & ~is_end
    stays[at[again]] = False
    at, is_end, places = at[~again], is_end[~again], (places - again.cumsum())[~again]
    last = ~is_end[:-1] & is_end[1:] & (places[1:] == places[:-1] + 1)
    stays[at[:-1][last]] = False
    return stays


def reach(text: str) -> npt.NDArray[np.int64]:
    """The same as :func:`xuelan.search.normal.ends`."""
    values = _looked_up(np.frombuffer(text.encode("utf-16-le"), "<u2"))
    if values.max(initial=0) == _MANY:
        return np.array(ends(text), np.int64)
    kept = np.flatnonzero(values > _END)
    is_break = values[kept] == _BREAK
    after_break = np.ones(len(kept), np.bool_)
    after_break[1:] = is_break[:-1]
    widths = np.zeros(len(values), np.int64)
    widths[kept] = ~(is_break & after_break)
    return np.cumsum(widths)


def _looked_up(raw: Units) -> Units:
    """What each unit folds to."""
    values = _table.take(raw)
    if values.max(initial=0) == _UNKNOWN:
        for unit in set(raw[values == _UNKNOWN].tolist()):
            result = fold_character(chr(unit))
            single = len(result) < 2 and result < "\U00010000"
            _table[unit] = ord(result or "\0") if single else _MANY
        values = _table.take(raw)
    return values


def _one(text: str) -> Units:
    return np.frombuffer((fold(text) + BREAK).encode("utf-16-le"), "<u2")
