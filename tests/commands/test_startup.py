"""A command loads what it needs and no more, and ends without freeing its memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import tiny
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


def test_a_check_loads_no_builder() -> None:
    """Neither what writes pages nor what makes kits."""
    loaded = _loaded("check", "-q")
    assert "xuelan.check" in loaded
    packages = {name.split(".")[1] for name in loaded if "." in name}
    assert packages & {"build", "host", "pages", "preview", "search", "site"} == set()


KEEPING = """
from dataclasses import replace
import xuelan.build
from xuelan.__main__ import run

class Catalog:
    def __del__(self):
        print("freed", flush=True)

build = xuelan.build.build
xuelan.build.build = lambda *a, **options: replace(build(*a, **options), kept=Catalog())
run()
"""


def test_what_a_build_worked_with_is_not_freed(tmp_path: Path) -> None:
    """A third of a second at 10,000 materials, for memory the system takes back anyway."""
    command = [sys.executable, "-c", KEEPING, "build", "-C", tiny.write(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("生成完毕")
    assert "freed" not in done.stdout
