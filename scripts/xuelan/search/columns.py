"""Columns: sorted numbers as distances, distances as bytes.

Numbers in several runs, each ascending, are written as the distance from each number to the one
before; the first of a run is written as it is. Small numbers then are varints of one byte.

    >>> numbers, starts = np.array([3, 5, 300, 2, 9], np.uint32), np.array([0, 3, 5])
    >>> distances = subtract_runs(numbers, starts)
    >>> distances.tolist()
    [3, 2, 295, 2, 7]
    >>> data, ends = encode_varints(distances)
    >>> data.hex(" "), ends.tolist()
    ('03 02 a7 02 02 07', [1, 2, 4, 5, 6])
    >>> add_runs(decode_varints(data), starts).tolist()
    [3, 5, 300, 2, 9]

295 is 2 · 128 + 39: the low seven bits come first (39 with the top bit set, a7), then 02.
"""

from __future__ import annotations

import numpy as np

from xuelan.search.arrays import I64, U32, Bools


def mark_changes(values: U32) -> Bools:
    """Return True where a value differs from the one before, and for the first."""
    found = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=found[1:])
    return found


def sum_counts(counts: U32) -> I64:
    """Return zero, and the sum of ``counts`` up to each.

    >>> sum_counts(np.array([2, 1, 4], np.uint32)).tolist()
    [0, 2, 3, 7]
    """
    found = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=found[1:])
    return found


def subtract_runs(values: U32, starts: I64) -> U32:
    """Return the distance from value to value; at each of ``starts`` the value itself.

    ``starts`` ends with the number of values.
    """
    steps = values.copy()
    steps[1:] -= values[:-1]
    steps[starts[:-1]] = values[starts[:-1]]
    return steps


def add_runs(steps: U32, starts: I64) -> U32:
    """Undo :func:`subtract_runs`: return the sums of ``steps``, anew from each of ``starts``."""
    total = np.zeros(len(steps) + 1, np.uint32)
    np.cumsum(steps, out=total[1:])
    running: U32 = total[1:]
    np.subtract(running, np.repeat(total[starts[:-1]], np.diff(starts)), out=running)
    return running


def encode_varints(values: U32) -> tuple[bytes, I64]:
    """Write ``values``, seven bits a byte, the lowest first; return the bytes, and each one's end.

    The top bit is set on all but the last byte of a value.
    """
    top = int(values.max(initial=0))
    if top < 128:
        return values.astype(np.uint8).tobytes(), np.arange(1, len(values) + 1)
    lengths = np.ones(len(values), np.uint8)
    for bits in range(7, top.bit_length(), 7):
        lengths += values >= np.uint32(1 << bits)
    ends = np.cumsum(lengths, dtype=np.int64)
    data = np.empty(int(ends[-1]), np.uint8)
    starts = ends - lengths
    data[starts] = (values & 127) | (lengths > 1) * np.uint32(128)
    for number in range(1, int(lengths.max())):
        rows = np.flatnonzero(lengths > number)
        byte = values[rows] >> np.uint32(7 * number) & np.uint32(127)
        data[starts[rows] + number] = byte | (lengths[rows] > number + 1) * np.uint32(128)
    return data.tobytes(), ends


def decode_varints(data: bytes) -> U32:
    """Read all values that :func:`encode_varints` wrote."""
    raw = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(raw < 128)
    if len(ends) == len(raw):
        return raw.astype(np.uint32)
    starts = np.concatenate([[0], ends[:-1] + 1])
    values: U32 = raw[starts].astype(np.uint32)
    values &= np.uint32(127)
    rows = np.flatnonzero(starts < ends)
    number = 1
    while len(rows):
        byte = raw[starts[rows] + number].astype(np.uint32)
        values[rows] |= (byte & np.uint32(127)) << np.uint32(7 * number)
        rows = rows[starts[rows] + number < ends[rows]]
        number += 1
    return values
