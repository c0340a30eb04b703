"""Edits that mend problems, as suggestions that a reviewer accepts with one click."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from xuelan.editing.forge.changes import ColumnComparison
from xuelan.text.problem import UNSEEN, Edit, Problem

_MOST: Final = 50
"""GitHub takes no review with hundreds of comments."""


@dataclass(frozen=True, slots=True)
class MendedLines:
    """Lines ``first`` to ``last`` of a file, from 1, and what they become."""

    first: int
    last: int
    new: str


def mend(p: Problem, text: str) -> MendedLines | None:
    """What the edits of a problem make of the lines of ``text`` that they touch.

    None without edits, and if they do not fit the text.
    """
    if not p.edits:
        return None
    lines = text.split("\n")
    first, last = min(e.line for e in p.edits), max(e.line for e in p.edits)
    if first < 1 or last > len(lines):
        return None
    kept = dict(enumerate(lines[first - 1 : last], first))
    for edit in sorted(p.edits, key=lambda e: (e.line, e.start), reverse=True):
        mended = _apply(kept[edit.line], edit)
        if mended is None:
            return None
        kept[edit.line] = mended
    return MendedLines(first, last, "\n".join(kept.values()))


def _apply(line: str, edit: Edit) -> str | None:
    """The line after the edit; None if it lies outside."""
    if not 0 <= edit.start <= edit.end <= len(line):
        return None
    return line[: edit.start] + edit.new + line[edit.end :]


def as_review(comparison: ColumnComparison, prefix: str = "") -> str:
    """The body of GitHub's request for a review, whose comments are suggestions.

    GitHub takes comments on lines of the difference only; ``prefix`` is the way from the
    repository to the column.
    """
    comments: list[Mapping[str, Any]] = []
    taken: set[tuple[str, int]] = set()
    for p in comparison.problems:
        change = comparison.changes.get(p.path)
        mended = mend(p, change.new) if change and change.new else None
        if change is None or mended is None or len(comments) == _MOST:
            continue
        lines = range(mended.first, mended.last + 1)
        # Two suggestions for one line would undo each other.
        if not change.new_lines.issuperset(lines) or taken & {(p.path, n) for n in lines}:
            continue
        taken |= {(p.path, n) for n in lines}
        start = {"start_line": mended.first, "start_side": "RIGHT"} if len(lines) > 1 else {}
        place = {"path": prefix + p.path, "line": mended.last, "side": "RIGHT", **start}
        comments.append({**place, "body": _comment(p, mended)})
    review = {"event": "COMMENT", "body": "", "comments": comments}
    return json.dumps(review, ensure_ascii=False, indent=1) + "\n"


def _comment(p: Problem, mended: MendedLines) -> str:
    """A comment with the suggestion in a fence longer than any row of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", mended.new)), default=0)
    fence = "`" * max(3, longest + 1)
    message = UNSEEN.sub("\ufffd", f"{p.code.severity}：{p.message}").replace("@", "@\u200b")
    return f"{message}\n\n{fence}suggestion\n{mended.new}\n{fence}"
