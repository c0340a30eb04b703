"""``xuelan serve``: what the command adds to the preview."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import tiny
from conftest import free_port

COMMAND = [sys.executable, "-m", "xuelan", "serve"]


def _wait_for(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_open_opens_the_browser(tmp_path: Path) -> None:
    """The person's own browser gets the address, once the site is there."""
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    browser.chmod(0o755)
    root, port = tiny.write(tmp_path / "column"), free_port()
    command = [*COMMAND, "-C", root, "--port", str(port), "--open"]
    environment = {**os.environ, "BROWSER": f"{browser} %s"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        _wait_for(lambda: opened.exists() and opened.read_text())
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate()
    assert opened.read_text() == f"http://127.0.0.1:{port}/\n"
    assert f"预览：http://127.0.0.1:{port}/" in said


@pytest.mark.parametrize("quiet", [True, False])
def test_errors_go_to_the_error_stream(quiet: bool, tmp_path: Path) -> None:
    """Quiet or not; only when it is not, the address is told."""
    root = tiny.write(tmp_path / "column", {"materials/broken.md": "没有信息栏\n"})
    command = [*COMMAND, "-C", root, "--port", str(free_port()), *(["-q"] if quiet else [])]
    out, err = tmp_path / "out", tmp_path / "err"
    with out.open("w") as stdout, err.open("w") as stderr:
        process = subprocess.Popen(command, stdout=stdout, stderr=stderr)
        _wait_for(lambda: "no-front-matter" in err.read_text())
        if not quiet:
            _wait_for(lambda: "预览：" in out.read_text())
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    assert (out.read_text() == "") == quiet
