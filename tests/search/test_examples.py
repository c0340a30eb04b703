"""The examples in the docstrings of ``search`` are true."""

from __future__ import annotations

import doctest
import importlib

import pytest

from conftest import ROOT

FOLDER = ROOT / "scripts/xuelan/search"
EXPLAINED = sorted(p.stem for p in FOLDER.glob("*.py") if ">>> " in p.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", EXPLAINED)
def test_the_examples_give_what_they_say(name: str) -> None:
    """Each line of an example prints what stands below it."""
    module = importlib.import_module(f"xuelan.search.{name}".removesuffix(".__init__"))
    done = doctest.testmod(module)
    assert done.attempted > 0
    assert done.failed == 0


@pytest.mark.parametrize(
    "name",
    ["__init__", "columns", "files", "letters", "packing", "postings", "shards", "spool", "stream"],
)
def test_every_format_has_an_example(name: str) -> None:
    """A reader of the code sees the bytes of each format once."""
    assert name in EXPLAINED
