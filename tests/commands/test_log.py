"""What the package logs reaches the person: how much of it, and where."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import tiny
from conftest import xuelan
from xuelan.cli import main
from xuelan.commands import log


@pytest.fixture(autouse=True)
def _unconfigured() -> Iterator[None]:
    """Leave the logger of the package as it was."""
    logger = logging.getLogger("xuelan")
    handlers, level = logger.handlers[:], logger.level
    yield
    logger.handlers[:] = handlers
    logger.setLevel(level)


def _say_all() -> None:
    logger = logging.getLogger("xuelan.engine.workers")
    logger.debug("调试")
    logger.info("说明")
    logger.warning("警告")
    logger.error("错误")


@pytest.mark.parametrize(
    ("quiet", "verbose", "lines"),
    [
        (False, 0, ["警告", "错误"]),
        (True, 0, ["错误"]),
        (False, 1, ["说明", "警告", "错误"]),
        (False, 2, ["xuelan.engine.workers: 调试", "说明", "警告", "错误"]),
        (False, 5, ["xuelan.engine.workers: 调试", "说明", "警告", "错误"]),
    ],
)
def test_a_level_for_each_option(
    quiet: bool, verbose: int, lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Warnings as they are; more with ``-v``; with ``-vv`` for developers, with the module."""
    log.configure(quiet=quiet, verbose=verbose)
    _say_all()
    captured = capsys.readouterr()
    assert captured.err.splitlines() == lines
    assert captured.out == ""


def test_a_second_command_does_not_say_things_twice(capsys: pytest.CaptureFixture[str]) -> None:
    """Commands may follow each other in one process, as in tests."""
    log.configure()
    log.configure()
    _say_all()
    assert capsys.readouterr().err == "警告\n错误\n"


ON_TERMINAL = """
import logging, sys
from xuelan.commands import log, progress
progress.ON_TERMINAL = 0.0
log.configure()
with progress.Progress(sys.stderr) as line:
    line.tell("渲染正文", 1)
    logging.getLogger("xuelan.engine").warning("少了一个进程")
    line.tell("渲染正文", 2)
"""


def test_a_warning_takes_the_place_of_the_progress() -> None:
    """On a terminal it stands on a line of its own, and the progress goes on below it."""
    ours, theirs = os.openpty()
    subprocess.run([sys.executable, "-c", ON_TERMINAL], stderr=theirs, check=True)
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    wipe = "\r\x1b[K"
    assert shown == f"{wipe}渲染正文 1{wipe}少了一个进程\r\n{wipe}渲染正文 2{wipe}"


def test_a_build_says_more_with_v(tmp_path: Path) -> None:
    """Each file and why it was written, on the error stream; of an unchanged site that it is."""
    root = tiny.write(tmp_path)
    first = xuelan("build", "-C", root, "-v")
    assert re.search(r"^index\.html：\S", first.stderr, re.MULTILINE)
    assert first.stdout.startswith("生成完毕：")
    assert xuelan("build", "-C", root, "-v").stderr.splitlines()[-1] == "没有文件需要改写。"
    assert xuelan("build", "-C", root).stderr == ""


def test_quiet_commands_say_nothing_when_all_is_well(tmp_path: Path) -> None:
    """Nor do they mention what does not make them fail."""
    root = tiny.write(tmp_path, {"materials/stories/left.csv": "没有用到\n"})
    assert "unused-file" in xuelan("check", "-C", root).stdout
    for command in ("check", "build"):
        done = xuelan(command, "-C", root, "--quiet")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = xuelan("check", "-C", root, "-q", "--strict")
    assert done.returncode == 1
    assert "unused-file" in done.stdout


def test_quiet_commands_still_tell_errors(tmp_path: Path) -> None:
    """The errors alone, without the warnings beside them."""
    root = tiny.write(
        tmp_path,
        {"materials/stories/left.csv": "没有用到\n", "materials/broken.md": "没有信息栏\n"},
    )
    for command in ("check", "build", "kits"):
        done = xuelan(command, "-C", root, "-q")
        assert done.returncode == 1
        assert "no-front-matter" in done.stdout
        assert "unused-file" not in done.stdout


@pytest.mark.parametrize("name", ["build", "check", "kits", "serve"])
def test_the_same_options_everywhere(name: str) -> None:
    """``-q`` and ``-v`` are declared once."""
    text = CliRunner().invoke(main, [name, "--help"]).output
    assert "-q, --quiet" in text
    assert "-v, --verbose" in text
