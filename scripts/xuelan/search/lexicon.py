"""Words that a misspelt query may have meant, with their sounds, and the sound of characters."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

MOST_WORDS: Final = 3000
LONGEST: Final = 16
"""Longer titles are not what someone misspells."""


SHORT: Final = 6


@dataclass(frozen=True, slots=True)
class Lexicon:
    """``words`` maps a word to its syllables, joined by spaces; the commonest come first."""

    words: dict[str, str]

    @classmethod
    def of(cls, rows: Iterable[Iterable[str]], known: Mapping[str, str]) -> Lexicon:
        """The lexicon of documents, each given by its words; ``known`` saves work."""
        counts = Counter(w for row in rows for w in dict.fromkeys(row) if 2 <= len(w) <= LONGEST)
        chosen = sorted(counts, key=lambda w: (-counts[w], w))[:MOST_WORDS]
        return cls({w: known.get(w) or _said(w) for w in chosen})

    def as_json(self, sounds: Mapping[str, str]) -> dict[str, Any]:
        """What the browser reads: the words, and characters by syllable."""
        return {"words": list(self.words.items()), "sounds": sounds}


def _said(word: str) -> str:
    """The syllables of a word. Only short words, names above all, are worth a look at phrases."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - its dictionaries take long to load
    from pypinyin.constants import PINYIN_DICT  # noqa: PLC0415

    if len(word) <= SHORT:
        return " ".join(lazy_pinyin(word))
    first = [PINYIN_DICT.get(ord(c), c).split(",")[0] for c in word]
    return " ".join(map(_toneless, first))


def sounds() -> dict[str, str]:
    """The characters of GB 2312 by their commonest syllable."""
    from pypinyin.constants import PINYIN_DICT  # noqa: PLC0415 - as above

    found: dict[str, str] = {}
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            character = bytes([row, cell]).decode("gb2312", "ignore")
            if character:
                syllable = _toneless(PINYIN_DICT[ord(character)].split(",")[0])
                found[syllable] = found.get(syllable, "") + character
    return dict(sorted(found.items()))


def _toneless(syllable: str) -> str:
    """A syllable without its tone mark, v for ü, as input methods have it."""
    letters = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(letter for letter in letters if letter.isascii())
