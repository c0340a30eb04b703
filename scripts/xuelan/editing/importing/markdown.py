"""Writes blocks as Markdown that the forge and the site read alike (``rules/portable.py``).

Signs that would be markup are written so that they are none: with a backslash where the rules
allow it, as code where nothing else helps, else full-width, which the ledger is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from xuelan.editing.importing.blocks import (
    NUMBER,
    AnyBlock,
    CodeBlock,
    Ledger,
    Span,
    TableBlock,
    TextBlock,
    bare,
    tidy_blanks,
)

SWAP: Final = "\x02"
"""Stands before a sign that has been made full-width, until the ledger knows of it."""
_NEVER: Final = re.compile(
    r"\\|<(?=[A-Za-z/!?])|<(?=[^<> ]*@)|~(?=[^~]*~)|(?<=~)~|&(?=#?[0-9A-Za-z]+;)"
)
_BRACKETS: Final = re.compile(r"\](?=[\[(:])|\[(?=\^|[ xX]\])|(?<=[*+-] )\[|(?<=\. )\[")
_CITATION: Final = re.compile(r"\[@[^\]\n]*\]?")
_UNDERSCORE: Final = re.compile(r"(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])")
_FIRST: Final = re.compile(
    r"([#+-](?=[ #]|[-=]*$)|#)|([>|])|([0-9]{1,9})\. |(\d{1,9})\. |([0-9]{1,9})(?=\)(?: |$))"
)
_ALL_MARKS: Final = re.compile(r"[-:| =]+")


def write(blocks: Iterable[AnyBlock], images: dict[str, str]) -> str:
    """The Markdown of ``blocks``; ``images`` are the Markdown of the pictures by their keys."""
    parts: list[str] = []
    before: AnyBlock | None = None
    for block in blocks:
        text = _block(block, images)
        if not text:
            continue
        parts.append("\n" if _joins(before, block) else "\n\n")
        parts.append(text)
        before = block
    return "".join(parts).strip("\n") + "\n"


def _joins(before: AnyBlock | None, block: AnyBlock) -> bool:
    """True for an item directly below another of its list."""
    if not (isinstance(before, TextBlock) and isinstance(block, TextBlock)):
        return False
    if not (before.listed and block.listed) or before.level or block.level:
        return False
    return block.depth > before.depth or (
        block.depth == before.depth and block.listed == before.listed
    )


def _block(block: AnyBlock, images: dict[str, str]) -> str:
    if isinstance(block, TableBlock):
        return "\n".join(_table(block))
    if isinstance(block, CodeBlock):
        fence = "```"
        return f"{fence}\n{block.text.strip(chr(10))}\n{fence}"
    pictures = [images[s.image] for s in block.spans if images.get(s.image)]
    words = _spans(block)
    return "\n\n".join([*([_dress(block, words)] if words else []), *pictures])


def _dress(block: TextBlock, words: str) -> str:
    """``words`` with the mark of their kind of block."""
    if block.level:
        mark = "#" * block.level + " "
        words = words[:-1] + widen("#") if words.endswith("#") else words
    elif block.listed:
        mark = " " * 4 * block.depth + (f"{block.label} " if block.listed == NUMBER else "- ")
    else:
        mark = "> " if block.is_quote else ""
    return mark + words


def _spans(block: TextBlock) -> str:
    """The words of a paragraph: signs made safe, bold words marked where they stand out."""
    label = "" if block.listed else block.label
    spans = [s for s in block.spans if s.text]
    text = tidy_blanks(label + "".join(s.text for s in spans))
    if not bare(text):
        return ""
    bold = {bool(s.bold) for s in spans if bare(s.text)}
    if len(bold) == 2 and not (block.level or block.is_quote):
        return _begin(tidy_blanks(escape(label) + "".join(_bold_runs(spans))))
    return _begin(escape(text))


def _bold_runs(spans: list[Span]) -> Iterator[str]:
    runs: list[tuple[bool, str]] = []
    for span in spans:
        if runs and runs[-1][0] == span.bold:
            runs[-1] = (span.bold, runs[-1][1] + span.text)
        else:
            runs.append((span.bold, span.text))
    for is_bold, text in runs:
        match = re.fullmatch(r"(\W*)(.*?)(\W*)", text, re.DOTALL)
        if is_bold and match and match[2] and "*" not in text:
            yield f"{escape(match[1])}**{escape(match[2])}**{escape(match[3])}"
        else:
            yield escape(text)


def widen(sign: str) -> str:
    """A sign that Markdown would take for a mark, full-width: ``|`` gives ｜."""
    return SWAP + chr(ord(sign) + 0xFEE0)


def settle_swaps(text: str, ledger: Ledger) -> str:
    """``text`` as it is to be written; the ledger gets the signs that were made full-width."""
    for match in re.finditer(f"{SWAP}(.)", text):
        before = "`" if match[1] == "'" else chr(ord(match[1]) - 0xFEE0)
        ledger.remove("改写的符号", before)
        ledger.add("改写的符号", match[1])
    return text.replace(SWAP, "")


def escape(text: str) -> str:
    """``text`` with the signs of markup made plain, but for those that count at its beginning."""
    text = text.replace("`", f"{SWAP}'")
    text = _NEVER.sub(lambda m: widen(m[0]), text)
    text = text.replace("*", "\\*")
    text = _UNDERSCORE.sub(r"\\_", text)
    text = _CITATION.sub(lambda m: f"`{m[0]}`", text)
    return _BRACKETS.sub(lambda m: widen(m[0]), text)


def _begin(text: str) -> str:
    """``text`` so that its first signs do not make a heading, list, quotation or table of it."""
    if _ALL_MARKS.fullmatch(text):
        return f"\\{text}" if text[0] == "-" else f"`{text}`"
    match = _FIRST.match(text)
    if match is None:
        return text
    sign, quoted, number, figures, bracket = match.groups()
    rest = text[match.end() :]
    if sign:
        return "\\" + text
    if quoted:
        return f"`{quoted}`{rest}"
    if number:
        return f"{number}\\. {rest}"
    return f"{figures}.{rest}" if figures else f"{bracket}{widen(rest[0])}{rest[1:]}"


def _table(table: TableBlock) -> Iterator[str]:
    for number, row in enumerate(table.rows):
        cells = (escape(tidy_blanks(cell)).replace("|", widen("|")) for cell in row)
        yield "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|"
        if not number:
            yield "|" + " --- |" * len(row)


def picture(alt: str, file: str, caption: str = "") -> str:
    """A picture in the text; signs of markup are kept out of its description."""
    words = re.sub(r"[\[\]<>`*_\\|]", " ", alt)
    title = f' "{caption}"' if caption else ""
    return f"![{tidy_blanks(words)}]({file}{title})"
