"""Who opens the texts of a column: the reading, and one door for all that comes after it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import tiny
from conftest import ROOT

WATCH = """
import os, sys
from xuelan.cli import main

root, log = sys.argv[1] + "/materials/", os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

def watch(event, arguments):
    if event == "open" and str(arguments[0]).startswith(root) and str(arguments[0]).endswith(".md"):
        frame, modules = sys._getframe(1), []
        while frame is not None:
            package, _, module = frame.f_globals.get("__name__", "").partition(".")
            if package == "xuelan" and module not in modules[-1:]:
                modules.append(module)
            frame = frame.f_back
        os.write(log, (" ".join(modules[:2]) + "\\n").encode())

sys.addaudithook(watch)
main(sys.argv[3:], prog_name="xuelan")
"""
"""Runs the command, and writes down for each open text the two innermost modules, forks and all."""

RECIPE = """\
id: study
title: 集中学习套装
summary: 给支部集中学习用。
activity: 集中学习
audience: [支部]
readings: [story-night-school, notice-2024-3]
guides: [guide-study]
formats: [EPUB, SCORM]
"""


def _openers(tmp_path: Path, column: Path, *arguments: str) -> set[tuple[str, str]]:
    script, log = tmp_path / "watch.py", tmp_path / "opened.txt"
    script.write_text(WATCH, encoding="utf-8")
    log.unlink(missing_ok=True)
    path = os.pathsep.join([str(ROOT / "scripts"), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, str(script), str(column), str(log), *arguments],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line.split(" ") for line in log.read_text(encoding="utf-8").splitlines()]
    return {(inner, outer) for inner, outer in rows}


@pytest.fixture(scope="module")
def column(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {"materials/kits/study.yml": RECIPE}
    return tiny.write(tmp_path_factory.mktemp("texts"), files)


@pytest.mark.parametrize(
    "command",
    [["check"], ["build"], ["build", "--drafts"], ["stats"], ["review", "story-night-school"]],
)
def test_a_text_is_opened_by_the_reading_or_through_the_catalog(
    column: Path, tmp_path: Path, command: list[str]
) -> None:
    """``engine.inputs`` hashes files; ``Catalog.body_of`` refuses one that changed after that."""
    openers = _openers(tmp_path, column, *command, "-C", str(column))
    assert openers
    for inner, outer in openers:
        assert inner == "engine.inputs" or (
            inner == "text.source" and (outer.startswith("reading.") or outer == "model.catalog")
        ), (inner, outer)


def test_only_the_catalog_reads_a_text_again() -> None:
    """``read_body`` takes a path and a digest; who has a material asks the catalog instead."""
    code = ROOT / "scripts" / "xuelan"
    users = {p for p in code.rglob("*.py") if "read_body" in p.read_text(encoding="utf-8")}
    assert users == {code / "text" / "source.py", code / "model" / "catalog.py"}
