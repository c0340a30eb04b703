"""The shape of the code in the small: one name one thing, nothing too long to be read at once."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from conftest import ROOT

CODE = ROOT / "scripts" / "xuelan"
FILES = sorted(CODE.rglob("*.py"))
TREES = {path.relative_to(CODE).as_posix(): ast.parse(path.read_text("utf-8")) for path in FILES}

MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 50

ONE_TABLE = {"kits/forms.py"}
"""Files that hold one declared table and nothing else may be longer."""


def test_a_class_name_stands_for_one_thing() -> None:
    """No two classes of the package share a name, with or without an underscore before it."""
    names = Counter(
        node.name.lstrip("_")
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("folder", sorted({path.parent for path in FILES}))
def test_no_two_modules_of_a_package_differ_by_an_ending_only(folder: Path) -> None:
    """``page`` and ``pages``, ``render`` and ``rendered`` are hard to tell apart."""
    names = {path.stem for path in folder.iterdir() if path.suffix == ".py" or path.is_dir()}
    pairs = [(a, b) for a in names for b in (f"{a}s", f"{a}ed", f"{a}er", f"{a}ing") if b in names]
    assert pairs == []


@pytest.mark.parametrize("name", [n for n in TREES if n not in ONE_TABLE])
def test_a_file_can_be_read_at_one_go(name: str) -> None:
    """At most 400 lines, unless it is one table."""
    assert len((CODE / name).read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("name", list(TREES))
def test_a_function_fits_on_a_screen(name: str) -> None:
    """At most 50 lines, docstring and decorators included."""
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(TREES[name])
        if isinstance(node, ast.FunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MOST_LINES_OF_A_FUNCTION
    ]
    assert long == []
