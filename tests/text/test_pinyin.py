"""Addresses made from names, and ids made from titles."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xuelan.text.file_names import is_reserved
from xuelan.text.pinyin import LONGEST_PART, address_part, slug


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("实干", "shi-gan_52454dmi"),
        ("陕西日报", "shan-xi-ri-bao_v6oaryzr"),
        ("山西日报", "shan-xi-ri-bao_3hmfuhop"),
        ("时间", "shi-jian_rnx7jgcr"),
        ("世间", "shi-jian_qwktqhj6"),
        ("c", "c"),
        ("C", "c_nmr4bvpt"),
        ("C++", "c_6hplox5c"),
        ("C#", "c_aqbcrbdo"),
        ("wto", "wto"),
        ("WTO", "wto_z7yke4sk"),
        ("ＷＴＯ", "wto_yzwitenn"),
        ("Café", "cafe_ondt3tas"),
        ("nul", "nul_thtcij2z"),
        ("2016", "2016"),
        ("📢", "x_63ewo6uw"),
    ],
)
def test_the_address_of_a_name_never_changes(name: str, part: str) -> None:
    """Printed addresses of shelves lead to the same shelf after any change of the program."""
    assert address_part(name) == part


NAMES = st.one_of(
    st.text(max_size=6),
    st.text(st.sampled_from("aAcC+#-_ .市试是世时间。ｃé\u0301"), max_size=8),
    st.sampled_from(["con", "CON", "aux", "com1", "lpt9", "甲" * 90, "a" * 90]),
)


@given(NAMES, NAMES)
def test_two_names_never_share_an_address(one: str, other: str) -> None:
    """Not even on a disk that does not tell capitals from small letters."""
    parts = address_part(one), address_part(other)
    assert (parts[0].casefold() == parts[1].casefold()) == (one == other)


@given(NAMES)
def test_any_name_gives_a_folder_that_every_system_takes(name: str) -> None:
    """Short, plain ASCII, and no device of Windows."""
    part = address_part(name)
    assert re.fullmatch(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", part)
    assert len(part) <= LONGEST_PART
    assert not is_reserved(part)


def test_an_id_made_from_a_long_title_ends_with_a_whole_word() -> None:
    """A title of eighty characters gives an id that a file can be called by."""
    name = slug("关于在全市各级党组织和广大党员中开展学习活动的通知" * 3)
    assert name.startswith("guan-yu-zai-quan-shi-ge-ji-dang-zu-zhi")
    assert len(name) <= 60
    assert set(name.split("-")) <= set(
        slug("关于在全市各级党组织和广大党员中开展学习活动的通知", 999).split("-")
    )
