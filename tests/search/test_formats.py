"""The index's formats: what is read is what was written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
from deflate import deflate_compress as compress
from hypothesis import given
from hypothesis import strategies as st

from search.sample_site import make_documents, material, write
from xuelan.search import columns, letters, matching, packing, postings
from xuelan.search.document import Passage, Zone
from xuelan.search.normal import fold
from xuelan.search.query import parse
from xuelan.search.stream import lay_out
from xuelan.search.windows import FIRST, WINDOW, cut_windows, find_window

NUMBERS = st.one_of(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\0\0\xff\xff" * 3, b"\0" * 9, b"\1\0\0\xff\xff", b"ab" * 40_000]),
)
"""Columns of a shard; some hold what ends a part of zlib data."""


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_varints(values: list[int]) -> None:
    """Numbers are read as they were written."""
    data, ends = columns.encode_varints(np.array(values, np.uint32))
    assert columns.decode_varints(data).tolist() == values
    assert ends.tolist()[-1:] == ([len(data)] if values else [])


@given(st.lists(NUMBERS, min_size=1, max_size=6), st.integers(0, 6))
def test_columns(contents: list[bytes], plain: int) -> None:
    """Columns are read as they were written; packed again with what is known, the file is the same."""
    known: packing.PackedColumns = {}
    count, plain = len(contents), min(plain, len(contents) - 1)
    packed = packing.pack_columns([("n", contents)], plain)[0]
    assert packing.unpack_columns("n", packed, count, plain, known) == contents
    assert packing.pack_columns([("n", contents)], plain, known) == [packed]
    for (column, is_last), deflated in known.items():
        assert deflated == (compress(column, 1) if is_last else packing.deflate_column(column))


@given(st.binary(max_size=100))
def test_letters(data: bytes) -> None:
    """Bytes come back from letters, which are no surrogates and need no escape in a script."""
    text = letters.encode_letters([data])[0].decode("utf-16-le")
    assert 15 * len(text) < 8 * len(data) + 15
    assert all(0x3400 <= ord(letter) < 0xB400 for letter in text)
    assert letters.decode_letters(text.encode("utf-16-le"), len(data)) == data


@given(st.lists(st.binary(max_size=100), max_size=5))
def test_letters_of_many(contents: list[bytes]) -> None:
    """What is written at once is the same as what is written one by one."""
    assert letters.encode_letters(contents) == [
        letters.encode_letters([data])[0] for data in contents
    ]


ANY = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\0\\u4毛"), max_size=50)


@given(st.lists(ANY, min_size=1, max_size=5))
def test_texts_in_any_script(texts: list[str]) -> None:
    """Characters that GBK lacks are read as written, and so are those that the format uses."""
    packed = packing.pack_texts([("n", texts)])[0]
    assert packing.unpack_texts("n", packed) == texts


def test_keys_are_one_to_one_and_pairs_are_not_singles() -> None:
    """No two tokens share a key, so a list never holds another token's places."""
    tokens = np.arange(0x4E00 << 16, (0x4E00 << 16) + 2_000_000, dtype=np.uint32)
    assert len(np.unique(postings.mix(tokens))) == len(tokens)
    assert postings.hash_units(0x4E00) != postings.hash_units(0x4E00, 0x4E00)


def test_a_long_document_is_cut_into_windows_that_hold_every_place() -> None:
    """Each place of a text stands in the file its number leads to."""
    document = make_documents(1, seed=5)[0]
    document = replace(
        document,
        passages=(*document.passages, Passage(Zone.BODY, "p99", "", "长。" + "毛丰美实干" * 1900)),
    )
    placed = lay_out([document])[0].placed
    parts = cut_windows(placed)
    assert len(parts) > 3
    for p in placed:
        folded = fold(p.passage.text)
        for offset, unit in enumerate(folded):
            place = p.place + offset
            held = [
                fold(text)[place - at]
                for at, passage, text in parts[find_window(place)]
                if passage == p.passage and at <= place < at + len(fold(text))
            ]
            assert held == [unit], place
    assert placed[-1].end > FIRST + 2 * WINDOW


def test_the_end_of_a_piece_is_not_beside_the_next_one(tmp_path: Path) -> None:
    """Whatever its length, a piece that ends and one that begins are no phrase with a break."""
    documents = [
        material(f"m{n}", "甲" * n + "乙", "丙丁", title="题" * n + "乙") for n in range(60, 68)
    ]
    reader = write(documents, tmp_path)
    assert matching.match_exact(reader, parse("乙。丙丁")) == []
    assert len(matching.match_exact(reader, parse("丙丁"))) == len(documents)


@given(st.integers(0, 2**32 - 1))
def test_keys_can_be_read_back(token: int) -> None:
    """The token of a key is found from the key."""
    assert postings.unmix(int(postings.mix(np.array([token], np.uint32))[0])) == token


def test_only_what_differs_is_moved_by_a_small_edit() -> None:
    """A word more in one paragraph leaves the places of nearly all the others alone."""
    document = make_documents(1, seed=9)[0]
    passages = list(document.passages)
    passages[2] = msgspec.structs.replace(passages[2], text="多" + passages[2].text)
    edited = replace(document, passages=tuple(passages))
    before, after = (
        [p.place for p in laid.placed] for each in (document, edited) for laid in lay_out([each])
    )
    assert sum(a != b for a, b in zip(before, after, strict=True)) in (0, len(before) - 3)
