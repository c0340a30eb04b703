"""Joins problems of one kind that stand together, so that an editor reads one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate

from xuelan.text.problem import Code, Problem


def one_a_block(found: list[Problem], first: int, text: list[str]) -> Iterator[Problem]:
    """Problems of one kind that stand together in a block of lines, as one with their number."""
    if len(found) < 2:
        yield from found
        return
    blocks = [0, *accumulate(not line.strip() for line in text)]
    groups: dict[tuple[object, ...], list[Problem]] = {}
    for p in found:
        kind = p.code if p.code is Code.RAW_HTML else (p.code, p.message)
        groups.setdefault(
            (blocks[min(max(p.line - first + 1, 0), len(blocks) - 1)], kind), []
        ).append(p)
    for alike in groups.values():
        if len(alike) == 1:
            yield alike[0]
            continue
        edits = (
            tuple(edit for p in alike for edit in p.edits) if all(p.edits for p in alike) else ()
        )
        message = f"{alike[0].message}，这一段共 {len(alike)} 处"
        yield replace(alike[0], message=message, edits=edits)
