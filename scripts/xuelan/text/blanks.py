"""Blanks that nobody means: full-width indents, and spaces at the end of a line.

Word and web pages bring them along. They are taken off a text before anything else sees it, so it
means the same with and without them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from xuelan.text import prose
from xuelan.text.problem import Code, Edit, Problem

_WIDE: Final = "\u3000\u00a0\u2002\u2003"
"""Spaces with which Chinese paragraphs are indented: full-width, no-break, en and em spaces."""

_MARK: Final = rf"(?:#{{1,6}}|[-*+]|[0-9]+[.)])(?=[ {_WIDE}])"
_INDENT: Final = re.compile(rf"((?>(?:[ >]|{_MARK})*))[{_WIDE}][ {_WIDE}]*")
_END: Final = re.compile(rf"(?<![ \t{_WIDE}])[ \t{_WIDE}]+$")


def has_blanks(body: str) -> bool:
    """True if ``body`` may hold such blanks; a fast test, false for most texts."""
    return (
        "\u3000" in body
        or " \n" in body
        or "\t\n" in body
        or "\u00a0" in body
        or "\u2003" in body
        or "\u2002" in body
        or body.endswith((" ", "\t"))
    )


def find_blanks(body: str, first: int = 1) -> list[Edit]:
    """The edits that take the blanks off; ``first`` is the number of the body's first line.

    An indent after a mark becomes a space: ``##　标题`` is a heading. Indents in code are kept.
    """
    if not has_blanks(body):
        return []
    lines = body.split("\n")
    in_code = [was != now == "" for was, now in zip(lines, prose.lines(body), strict=True)]
    found: list[Edit] = []
    for number, line in enumerate(lines):
        found += _in_line(line, first + number, is_code=in_code[number])
    return found


def _in_line(line: str, number: int, *, is_code: bool) -> Iterator[Edit]:
    end = _END.search(line)
    text = line[: end.start()] if end else line
    indent = _INDENT.match(text) if not is_code else None
    if indent:
        before = indent[1]
        is_lone = not before.strip() and len(before) < 4  # not the indent of a list
        after_mark = bool(before) and before[-1] != " "
        start = 0 if is_lone else indent.end(1)
        yield Edit(number, start, indent.end(), " " if after_mark else "")
    if end:
        yield Edit(number, end.start(), end.end(), "")


def strip_blanks(body: str, edits: list[Edit], first: int = 1) -> str:
    """``body`` with the ``edits`` made that :func:`find_blanks` has found in it."""
    lines = body.split("\n")
    for edit in reversed(edits):
        line = lines[edit.line - first]
        lines[edit.line - first] = line[: edit.start] + edit.new + line[edit.end :]
    return "\n".join(lines)


def report(path: str, edits: list[Edit]) -> list[Problem]:
    """One note for all blanks of a text, at the first of them; none if there are none."""
    if not edits:
        return []
    rows = len({edit.line for edit in edits})
    message = f"{'有 ' + str(rows) + ' 行' if rows > 1 else '这一行'}行首或行末有多余的空格"
    hint = "读的时候不算，可以不改；缩进由版式来做"
    return [Problem(path, edits[0].line, Code.BLANKS, message, hint, tuple(edits))]


def place_in_file(problem: Problem, blanks: Sequence[Edit]) -> Problem:
    """A problem of the stripped text, its edits moved to where they belong in the file.

    Only an indent that was taken off moves what follows it: in ``　　甲 乙``, what stands at 2 in
    the stripped line stands at 4 in the file.
    """
    if not problem.edits or not blanks:
        return problem
    indents = {edit.line: edit for edit in reversed(blanks)}
    moved = []
    for edit in problem.edits:
        indent = indents.get(edit.line)
        by = indent.end - indent.start - len(indent.new) if indent else 0
        start = edit.start + (by if indent and edit.start >= indent.start else 0)
        end = edit.end + (by if indent and edit.end > indent.start else 0)
        moved.append(replace(edit, start=start, end=max(start, end)))
    return replace(problem, edits=tuple(moved))
