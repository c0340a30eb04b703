"""The preview: rebuilds on an edit, shows drafts, keeps the last good page."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from conftest import free_port, xuelan
from xuelan import publish, serve


@dataclass
class Preview:
    """A running ``xuelan serve``."""

    folder: Path
    port: int
    process: subprocess.Popen[str]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            pass
        assert time.monotonic() < deadline, "the preview did not come up"
        time.sleep(0.2)


@pytest.fixture
def preview(tmp_path: Path) -> Iterator[Preview]:
    """A new column being previewed, in a process of its own."""
    folder = tmp_path / "column"
    assert xuelan("init", folder).returncode == 0
    port = free_port()
    command = [sys.executable, "-m", "xuelan", "serve", "-C", str(folder), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ)
    _wait(port)
    yield Preview(folder, port, process)
    process.send_signal(signal.SIGINT)
    process.wait(timeout=30)


def test_an_edit_reaches_the_open_page(preview: Preview, page: Page) -> None:
    """The browser shows the new text without being asked."""
    page.goto(f"{preview.address}materials/guide-study/")
    file = preview.folder / "materials/guide/guide-study.md"
    file.write_text(file.read_text().replace("## 会前", "## 开会之前"))
    expect(page.get_by_role("heading", name="开会之前")).to_be_visible(timeout=30_000)


def test_a_broken_edit_is_shown_on_the_last_good_page(preview: Preview, page: Page) -> None:
    """The problem stands on the page; mending it clears it."""
    page.goto(f"{preview.address}materials/guide-study/")
    file = preview.folder / "materials/guide/guide-study.md"
    good = file.read_text()
    file.write_text(good.replace("kind: 活动指南", "kind: 活动指难"))
    expect(page.get_by_role("alert")).to_contain_text("unknown-value", timeout=30_000)
    expect(page.get_by_role("heading", name="会前")).to_be_visible()
    file.write_text(good)
    expect(page.get_by_role("alert")).to_be_hidden(timeout=30_000)


def test_drafts_are_seen_in_the_preview_only(preview: Preview, page: Page) -> None:
    """A draft has a page here and a mark on it; a build leaves it out."""
    file = preview.folder / "materials/guide/guide-study.md"
    draft = file.with_name("draft-guide.md")
    text = file.read_text().replace("id: guide-study", "id: draft-guide")
    draft.write_text(text.replace("status: published", "status: draft"))
    page.goto(f"{preview.address}materials/guide-study/")
    deadline = time.monotonic() + 30
    while page.goto(f"{preview.address}materials/draft-guide/").status != http.HTTPStatus.OK:
        assert time.monotonic() < deadline
        time.sleep(0.3)
    expect(page.locator(".draft").first).to_be_visible()
    assert xuelan("build", "-C", preview.folder).returncode == 0
    assert not (preview.folder / "site/materials/draft-guide").exists()


def test_another_build_is_waited_for(tmp_path: Path) -> None:
    """Its lock does not end the preview: the page says so, and the build is tried again."""
    folder = tmp_path / "column"
    assert xuelan("init", folder).returncode == 0
    site, said = tmp_path / "site", list[str]()
    preview, wake = serve.Preview(folder, site, said.append), threading.Event()
    with publish.staged(site):
        serve._retry(wake, preview.rebuild())
        assert "另一次生成" in preview.listeners.last
        assert wake.wait(timeout=30)
    assert preview.rebuild()
    assert (site / "index.html").is_file()


def test_only_this_machine_can_open_it(preview: Preview) -> None:
    """The port is bound to the loopback address and to nothing else."""
    listening = Path("/proc/net/tcp").read_text() if Path("/proc/net/tcp").exists() else ""
    hexadecimal = f":{preview.port:04X}"
    bound = [line.split()[1] for line in listening.splitlines() if hexadecimal in line.split()[1]]
    states = {address.split(":")[0] for address in bound}
    assert states <= {"0100007F"}


def test_a_taken_port_is_said_in_one_line(preview: Preview) -> None:
    """A second preview on the same port stops with advice."""
    done = xuelan("serve", "-C", preview.folder, "--port", str(preview.port))
    assert done.returncode == 1
    assert done.stderr.startswith(f"端口 {preview.port} 打不开")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_behind(stop: signal.Signals, tmp_path: Path) -> None:
    """The preview builds in a temporary folder, takes it away, and leaves the column's site alone.

    So it does when it was started in the background, where a shell lets it ignore the keyboard.
    """
    folder = tmp_path / "column"
    assert xuelan("init", folder).returncode == 0
    port = free_port()
    command = [sys.executable, "-m", "xuelan", "serve", "-C", str(folder), "--port", str(port)]
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    background = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *command]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    process = subprocess.Popen(background, stdout=subprocess.DEVNULL, env=environment)
    _wait(port)
    process.send_signal(stop)
    assert process.wait(timeout=30) == 0
    assert not (folder / "site").exists()
    assert not list(temporary.iterdir())
    shutil.rmtree(folder)
