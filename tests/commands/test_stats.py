"""``xuelan stats``: how much the column holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner

import tiny
from xuelan.cli import main
from xuelan.commands.stats import Row, rows


def test_one_row_a_kind(tmp_path: Path) -> None:
    """Materials, characters of text and citations written, in the column's order."""
    assert rows(tiny.catalog(tmp_path)) == [
        Row("通知", 1, 13, 2),
        Row("故事", 1, 49, 3),
        Row("报道", 1, 11, 1),
        Row("活动指南", 1, 24, 0),
        Row("词条", 1, 11, 1),
    ]


def test_what_is_not_published_does_not_count(tmp_path: Path) -> None:
    """A kind of drafts only counts nought."""
    catalog = tiny.catalog(tmp_path)
    drafts = tuple(replace(m, status="draft") for m in catalog.materials)
    assert rows(replace(catalog, materials=drafts))[0] == Row("通知", 0, 0, 0)


def test_the_command_prints_the_rows_and_their_sum(tmp_path: Path) -> None:
    """One line a kind, one for all, one for the data files."""
    result = CliRunner().invoke(main, ["stats", "-C", str(tiny.write(tmp_path))])
    lines = [line.split() for line in result.output.splitlines()]
    assert result.exit_code == 0
    assert lines[0] == ["文种", "篇数", "字数", "引注"]
    assert lines[1] == ["通知", "1", "13", "2"]
    assert lines[-2] == ["合计", "5", "108", "7"]
    assert result.output.splitlines()[-1].startswith("事实 5 条，书目 2 种，图 1 幅，自测题 2 道")


def test_a_folder_without_a_column_says_so(tmp_path: Path) -> None:
    """The same message as ``check``."""
    result = CliRunner().invoke(main, ["stats", "-C", str(tmp_path)])
    assert result.exit_code == 1
    assert "这里没有 mkdocs.yml" in result.output
