"""The results page: all hits, facets, without a script, from a disk."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from conftest import Watch
from search.browsing import RESULTS, count, field, ids, type_in
from search.conftest import Server
from xuelan.model.catalog import Catalog
from xuelan.search.reader import IndexReader
from xuelan.search.results import ask


def test_the_page_shows_all(page: Page, server: Server, reader: IndexReader) -> None:
    """Ten at a time until the last, in the order of the command line; the focus goes along."""
    page.goto(f"{server.address}search/?q=农业税")
    answer = ask(reader, "农业税", 100)
    more = page.get_by_role("button", name="再看十篇")
    count_after(page, answer.count)
    while page.locator(RESULTS).count() < answer.count:
        before = page.locator(RESULTS).count()
        more.click()
        expect(page.locator(RESULTS).nth(before).locator("a").first).to_be_focused()
    assert ids(page) == [f.id for f in answer.found]
    expect(more).to_be_hidden()
    assert not page.locator(".search-index").is_visible()


def test_facets_and_order(page: Page, server: Server, reader: IndexReader) -> None:
    """Within a facet either, between facets both; counts tell what is left; the address keeps it."""
    page.goto(f"{server.address}search/?q=毛丰美")
    everything = count_after(page, ask(reader, "毛丰美", 0).count)
    reports = number_at(page, "报道")
    box(page, "报道").focus()
    page.keyboard.press("Space")
    assert count_after(page, reports) < everything
    expect(box(page, "报道")).to_be_focused()
    stories = number_at(page, "故事")
    box(page, "故事").check()
    count_after(page, reports + stories)
    both = number_at(page, "2016")
    box(page, "2016").check()
    count_after(page, both)
    page.get_by_role("button", name="日期").click()
    expect(page.get_by_role("button", name="日期")).to_have_attribute("aria-pressed", "true")
    dates = page.locator(".hit-meta").evaluate_all(
        "all => all.map(e => e.textContent.match(/2016-?\\d*-?\\d*/)[0])"
    )
    assert dates == sorted(dates, reverse=True)
    shown = ids(page)
    page.goto(page.url)
    count_after(page, both)
    assert ids(page) == shown
    for name in ("类型", "年份", "单位", "活动"):
        expect(page.get_by_role("group", name=name)).to_be_visible()


def label(page: Page, name: str) -> Locator:
    return page.locator(".search-facets label").filter(has_text=re.compile(rf"^\s*{name}\s*\d+$"))


def box(page: Page, name: str) -> Locator:
    return label(page, name).locator("input")


def number_at(page: Page, name: str) -> int:
    """The count beside a value of a facet."""
    return int(label(page, name).locator(".count").inner_text())


def count_after(page: Page, expected: int) -> int:
    expect(page.locator("[data-search-count]")).to_have_text(str(expected))
    return expected


def test_a_filter_needs_no_question(page: Page, server: Server, column: Catalog) -> None:
    """All materials of a kind, newest first."""
    page.goto(f"{server.address}search/?kind=故事")
    expect(page.locator(RESULTS).first).to_be_visible()
    stories = [m.id for m in column.public if m.kind == "故事"]
    assert count(page) == len(stories)
    assert ids(page) == stories[:10]


def test_without_script_the_page_lists_everything(
    browser: Browser, server: Server, column: Catalog
) -> None:
    """A to Z and by kind, and a word of explanation."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.address)
    page.get_by_role("link", name="检索", exact=True).first.click()
    assert page.url.endswith("/search/")
    assert page.locator(".az a").count() == len(column.public)
    assert page.get_by_role("heading", name="按文种").is_visible()
    assert "没有运行脚本" in page.locator("main, .main").first.inner_text()
    context.close()


@pytest.mark.parametrize(
    "start", ["index.html", "search/index.html", "materials/portrait/index.html"]
)
def test_from_a_disk(
    browser: Browser, built: Path, watch: Watch, reader: IndexReader, start: str
) -> None:
    """Opened by file:// with the network off: same results, links that name their file."""
    context = watch.on(browser.new_context(offline=True, locale="zh-CN"))
    page = context.new_page()
    page.goto((built / start).as_uri())
    if start.startswith("search"):
        field(page).focus()
    else:
        page.keyboard.press("/")
    type_in(page, "毛豐美")
    expect(page.locator(RESULTS).first).to_be_visible()
    answer = ask(reader, "毛丰美", 10)
    assert ids(page) == [f.id for f in answer.found]
    assert count(page) == answer.count
    page.locator(f"{RESULTS} a").first.click()
    page.wait_for_url("**/" + answer.found[0].url.replace("/#", "/index.html#"))
    expect(page.locator("h1")).to_be_visible()
    assert [c for c in watch.complaints if "search" in c] == []
    context.close()


def test_on_a_disk_the_dialog_leads_to_the_page(browser: Browser, built: Path) -> None:
    """Enter opens the results page's file with the question."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((built / "index.html").as_uri())
    page.keyboard.press("/")
    type_in(page, "花果山")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"search/index\.html\?q="))
    expect(page.locator(f"{RESULTS} mark").first).to_have_text("花果山")
    context.close()
