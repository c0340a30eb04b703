"""Common sequences: phrases of them are found, exactly and by short lists."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.oracle import Oracle
from search.sample_site import Site, lower_threshold, make_documents, material, write
from xuelan.search import common, matching, postings
from xuelan.search import reader as search_reader
from xuelan.search.common import LONGEST, CommonSequences
from xuelan.search.query import parse
from xuelan.search.reader import IndexReader


def test_numbers_for_common_sequences_run_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are then looked up by their pairs, and an edit is patched in all the same."""
    lower_threshold(monkeypatch, 3)
    monkeypatch.setattr(common, "MOST", 6)
    site = Site(tmp_path, make_documents(12))
    assert len(IndexReader(tmp_path / "site").common.texts) == 6
    site.edit(3, lambda text: text + "毛丰美。")
    site.build()
    site.check()


def test_a_phrase_is_looked_up_by_the_longest_sequences_that_are_kept() -> None:
    """To the left first, as it was typed; none twice, and none that lies within another."""
    kept = CommonSequences(("丰美", "美实", "丰美实", "美实干"))
    assert kept.cover("毛丰美", [0, 1]) == [(0, 3)]
    assert kept.cover("毛丰美实干担", [0, 2, 4]) == [(0, 4), (4, 6)]
    assert kept.cover("美实干担当", [0, 2, 3]) == [(0, 4), (3, 5)]
    assert kept.cover("\ud842\udfb7丰美\ud842\udfb7", [0, 2, 4]) == [(0, 2), (2, 4), (4, 6)]
    assert (
        max(b - a for a, b in CommonSequences(("毛毛", "毛" * 3, "毛" * 4)).cover("毛" * 9, [0]))
        == LONGEST
    )


def test_a_phrase_of_the_commonest_words_loads_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred thousand places of a pair are loaded for the pair alone, not for what is around it."""
    rng = random.Random(3)
    around = "".join(chr(n) for n in range(0x5000, 0x5100))
    words = ["".join(rng.choices(around, k=rng.randint(1, 4))) for _ in range(100_000)]
    texts = ["工作".join(words[n : n + 1000]) for n in range(0, 100_000, 1000)]
    reader = write([material(f"m{n:03}", text) for n, text in enumerate(texts)], tmp_path)
    assert "工作" in reader.common.texts
    sizes: list[int] = []

    def watched(path: Path) -> bytes:
        sizes.append(path.stat().st_size)
        return path.read_bytes()

    monkeypatch.setattr(search_reader, "_read", watched)
    matching.match_exact(reader, parse("工作"))
    whole = sum(sizes)
    for one, other in itertools.pairwise(words[:20]):
        sizes.clear()
        assert matching.match_exact(IndexReader(tmp_path), parse(f"{one[-1]}工作{other[0]}"))
        assert 3 * sum(sizes) < 2 * whole


def test_common_sequences_whose_keys_begin_alike_are_told_apart() -> None:
    """Also from keys that nobody has."""
    known: dict[int, list[str]] = {}
    for first in range(0x4E00, 0x4E00 + 600):
        text = chr(first) + "的"
        known.setdefault(postings.hash_units(*map(ord, text)) >> 16, []).append(text)
    alike = next(texts for texts in known.values() if len(texts) > 1)
    kept = CommonSequences((*alike, "毛的"))
    keys = [key for key, _ in sorted(kept.keys.items())]
    near = [key + step for key in keys for step in (-1, 0, 1)]
    told = kept.look_up(np.array([*near, 0xFFFFFFFF], np.uint32)).tolist()
    assert told == [kept.keys.get(key, -1) for key in [*near, 0xFFFFFFFF]]


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([0, 1, 4, 20, common.LEAST]))
def test_any_documents_any_query(
    tmp_path_factory: pytest.TempPathFactory, rng: random.Random, most: int
) -> None:
    """Small random collections of few characters: the hardest case for pairs that repeat."""
    documents = [
        material(
            f"d{n}", *("".join(rng.choices("毛毛丰美𠮷。", k=rng.randint(1, 9))) for _ in range(3))
        )
        for n in range(6)
    ]
    with pytest.MonkeyPatch.context() as monkeypatch:
        lower_threshold(monkeypatch, most)
        reader = write(documents, tmp_path_factory.mktemp("any"))
    oracle = Oracle.of(documents)
    for _ in range(30):
        query = "".join(rng.choices("毛毛丰美𠮷。", k=rng.randint(1, 8)))
        found = (
            {documents[hit.doc].id for hit in matching.match_exact(reader, parse(query))}
            if parse(query).terms
            else set()
        )
        assert found == oracle.find(query), query
