"""The last good site stands, whatever happens to a build."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import ROOT, xuelan
from xuelan import publish
from xuelan.publish import MARK, BusyError, NotASiteError, staged


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def _make(site: Path, text: str) -> None:
    with staged(site) as tree:
        (tree / "index.html").write_text(text)


def test_a_finished_build_replaces_the_old_site_whole(tmp_path: Path) -> None:
    """Files of the old site that the new one lacks are gone."""
    site = tmp_path / "site"
    with staged(site) as tree:
        (tree / "old.html").write_text("old")
    _make(site, "new")
    assert set(_tree(site)) == {"index.html", MARK}
    assert (site / "index.html").read_text() == "new"


def test_a_failed_build_leaves_the_old_site_as_it_was(tmp_path: Path) -> None:
    """An error inside the block changes nothing and leaves no litter."""
    site = tmp_path / "site"
    _make(site, "good")
    with pytest.raises(RuntimeError), staged(site) as tree:
        (tree / "index.html").write_text("half")
        raise RuntimeError
    assert (site / "index.html").read_text() == "good"
    assert sorted(p.name for p in tmp_path.iterdir()) == [".site.lock", "site"]


def test_two_builds_of_one_site_do_not_mix(tmp_path: Path) -> None:
    """The second one stops at once."""
    site = tmp_path / "site"
    with staged(site), pytest.raises(BusyError), staged(site):
        pass


def test_a_second_build_says_so_in_one_line(tmp_path: Path) -> None:
    """The command prints one line and fails."""
    with staged(tmp_path / "site"):
        done = xuelan("build", "--site", tmp_path / "site")
    assert done.returncode == 1
    assert done.stderr == "另一次生成正在进行，请等它结束再试。\n"


def test_a_folder_with_other_things_is_never_replaced(tmp_path: Path) -> None:
    """Naming the wrong folder must not delete somebody's files."""
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "draft.txt").write_text("mine")
    with pytest.raises(NotASiteError), staged(tmp_path / "letters"):
        pass
    done = xuelan("build", "--site", tmp_path / "letters")
    assert done.returncode == 1
    assert "有别的东西" in done.stderr
    assert _tree(tmp_path / "letters") == {"draft.txt": b"mine"}


def test_without_an_atomic_exchange_two_renames_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On systems that cannot exchange two folders the result is the same."""
    monkeypatch.setattr(publish, "_exchange_call", lambda: None)
    site = tmp_path / "site"
    _make(site, "one")
    _make(site, "two")
    assert (site / "index.html").read_text() == "two"


def test_a_build_killed_between_two_renames_is_put_right_by_the_next(tmp_path: Path) -> None:
    """The site that was moved aside comes back before anything else happens."""
    site = tmp_path / "site"
    _make(site, "good")
    site.rename(tmp_path / ".site.previous")
    with pytest.raises(RuntimeError), staged(site):
        assert (site / "index.html").read_text() == "good"
        raise RuntimeError
    assert (site / "index.html").read_text() == "good"


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0])
def test_kill_minus_nine_at_any_point(share: float, site: Path, tmp_path: Path) -> None:
    """Killed after this share of a build's time, the last site stands and the next build works."""
    target = tmp_path / "site"
    start = time.monotonic()
    assert xuelan("build", "--site", target).returncode == 0
    whole = time.monotonic() - start
    before = _tree(target)
    command = [sys.executable, "-m", "xuelan", "build", "--site", str(target)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ
    )
    time.sleep(whole * share)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert _tree(target) == before
    assert xuelan("build", "--site", target).returncode == 0
    assert _tree(target) == before == _tree(site)


def test_a_file_written_twice_is_what_was_written_last(tmp_path: Path) -> None:
    """Also when the last build ended with the same bytes and the first writing differs."""
    site, records = tmp_path / "site", tmp_path / "records"
    for _ in range(3):
        with publish.published(site, records) as tree:
            tree.write("page.html", b"not yet")
            tree.write("page.html", b"finished", b"key")
            tree.write("other.html", b"first", b"key")
            tree.write("other.html", b"not yet")
            assert not tree.fresh("other.html", b"key")
        assert (site / "page.html").read_bytes() == b"finished"
        assert (site / "other.html").read_bytes() == b"not yet"


def test_a_folder_stays_under_another_name(tmp_path: Path) -> None:
    """All its files but those named stay as they are; nothing else is in the new site."""
    site, records = tmp_path / "site", tmp_path / "records"
    with publish.published(site, records) as tree:
        for name in ("a", "b/c", "b/d"):
            tree.write(f"old/{name}", name.encode())
        tree.write("older/a", b"other")
    before = {name: (site / "old" / name).stat().st_ino for name in ("a", "b/c")}
    with publish.published(site, records) as tree:
        tree.stay("new", "old", {"old/b/d"})
    found = {p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file()}
    assert found == {"new/a", "new/b/c", MARK}
    assert {name: (site / "new" / name).stat().st_ino for name in before} == before
    with publish.published(site, records) as tree:
        tree.move("new", "newest")
        tree.stay("newest", "new")
        tree.write("newest/a", b"changed")
    assert (site / "newest/a").read_bytes() == b"changed"
    assert (site / "newest/b/c").stat().st_ino == before["b/c"]


@pytest.mark.parametrize("digested", [True, False])
def test_a_file_made_anew_with_the_same_bytes_stays(tmp_path: Path, *, digested: bool) -> None:
    """What it was made from differs, but nobody could tell: the file is the one that stood there.

    With one byte changed it is another file, though as long as the old.
    """
    site, records = tmp_path / "site", tmp_path / "records"

    def build(text: bytes, key: bytes) -> tuple[bool, int]:
        with publish.published(site, records) as tree:
            written = tree.write("a/index.html", text, key, digested=digested)
        return written, (site / "a/index.html").stat().st_ino

    written, first = build(b"one", b"1")
    assert written
    assert build(b"one", b"2") == (False, first)
    written, last = build(b"two", b"3")
    assert written
    assert last != first
    assert (site / "a/index.html").read_bytes() == b"two"


def _inodes(folder: Path) -> dict[str, int]:
    return {
        p.relative_to(folder).as_posix(): p.stat().st_ino for p in folder.rglob("*") if p.is_file()
    }


def _write_some(site: Path, text: str) -> None:
    with publish.published(site, site.parent / "records") as tree:
        for number in range(5):
            tree.write(f"pages/{number}/index.html", b"%d" % number)
        tree.write("index.html", b"not yet")
        tree.write("index.html", text.encode())


def test_the_twin_is_made_while_a_site_is_written(tmp_path: Path) -> None:
    """Every file has its second name when the build ends, one written twice the last one's."""
    site, twin = tmp_path / "site", tmp_path / ".site.twin"
    for text in ("first", "second"):
        _write_some(site, text)
        assert _inodes(twin) == _inodes(site)
    shutil.rmtree(site)
    _write_some(site, "third")
    assert _inodes(twin) == _inodes(site)
    assert (twin / "index.html").read_text() == "third"


@pytest.mark.parametrize("names", [0, 3])
def test_where_no_file_can_have_two_names_there_is_no_twin(
    names: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site is made all the same, and made anew the next time."""
    site, twin = tmp_path / "site", tmp_path / ".site.twin"
    link, left = os.link, iter(range(names))

    def refuse(old: str, new: str) -> None:
        if next(left, None) is None:
            raise PermissionError(errno.EPERM, "no links")
        link(old, new)

    monkeypatch.setattr(os, "link", refuse)
    for text in ("first", "second"):
        _write_some(site, text)
        assert (site / "index.html").read_text() == text
        assert len(_inodes(site)) == 7
    monkeypatch.undo()
    _write_some(site, "third")
    assert (site / "index.html").read_text() == "third"
    assert _inodes(twin) == _inodes(site)
