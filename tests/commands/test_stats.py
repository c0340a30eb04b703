"""``xuelan stats``: how much the column holds."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

import tiny
from xuelan.cli import main


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
