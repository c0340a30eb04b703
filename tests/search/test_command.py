"""``xuelan search``: answers from a built site, for people and for programs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from conftest import ROOT, xuelan


def test_for_people(built: Path) -> None:
    """The group, the count, then title, excerpt and address of each result."""
    done = xuelan("search", "大委组传〔2016〕29号", "--site-dir", built)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("完整匹配，共 ")
    assert "关于深入开展向毛丰美同志学习活动的通知" in done.stdout
    assert "materials/dalian-notice-2016-29/#p" in done.stdout


def test_for_programs(built: Path) -> None:
    """JSON with the same."""
    done = xuelan("search", "毛丰美", "--json", "--limit", "3", "--site-dir", built)
    data = json.loads(done.stdout)
    assert data["query"] == "毛丰美"
    assert data["group"] == "完整匹配"
    assert len(data["found"]) == 3 < data["count"]
    told = {"id", "title", "url", "kind", "date", "label", "excerpt", "matched", "missing"}
    assert set(data["found"][0]) == told


def test_forms_come_with_their_kit(built: Path) -> None:
    """A form to fill in is named with its kit, for people and for programs."""
    done = xuelan("search", "签到表", "--site-dir", built)
    assert "表格：签到表（" in done.stdout
    data = json.loads(xuelan("search", "签到表", "--json", "--site-dir", built).stdout)
    (form,) = data["forms"]
    assert form["title"] == "签到表"
    assert (built / form["url"] / "index.html").exists()


def test_nothing_found(built: Path) -> None:
    """Exit code 1, and what may have been meant."""
    done = xuelan("search", "maofengmei", "--site-dir", built)
    assert done.returncode == 1
    assert "没有找到" in done.stdout
    assert "您是不是要找：毛丰美" in done.stdout


def test_bytes_of_gbk_are_read(built: Path) -> None:
    """A console that does not speak UTF-8 hands them over."""
    command = [sys.executable, "-m", "xuelan", "search", "毛丰美".encode("gbk")]
    done = subprocess.run(
        [*command, "--site-dir", built], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("完整匹配，共 "), done.stderr


def test_without_an_index(tmp_path: Path) -> None:
    """A site that is not built is not an empty answer."""
    done = xuelan("search", "毛丰美", "--site-dir", tmp_path)
    assert done.returncode == 1
    assert "检索暂时不可用" in done.stderr
    assert "Traceback" not in done.stderr
