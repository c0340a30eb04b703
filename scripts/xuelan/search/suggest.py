"""What a query without an answer may have meant; the counterpart of ``suggest.js``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from xuelan.search.normal import fold

MOST: Final = 3
SHORTEST_START: Final = 4

_PINYIN: Final = re.compile(r"[A-Za-z' ]+")
Word = tuple[str, list[str]]


def suggestions(query: str, words: Mapping[str, Any]) -> list[str]:
    """Other queries, best first, from the index's file of words and sounds."""
    known = [(word, said.split(" ")) for word, said in words["words"]]
    by_pinyin = _PINYIN.fullmatch(query)
    found = (
        list(_by_pinyin(query, known)) if by_pinyin else _by_sound(query, known, words["sounds"])
    )
    return [word for word in dict.fromkeys(found) if word != query][:MOST]


def _plain(sound: str) -> str:
    """A syllable without the differences many speakers do not make."""
    return re.sub("([zcs])h", r"\1", sound).replace("ng", "n")


def _by_pinyin(query: str, known: list[Word]) -> Iterator[str]:
    typed = re.sub("[^a-z]", "", query.lower())
    joined = [(word, _plain("".join(said))) for word, said in known]
    yield from (word for word, said in joined if said == _plain(typed))
    yield from (word for word, said in known if "".join(s[:1] for s in said) == typed)
    if len(typed) >= SHORTEST_START:
        yield from (word for word, said in joined if said.startswith(_plain(typed)))


def _by_sound(query: str, known: list[Word], sounds: Mapping[str, str]) -> list[str]:
    """The query with a part replaced by a word that sounds the same, or all but one character."""
    sound_of = {c: _plain(sound) for sound, characters in sounds.items() for c in characters}
    folded = fold(query)
    heard = [sound_of.get(c, c) for c in folded]
    found: list[tuple[int, str]] = []
    for word, said in known:
        size = len(word)
        if size != len(said):
            continue
        plain = [_plain(s) for s in said]
        for at in range(len(folded) - size + 1):
            missed = sum(a != b for a, b in zip(plain, heard[at:], strict=False))
            same = sum(a == b for a, b in zip(word, folded[at:], strict=False))
            if same == size or missed > 1 or (missed and (same < 2 or size < 3)):
                continue
            other = folded[:at] + word + folded[at + size :]
            found.append((5 * missed - 10 * size, other))
    return [text for _, text in sorted(found, key=lambda row: row[0])]
