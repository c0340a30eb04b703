"""The shape of an index: into how many shards it is divided, and which sequences are common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2
from typing import Final

from xuelan.search.common import CommonSequences
from xuelan.search.spool import MOST_BITS

FORMAT: Final = 6
"""The format of the files; part of the build's name, and of the key of what is kept."""
SHARD_UNITS: Final = 2150
"""Units of text behind one shard: about 10 KB as a file."""
LEAST_BITS: Final = 4
BUCKET_BITS: Final = 6
"""Bits that name a shard of pairs among those packed together."""


@dataclass(frozen=True, slots=True)
class IndexShape:
    """``bits`` are the top bits of a key that name its shard of pairs."""

    bits: int
    common: CommonSequences

    @property
    def bucket_bits(self) -> int:
        """The top bits of a key that name its bucket, the shards that are packed together."""
        return min(MOST_BITS, max(0, self.bits - BUCKET_BITS))


def choose_bits(sizes: Sequence[int], count: int) -> int:
    """Return the bits that name a shard, from the sizes of the sampled of ``count`` documents.

    10,000 documents of 2,000 units fill 9,302 shards of 2,150 units; 2¹³ is the nearest power:

        >>> choose_bits([2000] * 640, count=10_000)
        13
    """
    units = sum(sizes) * count // max(1, len(sizes))
    return max(LEAST_BITS, round(log2(max(1, units) / SHARD_UNITS)))
