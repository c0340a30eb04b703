"""Readable cases: a Markdown file of headings, each with fenced blocks that a test understands.

A block is fenced with ``~~~`` so that its text may hold ``` itself; the words after the fence say
what it is. ``pytest --refresh`` writes the last block of each case anew, to be reviewed by eye.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

CASES = Path(__file__).parent / "cases"
_PIECE = re.compile(
    r"^## (?P<title>.+)$|^~~~ ?(?P<words>.*)\n(?P<text>(?:.*\n)*?)~~~$", re.MULTILINE
)


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
        title, last = "", None
        for piece in _PIECE.finditer(whole):
            title = piece["title"] or title
            if title == self.title and piece["title"] is None:
                last = piece
        assert last is not None
        changed = whole[: last.start("text")] + text + whole[last.end("text") :]
        path.write_text(changed, encoding="utf-8")


def read(file: str) -> list[Case]:
    """The cases in ``tests/cases/<file>``."""
    cases: list[Case] = []
    for piece in _PIECE.finditer((CASES / file).read_text(encoding="utf-8")):
        if piece["title"]:
            cases.append(Case(file, piece["title"], ()))
        elif cases:
            block = Block(tuple(piece["words"].split()), piece["text"])
            cases[-1] = replace(cases[-1], blocks=(*cases[-1].blocks, block))
    return cases
