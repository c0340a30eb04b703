"""The preview: rebuilds on an edit, shows drafts, keeps the last good page."""

from __future__ import annotations

import http.client
import logging
import os
import queue
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
from playwright.sync_api import Page, Route, expect
from watchdog.events import FileModifiedEvent

from conftest import free_port, xuelan
from site_folder import rewrite
from xuelan.preview import serve
from xuelan.preview.watch import SavedFiles


@dataclass
class Preview:
    """A running ``xuelan serve``."""

    folder: Path
    port: int
    process: subprocess.Popen[str]
    said: queue.Queue[str]

    def next_line(self) -> str:
        """Return the next line it prints."""
        return self.said.get(timeout=60)

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
    said: queue.Queue[str] = queue.Queue()
    reader = threading.Thread(target=_read, args=(process, said))
    reader.start()
    preview = Preview(folder, port, process, said)
    while not preview.next_line().startswith("预览："):
        pass
    _wait(port)
    yield preview
    process.send_signal(signal.SIGINT)
    process.wait(timeout=30)
    reader.join()


def _read(process: subprocess.Popen[str], said: queue.Queue[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        said.put(line)


def test_an_edit_reaches_the_open_page(preview: Preview, page: Page) -> None:
    """The browser shows the new text without a click."""
    page.goto(f"{preview.address}materials/guide-study/")
    file = preview.folder / "materials/guide/guide-study.md"
    file.write_text(file.read_text().replace("## 会前", "## 开会之前"))
    expect(page.get_by_role("heading", name="开会之前")).to_be_visible(timeout=30_000)


def test_a_broken_edit_is_shown_on_the_last_good_page(preview: Preview, page: Page) -> None:
    """The problem is shown on the page, and disappears when it is corrected."""
    page.goto(f"{preview.address}materials/guide-study/")
    file = preview.folder / "materials/guide/guide-study.md"
    good = file.read_text()
    file.write_text(good.replace("kind: 活动指南", "kind: 活动指难"))
    expect(page.get_by_role("alert")).to_contain_text("unknown-value", timeout=30_000)
    expect(page.get_by_role("heading", name="会前")).to_be_visible()
    file.write_text(good)
    expect(page.get_by_role("alert")).to_be_hidden(timeout=30_000)


def test_a_new_text_is_shown_first_and_reloads_its_page_once(preview: Preview, page: Page) -> None:
    """The whole build that follows makes the same page, so the tab does not reload again."""
    loads: list[str] = []
    page.on("load", lambda shown: loads.append(shown.url))
    page.goto(f"{preview.address}materials/guide-study/")
    file = preview.folder / "materials/guide/guide-study.md"
    with file.open("a") as text:
        text.write("\n会后多写的一句。\n")
    assert preview.next_line().startswith("先看 /materials/guide-study/")
    expect(page.get_by_text("会后多写的一句。")).to_be_visible(timeout=30_000)
    assert preview.next_line().startswith("已生成")
    page.wait_for_timeout(500)
    expect(page.get_by_text("会后多写的一句。")).to_be_visible()
    assert len(loads) == 2


def test_another_page_is_reloaded_by_the_whole_build_only(preview: Preview, page: Page) -> None:
    """A list shows a material's new title when the whole site is built."""
    page.goto(f"{preview.address}library/")
    loads: list[str] = []
    page.on("load", lambda shown: loads.append(shown.url))
    file = preview.folder / "materials/guide/guide-study.md"
    file.write_text(file.read_text().replace("\ntitle: ", "\ntitle: 改过的"))
    assert preview.next_line().startswith("已生成")
    expect(page.get_by_text("改过的").first).to_be_visible(timeout=30_000)
    page.wait_for_timeout(500)
    assert len(loads) == 1


def test_a_tab_asks_for_what_it_has_missed(preview: Preview, page: Page) -> None:
    """A text saved while its page is being loaded is shown as well."""
    file = preview.folder / "materials/guide/guide-study.md"

    def late(route: Route) -> None:
        """Save the text again before the page listens to messages."""
        with file.open("a") as text:
            text.write("\n加载时存的一句。\n")
        assert preview.next_line().startswith("先看")
        route.continue_()

    page.route("**/-/events", late, times=1)
    page.goto(f"{preview.address}materials/guide-study/")
    expect(page.get_by_text("加载时存的一句。")).to_be_visible(timeout=30_000)


def test_a_file_put_in_the_place_of_another_is_a_save(preview: Preview) -> None:
    """Vim and others save like this: temporary files beside it, and a rename at the end."""
    file = preview.folder / "materials/guide/guide-study.md"
    text = file.read_text() + "\n会后多写的一句。\n"
    file.with_name(".guide-study.md.swp").touch()
    file.with_name("4913").touch()
    file.with_name("4913").unlink()
    file.rename(file.with_name("guide-study.md~"))
    file.with_name("guide-study.md.new").write_text(text)
    file.with_name("guide-study.md.new").rename(file)
    file.with_name("guide-study.md~").unlink()
    assert preview.next_line().startswith("先看 /materials/guide-study/")


def test_a_broken_text_leaves_its_last_good_page(preview: Preview, page: Page) -> None:
    """Also if that was a quick page; the problem is shown on it."""
    page.goto(f"{preview.address}materials/guide-study/")
    file = preview.folder / "materials/guide/guide-study.md"
    file.write_text(file.read_text() + "\n好的一句。\n")
    expect(page.get_by_text("好的一句。")).to_be_visible(timeout=30_000)
    file.write_text(file.read_text() + "\n坏的一句[@nothing]。\n")
    expect(page.get_by_role("alert")).to_contain_text("unknown-citation", timeout=30_000)
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("unknown-citation", timeout=30_000)
    expect(page.get_by_text("好的一句。")).to_be_visible()


def test_a_quick_page_that_fails_is_said_and_holds_nothing_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One line for the person, the traceback for developers; the whole build follows as ever."""
    caplog.set_level(logging.DEBUG, "xuelan")
    saved = SavedFiles(tmp_path, threading.Event())
    preview = serve.Preview(tmp_path, tmp_path / "site", list[str]().append)
    asked: list[object] = []

    def failing(_root: Path, paths: set[str]) -> list[str]:
        asked.append(paths)
        message = "no such template"
        raise LookupError(message)

    monkeypatch.setattr(preview.quick, "render", failing)
    threading.Thread(target=preview.render_saved, args=(saved,), daemon=True).start()
    for number in (1, 2):
        saved.on_any_event(FileModifiedEvent(str(tmp_path / f"{number}.md")))
        waiting = threading.Thread(target=saved.wait_until_handled, daemon=True)
        waiting.start()
        waiting.join(timeout=30)
        assert not waiting.is_alive()
    assert asked == [{"1.md"}, {"2.md"}]
    said = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert said == ["快速预览没有做成（no such template），等整个网站生成。"] * 2
    details = [r for r in caplog.records if r.levelno == logging.DEBUG]
    assert [r.exc_info[0] for r in details if r.exc_info] == [LookupError] * 2


def test_drafts_are_seen_in_the_preview_only(preview: Preview, page: Page) -> None:
    """A draft has a page with a mark in the preview, and none in a build."""
    file = preview.folder / "materials/guide/guide-study.md"
    draft = file.with_name("draft-guide.md")
    text = file.read_text().replace("id: guide-study", "id: draft-guide")
    draft.write_text(text.replace("status: published", "status: draft"))
    assert preview.next_line().startswith("已生成")
    page.goto(f"{preview.address}materials/draft-guide/")
    expect(page.locator(".draft").first).to_be_visible()
    assert xuelan("build", "-C", preview.folder).returncode == 0
    assert not (preview.folder / "site/materials/draft-guide").exists()


def test_another_build_is_waited_for(tmp_path: Path) -> None:
    """Its lock does not end the preview: open tabs say so, and the build is tried again."""
    folder = tmp_path / "column"
    assert xuelan("init", folder).returncode == 0
    site, said = tmp_path / "site", list[str]()
    preview, wake = serve.Preview(folder, site, said.append), threading.Event()
    with rewrite(site):
        serve._wake_later(wake, unless=preview.rebuild())
        assert "另一次生成" in preview.tabs.last
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


def test_other_sites_get_nothing(preview: Preview) -> None:
    """Neither under another host name that points to this machine, nor into their own pages."""
    wanted = {
        f"127.0.0.1:{preview.port}": 200,
        f"localhost:{preview.port}": 200,
        "other.example": 403,
    }
    for name, status in wanted.items():
        connection = http.client.HTTPConnection("127.0.0.1", preview.port, timeout=10)
        connection.request("GET", "/search/search.js", headers={"Host": name})
        answer = connection.getresponse()
        assert answer.status == status
        assert answer.getheader("Cross-Origin-Resource-Policy") == "same-origin"
        assert (f'请打开 <a href="{preview.address}">' in answer.read().decode()) == (status == 403)
        connection.close()


def test_a_taken_port_is_said_in_one_line(preview: Preview) -> None:
    """A second preview on the same port ends with advice."""
    done = xuelan("serve", "-C", preview.folder, "--port", str(preview.port))
    assert done.returncode == 1
    assert done.stderr.startswith(f"端口 {preview.port} 打不开")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_behind(stop: signal.Signals, tmp_path: Path) -> None:
    """The preview removes its temporary folder, and does not touch the column's own site.

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
