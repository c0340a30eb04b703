"""Windows: the files of text from which excerpts are taken.

The first window covers the places 0 to 4607, which most materials do not exceed; each further one
covers 1,536 places. A window also holds the 96 places before and behind it.

    >>> [find_window(place) for place in (0, 4607, 4608, 6143, 6144)]
    [0, 0, 1, 1, 2]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from xuelan.search.document import IndexDocument, Passage
from xuelan.search.normal import is_break
from xuelan.search.stream import PlacedPassage
from xuelan.search.units import fold_ends_array

FIRST: Final = 4608
"""Where the first window ends."""
WINDOW: Final = 1536
"""How many places each further window covers."""
MARGIN: Final = 96
"""How many places of its neighbours a window holds as well, so that no excerpt is cut short."""


Slice = tuple[int, Passage, str]
"""A passage in a window: the place of its first unit there, the passage, and its text there."""


def find_window(place: int) -> int:
    """Return the number of the window that covers ``place``."""
    return 0 if place < FIRST else 1 + (place - FIRST) // WINDOW


def cut_windows(placed: list[PlacedPassage]) -> list[list[Slice]]:
    """Return, for each window of a document, the passages in it."""
    count = find_window(max((p.end for p in placed), default=0) - 1) + 1
    if count == 1:
        return [[(p.place, p.passage, p.passage.text) for p in placed]]
    found: list[list[Slice]] = [[] for _ in range(count)]
    for p in placed:
        first = find_window(p.place - MARGIN)
        last = min(find_window(p.end - 1 + MARGIN), count - 1)
        if first == last:
            found[first].append((p.place, p.passage, p.passage.text))
            continue
        for number in range(first, last + 1):
            end = FIRST + number * WINDOW
            begin = end - WINDOW if number else 0
            place, text = _cut(p, begin - MARGIN - p.place, end + MARGIN - p.place)
            if text:
                found[number].append((place, p.passage, text))
    return found


def _cut(p: PlacedPassage, low: int, high: int) -> tuple[int, str]:
    """Return the text from ``low`` to ``high``, counted from the passage's place, and its place."""
    text = p.passage.text
    if low <= 0 and p.end - p.place <= high:
        return p.place, text
    ends = fold_ends_array(text)
    begin = int(np.searchsorted(ends, low, "right")) if low > 0 else 0
    # A slice does not begin with a break: its place is that of a unit.
    while 0 < begin < len(text) and is_break(text[begin]):
        begin += 1
    end = int(np.searchsorted(ends, high))
    return p.place + (int(ends[begin - 1]) if begin else 0), text[begin : end + 1]


_CARD: Final = ("id", "url", "title", "kind", "date", "unit")


def encode_window(document: IndexDocument, slices: Sequence[Slice]) -> list[str]:
    """Write a window as a row of texts: the facts a result shows, then four columns.

    The columns are places, anchors, labels and texts of the slices: texts of one kind compress
    better side by side.

        >>> from xuelan.search.document import Zone
        >>> document = IndexDocument("a", "materials/a/", "学习会", "通知", "2016-03", "支部", ())
        >>> title = 0, Passage(Zone.TITLE, "", "", "学习会"), "学习会"
        >>> first = 1024, Passage(Zone.BODY, "p1", "一节", "今天学习。"), "今天学习。"
        >>> row = encode_window(document, [title, first])
        >>> row[6:]
        ['0', '1024', '', 'p1', '', '一节', '学习会', '今天学习。']
        >>> decode_window(row)["pieces"][1]
        (1024, 'p1', '一节', '今天学习。')
    """
    return [
        *(document.id, document.url, document.title, document.kind, document.date, document.unit),
        *[str(place) for place, _, _ in slices],
        *[passage.anchor for _, passage, _ in slices],
        *[passage.label for _, passage, _ in slices],
        *[text for _, _, text in slices],
    ]


def decode_window(row: Sequence[str]) -> dict[str, Any]:
    """Read what :func:`encode_window` wrote, by name; raises ``ValueError``.

    ``pieces`` are (place, anchor, label, text) of each slice.
    """
    first, count = len(_CARD), (len(row) - len(_CARD)) // 4
    columns = [row[first + n * count : first + (n + 1) * count] for n in range(4)]
    places, anchors, labels, texts = columns
    pieces = list(zip(map(int, places), anchors, labels, texts, strict=True))
    return {**dict(zip(_CARD, row, strict=False)), "pieces": pieces}
