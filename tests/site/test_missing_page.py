"""The page for missing addresses: right at any depth, below any path, without ``site_url``."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

import tiny
from xuelan.build import build


class _Handler(SimpleHTTPRequestHandler):
    """Serves a folder, with its ``sub/path/404.html`` for whatever is missing."""

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if (path / "index.html" if path.is_dir() else path).is_file():
            super().do_GET()
            return
        body = (Path(self.directory) / "sub/path/404.html").read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def top(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with a column without ``site_url`` at ``/sub/path/``."""
    folder = tmp_path_factory.mktemp("missing")
    change = ("site_url: https://example.org/study/\n", "")
    root = tiny.write(folder, {"mkdocs.yml": tiny.text("mkdocs.yml", change)})
    (folder / "www/sub").mkdir(parents=True)
    assert build(root, folder / "www/sub/path").written is not None
    handler = partial(_Handler, directory=str(folder / "www"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/sub/path/"
        server.shutdown()


@pytest.mark.parametrize("path", ["gone/", "gone.html", "a/b/c/gone/", "materials/gone/"])
def test_links_styles_and_search_work_below_a_path(top: str, path: str, browser: Browser) -> None:
    """Each link leads into the site, the look is there, and the search finds its page."""
    page = browser.new_page()
    page.goto(top + path)
    library = page.get_by_role("main").get_by_role("link", name="资料库")
    expect(library).to_have_attribute("href", "/sub/path/library/")
    style = "getComputedStyle(document.querySelector('.masthead-inner')).display"
    page.wait_for_function(f"{style} === 'flex'")
    hrefs = page.locator("a[href]").evaluate_all("found => found.map(a => a.href)")
    assert [h for h in hrefs if "127.0.0.1" in h and not h.startswith(top) and "#" not in h] == []
    page.get_by_role("main").get_by_role("link", name="检索").click()
    assert page.url == f"{top}search/"
    page.close()
