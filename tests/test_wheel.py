"""Another unit gets the generator as a wheel, with the full look."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import time
import venv
from pathlib import Path

import pytest

from conftest import ROOT, free_port


def _run(*command: str | Path, cwd: Path) -> str:
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))
    }
    done = subprocess.run(
        [str(c) for c in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean environment away from the checkout: the wheel and its locked needs only."""
    away = tmp_path_factory.mktemp("away")
    build = ("-m", "build", "--wheel", "--no-isolation", "--outdir", away)
    _run(sys.executable, *build, ROOT, cwd=away)
    wheel = next(away.glob("xuelan-*.whl"))
    venv.create(away / "env", with_pip=True)
    python = away / "env/bin/python"
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    _run(*pip, "--require-hashes", "-r", ROOT / "requirements/site.txt", cwd=away)
    _run(*pip, "--no-deps", wheel, cwd=away)
    return away


def test_init_check_build_away_from_the_checkout(installed: Path) -> None:
    """The new column builds, passes its check, and has the look's styles and scripts."""
    command = installed / "env/bin/xuelan"
    _run(command, "init", "column", "--title", "某某支部学习专栏", cwd=installed)
    assert "没有发现问题" in _run(command, "check", "-C", "column", cwd=installed)
    _run(command, "build", "-C", "column", cwd=installed)
    site = installed / "column/site"
    home = (site / "index.html").read_text()
    assert "某某支部学习专栏" in home
    for link in re.findall(r'(?:href|src)="((?:\./)?assets/[^"]+)"', home):
        assert (site / link).is_file(), link
    assert len((site / "assets/xuelan/site.css").read_bytes()) > 5000


def test_the_wheel_carries_every_file_of_the_package(installed: Path) -> None:
    """Templates, styles and scripts that are read from beside the code come along."""
    code = ROOT / "scripts/xuelan"
    (package,) = (installed / "env/lib").glob("python*/site-packages/xuelan")
    files = (p for p in code.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    assert [p for p in files if not (package / p.relative_to(code)).is_file()] == []


def test_serve_away_from_the_checkout(installed: Path) -> None:
    """``xuelan serve`` answers with the home page on the loopback address."""
    command = installed / "env/bin/xuelan"
    _run(command, "init", "served", cwd=installed)
    port = free_port()
    process = subprocess.Popen(
        [str(command), "serve", "-C", "served", "--port", str(port)],
        cwd=installed,
        stdout=subprocess.PIPE,
    )
    try:
        assert "学习专栏" in _get(port, "/")
    finally:
        process.terminate()
        process.wait()


def _get(port: int, path: str) -> str:
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", path)
            answer = connection.getresponse()
            if answer.status == 200:
                return answer.read().decode()
        except OSError:
            pass
        assert time.monotonic() < deadline, "the preview did not come up"
        time.sleep(0.2)
