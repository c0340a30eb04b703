"""Beyond one machine: a Dask cluster of separate processes, and an object store."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import fsspec
import pytest
from moto.server import ThreadedMotoServer

import tiny
from conftest import xuelan
from trees import REPORT, again, clean, column, contents, eager
from xuelan.engine.upload import LIST, upload


@dataclass
class _Cluster:
    address: str
    workers: list[subprocess.Popen[str]]


def _started(module: str, *arguments: str, ready: str) -> tuple[subprocess.Popen[str], str]:
    """A process of Dask's own, and the line in which it says that it is ready."""
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if re.search(ready, line):
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return process, line
    raise AssertionError(f"{module} did not start")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[_Cluster]:
    """A scheduler and two workers, each a process of its own, as on separate machines."""
    options = ["--host", "127.0.0.1", "--no-dashboard"]
    scheduler, line = _started(
        "distributed.cli.dask_scheduler", "--port", "0", *options, ready="Scheduler at"
    )
    address = re.search(r"tcp://\S+", line)
    assert address is not None
    workers = [
        _started(
            "distributed.cli.dask_worker", address[0], *options, "--nthreads", "1", "--no-nanny",
            "--local-directory", str(tmp_path / f"worker{n}"), ready="Registered to",
        )[0]
        for n in range(2)
    ]  # fmt: skip
    yield _Cluster(address[0], workers)
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


def _many(folder: Path, count: int = 60) -> Path:
    """The tiny column with many reports."""
    text = tiny.text("materials/reports/report-letter.md")
    lines = [line for line in text.split("\n") if not line.startswith(("related: ", "work: "))]
    files = {
        f"materials/reports/report-{n}.md": "\n".join(lines).replace(
            "report-letter", f"report-{n}", 1
        )
        for n in range(count)
    }
    return tiny.write(folder, files)


def test_a_cluster_makes_the_same_site(cluster: _Cluster, tmp_path: Path) -> None:
    """``--scheduler`` runs the same functions elsewhere."""
    root = _many(tmp_path)
    done = xuelan("build", "-C", root, "--scheduler", cluster.address)
    assert done.returncode == 0, done.stderr
    assert contents(root / "site") == clean(root, tmp_path / "clean")


def test_a_worker_killed_in_mid_run_costs_no_page(cluster: _Cluster, tmp_path: Path) -> None:
    """It dies when the first texts have come back; the other worker does what it had begun."""
    root = _many(tmp_path, 400)
    command = eager("build", "-C", root, "--scheduler", cluster.address)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("渲染正文 "):
                os.kill(cluster.workers[0].pid, signal.SIGKILL)
                break
        assert process.poll() is None
        rest = process.stderr.read()
    assert cluster.workers[0].wait(timeout=30) == -signal.SIGKILL
    assert cluster.workers[1].poll() is None
    assert process.returncode == 0, rest
    assert "生成页面 400\n" in rest
    assert contents(root / "site") == clean(root, tmp_path / "clean")


def test_a_scheduler_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    """No traceback for a wrong address."""
    root = tiny.write(tmp_path)
    settings = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "1s"}
    done = xuelan("build", "-C", root, "--scheduler", "tcp://127.0.0.1:1", **settings)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An S3-compatible server with one bucket."""
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    fsspec.filesystem("s3", skip_instance_cache=True).mkdir("column")
    yield "s3://column/site"
    server.stop()


def _stored(place: str) -> dict[str, bytes]:
    store = fsspec.filesystem("s3", skip_instance_cache=True)
    base = place.removeprefix("s3://")
    return {
        path.removeprefix(f"{base}/"): store.cat_file(path)
        for path in store.find(base)
        if not path.endswith(LIST)
    }


def test_an_object_store_holds_what_the_folder_holds(bucket: str, tmp_path: Path) -> None:
    """After the first build, after an edit, and after a material has gone."""
    root = column(tmp_path)
    done = xuelan("build", "-C", root, "--to", bucket)
    assert done.returncode == 0, done.stderr
    assert _stored(bucket) == contents(root / "site")
    with (root / REPORT).open("a", encoding="utf-8") as file:
        file.write("\n又补了一句。\n")
    again(root)
    sent = upload(root / "site", bucket, lambda what, done: None)
    assert 0 < sent < len(contents(root / "site")) / 2
    assert _stored(bucket) == contents(root / "site")
    shutil.rmtree(root / "site/feeds")
    upload(root / "site", bucket, lambda what, done: None)
    assert _stored(bucket) == contents(root / "site")


def test_a_place_nobody_knows_is_one_line(tmp_path: Path) -> None:
    """A kind of store for which nothing is installed."""
    root = tiny.write(tmp_path)
    done = xuelan("build", "-C", root, "--to", "nowhere://x/y")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "pip install" in done.stderr


def test_a_cluster_makes_the_kits_of_branches(cluster: _Cluster, tmp_path: Path) -> None:
    """``kits --branches --scheduler``: the same ZIPs as without, to the byte."""
    guide = "materials/guides/guide-study.md"
    recipe = (
        "id: study\ntitle: 集中学习套装\nsummary: 试。\nactivity: 集中学习\n"
        "readings: [story-night-school]\nguides: [guide-study]\nagendas: [60]\n"
        "forms: [会议议程, 签到表]\nformats: [EPUB]\n"
    )
    changed = tiny.text(guide, ("## 会上\n", "## 60分钟日程\n"))
    root = tiny.write(tmp_path, {guide: changed, "materials/kits/study.yml": recipe})
    rows = "".join(f"第{n}支部,2026-12-03\n" for n in range(200))
    (tmp_path / "list.csv").write_text(f"支部名称,日期\n{rows}", encoding="utf-8")
    made = {}
    for name, extra in (("here", ()), ("there", ("--scheduler", cluster.address))):
        out = tmp_path / name
        command = ("kits", "-C", root, "--branches", tmp_path / "list.csv", "--out", out)
        done = xuelan(*command, *extra)
        assert done.returncode == 0, done.stderr
        made[name] = contents(out)
    assert len(made["here"]) > 200
    assert made["there"] == made["here"]
