"""Reads plain text: which lines are paragraphs, and which were only broken at the margin."""

from __future__ import annotations

import re
from typing import Final

from xuelan.editing.importing.blocks import Ledger, SourceText, bare, plain
from xuelan.editing.importing.encodings import decode_text

_ENDS: Final = tuple("。！？；：…”）!?;:.")
_NARROWEST: Final = 15
"""Characters of a line that was broken at a margin."""


def read_text(data: bytes) -> SourceText:
    """Read a text file in any encoding that is met in Chinese offices."""
    decoded = decode_text(data)
    ledger = Ledger()
    if not decoded.is_certain:
        ledger.tell(f"文字编码按 {decoded.name} 读，不能完全确定；有乱码就另存为 UTF-8 再导入。")
    elif decoded.name != "UTF-8":
        ledger.tell(f"文字编码是 {decoded.name}，已转成 UTF-8。")
    text = clean_controls(decoded.text, ledger)
    lines = re.split(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]", text)
    if is_wrapped(lines):
        lines = unwrap(lines)
        ledger.tell("原文每行在固定的宽度处折断，已接成段落；请对照原件看分段。")
    return SourceText(plain(lines), ledger, {"正文": text})


def clean_controls(text: str, ledger: Ledger) -> str:
    """``text`` without control characters and halves of characters."""
    found = re.findall(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]", text)
    if found:
        ledger.tell(f"去掉了看不见的控制字符 {len(found)} 个。")
        text = text.translate(dict.fromkeys(map(ord, found)))
    return text


def is_wrapped(lines: list[str]) -> bool:
    """True for a text whose lines mostly have one length: it was broken at a margin."""
    widths = [len(bare(line)) for line in lines if bare(line)]
    if len(widths) < 6:
        return False
    widest = sorted(widths)[int(len(widths) * 0.9)]
    full = [w for w in widths if widest - 3 <= w <= widest + 3]
    ended = [s for s in lines if bare(s).endswith(_ENDS)]
    return widest >= _NARROWEST and len(full) >= 0.5 * len(widths) > len(ended)


def unwrap(lines: list[str]) -> list[str]:
    """Join the lines of each paragraph; blanks at a line's beginning or a short line end one."""
    widest = max((len(bare(line)) for line in lines), default=0)
    joined: list[str] = []
    open_paragraph = False
    for line in lines:
        words = line.strip()
        if not bare(line):
            open_paragraph = False
            continue
        begins = line.startswith(("\u3000", "  ", "\t")) or not open_paragraph
        if begins:
            joined.append(words)
        else:
            between = " " if re.search(r"[0-9A-Za-z,.]$", joined[-1]) and words[0].isascii() else ""
            joined[-1] += between + words
        short = len(bare(line)) < widest - 3
        open_paragraph = not (
            short and (bare(line).endswith(_ENDS) or len(bare(line)) < widest / 2)
        )
    return joined
