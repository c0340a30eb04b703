"""Corrections of a query that stands nowhere: dates as a text writes them, words by their sound.

``suggest.js`` is the counterpart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Final

from xuelan.search.normal import fold

MOST_TRIED: Final = 12
SHORTEST_START: Final = 4

_DATE: Final = re.compile(
    r"(?<![0-9])([0-9]{4})([-./]|年)0?([0-9]{1,2})([-./]|月)0?([0-9]{1,2})(?:日|(?![0-9]))"
)
_PINYIN: Final = re.compile(r"[A-Za-z' ]+")
SpelledWord = tuple[str, list[str]]
"""A word and its syllables."""


def suggest(query: str, words: Mapping[str, Any]) -> list[str]:
    """Return other queries worth a try, best first; ``words`` is the content of ``words.js``."""
    if (dated := write_dates(query)) != unicodedata.normalize("NFKC", query):
        return [dated]
    known = [(word, said.split(" ")) for word, said in words["words"]]
    if _PINYIN.fullmatch(query):
        found = list(_match_pinyin(query, known))
    else:
        found = _match_sound(query, known, words["sounds"])
    return [word for word in dict.fromkeys(found) if word != query][:MOST_TRIED]


def write_dates(query: str) -> str:
    """Write each date of a query as the text of a document does.

    >>> [write_dates(text) for text in ("2016-03-07", "2016.3.7 决定", "2016年03月07日")]
    ['2016年3月7日', '2016年3月7日 决定', '2016年3月7日']
    """
    return _DATE.sub(r"\1年\3月\5日", unicodedata.normalize("NFKC", query))


def _flatten(sound: str) -> str:
    """Return a syllable without differences that many speakers do not make: zh and z, ng and n."""
    return re.sub("([zcs])h", r"\1", sound).replace("ng", "n")


def _match_pinyin(query: str, known: list[SpelledWord]) -> Iterator[str]:
    """Yield words by all of their pinyin, by its initials, then by its beginning."""
    typed = re.sub("[^a-z]", "", query.lower())
    joined = [(word, _flatten("".join(said))) for word, said in known]
    yield from (word for word, said in joined if said == _flatten(typed))
    yield from (word for word, said in known if "".join(s[:1] for s in said) == typed)
    if len(typed) >= SHORTEST_START:
        yield from (word for word, said in joined if said.startswith(_flatten(typed)))


def _match_sound(query: str, known: list[SpelledWord], sounds: Mapping[str, str]) -> list[str]:
    """Replace a part of the query by a word that sounds the same, but for one syllable at most."""
    sound_of = {c: _flatten(sound) for sound, characters in sounds.items() for c in characters}
    folded = fold(query)
    heard = [sound_of.get(c, c) for c in folded]
    found: list[tuple[int, str]] = []
    for word, said in known:
        size = len(word)
        if size != len(said):
            continue
        plain = [_flatten(s) for s in said]
        for at in range(len(folded) - size + 1):
            missed = sum(a != b for a, b in zip(plain, heard[at:], strict=False))
            same = sum(a == b for a, b in zip(word, folded[at:], strict=False))
            if same == size or missed > 1 or (missed and (same < 2 or size < 3)):
                continue
            other = folded[:at] + word + folded[at + size :]
            found.append((5 * missed - 10 * size, other))
    return [text for _, text in sorted(found, key=lambda row: row[0])]
