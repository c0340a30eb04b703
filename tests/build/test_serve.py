"""The preview: an edit shows, a broken one leaves the last good page, drafts are marked."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from trees import REPORT, STORY, column

import tiny

PATIENCE = 60


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A column to edit."""
    return column(tmp_path)


@dataclass(frozen=True)
class _Preview:
    port: int

    def get(self, address: str) -> str:
        """A page as the browser gets it."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{address}", timeout=30) as answer:
            return str(answer.read().decode())

    def first_event(self) -> str:
        """What a page that opens now is told at once."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/events", timeout=30) as answer:
            return str(answer.readline().decode())


@pytest.fixture
def preview(root: Path) -> Iterator[_Preview]:
    """The running preview."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        running = _Preview(free.getsockname()[1])
    command = [sys.executable, "-m", "xuelan", "serve", "-C", str(root)]
    process = subprocess.Popen([*command, "--port", str(running.port)], stdout=subprocess.DEVNULL)
    _until(lambda: "夜校的灯" in running.get("/materials/story-night-school/"))
    yield running
    process.terminate()
    process.wait()


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if true():
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def _append(root: Path, words: str) -> None:
    with (root / REPORT).open("a", encoding="utf-8") as file:
        file.write(words)


def test_an_edit_shows_and_a_broken_one_keeps_the_last_good_page(
    root: Path, preview: _Preview
) -> None:
    """The problem is told to the open page; once mended, the page is fresh again."""
    address = "/materials/report-letter/"
    _append(root, "\n新写的一句。\n")
    _until(lambda: "新写的一句" in preview.get(address))
    good = preview.get(address)
    _append(root, "\n坏的引注[@no-such-thing]。\n")
    _until(lambda: "no-such-thing" in preview.first_event())
    assert preview.get(address) == good
    text = (root / REPORT).read_text(encoding="utf-8")
    (root / REPORT).write_text(text.replace("[@no-such-thing]", ""), encoding="utf-8")
    _until(lambda: "坏的引注" in preview.get(address))


def test_a_draft_is_shown_and_marked(root: Path, preview: _Preview) -> None:
    """Only in the preview: a build leaves it out."""
    draft = tiny.text(
        STORY,
        ("id: story-night-school", "id: story-draft"),
        ("status: published", "status: draft"),
    )
    (root / "materials/stories/story-draft.md").write_text(draft, encoding="utf-8")
    _until(lambda: 'class="draft"' in preview.get("/materials/story-draft/"))
