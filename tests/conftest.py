"""Fixtures: the real column built once, served under a sub-path, and a real browser."""

from __future__ import annotations

import functools
import os
import random
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from chromium import FLAGS, find

ROOT = Path(__file__).parent.parent
SUB_PATH = "/units/study/"
"""The site is served below a path, as an office would put it on an existing host."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refresh", action="store_true", help="write expected output anew")


def pytest_configure() -> None:
    """One seed for the random queries of a run; the workers inherit it.

    Node comes with the Python packages, so its programs are found only beside Python.
    """
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    os.environ.setdefault("SEARCH_SEED", str(random.SystemRandom().randrange(10**9)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """So that a run can be repeated: ``SEARCH_SEED=… pytest tests/search``."""
    terminalreporter.write_line(f"SEARCH_SEED={os.environ['SEARCH_SEED']}")


def xuelan(
    *arguments: str | Path, cwd: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would, in a process of its own."""
    command = [sys.executable, "-m", "xuelan", *map(str, arguments)]
    settings = {**os.environ, **environment}
    return subprocess.run(
        command, cwd=cwd, env=settings, capture_output=True, text=True, check=False
    )


class _Quiet(SimpleHTTPRequestHandler):
    def translate_path(self, path: str) -> str:
        return super().translate_path(path.replace(SUB_PATH, "/", 1))

    def do_GET(self) -> None:
        if self.path.startswith(SUB_PATH):
            super().do_GET()
        else:
            self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        pass


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """Serves a folder under the sub-path and returns its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(folder: Path) -> str:
        handler = functools.partial(_Quiet, directory=str(folder))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}{SUB_PATH}"

    yield start
    for server in servers:
        server.shutdown()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real column, built by the command."""
    target = tmp_path_factory.mktemp("built") / "site"
    done = xuelan("build", "--site-dir", target)
    assert done.returncode == 0, done.stdout + done.stderr
    return target


@pytest.fixture(scope="session")
def address(site: Path, serve: Callable[[Path], str]) -> str:
    """Where the real column is served, ending in ``/``."""
    return serve(site)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium; ``make test`` has made sure that there is one."""
    path = find()
    assert path, "no Chromium: run `python tests/chromium.py --install`"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Watch:
    """What a page said on its console and asked of the network."""

    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def on(self, context: BrowserContext) -> BrowserContext:
        context.on("console", self._console)
        context.on("weberror", lambda e: self.complaints.append(str(e.error)))
        context.on("request", lambda r: self.requests.append(r.url))
        context.on("requestfailed", self._failed)
        return context

    def _failed(self, request: Request) -> None:
        # The browser asks for the tab's icon by itself, after the page is "idle", and drops that
        # one request when the page is left: its own doing. An icon that is missing or refused
        # has another failure, or a line on the console, and is still told.
        if request.url.endswith("/mark.svg") and request.failure == "net::ERR_ABORTED":
            return
        self.complaints.append(f"failed: {request.url} ({request.failure})")

    def _console(self, message: object) -> None:
        self.complaints.append(f"{message.type}: {message.text}")  # type: ignore[attr-defined]

    def foreign(self, own: str) -> list[str]:
        """Requests to anywhere but the site itself."""
        origin = "/".join(own.split("/")[:3])
        return [u for u in self.requests if not u.startswith((origin, "data:", "blob:", "file:"))]


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def page(browser: Browser, watch: Watch) -> Iterator[Page]:
    """A desktop page in a fresh context, watched."""
    context = watch.on(browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN"))
    yield context.new_page()
    context.close()
