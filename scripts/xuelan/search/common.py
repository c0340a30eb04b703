"""Common sequences: those that stand in so many places that a phrase must not load them all.

A pair with more places than the others of its index allow is common. Whatever goes one unit
further than a common sequence, to either side, is kept as well, and may be common in its turn; so
a phrase is looked up by short lists even when it is made of the commonest words.

Sequences longer than a pair live among the pairs: a common sequence has a number, which as a high
surrogate makes a pair with the unit it goes on with. No text holds such a pair, because there only
a low surrogate follows a high one, and a sequence never goes on with a surrogate.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from xuelan.search.normal import BREAK
from xuelan.search.postings import I64, U8, U32, Entries, Texts, key_of, mix, pairs, unmix
from xuelan.search.stream import Stream

LEAST: Final = 8000
"""Places a sequence must have more than to be common: about 17 KB as a file."""
PER_SHARD: Final = 2
"""Times the number of shards, it must too: a longer list costs more than the texts shown."""
LONGEST: Final = 5
"""Units of the longest sequences kept."""
MOST: Final = 512
"""Common sequences there are numbers for."""
SAMPLE: Final = 640
"""Documents looked at to tell what is common, or somewhat more."""
HIGH: Final = 0xD800
LOW: Final = 0xDC00
REST: Final = 0xE000
"""Where high surrogates begin, low ones, and what comes after."""

I16 = npt.NDArray[np.int16]


def threshold(bits: int) -> int:
    """Places a sequence must have more than to be common, with so many bits naming a shard."""
    return max(LEAST, PER_SHARD << bits)


def sampled(count: int) -> range:
    """The documents, of so many, by which it is told what is common: some hundreds."""
    return range(0, count, max(1, count // SAMPLE))


@dataclass(frozen=True)
class Common:
    """The common sequences of an index by number, shorter ones first."""

    texts: tuple[str, ...] = ()

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each sequence."""
        return {text: number for number, text in enumerate(self.texts)}

    @cached_property
    def keys(self) -> dict[int, int]:
        """The number of the sequence with each key."""
        return {key_of(*self.pair(text)): number for text, number in self.numbers.items()}

    @cached_property
    def _table(self) -> tuple[U32, I16, I64, int]:
        """The keys in order and the number of each; how many keys are below each upper half.

        And how many share one at most.
        """
        rows = sorted(self.keys.items())
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

    def pair(self, text: str) -> tuple[int, int]:
        """The two units a sequence is kept under; of one that is kept."""
        if len(text) == 2:
            return ord(text[0]), ord(text[1])
        if (number := self.numbers.get(text[:-1])) is not None:
            return HIGH + 2 * number, ord(text[-1])
        return HIGH + 2 * self.numbers[text[1:]] + 1, ord(text[0])

    @classmethod
    def among(cls, streams: list[Stream], count: int, bits: int) -> Common:
        """What is common, going by the streams of the ``sampled`` of ``count`` documents."""
        sample = Texts.of(streams)
        most = threshold(bits) * sample.size // max(1, count)
        found, keys = cls(), pairs(sample).keys
        for size in range(LONGEST - 2):
            more = found.more(_often(keys, most))
            if more == found:
                break
            found = more
            keys = next(itertools.islice(found.longer(sample), size, None)).keys
        return found

    def more(self, keys: Iterable[int]) -> Common:
        """These and the sequences with ``keys``, which go one unit further."""
        found = map(self._text, sorted(keys))
        return Common((*self.texts, *(text for text in found if text))[:MOST])

    def _text(self, key: int) -> str:
        """The sequence with a key; nothing for one with a break or a surrogate."""
        first, second = unmix(key) >> 16, unmix(key) & 0xFFFF
        if LOW <= first < REST or HIGH <= second < REST:
            return ""
        if HIGH <= first < LOW:
            text = self.texts[(first - HIGH) // 2]
            found = chr(second) + text if first & 1 else text + chr(second)
        else:
            found = chr(first) + chr(second)
        return "" if BREAK in found else found

    def longer(self, texts: Texts) -> Iterator[Entries]:
        """The sequences of three units in some texts, of four, and so on."""
        if not self.texts:
            return
        units, spots = texts.units, texts.spots
        ends = self._ends.take(units)
        at = np.flatnonzero((ends[:-1] & ends[1:] >> 1) > 0)
        at = at[spots.take(at + 1) - spots.take(at) == np.uint32(1)]
        keys = mix(units.take(at).astype(np.uint32) << np.uint32(16) | units.take(at + 1))
        for size in range(3, LONGEST + 1):
            numbers = self._numbered(keys)
            stay = numbers >= 0
            at, keys = _further(texts, at[stay], numbers[stay], size)
            yield Entries(keys, spots.take(at))

    def _numbered(self, keys: U32) -> I16:
        """The number of the common sequence with each key, or -1.

        Most are told from the upper half of their keys; among the few that share one it is counted
        how many are below. (A binary search for each takes ten times as long.)
        """
        known, numbers, below, shared = self._table
        at = below.take(keys >> np.uint32(16))
        for _ in range(shared):
            at += known.take(at) < keys
        return np.where(known.take(at) == keys, numbers.take(at), np.int16(-1))

    def spans(self, text: str, offsets: Iterable[int]) -> list[tuple[int, int]]:
        """From where to where a phrase is looked up, for its pairs at ``offsets``.

        ``text`` is one character for each UTF-16 unit.
        """
        found = {self._span(text, n) for n in offsets}
        return sorted(
            (a, b) for a, b in found if not any(c <= a and b <= d for c, d in found - {(a, b)})
        )

    def _span(self, text: str, begin: int) -> tuple[int, int]:
        """A pair made longer while it is common: to the left, as what was typed before was."""
        end = begin + 2
        while end - begin < LONGEST and text[begin:end] in self.numbers:
            if begin and not HIGH <= ord(text[begin - 1]) < REST:
                begin -= 1
            elif end < len(text) and not HIGH <= ord(text[end]) < REST:
                end += 1
            else:
                break
        return begin, end


def _often(keys: U32, most: int) -> set[int]:
    """The keys that are there more than ``most`` times."""
    in_order = np.sort(keys)
    again = in_order[most:]
    return set(again[again == in_order[: len(again)]].tolist())


def _further(texts: Texts, common: I64, numbers: I16, size: int) -> tuple[I64, U32]:
    """Where sequences of ``size`` units stand that are a common one and a unit, and their keys.

    A common one of one unit less begins at each of the units ``common`` and has that number.
    """
    units, spots = texts.units, texts.spots
    begin = np.full(len(units) + 1, -1, np.int16)
    begin[common] = numbers
    near = np.zeros(len(units) + 1, np.bool_)
    near[common] = True
    near[common - 1] = True  # before the first there is only the end, which is cut off
    at = np.flatnonzero(near[: max(0, len(units) - size + 1)])
    at = at[spots.take(at + size - 1) - spots.take(at) == np.uint32(size - 1)]
    before, after = begin.take(at), begin.take(at + 1)
    forward = before >= 0
    number = np.where(forward, 2 * before, 2 * after + 1).astype(np.uint32)
    unit = units.take(np.where(forward, at + size - 1, at))
    plain = (unit < HIGH) | (unit >= REST)
    keys = mix((number + np.uint32(HIGH) << np.uint32(16) | unit)[plain])
    return at[plain], keys
