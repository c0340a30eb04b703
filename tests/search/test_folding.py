"""When two texts are the same to a reader who searches, and what a query asks for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xuelan.search.normal import BREAK, count_units, fold, fold_ends, load_variants
from xuelan.search.query import MOST_CHARACTERS, MOST_TERMS, Term, make_phrase, parse
from xuelan.search.units import fold_ends_array, fold_texts

TEXT = st.text(
    st.one_of(
        st.sampled_from("毛豐美丰干幹。，、“”《》〔〕（）—…·！？ \n２0aＡß℃㎡①⑩ﬁ％.:：|｜\u200b𠮷"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("大委组传〔2016〕29号", "大委组传[２０１６]29 号"),
        ("毛豐美", "毛丰美"),
        ("“干”字精神", "干字精神"),
        ("Beijing Review", "ＢＥＩＪＩＮＧreview"),
        ("治山、办厂", "治山办厂"),
        ("2013—2015年", "2013-2015年"),
        ("实干，担当", "实干。担当"),
        ("３％", "3%"),
    ],
)
def test_same(one: str, other: str) -> None:
    """Width, case, variants and joining marks do not matter; nor which mark ends a sentence."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("实干。担当", "实干担当"), ("3.5万", "35万"), ("50%", "50"), ("毛", "丰")]
)
def test_different(one: str, other: str) -> None:
    """The end of a sentence, a decimal point and a sign of per cent do matter."""
    assert fold(one) != fold(other)


def test_the_table_of_variants_is_idempotent() -> None:
    """No simplified form is itself a traditional one, and all are single UTF-16 units."""
    table = load_variants()
    assert len(table) > 2500
    assert not set(table) & set(table.values())
    assert all(len(c) == 1 and c < "\U00010000" for pair in table.items() for c in pair)


@given(TEXT)
def test_folding_twice_changes_nothing(text: str) -> None:
    """What is folded stays as it is."""
    assert fold(fold(text)) == fold(text)


@given(TEXT, TEXT, TEXT)
def test_a_part_of_a_text_folds_to_a_part_of_the_folded_text(a: str, b: str, c: str) -> None:
    """No character looks at its neighbours: this is why substrings are always found."""
    assert fold(b) in fold(a + b + c)


@given(TEXT)
def test_ends_count_the_places_of_the_folded_text(text: str) -> None:
    """The last character ends where the folded text does, but for a break at the end."""
    reach = fold_ends(text)
    assert len(reach) == len(text)
    assert reach == sorted(reach)
    assert (reach or [0])[-1] - count_units(fold(text)) in (0, 1)


@given(st.lists(TEXT, max_size=5))
def test_arrays_fold_as_texts_do(texts: list[str]) -> None:
    """The fast way and the plain way agree; each text ends with a break."""
    units, ends_ = fold_texts(texts)
    made = [part.tobytes().decode("utf-16-le") for part in np.split(units, ends_)]
    assert made == [*(fold(text) + BREAK for text in texts), ""]
    assert [fold_ends_array(text).tolist() for text in texts] == [fold_ends(text) for text in texts]


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("毛丰美 大梨树", [Term("毛丰美"), Term("大梨树")]),
        ("毛丰美　大梨树\n干", [Term("毛丰美"), Term("大梨树"), Term("干")]),
        ("“我是 党员” 毛", [Term("我是党员", whole=True), Term("毛")]),
        ('"我是党员"', [Term("我是党员", whole=True)]),
        ("“干”字精神", [Term("干字精神")]),
        ("说“我是", [Term("说我是")]),
        ("“", []),
        ("毛 毛", [Term("毛")]),
        ("。，！", []),
        ("", []),
    ],
)
def test_terms(typed: str, terms: list[Term]) -> None:
    """Spaces part terms; marks around a whole term keep it whole; each term counts once."""
    assert list(parse(typed).terms) == terms


def test_a_query_has_its_limits_and_says_so() -> None:
    """Two thousand characters and twelve terms are searched; ``cut`` tells when that is not all."""
    assert not parse("毛" * MOST_CHARACTERS).cut
    assert parse("毛" * (MOST_CHARACTERS + 1)).cut
    many = parse(" ".join(map(str, range(100, 120))))
    assert len(many.terms) == MOST_TERMS
    assert many.cut


@given(st.text(st.sampled_from("毛丰美" + BREAK), min_size=1, max_size=40))
def test_pairs_cover_a_phrase(text: str) -> None:
    """Where places are said to prove a phrase, every unit of it is in a pair."""
    text = fold(text)
    if len(text) < 2:
        return
    wanted = make_phrase(text)
    assert all(text[n] + text[n + 1] == chr(a) + chr(b) for n, a, b in wanted.pairs)
    if wanted.sure:
        covered = {m for n, _, _ in wanted.pairs for m in (n, n + 1)}
        assert covered == set(range(len(text)))
