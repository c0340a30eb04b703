"""Reads YAML that the parser refuses piece by piece: mistakes at their lines, the rest as values.

The parser stops at its first complaint, often lines below the mistake. A field by itself is read
without its neighbours, so that one run names every mistake and the rest can still be checked.
"""

from __future__ import annotations

import re
from typing import Any, Final

from xuelan.text.problem import Code, Problem
from xuelan.text.yaml_advice import FIELD, diagnose
from xuelan.text.yaml_reader import DEEPEST, YamlMapping, parse_yaml
from xuelan.text.yaml_slips import NOTE, find_slips

_PIECE: Final = r" {{{indent}}}(?![\s#\]\}}])(?:- |-$|-(?=\S)|[^\s#:：][^#:：]{{0,30}}[:：])"

Found = tuple[Any, list[Problem]]


def read_yaml(path: str, text: str, first_line: int = 1, note: re.Pattern[str] = NOTE) -> Found:
    """Parse YAML as editors write it: the value, and every mistake at its line.

    Where parts cannot be read, the value holds the others; it is ``None`` if nothing can be read.
    Comments behind a value that do not look like ``note`` are taken for lost words.
    """
    value, problems = parse_yaml(path, text, first_line)
    if not problems:
        return value, find_slips(path, text, first_line, note)
    return _Salvage(path, note).read(text, first_line, problems[0])


class _Salvage:
    """Reads one broken text."""

    def __init__(self, path: str, note: re.Pattern[str]) -> None:
        self._path = path
        self._note = note
        self._depth = 0

    def read(self, text: str, first_line: int, complaint: Problem) -> Found:
        """The parts of ``text`` that can be read, and what is wrong with the others."""
        lines = text.split("\n")
        starts = _find_pieces(lines)
        if not starts or self._depth >= DEEPEST:
            return None, [self._explain(lines, first_line, complaint)]
        self._depth += 1
        is_list = lines[starts[0]].lstrip().startswith("-")
        parts: list[Any] = []
        problems: list[Problem] = []
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            piece = lines[start:end]
            read = self._item if is_list else self._field
            value, found = read(piece, first_line + start)
            parts.append(value)
            problems += found
        self._depth -= 1
        if not any(p.code in (Code.YAML, Code.DUPLICATE_KEY) for p in problems):
            problems.append(self._explain(lines, first_line, complaint))
        if is_list:
            return [item for item in parts if item is not None], problems
        return self._join(parts, text, first_line, problems), problems

    def _join(
        self, parts: list[YamlMapping], text: str, first_line: int, problems: list[Problem]
    ) -> YamlMapping:
        """One mapping of the fields; a field that stands there twice is reported."""
        whole = YamlMapping(parts[0].line, text, first_line)
        for part in parts:
            for key, line in part.lines.items():
                if key in whole.lines:
                    message, hint = f"“{key}”写了两遍", "留一行，删掉另一行"
                    problems.append(Problem(self._path, line, Code.DUPLICATE_KEY, message, hint))
                    continue
                whole.lines[key] = line
                if key in part:
                    whole[key] = part[key]
            whole.broken |= part.broken
        return whole

    def _field(self, piece: list[str], first_line: int) -> tuple[YamlMapping, list[Problem]]:
        """One field by itself; empty and marked as broken if it cannot be read."""
        text = "\n".join(piece) + "\n"
        value, problems = parse_yaml(self._path, text, first_line)
        if not problems and isinstance(value, YamlMapping):
            return value, find_slips(self._path, text, first_line, self._note)
        lost = YamlMapping(first_line, text, first_line)
        found = FIELD.match(piece[0])
        if found:
            lost.lines[found[2]] = first_line
        within = (FIELD.match(line.lstrip()) for line in piece)
        lost.broken = frozenset(field[2] for field in within if field)
        what = problems[0] if problems else self._complaint(first_line)
        deeper = self._below(piece, first_line, what) if found and not found[6] else []
        return lost, deeper or [self._explain(piece, first_line, what)]

    def _below(self, piece: list[str], first_line: int, complaint: Problem) -> list[Problem]:
        """The mistakes in the list or fields below a field's name; none if that is no help."""
        if len(_find_pieces(piece[1:])) < 2:
            return []
        _, problems = self.read("\n".join(piece[1:]) + "\n", first_line + 1, complaint)
        return problems

    def _item(self, piece: list[str], first_line: int) -> Found:
        """One entry of a list; a mapping without the fields that cannot be read."""
        text = "\n".join(piece) + "\n"
        value, problems = parse_yaml(self._path, text, first_line)
        if not problems and isinstance(value, list):
            return (value[0] if value else None), find_slips(
                self._path, text, first_line, self._note
            )
        what = problems[0] if problems else self._complaint(first_line)
        inner = [re.sub(r"^(\s*)-", r"\1 ", piece[0], count=1), *piece[1:]]
        if re.match(r"\s*-\s", piece[0]) and len(_find_pieces(inner)) > 1:
            return self.read("\n".join(inner) + "\n", first_line, what)
        return None, [self._explain(piece, first_line, what)]

    def _complaint(self, line: int) -> Problem:
        return Problem(
            self._path, line, Code.YAML, "YAML 写法有误：缺少冒号", "写成“字段: 值”的样子"
        )

    def _explain(self, lines: list[str], first_line: int, complaint: Problem) -> Problem:
        """The complaint with the line and the cure, where the mistake is a common one."""
        if complaint.code is not Code.YAML:
            return complaint
        for number, line in enumerate(lines[: complaint.line - first_line + 1], first_line):
            advice = diagnose(line, number) if line.strip() and line.lstrip()[0] != "#" else None
            if advice:
                message, hint, edits = advice
                return Problem(self._path, number, Code.YAML, message, hint, edits)
        return complaint


def _find_pieces(lines: list[str]) -> list[int]:
    """The numbers of the lines at which the fields or entries of the outermost level begin."""
    first = next((s for s in lines if s.strip() and not s.lstrip().startswith("#")), "")
    indent = len(first) - len(first.lstrip(" "))
    begins = re.compile(_PIECE.format(indent=indent))
    return [number for number, line in enumerate(lines) if begins.match(line)]
