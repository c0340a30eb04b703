"""A failure of the server is said, and never taken for “nothing found”."""

from __future__ import annotations

import re
from http.server import SimpleHTTPRequestHandler

import pytest
from playwright.sync_api import Page, Route, expect

from search.browsing import FAILED, INDEX, RESULTS, SHARD, TEXT, ids, type_in
from search.conftest import Gate, Handler, Server, fail_with, hold, send_changed, send_other
from xuelan.search.reader import IndexReader
from xuelan.search.results import ask


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "iso-8859-1"])
def test_whatever_a_server_says_of_scripts(home: Page, reader: IndexReader, charset: str) -> None:
    """The index's files say by their first bytes how they are written, and that wins."""

    def mislabelled(route: Route) -> None:
        kind = f"text/javascript; charset={charset}"
        route.fulfill(response=route.fetch(), content_type=kind)

    home.route(re.compile(SHARD), mislabelled)
    home.route(re.compile(TEXT), mislabelled)
    home.keyboard.press("/")
    type_in(home, "农业税")
    expect(home.locator(RESULTS).first).to_be_visible()
    assert ids(home) == [f.id for f in ask(reader, "农业税", 10).found]


def test_an_answer_that_never_comes_is_a_failure(page: Page, server: Server) -> None:
    """After half a minute the reader is told, and may ask again."""
    page.clock.install()
    page.goto(server.address)
    gate = Gate()
    server.fail(SHARD, hold(gate))
    page.keyboard.press("/")
    with page.expect_request(re.compile(SHARD)):
        type_in(page, "农业税")
        page.clock.run_for(1000)
    page.clock.run_for(31_000)
    expect(page.get_by_role("status")).to_contain_text(FAILED)
    assert not page.locator("[data-search-count]").count()
    gate.opened.set()


FAULTS = {
    "shards 404": (SHARD, fail_with(404)),
    "shards 503": (SHARD, fail_with(503)),
    "shards cut short": (SHARD, send_changed(lambda data: data[: len(data) // 2])),
    "shards with a byte wrong": (SHARD, send_changed(lambda data: data[:300] + b"B" + data[301:])),
    "shards empty": (SHARD, send_changed(lambda data: b"")),
    "shards swapped": (SHARD, send_other(r"/0/(.)(.)\.js", r"/0/1\1.js")),
    "texts 404": (TEXT, fail_with(404)),
    "texts cut short": (TEXT, send_changed(lambda data: data[:100])),
    "texts swapped": (TEXT, send_other(r"/0/..-0\.js", r"/0/00-0.js")),
    "everything 503": (INDEX, fail_with(503)),
}


@pytest.mark.parametrize(("pattern", "fault"), FAULTS.values(), ids=FAULTS)
def test_a_failure_is_said_never_nothing_found(
    home: Page, server: Server, pattern: str, fault: object
) -> None:
    """Whatever is wrong with a file, the reader is told; when it is mended, search works again."""
    server.fail(pattern, fault)  # type: ignore[arg-type]
    home.keyboard.press("/")
    type_in(home, "农业税")
    expect(home.get_by_role("status")).to_contain_text(FAILED)
    assert not home.locator("[data-search-count]").count()
    assert ids(home) == []
    server.heal()
    home.get_by_role("button", name="再试一次").click()
    expect(home.locator(RESULTS).first).to_be_visible()


@pytest.mark.parametrize(
    ("query", "pattern"),
    [
        ("q=农业税", SHARD),
        ("q=农业税", "/facets.js"),
        ("kind=故事", "/facets.js"),
        ("q=毛峰美", "/words.js"),
        ("q=農業稅", "/variants.js"),
    ],
)
def test_a_failure_on_the_page(page: Page, server: Server, query: str, pattern: str) -> None:
    """The results page says it as well, whichever file is missing, and keeps its lists."""
    server.fail(pattern, fail_with(500))
    page.goto(f"{server.address}search/?{query}")
    expect(page.get_by_role("status")).to_contain_text(FAILED)
    assert not page.locator("[data-search-count]").count()
    assert page.locator(".search-index").is_visible()


def test_a_page_without_its_script_says_so(page: Page, server: Server) -> None:
    """When the script itself does not come, the search page is no empty page."""
    server.fail(r"/search/search\.js", fail_with(503))
    page.goto(f"{server.address}search/?q=农业税")
    expect(page.get_by_text("检索没有装上")).to_be_visible()
    assert page.locator(".search-index").is_visible()


def test_a_file_lost_once_is_fetched_again(home: Page, server: Server) -> None:
    """One failure of a shaky network is not the reader's concern."""
    lost: list[str] = []

    def once(handler: Handler) -> None:
        if handler.path in lost:
            SimpleHTTPRequestHandler.do_GET(handler)
        else:
            lost.append(handler.path)
            handler.send_error(502)

    server.fail(INDEX, once)
    home.keyboard.press("/")
    type_in(home, "农业税")
    expect(home.locator(RESULTS).first).to_be_visible()
    assert lost


def test_an_old_manifest_finds_the_new_index(
    page: Page, server: Server, reader: IndexReader
) -> None:
    """A page kept in a cache names a build that is gone: the one that is there is asked."""
    build = reader.manifest.build.encode()
    server.fail(r"/search/search\.js", send_changed(lambda data: data.replace(build, b"0" * 12)))
    server.fail(r"/search/index/0{12}/", fail_with(404))
    page.goto(server.address)
    page.keyboard.press("/")
    type_in(page, "农业税")
    expect(page.locator(RESULTS).first).to_be_visible()
    assert ids(page) == [f.id for f in ask(reader, "农业税", 10).found]


def test_an_old_manifest_and_nothing_new(page: Page, server: Server, reader: IndexReader) -> None:
    """When the new one is not to be had either, that is said."""
    build = reader.manifest.build.encode()
    server.fail(r"/search/search\.js", send_changed(lambda data: data.replace(build, b"0" * 12)))
    server.fail(r"/search/index/(0{12}/|now)", fail_with(404))
    page.goto(server.address)
    page.keyboard.press("/")
    type_in(page, "农业税")
    expect(page.get_by_role("status")).to_contain_text(FAILED)
