"""Numbered lines as headings: 一、（一）1.（1）, typed or counted by Word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from xuelan.editing.importing.blocks import NUMBER, AnyBlock, Ledger, Span, TextBlock, bare

_WORDS: Final = "一二三四五六七八九十百"
_LABELS: Final = (
    re.compile(rf"([{_WORDS}]{{1,4}})、(?![{_WORDS}][、等级类])"),
    re.compile(rf"[（(]([{_WORDS}]{{1,4}})[)）]"),
    re.compile(r"([0-9]{1,2})[.．、](?![0-9])"),
    re.compile(r"[（(]([0-9]{1,2})[)）]"),
)
_LONGEST: Final = 50
_ENDS: Final = tuple("。；！？：，、;:!?,.")
_ANNEXES: Final = re.compile(r"附件[：:]")
_CHAPTER: Final = re.compile(r"第[一二三四五六七八九十百0-9]{1,4}[章编节部](?:分)?")


def mark_headings(blocks: list[AnyBlock], ledger: Ledger) -> list[AnyBlock]:
    """``blocks`` with levels from 2 on for headings, none skipped."""
    ranks = [_rank(block) for block in blocks]
    _drop_lists_of_annexes(blocks, ranks)
    _drop_enumerations(blocks, ranks)
    _tell_gaps(blocks, ranks, ledger)
    return _set_levels(blocks, ranks)


_LABEL_WITH_BLANKS: Final = re.compile(
    rf"((?:[{_WORDS}]{{1,4}}、|[（(][{_WORDS}0-9]{{1,4}}[)）]|[0-9]{{1,2}}[.．、]))[\s\u3000]+"
    r"(?=[^\x00-\x7f]|[A-Za-z])"
)


def close_labels(blocks: list[AnyBlock]) -> list[AnyBlock]:
    """Blocks without the blanks between a typed number and the words behind it."""
    found: list[AnyBlock] = []
    for block in blocks:
        text = block.text if isinstance(block, TextBlock) and not block.label else ""
        match = _LABEL_WITH_BLANKS.match(text)
        if match and isinstance(block, TextBlock) and not any(s.image for s in block.spans):
            at = len(match[1])
            spans = cut_spans(block.spans, at)
            block = replace(block, spans=(Span(match[1]), *spans))  # noqa: PLW2901
        found.append(block)
    return found


def cut_spans(spans: tuple[Span, ...], number: int) -> tuple[Span, ...]:
    """The spans without their first ``number`` characters, blanks not counted, and blanks there."""
    rest = []
    begun = False
    for span in spans:
        text = span.text
        while text and not begun:
            if bare(text[0]):
                if not number:
                    begun = True
                    break
                number -= 1
            text = text[1:]
        rest.append(replace(span, text=text))
    return tuple(rest)


def _rank(block: AnyBlock) -> int:
    """How deep a heading stands, from 1; 0 for text. The number before it counts most."""
    if not isinstance(block, TextBlock) or not _may_be_heading(block):
        return 0
    words = bare(block.text)
    if block.level and re.fullmatch(r"[0-9]+\.", block.label):
        return min(block.level, 5)  # a web page counts all levels in figures
    short = len(words) <= _LONGEST and not words.endswith(_ENDS)
    for rank, pattern in enumerate(_LABELS, 1):
        if (match := pattern.match(words)) and match.end() < len(words):
            return rank if short or (block.level and len(words) <= _LONGEST) else 0
    if _CHAPTER.match(words) and short and len(words) <= 30:
        return 1
    return min(block.level, 5) if len(words) <= 80 else 0


def _may_be_heading(block: TextBlock) -> bool:
    if block.is_caption or block.is_quote or block.align in ("right", "end"):
        return False
    if block.listed and not block.level and (block.listed != NUMBER or not block.depth):
        return False
    return bool(bare(block.text)) and not any(s.image for s in block.spans)


def _drop_lists_of_annexes(blocks: list[AnyBlock], ranks: list[int]) -> None:
    """The names below 附件： are numbered like headings, and none."""
    inside = False
    for n, block in enumerate(blocks):
        words = bare(block.text) if isinstance(block, TextBlock) else ""
        inside = bool(_ANNEXES.match(words)) or (inside and ranks[n] in (3, 4))
        if inside:
            ranks[n] = 0


def _drop_enumerations(blocks: list[AnyBlock], ranks: list[int]) -> None:
    """Lines in a row with nothing below any of them are a list, such as an agenda, no headings.

    What follows the last of them does not count: it may go on from all. Nor is a lone 1. or （1） a
    heading. A heading's style is believed.
    """
    for rank in (4, 3, 2, 1):
        for series in list(_series(ranks, rank)):
            alone = len(series) == 1 and rank >= 3
            if not alone and (len(series) < 2 or any(ranks[n + 1] != rank for n in series[:-1])):
                continue
            for n in series:
                block = blocks[n]
                if isinstance(block, TextBlock) and not block.level:
                    ranks[n] = 0


def _series(ranks: list[int], rank: int) -> Iterator[list[int]]:
    """The places of the headings of one rank that stand below the same heading."""
    series: list[int] = []
    for n, other in enumerate([*ranks, 0]):
        if other == rank:
            series.append(n)
        elif (0 < other < rank) or n == len(ranks):
            if series:
                yield series
            series = []


def _tell_gaps(blocks: list[AnyBlock], ranks: list[int], ledger: Ledger) -> None:
    """Tell of headings whose typed numbers do not follow one another."""
    last = [0] * 6
    for block, rank in zip(blocks, ranks, strict=True):
        if not rank or not isinstance(block, TextBlock):
            continue
        last[rank + 1 :] = [0] * (5 - rank)
        match = _LABELS[rank - 1].match(bare(block.text)) if rank <= 4 else None
        if match is None:
            continue
        number = int(match[1]) if match[1].isdigit() else _value(match[1])
        if number not in (1, last[rank] + 1):
            ledger.tell(f"小标题的序号不连续：“{bare(block.text)[:20]}”，请对照原件。")
        last[rank] = number


def _value(words: str) -> int:
    tens, ten, ones = words.rpartition("十")
    digits = _WORDS[:9]
    high = (digits.index(tens) + 1 if tens in digits and tens else 1) * 10 if ten else 0
    return high + (digits.index(ones) + 1 if ones and ones in digits else 0)


def _set_levels(blocks: list[AnyBlock], ranks: list[int]) -> list[AnyBlock]:
    """Ranks as levels: the highest rank in use becomes 2, and none is skipped on the way down."""
    marked: list[AnyBlock] = []
    above: list[int] = []
    for block, rank in zip(blocks, ranks, strict=True):
        if not isinstance(block, TextBlock):
            marked.append(block)
            continue
        if not rank:
            marked.append(replace(block, level=0) if block.level else block)
            continue
        while above and above[-1] >= rank:
            above.pop()
        above.append(rank)
        level = min(len(above) + 1, 6)
        marked.append(
            replace(
                block,
                level=level,
                listed="",
            )
        )
    return marked
