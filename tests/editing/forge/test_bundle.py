"""The preview bundle: one small ZIP that opens by double click, without a server."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote, unquote, urljoin
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser

import tiny
from git_column import clone, commit, edit
from tiny import STORY
from xuelan.cli import main
from xuelan.editing.forge import bundle

LINK = re.compile(r'\s(?:href|src)="([^"#?]+)')
DRAFT = ("status: published", "status: draft")


def make(root: Path, folder: Path, *words: str) -> Path:
    """Make the bundle and unpack it; returns the unpacked folder."""
    target = folder / "preview.zip"
    done = CliRunner().invoke(main, ["bundle", "-C", str(root), str(target), *words])
    assert done.exit_code == 0, done.output
    assert target.stat().st_size < 5_000_000
    with ZipFile(target) as archive:
        archive.extractall(folder / "out")
    return folder / "out/预览"


def dead_links(folder: Path) -> list[tuple[str, str]]:
    """The links of all pages that lead to no file, or to a folder."""
    dead = []
    for page in folder.rglob("*.html"):
        place = f"file:{quote(page.as_posix())}"
        for link in LINK.findall(page.read_text(encoding="utf-8")):
            address = urljoin(place, link)
            if address.startswith("file:") and not Path(unquote(address[5:])).is_file():
                dead.append((page.relative_to(folder).as_posix(), link))
    return dead


def test_every_link_leads_to_a_file(tmp_path: Path) -> None:
    """Browsers open no folder on ``file://``; the page to begin with leads to all others."""
    folder = make(tiny.write(tmp_path), tmp_path)
    assert dead_links(folder) == []
    assert 'href="离线网页/index.html"' in (folder / bundle.START).read_text(encoding="utf-8")


def test_changed_pages_are_listed_drafts_too(tmp_path: Path) -> None:
    """A reviewer begins with what is new, before it is published."""
    root = clone(tmp_path)
    draft = tiny.text(
        STORY, DRAFT, ("id: story-night-school", "id: story-new"), ("夜校的灯", "新的")
    )
    (root / "materials/stories/story-new.md").write_text(draft, encoding="utf-8")
    commit(root)
    folder = make(root, tmp_path, "--diff", "origin/main")
    start = (folder / bundle.START).read_text(encoding="utf-8")
    assert re.findall(r"<li>.*?</li>", start) == [
        '<li><a href="离线网页/materials/story-new/index.html">新的</a></li>'
    ]


def test_a_large_column_keeps_what_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Links to pages that stay out lead to a page that says so."""
    monkeypatch.setattr(bundle, "LIMIT", 1000)
    root = clone(tmp_path)
    edit(root, STORY, ("夜里读书", "夜里学习"))
    folder = make(root, tmp_path, "--diff", "origin/main")
    pages = {p.parent.name for p in (folder / "离线网页").rglob("index.html")}
    assert pages == {"离线网页", "story-night-school"}
    assert dead_links(folder) == []
    assert bundle.ABSENT in (folder / "离线网页/index.html").read_text(encoding="utf-8")


def test_it_opens_by_double_click(tmp_path: Path, browser: Browser) -> None:
    """From the first page to the home page, and from the library to a material, without an error."""
    folder = make(tiny.write(tmp_path), tmp_path)
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((folder / bundle.START).as_uri())
    page.click("text=从首页看起")
    assert page.url.endswith("/index.html")
    page.goto((folder / "离线网页/library/index.html").as_uri())
    page.click("#main a[href*='story-night-school']", timeout=8000)
    assert page.text_content("h1") == "夜校的灯"
    page.close()
    assert errors == []


def test_a_column_with_errors_has_no_preview(tmp_path: Path) -> None:
    """The errors are told, and no file is written."""
    root = tiny.write(tmp_path, {"materials/broken.md": "没有信息栏\n"})
    target = tmp_path / "p.zip"
    done = CliRunner().invoke(main, ["bundle", "-C", str(root), str(target)])
    assert done.exit_code == 1
    assert "materials/broken.md:1: 错误[no-front-matter]" in done.output
    assert not target.exists()
