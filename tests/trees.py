"""Columns to build again and again: the tiny one with a look of its own and an attachment."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import tiny
from xuelan.build import BuildReport, build

STORY = "materials/stories/story-night-school.md"
REPORT = "materials/reports/report-letter.md"
TERM = "materials/terms/term-terrace.md"

EAGER = """
from xuelan.commands import progress
progress.ON_TERMINAL = progress.ELSEWHERE = 0.0
from xuelan.cli import main
main()
"""


def eager(*arguments: str | Path) -> list[str]:
    """The command, telling every step: builds of tiny columns are over before it is time to."""
    return [sys.executable, "-c", EAGER, *map(str, arguments)]


def column(folder: Path) -> Path:
    """The tiny column in ``folder``, with ``overrides/`` and a material with an attachment."""
    settings = tiny.text("mkdocs.yml", ("  language: zh\n", "  language: zh\n  custom_dir: look\n"))
    story = tiny.text(
        STORY, ("text: 全文\n", "text: 全文\nattachments:\n  - {file: a.txt, title: 表}\n")
    )
    files = {
        "mkdocs.yml": settings,
        STORY: story,
        "materials/stories/a.txt": "一\n",
        "look/note.txt": "看",
    }
    return tiny.write(folder, files)


def contents(site: Path) -> dict[str, bytes]:
    """Every file of a site."""
    return {p.relative_to(site).as_posix(): p.read_bytes() for p in site.rglob("*") if p.is_file()}


def clean(root: Path, folder: Path, *, drafts: bool = False) -> dict[str, bytes]:
    """The site of ``root`` built where nothing has been built before."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(root, folder, ignore=shutil.ignore_patterns(".cache", "site", ".site.*"))
    report = build(folder, drafts=drafts)
    assert report.written is not None, report.problems
    made = contents(folder / "site")
    shutil.rmtree(folder)
    return made


def again(root: Path, *, drafts: bool = False) -> BuildReport:
    """Build ``root`` with all that earlier builds have left."""
    report = build(root, drafts=drafts)
    assert report.written is not None, report.problems
    return report
