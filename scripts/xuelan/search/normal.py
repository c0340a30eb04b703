"""When two texts are the same to a reader who searches.

Each character is folded by itself: NFKC, lower case, traditional to simplified. Marks that join
(、·“”《》〔〕（）—-_/ and spaces) vanish, marks that end a sentence become one break. Because no
character looks at its neighbours, a part of a text folds to a part of the folded text.

``fold.js`` does the same in the browser, with the same table of variants.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Final

BREAK: Final = "\n"

_BREAKS: Final = frozenset("。!?;:,|\n\r\t\v\f\x85\u2028\u2029")
_ELLIPSES: Final = frozenset("…⋯")
_KEPT: Final = frozenset("%‰&@#.")
"""Punctuation by its category that carries meaning in figures and names."""
_DROPPED: Final = frozenset("~`^" + "".join(map(chr, range(0xFE00, 0xFE10))))
_SAME: Final = {"ς": "σ", "ß": "ss"}
_BREAK_RUN: Final = re.compile(f"{BREAK}{{2,}}")


@cache
def variants() -> dict[str, str]:
    """Traditional characters and their simplified forms, from OpenCC's table.

    Only the basic plane, so that one character is one UTF-16 unit in the browser too.
    """
    table: dict[str, str] = {}
    source = files("opencc") / "dictionary" / "TSCharacters.txt"
    for line in source.read_text(encoding="utf-8").splitlines():
        traditional, simplified = line.split("\t")
        first = simplified.split(" ")[0]
        if traditional != first and max(traditional, first) < "\U00010000":
            table[traditional] = first
    return {k: table.get(v, v) for k, v in sorted(table.items())}


class _Folding(dict[int, str]):
    """``str.translate`` asks for each code point once; the answer is kept."""

    def __missing__(self, code: int) -> str:
        folded = _BREAK_RUN.sub(BREAK, "".join(map(_one, _lower(chr(code)))))
        self[code] = folded
        return folded


def _lower(character: str) -> str:
    if character in _ELLIPSES:
        return BREAK
    return unicodedata.normalize("NFKC", character).lower()


def _one(character: str) -> str:
    if character in _BREAKS:
        return BREAK
    if character in _KEPT:
        return character
    category = unicodedata.category(character)
    if category[0] in "PZ" or category in ("Cc", "Cf") or character in _DROPPED:
        return ""
    character = _SAME.get(character, character)
    return variants().get(character, character)


class _Widths(dict[int, int]):
    """How many UTF-16 units a code point folds to; -1 for a break."""

    def __missing__(self, code: int) -> int:
        folded = _FOLDING[code]
        self[code] = result = -1 if folded == BREAK else width(folded)
        return result


def width(text: str) -> int:
    """How many UTF-16 units ``text`` takes."""
    return len(text) if max(text, default="") < "\U00010000" else len(text.encode("utf-16-le")) // 2


_FOLDING: Final = _Folding()
_WIDTHS: Final = _Widths()


def fold(text: str) -> str:
    """``text`` (NFC) as it is compared: folded, breaks single, none at either end."""
    return _BREAK_RUN.sub(BREAK, text.translate(_FOLDING)).strip(BREAK)


def ends(text: str) -> list[int]:
    """For each character of ``text``, how many units it and all before it fold to."""
    reach = []
    taken, after_break = 0, True
    for size in map(_WIDTHS.__getitem__, map(ord, text)):
        if size > 0:
            taken += size
            after_break = False
        elif size < 0:
            taken += not after_break
            after_break = True
        reach.append(taken)
    return reach


def fold_character(character: str) -> str:
    """One character folded: an empty string, a break, or one or more characters."""
    return _FOLDING[ord(character)]


def is_break(character: str) -> bool:
    """True for a character that folds to a break."""
    return fold_character(character) == BREAK
