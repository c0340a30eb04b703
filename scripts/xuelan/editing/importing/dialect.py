"""The last look at Markdown that was written by a program: what the rules say of it."""

from __future__ import annotations

import re
from typing import Final

from xuelan.editing.importing.markdown import widen
from xuelan.model.material import parse
from xuelan.rules.text import check_text
from xuelan.text import prose
from xuelan.text.problem import Code, Problem
from xuelan.text.source import Document
from xuelan.text.yaml_reader import YamlMapping

_MARK: Final = re.compile(r" *(?:- |[0-9]+\. )|#{2,6} |> |\|")
_SIGNS: Final = re.compile(r"[!-/:-@\[-`{-~]")


def find_problems(body: str) -> list[Problem]:
    """What ``xuelan check`` says of a text by itself; lines count from 1."""
    nothing, _ = parse(Document("", YamlMapping(1), body, 1, ""), {})
    return [*check_text(nothing, body, prose.lines(body))]


def repair(body: str) -> str:
    """``body`` with all signs of ASCII full-width in the lines that the forge reads otherwise.

    The writer knows most signs that are markup somewhere; this is for those it does not know.
    """
    bad = {p.line for p in find_problems(body) if p.code in _MISREAD}
    lines = body.split("\n")
    for number in bad:
        if 0 < number <= len(lines):
            lines[number - 1] = _spell_out(lines[number - 1])
    return "\n".join(lines)


_MISREAD: Final = frozenset((Code.PORTABLE, Code.RAW_HTML, Code.LOST_SIGN, Code.DEAD_LINK))


def _spell_out(line: str) -> str:
    mark = _MARK.match(line)
    start = mark[0] if mark else ""
    if line.startswith("!["):
        return line
    if start == "|":
        cells = line.split("|")
        return "|".join(_widen_all(cell) if set(cell) - set(" -:") else cell for cell in cells)
    return start + _widen_all(line[len(start) :])


def _widen_all(words: str) -> str:
    plain = re.sub(r"(?<!\\)\*\*|\\(?=[#*_+.-])|`", "", words)
    return _SIGNS.sub(lambda m: widen(m[0]), plain)
