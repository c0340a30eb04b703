r"""Fifteen bits a letter: bytes as text that a script in UTF-16 can carry.

A letter takes two bytes, so the text is a fifteenth longer than its bytes; base64 would be a third
longer. Letters are U+3400 to U+B3FF: no surrogate, no quotation mark, no end of a line. The sixteen
bits of FF 81 fill one letter and the top bit of a second:

    >>> f"{0b111_1111_1100_0000 + 0x3400:X} {0b100_0000_0000_0000 + 0x3400:X}"
    'B3C0 7400'
    >>> encode_letters([b"\xff\x81"])[0].hex(" ")
    'c0 b3 00 74'
    >>> decode_letters(b"\xc0\xb3\x00\x74", 2)
    b'\xff\x81'
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

import numpy as np

_FIRST: Final = 0x3400
"""The letter for fifteen zeros."""
_BITS: Final = 15
"""Bits of a letter: eight letters are fifteen bytes."""

_SHIFTS: Final = np.array([45, 30, 15, 0], np.uint64)
"""Where four letters lie in sixty bits."""
_FOUR: Final = np.uint64(4)
_SIXTY: Final = np.uint64(60)


def encode_letters(contents: Sequence[bytes | bytearray]) -> list[bytes]:
    """Write each of ``contents`` in letters, as UTF-16; one call for many shares its cost.

    Fifteen bytes are read as two overlapping numbers of eight bytes, from bytes 0 and 7: the upper
    60 bits of the first are four letters, the lower 60 of the second the next four.
    """
    padded = b"".join([data.ljust(_count_groups(len(data)) * _BITS, b"\0") for data in contents])
    shape = len(padded) // _BITS, 2
    both = np.ndarray(shape, ">u8", padded, strides=(_BITS, _BITS // 2)).astype(np.uint64)
    both[:, 0] >>= _FOUR
    values = np.empty((*shape, 4), "<u2")
    for number, shift in enumerate(_SHIFTS):
        np.right_shift(both, shift, out=values[:, :, number], casting="unsafe")
    values &= np.uint16((1 << _BITS) - 1)
    values += np.uint16(_FIRST)
    data = values.tobytes()
    starts = accumulate((16 * _count_groups(len(c)) for c in contents), initial=0)
    sizes = [2 * _count_letters(len(c)) for c in contents]
    return [data[at : at + size] for at, size in zip(starts, sizes, strict=False)]


def decode_letters(text: bytes, size: int) -> bytes:
    """Read the ``size`` bytes that :func:`encode_letters` wrote. Raises ``ValueError``."""
    found = np.frombuffer(text, "<u2")
    if len(found) != _count_letters(size) or found.min(initial=_FIRST) < _FIRST:
        raise ValueError
    values = np.zeros(_count_groups(size) * 8, np.uint64)
    values[: len(found)] = found - np.uint16(_FIRST)
    if values.max(initial=0) >> np.uint64(_BITS):
        raise ValueError
    both = values.reshape(-1, 2, 4) @ (np.uint64(1) << _SHIFTS)
    first = (both[:, 0] << _FOUR).astype(">u8").view(np.uint8).reshape(-1, 8)
    second = (both[:, 0] << _SIXTY | both[:, 1]).astype(">u8").view(np.uint8).reshape(-1, 8)
    return np.concatenate([first[:, :7], second], axis=1).tobytes()[:size]


def _count_groups(size: int) -> int:
    """Return how many groups of eight letters ``size`` bytes take, the last one filled up."""
    return -(-size // _BITS)


def _count_letters(size: int) -> int:
    """Return how many letters ``size`` bytes take."""
    return -(-8 * size // _BITS)
