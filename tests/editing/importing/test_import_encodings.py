"""Text files in every encoding that is met in Chinese offices, with and without a mark."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xuelan.editing.importing.archive import NotImportedError
from xuelan.editing.importing.convert import convert
from xuelan.editing.importing.encodings import decode_text

SIMPLE = "关于召开学习会议的通知\r\n各党支部：\r\n请按时参加，地点另行通知。\r\n"
TRADITIONAL = "關於召開學習會議的通知\r\n各黨支部：\r\n請按時參加，地點另行通知。\r\n"


@pytest.mark.parametrize(
    ("words", "codec", "name"),
    [
        (SIMPLE, "utf-8", "UTF-8"),
        (SIMPLE, "utf-8-sig", "UTF-8"),
        (SIMPLE, "gb18030", "GB18030（GBK）"),
        (SIMPLE, "utf-16", "UTF-16"),
        (SIMPLE, "utf-16-le", "UTF-16"),
        (SIMPLE, "utf-16-be", "UTF-16"),
        (SIMPLE, "utf-32", "UTF-32"),
        (TRADITIONAL, "big5", "Big5"),
        (TRADITIONAL, "utf-8", "UTF-8"),
        ("会议通知", "gbk", "GB18030（GBK）"),
        ("通知", "gbk", "GB18030（GBK）"),
        ("联通", "gbk", "GB18030（GBK）"),
        ("會議通知", "big5", "Big5"),
        ("Plain ASCII", "ascii", "UTF-8"),
        ("café", "utf-8", "UTF-8"),
    ],
)
def test_an_encoding_is_recognised(words: str, codec: str, name: str) -> None:
    """Also of files of two characters, which look like other encodings, too."""
    found = decode_text(words.encode(codec))
    assert (found.text, found.name) == (words, name)


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_both_marks_of_utf_16(mark: bytes) -> None:
    """The mark says which byte comes first."""
    codec = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    assert decode_text(mark + SIMPLE.encode(codec)).text == SIMPLE


@settings(max_examples=30, deadline=None)
@given(st.text(st.sampled_from(sorted(set(SIMPLE) - set("\r\n"))), min_size=6, max_size=60))
def test_any_order_of_common_characters(words: str) -> None:
    """It is single characters that are scored, not this text."""
    assert decode_text(words.encode("gb18030")).text == words


@pytest.mark.parametrize("data", [bytes(range(256)) * 8, b"\xff" * 100, b"\x80\x81\x82\x83"])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    """Better than a page of wrong characters."""
    with pytest.raises(NotImportedError, match="编码"):
        decode_text(data)


def test_lines_broken_at_a_margin_are_joined() -> None:
    """Old mail programs end a line after so many characters."""
    words = "春天来了山村里的梨树开花了人们上山劳动大家一起修梯田种果树日子一天比一天好起来" * 6
    lines = [f"　　{words[:28]}", *(words[n : n + 30] for n in range(28, 200, 30))]
    found = convert("示例.txt", "\n".join(["示例标题", "", *lines]).encode())
    assert found.body == words[:208] + "\n"
    assert any("折断" in s for s in found.told)


def test_wrong_control_characters_go() -> None:
    """And are told."""
    found = convert("示例.txt", "示例标题\n甲\x00乙\x07。\n".encode())
    assert found.body == "甲乙。\n"
    assert "去掉了看不见的控制字符 2 个。" in found.told
