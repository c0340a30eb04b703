"""A new column and a new material."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

import tiny
from xuelan.check import check
from xuelan.cli import main
from xuelan.editing.scaffold import compose_draft, create_material
from xuelan.model.column import Column
from xuelan.reading.settings import load
from xuelan.text.problem import Code


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def test_a_new_column_passes_check(tmp_path: Path) -> None:
    """``init`` makes something whole, not something to be repaired first."""
    made = _run("init", tmp_path / "own", "--title", "某某支部学习专栏")
    assert made.exit_code == 0
    catalog, problems = check(tmp_path / "own")
    assert problems == []
    assert catalog is not None
    assert catalog.column.title == "某某支部学习专栏"
    assert catalog.public


@pytest.mark.parametrize("title", ['甲"乙', "甲: 乙 # 丙", "'", "\\", "- 甲", "{甲}", "2024"])
def test_a_column_may_have_any_title(tmp_path: Path, title: str) -> None:
    """Signs that mean something in YAML stay part of the title."""
    assert _run("init", tmp_path / "own", "--title", title).exit_code == 0
    column, problems = load(tmp_path / "own")
    assert problems == []
    assert column is not None
    assert column.title == title


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    """``init`` wants an empty folder."""
    (tmp_path / "letter.txt").write_text("mine")
    result = _run("init", tmp_path)
    assert result.exit_code == 1
    assert result.output == f"“{tmp_path}”不是空文件夹，为免覆盖已停止。\n"
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


def test_a_new_material_goes_where_its_kind_stands(tmp_path: Path) -> None:
    """Beside the other materials of its kind, named by the sound of its title."""
    root = tiny.write(tmp_path)
    result = _run("new", "-C", root, "故事", "山村的灯")
    path = "materials/stories/shan-cun-de-deng.md"
    assert result.output == f"已新建 {path}，填好各项之后运行 xuelan check。\n"
    catalog, _ = check(root)
    assert catalog is not None
    made = catalog.by_id["shan-cun-de-deng"]
    assert (made.path, made.title, made.kind, made.status) == (path, "山村的灯", "故事", "draft")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("诗歌", "灯"), "没有“诗歌”这个文种。可选：通知、故事、报道、活动指南、词条\n"),
        (("活动指难", "灯"), "没有“活动指难”这个文种。是不是想写“活动指南”？\n"),
        (
            ("故事", "灯", "--id", "Lamp"),
            "“Lamp”不能用作编号：应写作 lamp。\n",
        ),
        (
            ("故事", "灯", "--id", "../lamp"),
            "“../lamp”不能用作编号：应写作 lamp。\n",
        ),
        (
            ("故事", "灯", "--id", "guide-study"),
            "编号“guide-study”已被 materials/guides/guide-study.md 使用，请用 --id 另取一个。\n",
        ),
    ],
)
def test_a_material_that_cannot_be_made(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    """One line says why, and nothing is written."""
    root = tiny.write(tmp_path)
    before = sorted(root.rglob("*"))
    result = _run("new", "-C", root, *arguments)
    assert (result.exit_code, result.output) == (1, message)
    assert sorted(root.rglob("*")) == before


@pytest.fixture(scope="module")
def column(tmp_path_factory: pytest.TempPathFactory) -> Column:
    found, _ = load(tiny.write(tmp_path_factory.mktemp("scaffold")))
    assert found is not None
    return found


VISIBLE = st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Cn", "Co"]),
    min_size=1,
    max_size=30,
).filter(str.strip)


@settings(max_examples=60, deadline=None)
@given(title=VISIBLE)
def test_a_material_may_have_any_title(column: Column, title: str) -> None:
    """Whatever can be typed as a title makes a draft that ``check`` can read.

    It may tell of a sign that cannot be printed.
    """
    path = create_material(column, "故事", title, "any-title")
    try:
        catalog, problems = check(column.root)
        assert catalog is not None
        assert catalog.by_id["any-title"].title == title.strip()
        assert [p for p in problems if p.path == path and p.code is not Code.SIGN] == []
    finally:
        (column.root / path).unlink()


def test_required_fields_of_the_kind_are_marked(column: Column) -> None:
    """An editor sees what this kind of material must have."""
    import datetime

    lines = compose_draft(column.kind("通知"), "题", "ti", datetime.date(2026, 1, 2)).split("\n")
    assert "issuer:  # 发文机关：文件由谁制发。（必填）" in lines
    assert "collected: '2026-01-02'  # 收录日期：收进本栏目的日期。" in lines
    assert any(line.startswith("# outlet:") for line in lines)


def test_the_schema_knows_the_columns_own_lists(tmp_path: Path) -> None:
    """Kinds, activities and audiences are those of the settings."""
    schema = json.loads(_run("schema", "-C", tiny.write(tmp_path)).output)
    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["properties"]["kind"]["enum"] == ["通知", "故事", "报道", "活动指南", "词条"]
    assert schema["properties"]["audience"]["items"]["enum"] == ["支部", "个人"]
    assert schema["additionalProperties"] is False
