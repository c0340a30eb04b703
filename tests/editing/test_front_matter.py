"""Single fields of the front matter are changed; every other byte stays."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xuelan.editing.front_matter import (
    FrontMatterError,
    append_to_field,
    remove_field,
    set_field,
)
from xuelan.text.source import Source, split

TEXT = """\
---
# 编号不改
id: story-well
title: '井：一口'   # 题目
tags: [实干, 水利]
questions:
  - 为什么打井？
  - 怎样打井？

status: draft
---
正文。
"""


def _front(text: str) -> dict[str, Any]:
    document, problems = split(Source("x.md", text, ""))
    assert document is not None, problems
    return dict(document.front)


def test_a_value_is_replaced_on_its_line() -> None:
    """Only the line of the field changes."""
    changed = set_field(TEXT, "status", "published")
    assert changed == TEXT.replace("status: draft", "status: published")


def test_a_new_field_stands_where_the_table_has_it() -> None:
    """``summary`` comes after the title and before the tags."""
    changed = set_field(TEXT, "summary", "一口井。")
    assert changed == TEXT.replace("tags:", "summary: 一口井。\ntags:")


def test_a_date_is_quoted() -> None:
    """YAML would read a bare date as something else than text."""
    assert "collected: '2026-11-30'\n" in set_field(TEXT, "collected", "2026-11-30")


def test_an_item_is_added_below_the_others() -> None:
    """The items that are there keep their lines."""
    changed = append_to_field(TEXT, "questions", "谁出钱？")
    assert changed == TEXT.replace("怎样打井？\n", "怎样打井？\n  - 谁出钱？\n")


def test_a_list_in_brackets_is_written_anew() -> None:
    """Nothing of it is lost."""
    changed = append_to_field(TEXT, "tags", "夜校")
    assert _front(changed)["tags"] == ["实干", "水利", "夜校"]


def test_a_record_becomes_the_first_of_a_list() -> None:
    """A field that is missing is made."""
    changed = append_to_field(TEXT, "reviews", {"stage": "初审", "by": "责任编辑"})
    assert changed.replace("reviews:\n  - stage: 初审\n    by: 责任编辑\n", "") == TEXT


def test_a_field_is_removed() -> None:
    """With all of its lines, and the comment of another field stays."""
    assert remove_field(TEXT, "tags") == TEXT.replace("tags: [实干, 水利]\n", "")


def test_a_file_without_front_matter() -> None:
    """Is not changed; the message says what is wrong."""
    with pytest.raises(FrontMatterError, match="开头没有信息栏"):
        set_field("正文。\n", "status", "draft")


VALUES = (
    st.text(alphabet="井水 :#-'\"[]{}，。&*!|>%@`?\\1a", min_size=1).map(str.strip).filter(bool)
)


@given(VALUES, st.lists(VALUES, min_size=1, max_size=3))
def test_any_value_comes_back(value: str, items: list[str]) -> None:
    """Whatever signs a value has, reading gives the same text, and the body is untouched."""
    changed = set_field(TEXT, "title", value)
    for item in items:
        changed = append_to_field(changed, "questions", item)
    front = _front(changed)
    assert front["title"] == value
    assert front["questions"] == ["为什么打井？", "怎样打井？", *items]
    assert changed.endswith("---\n正文。\n")
    assert "# 编号不改\n" in changed
