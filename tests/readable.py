"""Readable cases: a Markdown file of headings, each with fenced blocks that a test understands.

A block is fenced with ``~~~`` so that its text may hold ``` itself; the words after the fence say
what it is. ``pytest --refresh`` writes the last block of each case anew, to be reviewed by eye.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

CASES = Path(__file__).parent / "cases"
_CASE = re.compile(r"^## (.+)$", re.MULTILINE)
_BLOCK = re.compile(r"^~~~ ?(.*)\n((?:.*\n)*?)~~~$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: the words after the fence and its text."""

    words: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Case:
    """A heading and its blocks; the last one is what is expected."""

    file: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def given(self) -> tuple[Block, ...]:
        return self.blocks[:-1]

    @property
    def expected(self) -> str:
        return self.blocks[-1].text

    def refresh(self, text: str) -> None:
        """Write ``text`` into the file as what this case expects."""
        path = CASES / self.file
        whole = path.read_text(encoding="utf-8")
        start = whole.index(f"## {self.title}\n")
        end = match.start() if (match := _CASE.search(whole, start + 3)) else len(whole)
        last = list(_BLOCK.finditer(whole, start, end))[-1]
        path.write_text(whole[: last.start(2)] + text + whole[last.end(2) :], encoding="utf-8")


def read(file: str) -> list[Case]:
    """The cases in ``tests/cases/<file>``."""
    parts = _CASE.split((CASES / file).read_text(encoding="utf-8"))
    return [
        Case(file, title.strip(), tuple(Block(tuple(m[1].split()), m[2]) for m in blocks))
        for title, body in zip(parts[1::2], parts[2::2], strict=True)
        if (blocks := list(_BLOCK.finditer(body)))
    ]
