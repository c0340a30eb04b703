r"""Folding: two texts are the same to a reader who searches when they fold to the same text.

Each character is folded by itself: NFKC, lower case, traditional to simplified. Marks that join
(、·“”《》〔〕（）—-_/ and spaces) vanish; marks that end a sentence become one break. No character
looks at its neighbours, so a part of a text folds to a part of the folded text.

    >>> fold("组发〔２０１６〕29 号，《學習》通知。")
    '组发201629号\n学习通知'

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
"""Characters that are punctuation by their category and carry meaning in figures and names."""
_DROPPED: Final = frozenset("~`^" + "".join(map(chr, range(0xFE00, 0xFE10))))
_SAME: Final = {"ς": "σ", "ß": "ss"}
_BREAK_RUN: Final = re.compile(f"{BREAK}{{2,}}")


@cache
def load_variants() -> dict[str, str]:
    """Read OpenCC's table: traditional characters and their simplified forms.

    Only characters of the basic plane are taken, each of which is one UTF-16 unit in the browser.
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
    """What each code point folds to; ``str.translate`` asks for each one once."""

    def __missing__(self, code: int) -> str:
        folded = _BREAK_RUN.sub(BREAK, "".join(map(_fold_part, _compose(chr(code)))))
        self[code] = folded
        return folded


def _compose(character: str) -> str:
    if character in _ELLIPSES:
        return BREAK
    return unicodedata.normalize("NFKC", character).lower()


def _fold_part(character: str) -> str:
    """Fold one of the characters that NFKC makes of a character."""
    if character in _BREAKS:
        return BREAK
    if character in _KEPT:
        return character
    category = unicodedata.category(character)
    if category[0] in "PZ" or category in ("Cc", "Cf") or character in _DROPPED:
        return ""
    character = _SAME.get(character, character)
    return load_variants().get(character, character)


class _Widths(dict[int, int]):
    """How many UTF-16 units a code point folds to; -1 for a break."""

    def __missing__(self, code: int) -> int:
        folded = _FOLDING[code]
        self[code] = result = -1 if folded == BREAK else count_units(folded)
        return result


def count_units(text: str) -> int:
    """Return the number of UTF-16 units in ``text``."""
    return len(text) if max(text, default="") < "\U00010000" else len(text.encode("utf-16-le")) // 2


_FOLDING: Final = _Folding()
_WIDTHS: Final = _Widths()


def fold(text: str) -> str:
    """Return ``text`` (NFC) folded: one break between sentences, none at either end."""
    return _BREAK_RUN.sub(BREAK, text.translate(_FOLDING)).strip(BREAK)


def fold_ends(text: str) -> list[int]:
    """Return, for each character of ``text``, how many units the text up to its end folds to.

    An excerpt is cut by this: it leads from a place of the folded text back to the text.

        >>> fold_ends("（一）一九四九")
        [0, 1, 1, 2, 3, 4, 5]
    """
    found = []
    taken, after_break = 0, True
    for size in map(_WIDTHS.__getitem__, map(ord, text)):
        if size > 0:
            taken += size
            after_break = False
        elif size < 0:
            taken += not after_break
            after_break = True
        found.append(taken)
    return found


def fold_character(character: str) -> str:
    """Fold one character: to an empty string, a break, or one or more characters."""
    return _FOLDING[ord(character)]


def is_break(character: str) -> bool:
    """Return True for a character that folds to a break."""
    return fold_character(character) == BREAK
