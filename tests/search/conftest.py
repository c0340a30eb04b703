"""Fixtures: the real column built without kits, its index, and a server with faults."""

from __future__ import annotations

import contextlib
import functools
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from conftest import ROOT, SUB_PATH, Watch
from site_folder import rewrite
from xuelan.check import check
from xuelan.engine.cache import NO_CACHE
from xuelan.engine.context import BuildContext
from xuelan.engine.inputs import Inputs
from xuelan.host.obtain import obtain
from xuelan.model.catalog import Catalog
from xuelan.reading.attachments import read_texts
from xuelan.rendering.pipeline import render_all
from xuelan.search import common
from xuelan.search.document import IndexDocument, list_documents
from xuelan.search.reader import IndexReader
from xuelan.search.site_pages import list_site_pages
from xuelan.site import write_site

MODULES = ROOT / "overrides/assets/xuelan/search"

expect.set_options(timeout=30_000)  # a busy machine is slow, not wrong


def load(root: Path) -> Catalog:
    """Load a column that must be free of errors."""
    catalog, problems = check(root)
    assert catalog is not None
    assert not [p for p in problems if p.is_error], problems
    return catalog


def build(root: Path, site: Path) -> Path:
    """Build a column without kits, which take long and which search does not read."""
    catalog = load(root)
    with rewrite(site) as tree:
        context = BuildContext.without_site(root)
        write_site(context, catalog, obtain(catalog, NO_CACHE, Inputs(root)), tree, kits=False)
    return site


@pytest.fixture(scope="session")
def column() -> Catalog:
    return load(ROOT)


@pytest.fixture(scope="session")
def documents(column: Catalog) -> list[IndexDocument]:
    """Everything the real column's search holds, in its order."""
    files = read_texts(ROOT, [a for m in column.public for a in m.attachments])
    refs = list_documents(column, render_all(column), files) + list_site_pages(column)
    return [ref.load() for ref in refs]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real column's site; ``modules/`` holds the browser's modules as they are written.

    Sequences are common here from 101 places on, so that all numbers for them are used.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(common, "compute_threshold", lambda bits: 100)
        site = build(ROOT, tmp_path_factory.mktemp("search") / "site")
    shutil.copytree(MODULES, site / "modules")
    return site


@pytest.fixture(scope="session")
def reader(built: Path) -> IndexReader:
    return IndexReader(built)


Fault = Callable[["Handler"], None]


@dataclass
class Server:
    """Serves a folder below a path, with faults: the first pattern found in a path acts."""

    address: str
    faults: list[tuple[str, Fault]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def fail(self, pattern: str, fault: Fault) -> None:
        """From now on, let ``fault`` answer for paths in which ``pattern`` is found."""
        self.faults.insert(0, (pattern, fault))

    def heal(self) -> None:
        """No faults, nothing asked."""
        self.faults.clear()
        self.asked.clear()


class Handler(SimpleHTTPRequestHandler):
    """Answers from the folder, or with a fault."""

    server_state: Server

    def translate_path(self, path: str) -> str:
        return super().translate_path(path.replace(SUB_PATH, "/", 1))

    def do_GET(self) -> None:
        self.server_state.asked.append(self.path)
        for pattern, fault in list(self.server_state.faults):
            if re.search(pattern, self.path):
                return fault(self)
        return super().do_GET()

    def send(self, body: bytes) -> None:
        """Answer with a script."""
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def fail_with(code: int) -> Fault:
    """Answer with an error of the server."""
    return lambda handler: handler.send_error(code)


def send_changed(change: Callable[[bytes], bytes]) -> Fault:
    """Answer with the file, changed on its way."""
    return lambda handler: handler.send(
        change(Path(handler.translate_path(handler.path.partition("?")[0])).read_bytes())
    )


def send_other(pattern: str, replacement: str) -> Fault:
    """Answer with another file in its place."""

    def fault(handler: Handler) -> None:
        path = re.sub(pattern, replacement, handler.path.partition("?")[0])
        handler.send(Path(handler.translate_path(path)).read_bytes())

    return fault


class Gate:
    """Holds requests back until ``opened`` is set; ``reached`` is set by the first one."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()


def hold(gate: Gate) -> Fault:
    """Answer with the file when ``gate`` is opened."""

    def fault(handler: Handler) -> None:
        gate.reached.set()
        gate.opened.wait()
        with contextlib.suppress(OSError):  # the reader may have gone
            SimpleHTTPRequestHandler.do_GET(handler)

    return fault


class _Server(ThreadingHTTPServer):
    request_queue_size = 64


@pytest.fixture(scope="session")
def _server(built: Path) -> Iterator[Server]:
    state = Server("")
    handler = type("Handler", (Handler,), {"server_state": state})
    server = _Server(("127.0.0.1", 0), functools.partial(handler, directory=str(built)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.address = f"http://127.0.0.1:{server.server_port}{SUB_PATH}"
    yield state
    server.shutdown()


@pytest.fixture
def server(_server: Server) -> Iterator[Server]:
    """The real column, served without faults at first."""
    _server.heal()
    yield _server
    _server.heal()


@pytest.fixture
def context(browser: Browser, watch: Watch) -> Iterator[BrowserContext]:
    context = watch.on(browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN"))
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def home(page: Page, server: Server) -> Page:
    """The start page, loaded."""
    page.goto(server.address)
    return page
