"""``--strict``: warnings make a check and a build fail."""

from __future__ import annotations

from pathlib import Path

import pytest

import tiny
from conftest import xuelan

UNUSED = {"materials/stories/left.csv": "没有用到\n"}


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_a_check_fails_for_a_warning(tmp_path: Path, form: str) -> None:
    """In every format, and only with ``--strict``."""
    root = tiny.write(tmp_path, UNUSED)
    plain = xuelan("check", "-C", root, "--format", form)
    strict = xuelan("check", "-C", root, "--format", form, "--strict")
    assert (plain.returncode, strict.returncode) == (0, 1)
    assert plain.stdout == strict.stdout


def test_a_build_stops_before_it_writes(tmp_path: Path) -> None:
    """As it does for an error."""
    root = tiny.write(tmp_path, UNUSED)
    done = xuelan("build", "-C", root, "--strict")
    assert done.returncode == 1
    assert "unused-file" in done.stdout
    assert done.stderr == "有警告（--strict），网站没有生成；原来的网站没有改动。\n"
    assert not (root / "site").exists()


def test_a_site_that_is_current_fails_as_well(tmp_path: Path) -> None:
    """The last build's warnings are those of this one; without them all is well again."""
    root = tiny.write(tmp_path, UNUSED)
    for _ in range(2):
        assert xuelan("build", "-C", root).returncode == 0
    assert xuelan("build", "-C", root, "--strict").returncode == 1
    (root / "materials/stories/left.csv").unlink()
    assert xuelan("build", "-C", root, "--strict").returncode == 0


def test_notes_are_no_warnings(tmp_path: Path) -> None:
    """What is only mentioned does not make anything fail."""
    works = tiny.text("materials/works.yml")
    extra = works + works[works.index("- id:") :].split("\n- id:")[0].replace("id: ", "id: x-", 1)
    root = tiny.write(tmp_path, {"materials/works.yml": extra})
    done = xuelan("check", "-C", root, "--strict")
    assert "提示[unused-work]" in done.stdout
    assert done.returncode == 0
