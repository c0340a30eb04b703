"""The lexicon by which a misspelt query is corrected: words and characters with their syllables."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

MOST_WORDS: Final = 3000
LONGEST: Final = 16
"""Longer titles are left out: a reader does not type them by heart."""
SHORT: Final = 6
"""Up to this length the reading of a word depends on the phrase, as in names."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words and their syllables, joined by spaces; the commonest come first."""

    words: dict[str, str]

    @classmethod
    def build(cls, rows: Iterable[Iterable[str]], known: Mapping[str, str]) -> Lexicon:
        """Choose the commonest words of documents, given as a row of words for each document.

        ``known`` are syllables that the last build has looked up.
        """
        counts = Counter(w for row in rows for w in dict.fromkeys(row) if 2 <= len(w) <= LONGEST)
        chosen = sorted(counts, key=lambda w: (-counts[w], w))[:MOST_WORDS]
        return cls({w: known.get(w) or _spell(w) for w in chosen})

    def as_json(self, sounds: Mapping[str, str]) -> dict[str, Any]:
        """The content of ``words.js``: the words, and characters by syllable."""
        return {"words": list(self.words.items()), "sounds": sounds}


def _spell(word: str) -> str:
    """Return the syllables of a word; of a long one each character's commonest."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - its dictionaries take long to load
    from pypinyin.constants import PINYIN_DICT  # noqa: PLC0415

    if len(word) <= SHORT:
        return " ".join(lazy_pinyin(word))
    first = [PINYIN_DICT.get(ord(c), c).split(",")[0] for c in word]
    return " ".join(map(_drop_tone, first))


def list_sounds() -> dict[str, str]:
    """Return the characters of GB 2312 by their commonest syllable."""
    from pypinyin.constants import PINYIN_DICT  # noqa: PLC0415 - as above

    found: dict[str, str] = {}
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            character = bytes([row, cell]).decode("gb2312", "ignore")
            if character:
                syllable = _drop_tone(PINYIN_DICT[ord(character)].split(",")[0])
                found[syllable] = found.get(syllable, "") + character
    return dict(sorted(found.items()))


def _drop_tone(syllable: str) -> str:
    """Return a syllable without its tone mark, v for ü, as input methods write it."""
    letters = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(letter for letter in letters if letter.isascii())
