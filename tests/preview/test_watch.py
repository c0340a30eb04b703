"""What the preview hears of: also of folders made again, and of those that were named later."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from xuelan.preview.watch import SavedFiles, Watcher


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[tuple[Watcher, threading.Event]]:
    """A watcher of the folder ``docs``, and the event that it sets."""
    (tmp_path / "docs").mkdir()
    wake = threading.Event()
    watcher = Watcher(SavedFiles(tmp_path, wake), tmp_path)
    watcher.follow([tmp_path / "docs"])
    yield watcher, wake
    watcher.stop()


def _hears(wake: threading.Event) -> bool:
    found = wake.wait(10)
    wake.clear()
    return found


def test_a_folder_removed_and_made_again(
    tmp_path: Path, heard: tuple[Watcher, threading.Event]
) -> None:
    """Edits in the new folder are heard of, as those in the old one were."""
    watcher, wake = heard
    docs = tmp_path / "docs"
    shutil.rmtree(docs)
    assert _hears(wake)
    watcher.follow([docs])
    docs.mkdir()
    assert _hears(wake)
    watcher.follow([docs])
    wake.clear()
    (docs / "about.md").write_text("# 关于\n", encoding="utf-8")
    assert _hears(wake)


def test_a_folder_named_while_watching(
    tmp_path: Path, heard: tuple[Watcher, threading.Event]
) -> None:
    """Such as templates of one's own, two folders down."""
    watcher, wake = heard
    own = tmp_path / "look/own"
    own.mkdir(parents=True)
    watcher.follow([tmp_path / "docs", own])
    wake.clear()
    (own / "main.html").write_text("x", encoding="utf-8")
    assert _hears(wake)


def test_what_lies_beside_is_not_heard_of(
    tmp_path: Path, heard: tuple[Watcher, threading.Event]
) -> None:
    """The cache and the finished site change with every build."""
    _, wake = heard
    (tmp_path / "site").mkdir()
    (tmp_path / "note.txt").write_text("x", encoding="utf-8")
    assert not wake.wait(0.5)
