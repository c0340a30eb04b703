"""The last good site stays, whatever happens to a build."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT, xuelan
from site_folder import rewrite
from xuelan.engine import publish
from xuelan.engine.publish import SITE_MARKER, BusyError, NotASiteError


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def _make(site: Path, text: str) -> None:
    with rewrite(site) as tree:
        (tree.folder / "index.html").write_text(text)


def test_a_finished_build_replaces_the_old_site_whole(tmp_path: Path) -> None:
    """Files of the old site that the new one does not have are gone."""
    site = tmp_path / "site"
    with rewrite(site) as tree:
        (tree.folder / "old.html").write_text("old")
    _make(site, "new")
    assert set(_tree(site)) == {"index.html", SITE_MARKER}
    assert (site / "index.html").read_text() == "new"


def test_a_failed_build_leaves_the_old_site_as_it_was(tmp_path: Path) -> None:
    """An error inside the block changes nothing and leaves no files behind."""
    site = tmp_path / "site"
    _make(site, "good")
    with pytest.raises(RuntimeError), rewrite(site) as tree:
        (tree.folder / "index.html").write_text("half")
        raise RuntimeError
    assert (site / "index.html").read_text() == "good"
    assert sorted(p.name for p in tmp_path.iterdir()) == [".site.lock", "site"]


def test_two_builds_of_one_site_do_not_mix(tmp_path: Path) -> None:
    """The second one stops at once."""
    site = tmp_path / "site"
    with rewrite(site), pytest.raises(BusyError), rewrite(site):
        pass


def test_a_second_build_says_so_in_one_line(tmp_path: Path) -> None:
    """The command prints one line and fails."""
    with rewrite(tmp_path / "site"):
        done = xuelan("build", "--site-dir", tmp_path / "site")
    assert done.returncode == 1
    assert done.stderr == "另一次生成正在进行，请等它结束再试。\n"


def test_a_folder_with_other_things_is_never_replaced(tmp_path: Path) -> None:
    """A wrong folder given by mistake keeps its files."""
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "draft.txt").write_text("mine")
    with pytest.raises(NotASiteError), rewrite(tmp_path / "letters"):
        pass
    done = xuelan("build", "--site-dir", tmp_path / "letters")
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
    """The site that was renamed gets its name back before anything else happens."""
    site = tmp_path / "site"
    _make(site, "good")
    site.rename(tmp_path / ".site.previous")
    with pytest.raises(RuntimeError), rewrite(site):
        assert (site / "index.html").read_text() == "good"
        raise RuntimeError
    assert (site / "index.html").read_text() == "good"


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0])
def test_kill_minus_nine_at_any_point(share: float, site: Path, tmp_path: Path) -> None:
    """Killed after this share of a build's time, the last site stays and the next build works."""
    target = tmp_path / "site"
    start = time.monotonic()
    assert xuelan("build", "--site-dir", target).returncode == 0
    whole = time.monotonic() - start
    before = _tree(target)
    command = [sys.executable, "-m", "xuelan", "build", "--site-dir", str(target)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ
    )
    time.sleep(whole * share)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert _tree(target) == before
    assert xuelan("build", "--site-dir", target).returncode == 0
    assert _tree(target) == before == _tree(site)


def test_a_file_written_twice_is_what_was_written_last(tmp_path: Path) -> None:
    """Also if the last build ended with the same bytes and the first write has others."""
    site, records = tmp_path / "site", tmp_path / "records"
    for _ in range(3):
        with rewrite(site, records) as tree:
            tree.write("page.html", b"not yet")
            tree.write("page.html", b"finished", b"key")
            tree.write("other.html", b"first", b"key")
            tree.write("other.html", b"not yet")
            assert not tree.keep_if_current("other.html", b"key")
        assert (site / "page.html").read_bytes() == b"finished"
        assert (site / "other.html").read_bytes() == b"not yet"


def test_a_folder_stays_under_another_name(tmp_path: Path) -> None:
    """All its files but those left out stay as they are; nothing else is in the new site."""
    site, records = tmp_path / "site", tmp_path / "records"
    with rewrite(site, records) as tree:
        for name in ("a", "b/c", "b/d"):
            tree.write(f"old/{name}", name.encode())
        tree.write("older/a", b"other")
    before = {name: (site / "old" / name).stat().st_ino for name in ("a", "b/c")}
    with rewrite(site, records) as tree:
        tree.keep_folder("new", "old", {"old/b/d"})
    found = {p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file()}
    assert found == {"new/a", "new/b/c", SITE_MARKER}
    assert {name: (site / "new" / name).stat().st_ino for name in before} == before
    with rewrite(site, records) as tree:
        tree.move_folder("new", "newest")
        tree.keep_folder("newest", "new")
        tree.write("newest/a", b"changed")
        assert (tree.read("newest/a"), tree.read("newest/b/c")) == (b"changed", b"b/c")
    assert (site / "newest/a").read_bytes() == b"changed"
    assert (site / "newest/b/c").stat().st_ino == before["b/c"]


@pytest.mark.parametrize("digested", [True, False])
def test_a_file_made_anew_with_the_same_bytes_stays(tmp_path: Path, *, digested: bool) -> None:
    """Its key differs, its bytes do not: the file in the site is not replaced.

    With one byte changed it is replaced, though its length is the same.
    """
    site, records = tmp_path / "site", tmp_path / "records"

    def build(text: bytes, key: bytes) -> tuple[bool, int]:
        with rewrite(site, records) as tree:
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
    with rewrite(site, site.parent / "records") as tree:
        for number in range(5):
            tree.write(f"pages/{number}/index.html", b"%d" % number)
        tree.write("index.html", b"not yet")
        tree.write("index.html", text.encode())


def test_what_differs_is_moved_into_the_site_that_stands(tmp_path: Path) -> None:
    """The folder and all other files stay, and nothing is left beside the site."""
    site = tmp_path / "site"
    _write_some(site, "first")
    for text in ("second", "third"):
        folder, before = site.stat().st_ino, _inodes(site)
        _write_some(site, text)
        assert (site / "index.html").read_text() == text
        assert {p for p, inode in _inodes(site).items() if inode != before[p]} == {"index.html"}
        assert site.stat().st_ino == folder
        assert not (tmp_path / ".site.building").exists()


def test_a_file_can_take_the_place_of_a_folder(tmp_path: Path) -> None:
    """And a folder the place of a file: the old one is removed before the new one comes."""
    site, records = tmp_path / "site", tmp_path / "records"
    for paths in ({"a", "b/c/d"}, {"a/e", "b/c"}, {"a/e/f", "b"}, {"a", "b/c/d"}):
        with rewrite(site, records) as tree:
            tree.write("index.html", b"stays")
            for path in paths:
                tree.write(path, path.encode())
        wanted = {path: path.encode() for path in paths}
        assert _tree(site) == {"index.html": b"stays", SITE_MARKER: b""} | wanted


@pytest.mark.parametrize("names", [0, 3])
def test_where_no_file_can_have_two_names_they_are_copied(
    names: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site is right after every build, also if links fail halfway."""
    site, link, left = tmp_path / "site", os.link, iter(range(names))

    def refuse(old: str, new: str) -> None:
        if next(left, None) is None:
            raise PermissionError(errno.EPERM, "no links")
        link(old, new)

    monkeypatch.setattr(os, "link", refuse)
    for text in ("first", "second", "third", "fourth"):
        _write_some(site, text)
        assert (site / "index.html").read_text() == text
        assert len(_inodes(site)) == 7


def test_a_site_whose_files_cannot_be_replaced_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file of it changes; the next build updates it."""
    site = tmp_path / "site"
    _write_some(site, "first")
    before = _inodes(site)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="full"):
        patched.setattr(os, "replace", full)
        _write_some(site, "second")
    assert _inodes(site) == before
    _write_some(site, "second")
    assert (site / "index.html").read_text() == "second"


PATHS = st.sampled_from(["index.html", "a/b", "a/c", "a", "d/e/f", "d/e", "g/h"])
"""Some of them exclude each other."""

SITES = st.dictionaries(PATHS, st.binary(max_size=2)).filter(
    lambda files: not any(f"{one}/" in two for one in files for two in files)
)


@given(st.lists(st.tuples(SITES, st.booleans()), min_size=2))
@settings(deadline=None)
def test_a_site_is_what_the_last_build_made(steps: list[tuple[dict[str, bytes], bool]]) -> None:
    """Whatever was there before, and whether files that are the same are kept or written again."""
    with tempfile.TemporaryDirectory() as place:
        site, records = Path(place) / "site", Path(place) / "records"
        for files, keep in steps:
            with rewrite(site, records) as tree:
                for path, data in files.items():
                    if not (keep and tree.keep_if_current(path, data)):
                        tree.write(path, data, data)
            assert _tree(site) == files | {SITE_MARKER: b""}
