"""Makes the edits that problems carry in a text; every place that mends a text does it here."""

from __future__ import annotations

from collections.abc import Iterable

from xuelan.text.problem import Edit, Problem


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """``text`` with ``edits`` made; none of them may overlap another.

    Edits that do not fit the text, because it has been changed since, are left out.
    """
    lines = text.split("\n")
    for edit in sorted(edits, key=lambda e: (e.line, e.start, e.end), reverse=True):
        if 1 <= edit.line <= len(lines) and edit.end <= len(line := lines[edit.line - 1]):
            lines[edit.line - 1] = line[: edit.start] + edit.new + line[edit.end :]
    return "\n".join(lines)


def choose_edits(problems: Iterable[Problem]) -> list[Edit]:
    """The edits of the ``problems`` of one file that can be made together.

    Problems come first that stand first. The edits of one problem are taken all or not at all, and
    not if one of them touches what an earlier problem changes: who looks again after the first
    edits are made finds the others still there, or mended.
    """
    chosen: dict[int, list[Edit]] = {}
    for problem in sorted(problems):
        if not any(_overlap(e, other) for e in problem.edits for other in chosen.get(e.line, ())):
            for edit in problem.edits:
                chosen.setdefault(edit.line, []).append(edit)
    return [edit for edits in chosen.values() for edit in edits]


def _overlap(edit: Edit, other: Edit) -> bool:
    """True if both change the same characters, or add something at the same place."""
    return edit.start == other.start or (edit.start < other.end and other.start < edit.end)
