"""A command loads what it needs, and no more."""

from __future__ import annotations

import subprocess
import sys

import pytest

from conftest import ROOT

LIGHT = {"xuelan", "xuelan.cli", "xuelan.text", "xuelan.text.errors", "xuelan.__main__"}


def _loaded(*arguments: str) -> set[str]:
    """The modules of the package that a command has loaded when it ends."""
    command = [sys.executable, "-X", "importtime", "-m", "xuelan", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    names = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    return {name for name in names if name.partition(".")[0] == "xuelan"}


@pytest.mark.parametrize("arguments", [("--version",), ("build", "--help")])
def test_a_question_loads_the_command_line_only(arguments: tuple[str, ...]) -> None:
    """``xuelan --version`` answers in a tenth of a second."""
    loaded = _loaded(*arguments)
    assert {m for m in loaded - LIGHT if not m.startswith("xuelan.commands")} == set()
    assert "xuelan.commands.log" not in loaded


def test_a_check_loads_no_builder() -> None:
    """Neither what writes pages nor what makes kits."""
    loaded = _loaded("check", "-q")
    assert "xuelan.check" in loaded
    packages = {name.split(".")[1] for name in loaded if "." in name}
    assert packages & {"build", "host", "pages", "preview", "search", "site"} == set()
