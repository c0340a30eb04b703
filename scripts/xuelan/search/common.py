"""Common sequences: they stand in so many places that a phrase must not load them all.

A pair with more places than :func:`compute_threshold` allows is common. Each sequence that is one
unit longer, at either side, is kept as well, and may be common in its turn. So a phrase is looked
up by short lists even when it consists of the commonest words.

Longer sequences are kept among the pairs. A common sequence has a number; a high surrogate stands
for the number and makes a pair with the unit beside the sequence. No text holds such a pair: in a
text only a low surrogate follows a high one, and no sequence is made longer by a surrogate. With
学习 as number 0 and 学习会 as number 1:

    >>> sequences = CommonSequences(("学习", "学习会"))
    >>> [f"{unit:04x}" for unit in sequences.pair_units("学习会")], hex(ord("会"))
    (['d800', '4f1a'], '0x4f1a')
    >>> [f"{unit:04x}" for unit in sequences.pair_units("新学习会")], hex(ord("新"))
    (['d803', '65b0'], '0x65b0')

The number 1 is d802 with the unit behind 学习会, and d803 with the unit before it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from xuelan.search.arrays import I16, I64, U8, U32
from xuelan.search.normal import BREAK
from xuelan.search.postings import (
    Postings,
    UnitBatch,
    extract_pairs,
    hash_units,
    join_postings,
    mix,
    unmix,
)
from xuelan.search.stream import Stream

LEAST: Final = 8000
"""A common sequence has more places than this: about 17 KB as a file."""
PER_SHARD: Final = 2
"""And more than this times the number of shards: a longer list costs more than the texts shown."""
LONGEST: Final = 5
"""Units of the longest sequences kept."""
MOST: Final = 512
"""How many common sequences there are numbers for."""
SAMPLE: Final = 640
"""How many documents, or somewhat more, are sampled to find what is common."""
HIGH: Final = 0xD800
"""The first high surrogate."""
LOW: Final = 0xDC00
"""The first low surrogate."""
REST: Final = 0xE000
"""The first unit behind the surrogates."""


def compute_threshold(bits: int) -> int:
    """Return the number of places above which a sequence is common; ``bits`` name a shard."""
    return max(LEAST, PER_SHARD << bits)


def sample_documents(count: int) -> range:
    """Choose, of ``count`` documents, those in which common sequences are counted."""
    return range(0, count, max(1, count // SAMPLE))


@dataclass(frozen=True)
class CommonSequences:
    """The common sequences of an index by number, shorter ones first."""

    texts: tuple[str, ...] = ()

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each sequence."""
        return {text: number for number, text in enumerate(self.texts)}

    @cached_property
    def keys(self) -> dict[int, int]:
        """The number of the sequence with each key."""
        return {hash_units(*self.pair_units(text)): n for text, n in self.numbers.items()}

    @cached_property
    def _table(self) -> tuple[U32, I16, I64, int]:
        """The keys in order, the number of each, how many keys lie below each upper half.

        The last value is the largest number of keys that share an upper half.
        """
        rows = sorted(self.keys.items())
        # The last key is for look-ups behind all others, which then compare with something.
        known = np.array([*(key for key, _ in rows), 0xFFFFFFFF], np.uint32)
        numbers = np.array([*(number for _, number in rows), -1], np.int16)
        halves = np.bincount(known[:-1] >> np.uint32(16), minlength=0x10000)
        return known, numbers, np.cumsum(halves) - halves, int(halves.max(initial=0))

    @cached_property
    def _ends(self) -> U8:
        """For each unit, whether it begins a common pair (1) and whether it ends one (2)."""
        ends = np.zeros(0x10000, np.uint8)
        for text in self.texts:
            if len(text) == 2:
                for side, unit in enumerate(text, 1):
                    ends[ord(unit)] |= side
        return ends

    def pair_units(self, text: str) -> tuple[int, int]:
        """Return the two units that a sequence is kept under; only for a sequence that is kept."""
        if len(text) == 2:
            return ord(text[0]), ord(text[1])
        if (number := self.numbers.get(text[:-1])) is not None:
            return HIGH + 2 * number, ord(text[-1])
        return HIGH + 2 * self.numbers[text[1:]] + 1, ord(text[0])

    @classmethod
    def find(cls, streams: list[Stream], count: int, bits: int) -> CommonSequences:
        """Find what is common in ``count`` documents, from the streams of the sampled ones.

        The threshold is lowered in proportion to the sample.
        """
        sample = UnitBatch.join(streams)
        most = compute_threshold(bits) * sample.size // max(1, count)
        found, keys = cls(), extract_pairs(sample).keys
        for size in range(LONGEST - 2):
            more = found._add(_find_frequent(keys, most))
            if more == found:
                break
            found = more
            keys = next(itertools.islice(found._extract_longer(sample), size, None)).keys
        return found

    def _add(self, keys: Iterable[int]) -> CommonSequences:
        """Return these sequences and those with ``keys``, which are one unit longer."""
        found = map(self._read_key, sorted(keys))
        return CommonSequences((*self.texts, *(text for text in found if text))[:MOST])

    def _read_key(self, key: int) -> str:
        """Return the sequence with a key; an empty text for one with a break or a surrogate."""
        first, second = unmix(key) >> 16, unmix(key) & 0xFFFF
        if LOW <= first < REST or HIGH <= second < REST:
            return ""
        if HIGH <= first < LOW:
            text = self.texts[(first - HIGH) // 2]
            found = chr(second) + text if first & 1 else text + chr(second)
        else:
            found = chr(first) + chr(second)
        return "" if BREAK in found else found

    def extract(self, batch: UnitBatch) -> Postings:
        """Return the postings of all pairs in ``batch``, and of all longer sequences kept."""
        return join_postings([extract_pairs(batch), *self._extract_longer(batch)])

    def _extract_longer(self, batch: UnitBatch) -> Iterator[Postings]:
        """Yield the postings of sequences of three units, of four, and so on."""
        if not self.texts:
            return
        units, spots = batch.units, batch.spots
        ends = self._ends.take(units)
        # Few pairs pass this; the look-up of their keys tells those that are common.
        at = np.flatnonzero((ends[:-1] & ends[1:] >> 1) > 0)
        at = at[spots.take(at + 1) - spots.take(at) == np.uint32(1)]
        keys = mix(units.take(at).astype(np.uint32) << np.uint32(16) | units.take(at + 1))
        for size in range(3, LONGEST + 1):
            numbers = self.look_up(keys)
            stay = numbers >= 0
            at, keys = _extend(batch, at[stay], numbers[stay], size)
            yield Postings(keys, spots.take(at))

    def look_up(self, keys: U32) -> I16:
        """Return the number of the common sequence with each key, or -1.

        The upper half of a key leads to the first of the few keys that share it; then it is counted
        how many of these are smaller. (A binary search for each key takes ten times as long.)
        """
        known, numbers, below, shared = self._table
        at = below.take(keys >> np.uint32(16))
        for _ in range(shared):
            at += known.take(at) < keys
        return np.where(known.take(at) == keys, numbers.take(at), np.int16(-1))

    def cover(self, text: str, offsets: Iterable[int]) -> list[tuple[int, int]]:
        """Return the (begin, end) of the sequences by which a phrase is looked up.

        Each pair at ``offsets`` is made longer while it is common; what lies within another is left
        out. ``text`` has one character for each UTF-16 unit.

            >>> CommonSequences(("学习", "学习会")).cover("大学习会议", [0, 2, 3])
            [(0, 2), (2, 4), (3, 5)]
            >>> CommonSequences(("学习", "习会", "学习会")).cover("大学习会议", [0, 2, 3])
            [(0, 4), (3, 5)]
        """
        found = {self._lengthen(text, n) for n in offsets}
        return sorted(
            (a, b) for a, b in found if not any(c <= a and b <= d for c, d in found - {(a, b)})
        )

    def _lengthen(self, text: str, begin: int) -> tuple[int, int]:
        """Make a pair longer while it is common: to the left first, where a reader began to type.

        What was looked up for the first characters is then found again.
        """
        end = begin + 2
        while end - begin < LONGEST and text[begin:end] in self.numbers:
            if begin and not HIGH <= ord(text[begin - 1]) < REST:
                begin -= 1
            elif end < len(text) and not HIGH <= ord(text[end]) < REST:
                end += 1
            else:
                break
        return begin, end


def _find_frequent(keys: U32, most: int) -> set[int]:
    """Return the keys that occur more than ``most`` times."""
    in_order = np.sort(keys)
    again = in_order[most:]
    return set(again[again == in_order[: len(again)]].tolist())


def _extend(batch: UnitBatch, common: I64, numbers: I16, size: int) -> tuple[I64, U32]:
    """Return where sequences of ``size`` units begin that are a common one and a unit; their keys.

    A common sequence of ``size - 1`` units begins at each of the units ``common``; ``numbers`` are
    the numbers of these sequences.
    """
    units, spots = batch.units, batch.spots
    begin = np.full(len(units) + 1, -1, np.int16)
    begin[common] = numbers
    # A longer sequence begins where a common one does, or a unit before.
    near = np.zeros(len(units) + 1, np.bool_)
    near[common] = True
    near[common - 1] = True  # before the first there is only the end, which is cut off
    at = np.flatnonzero(near[: max(0, len(units) - size + 1)])
    at = at[spots.take(at + size - 1) - spots.take(at) == np.uint32(size - 1)]
    before, after = begin.take(at), begin.take(at + 1)
    forward = before >= 0  # where both halves are common, the first counts, as in `pair_units`
    number = np.where(forward, 2 * before, 2 * after + 1).astype(np.uint32)
    unit = units.take(np.where(forward, at + size - 1, at))
    plain = (unit < HIGH) | (unit >= REST)
    keys = mix((number + np.uint32(HIGH) << np.uint32(16) | unit)[plain])
    return at[plain], keys
