"""Pages for developers name only what exists, and every decision has its record in one form."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import click
import pytest

from conftest import ROOT
from xuelan.build import STEPS
from xuelan.cli import main

CODE = ROOT / "scripts" / "xuelan"
DOCS = ROOT / "docs"
INDEX = DOCS / "decisions" / "index.md"
RECORDS = [page for page in sorted(INDEX.parent.glob("*.md")) if page != INDEX]
PAGES = [
    *(ROOT / "CONTRIBUTING.md", DOCS / "architecture.md", DOCS / "dependencies.md"),
    *(DOCS / "scale.md", INDEX, *RECORDS),
]
NAMES = {step.name for step in STEPS}
SECTIONS = ["Context", "Decision", "Measured", "Consequences", "What would change it"]

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
every_record = pytest.mark.parametrize("page", RECORDS, ids=lambda page: page.stem)


def _spans(page: Path) -> list[str]:
    """What stands in code voice on a page, blocks of code left out."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.findall(r"`([^`\n]+)`", text)


@cache
def _words() -> set[str]:
    """All words of code, templates, tests and settings, with and without their first underscores."""
    folders = [ROOT / name for name in ("scripts", "overrides", "tests", "requirements")]
    files = [
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix in SOURCES and path.is_file()
    ]
    files += [path for path in ROOT.iterdir() if path.suffix in SOURCES]
    texts = (path.read_text(encoding="utf-8") for path in files if path != Path(__file__))
    words = {word for text in texts for word in re.findall(r"\w+", text)}
    return words | {word.lstrip("_") for word in words}


SOURCES = {".py", ".js", ".html", ".css", ".toml", ".in", ".yml", ".json"}


@every_page
def test_paths_exist(page: Path) -> None:
    """Each path in code voice is there, seen from the repository or from ``scripts/xuelan/``."""
    for span in _spans(page):
        if re.fullmatch(r"[\w.*-]+(/[\w.*-]+)*/?", span) and ("/" in span or span.endswith(".py")):
            name = span.removesuffix("/")
            assert any(any(folder.glob(name)) for folder in (ROOT, CODE, page.parent)), span


@every_page
def test_names_exist(page: Path) -> None:
    """Each name in code voice stands somewhere in the sources, so a renamed one is found here."""
    for span in _spans(page):
        if re.fullmatch(r"[A-Za-z_]\w+(\.\w+)*(\(\w*\))?", span) and not span.endswith(".py"):
            assert set(re.findall(r"\w+", span)) <= _words(), span


@every_page
def test_commands_exist(page: Path) -> None:
    """Each ``xuelan …`` has only options that its command knows; each ``make …`` is a target."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for span in _spans(page):
        words = span.split()
        if words[0] == "make" and len(words) > 1 and span not in NAMES:
            assert re.search(rf"^{re.escape(words[1])}:", makefile, re.MULTILINE), span
        if words[0] == "xuelan" and len(words) > 1:
            command = main.commands[words[1]]
            known = {o for p in command.params if isinstance(p, click.Option) for o in p.opts}
            for word in words[2:]:
                option = re.sub(r"^(-\w)\w*$", r"\1", word.partition("=")[0])
                assert not word.startswith("-") or option in known, span


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    """Each relative link leads to a file; an example in a block of code need not."""
    text = re.sub(
        r"^ *(~~~|```).*?^ *\1$", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        assert "://" in target or (page.parent / target).exists(), target


@every_record
def test_a_record_has_its_form(page: Path) -> None:
    """Title, status with a date, then the same sections in the same order, on one short page."""
    title, *_ = text = page.read_text(encoding="utf-8").splitlines()
    assert title.startswith("# ")
    assert any(re.match(r"\*\*Status:\*\* .*\d{4}-\d\d-\d\d", line) for line in text)
    assert [line.removeprefix("## ") for line in text if line.startswith("## ")] == SECTIONS
    prose = " ".join(line for line in text if not line.startswith("|"))
    assert 100 <= len(re.findall(r"\S+", prose)) <= 350


def test_the_index_lists_every_record_once() -> None:
    """One line for each page, under the name of its file."""
    lines = re.findall(
        r"^- \[([^\]]+)\]\(([^)]+)\): \S", INDEX.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(lines) == [(page.stem, page.name) for page in RECORDS]


def test_the_architecture_fits_two_screens() -> None:
    """Reasons and measurements have pages of their own."""
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    assert len(re.findall(r"\S*\w\S*", text)) <= 900


def test_the_architecture_names_every_step() -> None:
    """A newcomer reads the same names there, in ``build.STEPS`` and in what ``-v`` prints."""
    assert {*_spans(DOCS / "architecture.md")} >= NAMES


def test_pages_for_developers_are_not_published() -> None:
    """The site is for readers and editors."""
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    left_out = re.search(r"^exclude_docs: \|\n((?:  .*\n)+)", settings, re.MULTILINE)
    assert left_out is not None
    assert {"architecture.md", "dependencies.md", "scale.md", "decisions/"} <= {
        *left_out[1].split()
    }
