"""The program on a system without what only Unix has: no module of it, no fork, no pread."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Final

import pytest

import tiny
from conftest import free_port

MODULES: Final = (
    "resource", "fcntl", "pwd", "grp", "termios", "tty", "pty", "syslog", "readline", "crypt",
    "spwd", "nis", "curses",
)  # fmt: skip
FUNCTIONS: Final = (
    "fork", "forkpty", "pread", "pwrite", "preadv", "nice", "getuid", "geteuid", "getgid",
    "sched_getaffinity", "sched_yield", "posix_fadvise", "memfd_create", "register_at_fork",
    "mkfifo", "setsid", "killpg", "statvfs", "sysconf", "O_NONBLOCK", "O_NOFOLLOW",
    "O_CLOEXEC", "O_DIRECTORY", "sendfile", "getloadavg", "fchmod",
)  # fmt: skip

BLOCK: Final = f"""
import os, sys
for name in {MODULES!r}:
    sys.modules[name] = None
for name in {FUNCTIONS!r}:
    if hasattr(os, name):
        delattr(os, name)
"""
"""Python runs it in every process before anything else."""


@pytest.fixture
def windows(tmp_path: Path) -> dict[str, str]:
    """The environment of a process in which all that is missing."""
    folder = tmp_path / "blocked"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(BLOCK)
    places = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(places)}


def _run(windows: dict[str, str], *arguments: str | Path) -> str:
    command = [sys.executable, "-m", "xuelan", *arguments]
    done = subprocess.run(command, env=windows, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_everything_is_blocked(windows: dict[str, str]) -> None:
    """The blocked modules cannot be imported, and os has none of the functions."""
    tries = "".join(
        f"try:\n import {name}\n print({name!r})\nexcept ImportError: pass\n" for name in MODULES
    )
    tries += f"import os\nprint(*[f for f in {FUNCTIONS!r} if hasattr(os, f)], sep='', end='')"
    done = subprocess.run(
        [sys.executable, "-c", tries], env=windows, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, b"")


def test_a_new_column_is_checked_and_built_twice(windows: dict[str, str], tmp_path: Path) -> None:
    """A new column is made, a material added; both builds give the whole site."""
    root = tmp_path / "column"
    _run(windows, "init", root)
    _run(windows, "new", "心得体会", "学习心得", "-C", root)
    assert b"\r" not in (root / "mkdocs.yml").read_bytes()
    assert "没有发现问题" in _run(windows, "check", "-C", root / ".")
    _run(windows, "build", "-C", root)
    guide = root / "materials/guide/guide-study.md"
    guide.write_text(guide.read_text("utf-8") + "\n另外说明一句话。\n", "utf-8")
    _run(windows, "build", "-C", root)
    page = root / "site/materials/guide-study/index.html"
    assert "另外说明一句话" in page.read_text("utf-8")


def test_the_preview_serves_a_page_and_stops(windows: dict[str, str], tmp_path: Path) -> None:
    """The page of a material is answered; a signal ends the preview without a traceback."""
    root, port = tiny.write(tmp_path / "column"), free_port()
    command = [sys.executable, "-m", "xuelan", "serve", "-C", root, "--port", str(port)]
    process = subprocess.Popen(command, env=windows, stderr=subprocess.PIPE, text=True)
    address = f"http://127.0.0.1:{port}/materials/story-night-school/"
    deadline = time.monotonic() + 120
    page = b""
    while not page:
        assert time.monotonic() < deadline
        assert process.poll() is None, process.stderr and process.stderr.read()
        try:
            with urllib.request.urlopen(address) as answer:
                page = answer.read()
        except OSError:
            time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert "夜校" in page.decode()
    assert (process.returncode, "Traceback" in err) == (0, False)


def test_a_console_without_a_sign_prints_a_substitute(tmp_path: Path) -> None:
    """Output in an encoding that lacks a sign, such as that of an old console, still comes out."""
    root = tiny.write(tmp_path / "column", {"materials/\U0001f4e2.md": "没有信息栏\n"})
    command = [sys.executable, "-m", "xuelan", "check", "-C", root]
    environment = {**os.environ, "PYTHONIOENCODING": "gbk", "PYTHONUTF8": "0"}
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.returncode == 1
    assert "没有信息栏" in done.stdout.decode("gbk")
