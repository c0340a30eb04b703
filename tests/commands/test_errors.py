"""Errors become text in one place: a line for the person and exit code 1."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest
from click.testing import CliRunner

import tiny
from conftest import xuelan
from xuelan.cli import main
from xuelan.commands.base import Command
from xuelan.engine.publish import BusyError, NotASiteError
from xuelan.model.kit import KitError
from xuelan.pages.frames import HostError
from xuelan.search.files import DamagedIndexError
from xuelan.text.errors import XuelanError
from xuelan.text.source import ChangedError


class _SomeError(XuelanError):
    """An error of the package that no command has heard of."""


FULL = OSError(errno.ENOSPC, "No space left on device")
LOCKED = PermissionError(errno.EACCES, "Permission denied", "site/index.html")
DOORS = {
    "build": "xuelan.build.build",
    "kits": "xuelan.build_kits.run",
    "check": "xuelan.check.check",
}


@pytest.mark.parametrize(
    ("command", "error", "text"),
    [
        ("build", BusyError("site"), "另一次生成正在进行，请等它结束再试。"),
        (
            "build",
            NotASiteError("letters"),
            "“letters”里有别的东西，不是 xuelan 生成的网站，为免误删已停止。",
        ),
        ("build", HostError("坏了"), "手写页面（docs/）没有生成成功：坏了"),
        ("kits", HostError("坏了"), "手写页面（docs/）没有生成成功：坏了"),
        ("build", KitError("缺一件"), "缺一件\n网站没有生成；原来的网站没有改动。"),
        ("kits", KitError("缺一件"), "缺一件"),
        ("build", FULL, "写不进去：No space left on device（.）"),
        ("kits", FULL, "写不进去：No space left on device（dist/kits）"),
        ("build", LOCKED, "写不进去：Permission denied（site/index.html）"),
        ("check", LOCKED, "文件读不出来：Permission denied（site/index.html）"),
        ("check", ChangedError("a.md"), "“a.md”在处理途中又有改动，请再来一次。"),
        ("check", _SomeError("别的错误"), "别的错误"),
    ],
)
def test_an_error_is_one_text(
    command: str, error: Exception, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has happened and what to do, the same in every command where it is the same."""

    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    monkeypatch.setattr(DOORS[command], fail)
    done = CliRunner().invoke(main, [command])
    assert (done.exit_code, done.stderr, done.stdout) == (1, f"{text}\n", "")


def test_the_place_of_a_write_is_the_one_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system does not say which disk is full."""

    def fail(*_: object, **__: object) -> NoReturn:
        raise FULL

    monkeypatch.setattr("xuelan.build.build", fail)
    done = CliRunner().invoke(main, ["build", "-d", "elsewhere"])
    assert done.stderr == "写不进去：No space left on device（elsewhere）\n"


def test_an_index_that_is_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    """The site that was named, or the column's own."""

    def fail(*_: object, **__: object) -> NoReturn:
        raise DamagedIndexError

    monkeypatch.setattr("xuelan.search.results.search", fail)
    ending = "里没有完整的索引，请先运行 xuelan build。\n"
    assert CliRunner().invoke(main, ["search", "村"]).stderr == f"检索暂时不可用：网站{ending}"
    named = CliRunner().invoke(main, ["search", "村", "-d", "out"])
    assert named.stderr == f"检索暂时不可用：“out”{ending}"


def test_a_mistake_in_the_program_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a developer can do something about it."""

    def fail(*_: object, **__: object) -> NoReturn:
        raise ValueError("a bug")

    monkeypatch.setattr("xuelan.check.check", fail)
    done = CliRunner().invoke(main, ["check"])
    assert isinstance(done.exception, ValueError)


def test_an_error_is_traced_with_debug_messages(tmp_path: Path) -> None:
    """``-vv`` tells a developer where the error comes from; without it one line is enough."""
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "draft.txt").write_text("mine")
    command = ("build", "-C", tiny.write(tmp_path / "column"), "-d", tmp_path / "letters")
    assert xuelan(*command).stderr.count("\n") == 1
    traced = xuelan(*command, "-vv").stderr
    assert "Traceback" in traced
    assert "NotASiteError" in traced
    assert traced.splitlines()[-1].endswith("为免误删已停止。")


def test_a_reader_of_a_pipe_may_go_early(tmp_path: Path) -> None:
    """``xuelan schema | head -1``: no message, no traceback."""
    ours, theirs = os.pipe()
    os.close(ours)
    command = [sys.executable, "-m", "xuelan", "schema", "-C", tiny.write(tmp_path)]
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, check=False)
    os.close(theirs)
    assert done.stderr == b""


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_tells_errors_this_way(name: str) -> None:
    """A new command is a ``Command`` as well."""
    assert isinstance(main.commands[name], Command)
