"""What a build tells people: how far it has come, what it did, and where the time went."""

from __future__ import annotations

import os
import pstats
import re
import subprocess
from pathlib import Path

import pytest

import tiny
from conftest import xuelan
from trees import REPORT, eager
from xuelan.build import STEPS

STATE = r"[一-鿿]+ [0-9]+"
SUMMARY = re.compile(
    r"生成完毕：材料 (?P<materials>\d+) 篇（渲染 (?P<rendered>\d+)，沿用 (?P<reused>\d+)），"
    r"页面 \d+ 个，改写文件 \d+ 个，正文 \d+ 字，"
    r"用时 (?P<seconds>\d+\.\d) 秒，内存最多 (?P<memory>\d+) MB。"
)


def test_a_log_gets_plain_lines(tmp_path: Path) -> None:
    """What is being done and how much of it, one line each, without a single escape."""
    command = eager("build", "-C", tiny.write(tmp_path))
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = done.stderr.splitlines()
    assert "渲染正文 5" in lines
    assert [line for line in lines if not re.fullmatch(STATE, line)] == []
    assert done.stdout.startswith("生成完毕：")
    assert "\x1b" not in done.stdout + done.stderr


def test_a_terminal_gets_one_line_that_renews_itself(tmp_path: Path) -> None:
    """Every state takes the place of the one before, and the last is wiped away."""
    ours, theirs = os.openpty()
    command = eager("build", "-C", tiny.write(tmp_path))
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, text=True) as process:
        os.close(theirs)
        shown = _all_of(ours)
        assert process.stdout is not None
        said = process.stdout.read()
    assert process.returncode == 0
    assert "\r\x1b[K渲染正文 5" in shown
    assert re.fullmatch(rf"(?:\r\x1b\[K{STATE})+\r\x1b\[K", shown)
    assert "\x1b" not in said


def _all_of(terminal: int) -> str:
    """Return what is written to a terminal until its other side is closed."""
    parts = []
    try:
        while part := os.read(terminal, 65536):
            parts.append(part)
    except OSError:  # how Linux says that the other side is gone
        pass
    finally:
        os.close(terminal)
    return b"".join(parts).decode()


def test_a_quick_build_shows_no_progress(tmp_path: Path) -> None:
    """Nothing on the error stream, where a mail of a nightly run would carry it."""
    done = xuelan("build", "-C", tiny.write(tmp_path))
    assert done.returncode == 0
    assert done.stderr == ""


def test_the_summary_tells_what_was_done(tmp_path: Path) -> None:
    """Materials, how many were rendered and how many reused, seconds and memory."""
    root = tiny.write(tmp_path)
    for rendered in (5, 1, 0):
        done = xuelan("build", "-C", root)
        found = SUMMARY.match(done.stdout)
        assert found, done.stdout
        counts = [int(found[name]) for name in ("materials", "rendered", "reused")]
        assert counts == [5, rendered, 5 - rendered]
        assert 20 < int(found["memory"]) < 2000
        if rendered == 5:
            assert float(found["seconds"]) > 0
            with (root / REPORT).open("a", encoding="utf-8") as file:
                file.write("\n又补了一句。\n")


def test_a_profile_can_be_read(tmp_path: Path) -> None:
    """``--profile``: the functions of the build with their times, as :mod:`pstats` wants them."""
    target = tmp_path / "times.prof"
    done = xuelan("build", "-C", tiny.write(tmp_path), "--profile", target)
    assert done.returncode == 0, done.stderr
    profile = pstats.Stats(str(target)).get_stats_profile()
    spent = {name: f.cumtime for name, f in profile.func_profiles.items()}
    assert spent["build"] > 0
    assert profile.total_tt >= spent["start_rendering"] > 0


@pytest.mark.parametrize("option", [["-v"], ["--profile", "times.prof"]])
def test_the_steps_are_listed_with_their_times(tmp_path: Path, option: list[str]) -> None:
    """By their names, in the order of the list in ``build.py``, each on one line."""
    done = xuelan("build", "-C", tiny.write(tmp_path / "column"), *option, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    listed = re.findall(r"^(.+)（([a-z ]+)）：\d+\.\d\d 秒", done.stderr, re.MULTILINE)
    assert listed == [(step.title, step.name) for step in STEPS]


def test_a_profile_is_written_when_the_build_fails(tmp_path: Path) -> None:
    """Errors in the column do not lose it."""
    root = tiny.write(tmp_path, {"materials/broken.md": "没有信息栏\n"})
    done = xuelan("build", "-C", root, "--profile", tmp_path / "times.prof")
    assert done.returncode == 1
    assert pstats.Stats(str(tmp_path / "times.prof")).get_stats_profile().total_tt > 0
