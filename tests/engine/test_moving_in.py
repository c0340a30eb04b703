"""Files are moved into a site one by one; stopped anywhere, each is the old one or the new one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from site_folder import rewrite
from xuelan.engine import forks, publish
from xuelan.engine.publish import SITE_MARKER


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


class _KilledError(BaseException):
    """Stands for the end of the process."""


@contextmanager
def _killed_after(survived: int) -> Iterator[None]:
    """The process ends after so many changes to the names of files."""
    left = iter(range(survived))

    def ending(step: Callable[..., Any]) -> Callable[..., Any]:
        def perhaps(*args: Any, **more: Any) -> Any:
            if next(left, None) is None:
                raise _KilledError
            return step(*args, **more)

        return perhaps

    steps = ((os, "replace"), (os, "link"), (Path, "unlink"), (Path, "rename"), (Path, "rmdir"))
    with pytest.MonkeyPatch.context() as patched:
        for owner, name in steps:
            patched.setattr(owner, name, ending(getattr(owner, name)))
        yield


FIRST = {p: p.encode() for p in ("old/a", "old/gone", "old/b", "linked/a", "stays/a", "index.html")}
SECOND = {
    "new/a": b"old/a",
    "new/b": b"another",
    "new/asset": b"asset",
    "index.html": b"names new/asset",
    "elsewhere/a": b"linked/a",
    "stays/a": b"stays/a",
}


def _second(site: Path) -> None:
    """Make one change of every kind: a folder moved; files new, changed, linked and removed."""
    with rewrite(site, site.parent / "records") as tree:
        if "old/a" in tree.last.files:
            tree.move_folder("old", "new")
            tree.keep_folder("new", "old", {"old/gone", "old/b"})
            tree.link("elsewhere/a", "linked/a")
            tree.keep("stays/a")
        for path in SECOND.keys() - tree.files.keys():
            tree.write(path, SECOND[path])


def _killed(site: Path, survived: int) -> bool:
    """Return True if a build that can make so many changes is killed before its end."""
    try:
        with _killed_after(survived):
            _second(site)
    except _KilledError:
        return True
    return False


def test_a_kill_does_not_stop_the_moving(tmp_path: Path) -> None:
    """Killed when the first file has been moved in, the build still leaves the new site."""
    site = tmp_path / "site"
    for text in ("first", "second"):
        script = f"""
import contextlib, os, signal
from pathlib import Path
from site_folder import rewrite
builder, move = os.getpid(), os.replace
def replace(old, new):
    move(old, new)
    if str(new).startswith({f"{site}/"!r}):
        with contextlib.suppress(ProcessLookupError):
            os.kill(builder, signal.SIGKILL)
os.replace = replace
with rewrite(Path({str(site)!r}), Path({str(tmp_path / "records")!r})) as tree:
    for number in range(300):
        tree.write(f"{{number}}/index.html", b"{text}")
"""
        done = subprocess.run([sys.executable, "-c", script], cwd=ROOT / "tests", check=False)
        assert done.returncode == (0 if text == "first" else -signal.SIGKILL)
    with publish.lock(site):
        assert set(_tree(site).values()) == {b"second", b""}


def test_stopped_while_files_are_moved_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At any point: no file is half written, no link is dead, and the next build is right."""
    monkeypatch.setattr(forks, "can_fork_to_rename", lambda: False)
    for survived in range(30):
        site = tmp_path / str(survived) / "site"
        with rewrite(site, site.parent / "records") as tree:
            for path, data in FIRST.items():
                tree.write(path, data)
        killed = _killed(site, survived)
        found = _tree(site)
        assert {*FIRST.values(), *SECOND.values(), b""}.issuperset(found.values())
        assert found["index.html"] == b"index.html" or found["new/asset"] == b"asset"
        _second(site)
        assert _tree(site) == SECOND | {SITE_MARKER: b""}
        if not killed:
            break
    assert survived > 10
    assert not killed


@contextmanager
def _child_killed_after(survived: int, killed: Path) -> Iterator[None]:
    """A child of this process is killed after so many steps; the next one is not."""
    left, builder = iter(range(survived)), os.getpid()

    def ending(step: Callable[..., Any]) -> Callable[..., Any]:
        def perhaps(*args: Any, **more: Any) -> Any:
            if os.getpid() != builder and not killed.exists() and next(left, None) is None:
                killed.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return step(*args, **more)

        return perhaps

    steps = ((os, "replace"), (Path, "unlink"), (Path, "rename"), (Path, "rmdir"))
    with pytest.MonkeyPatch.context() as patched:
        for owner, name in steps:
            patched.setattr(owner, name, ending(getattr(owner, name)))
        yield


def test_when_the_process_that_moves_files_is_lost_another_finishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """At any point: one line says so, the site is the new one, and the next build trusts it."""
    monkeypatch.setattr(forks, "can_fork_to_rename", lambda: True)
    for survived in range(30):
        site, killed = tmp_path / str(survived) / "site", tmp_path / str(survived) / "killed"
        with rewrite(site, site.parent / "records") as tree:
            for path, data in FIRST.items():
                tree.write(path, data)
        with _child_killed_after(survived, killed):
            _second(site)
        assert _tree(site) == SECOND | {SITE_MARKER: b""}
        assert publish.PreviousBuild(site, site.parent / "records").is_current()
        if not killed.exists():
            break
        assert caplog.messages == ["一个工作进程意外结束（更新网站），已换一个继续。"]
        caplog.clear()
    assert 5 < survived < 29
