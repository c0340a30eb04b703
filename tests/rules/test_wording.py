"""The column's wording list: where it is looked for, and what it lets pass."""

from __future__ import annotations

from pathlib import Path

import tiny
from xuelan.text.problem import Code

LIST = "- wrong: 叶校\n  right: 夜校\n"
WAIVER = "waive: [{code: wording, reason: 原题如此}]\n"


def _places(folder: Path, files: dict[str, str]) -> list[tuple[str, str]]:
    found = tiny.problems(folder, {"materials/wording.yml": LIST, **files})
    return [(p.path, p.hint) for p in found if p.code is Code.WORDING]


def test_texts_front_matter_data_and_pages_are_looked_through(tmp_path: Path) -> None:
    """Wherever a reader could see the words, they are found."""
    works = "materials/works.yml"
    files = {
        tiny.STORY: tiny.text(tiny.STORY, ("title: ", "title: 叶校，")),
        works: tiny.text(works).replace("title: ", "title: 叶校", 1),
        "docs/about.md": "# 关于叶校\n",
    }
    hint = "写成“夜校”"
    assert _places(tmp_path, files) == [("docs/about.md", hint), (tiny.STORY, hint), (works, hint)]


def test_the_list_may_be_waived(tmp_path: Path) -> None:
    """The original's title is written so: with a reason, it passes."""
    text = tiny.with_body("叶校。\n").replace("---\n", f"---\n{WAIVER}", 1)
    assert _places(tmp_path, {tiny.STORY: text}) == []


def test_no_edit_is_offered(tmp_path: Path) -> None:
    """Another word is meant only as a person reads it: ``xuelan tidy`` never changes one."""
    files = {"materials/wording.yml": LIST, tiny.STORY: tiny.with_body("叶校。\n")}
    found = [p for p in tiny.problems(tmp_path, files) if p.code is Code.WORDING]
    assert [p.edits for p in found] == [()]


def test_a_column_without_a_list(tmp_path: Path) -> None:
    """Nothing is looked for."""
    found = tiny.problems(tmp_path, {tiny.STORY: tiny.with_body("叶校。\n")})
    assert [p for p in found if p.code is Code.WORDING] == []
