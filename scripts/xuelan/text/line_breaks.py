"""Line breaks inside a paragraph: nothing between Chinese characters, a space between words.

Markdown keeps the lines of a paragraph together, and a browser paints a space where they meet.
Chinese is written without spaces, so a break beside a Chinese character or a full-width sign is
taken away before pages, search and kits see the text.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final, NamedTuple

_BREAK: Final = re.compile(r"[ \t\u3000]*\n[ \t\u3000]*")
_AS_WIDE_AS_ITS_NEIGHBOUR: Final = frozenset("“”‘’…—·")
"""Signs of both scripts: between a word and one of them the break stays a space."""

_MARK: Final = re.compile(r" *(?:#{1,6} |[|>]|[-*+] |[0-9]{1,9}[.)] )")
"""The beginning of a line that is no further line of a paragraph."""
_QUOTED: Final = re.compile(r"> ?(?=[^ >])")


def join(before: str, after: str) -> str:
    """What a break between the characters ``before`` and ``after`` stands for: ``""`` or a space.

    ``("村", "里")`` and ``("年", "3")`` give nothing, ``("d", "o")`` and ``("d", "“")`` a space.
    """
    shared = _AS_WIDE_AS_ITS_NEIGHBOUR.issuperset((before, after))
    return "" if shared or _is_chinese(before) or _is_chinese(after) else " "


def _is_chinese(sign: str) -> bool:
    """True for Chinese characters and full-width signs; Korean separates its words by spaces."""
    return unicodedata.east_asian_width(sign) in "WF" and not "\uac00" <= sign <= "\ud7a3"


def join_pieces(pieces: list[str]) -> list[str]:
    """The pieces of one paragraph's text, each with its breaks replaced by what they stand for.

    Breaks at either end of the paragraph are left: no words meet there.
    """
    whole = "".join(pieces)
    cuts = [(m.start(), m.end()) for m in _BREAK.finditer(whole)]
    joined, start = [], 0
    for piece in pieces:
        end, at, kept = start + len(piece), start, ""
        for first, last in cuts:
            if first >= end or last <= start:
                continue
            inner = first > 0 and last < len(whole)
            mark = join(whole[first - 1], whole[last]) if inner else whole[first:last]
            kept += whole[at : max(first, at)] + (mark if start <= first else "")
            at = min(last, end)
        joined.append(kept + whole[at:end])
        start = end
    return joined


class Paragraph(NamedTuple):
    """The lines of a paragraph as one; ``ends`` are the places where its lines meet."""

    line: int
    text: str
    ends: tuple[int, ...] = ()

    def line_at(self, place: int) -> int:
        """The number of the line that the character at ``place`` of ``text`` stands on."""
        return self.line + bisect_right(self.ends, place) if self.ends else self.line


def paragraphs(lines: list[str], sign: str = "") -> Iterator[Paragraph]:
    """Each paragraph that has ``sign`` in it; lines that make one paragraph come as one."""
    parts: list[str] = []
    for number, line in enumerate(lines, 1):
        if parts and line and (words := _further_words(parts[0], line)):
            parts.append(words)
            continue
        if parts and any(sign in part for part in parts):
            yield _paragraph(number - len(parts), parts)
        parts = [line] if line else []
    if parts and any(sign in part for part in parts):
        yield _paragraph(len(lines) + 1 - len(parts), parts)


def _further_words(first: str, line: str) -> str:
    """The words of ``line`` if it goes on with the paragraph that begins with ``first``."""
    if first[0] in "#|" or not line or line.isspace():
        return ""
    if first[0] == ">":
        mark = _QUOTED.match(line)
        return line[mark.end() :] if mark else ""
    return "" if _MARK.match(line) else line


def _paragraph(line: int, parts: list[str]) -> Paragraph:
    if len(parts) == 1:
        return Paragraph(line, parts[0])
    text, ends = parts[0].rstrip(), []
    for part in parts[1:]:
        words = part.strip()
        text += join(text[-1:] or " ", words[:1]) if text and words else ""
        ends.append(len(text))
        text += words
    return Paragraph(line, text, tuple(ends))
