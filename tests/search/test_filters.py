"""What a filter takes away is said; it can be taken off, one by one or all together."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from search.browsing import RESULTS, field, type_in
from search.conftest import Server
from xuelan.search.reader import IndexReader
from xuelan.search.results import ask


def test_a_filter_that_leaves_nothing_says_so(
    page: Page, server: Server, reader: IndexReader
) -> None:
    """It survives a new question; never does it read as if nothing had been found."""
    page.goto(f"{server.address}search/?q=毛丰美&kind=图书")
    expect(page.locator(RESULTS).first).to_be_visible()
    field(page).select_text()
    type_in(page, "农业税")
    status = page.get_by_role("status")
    every = ask(reader, "农业税", 0).count
    expect(status).to_contain_text(f"筛选后0篇，不筛选有{every}篇。")
    expect(status).not_to_contain_text("没有找到")
    page.get_by_role("button", name="清除筛选", exact=True).press("Enter")
    expect(page.locator("[data-search-count]")).to_have_text(str(every))
    expect(field(page)).to_be_focused()
    assert "kind" not in page.url


@pytest.mark.parametrize("width", [360, 1280])
def test_each_filter_is_taken_off_by_itself(page: Page, server: Server, width: int) -> None:
    """The others stay on, those of the same facet too."""
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{server.address}search/?q=毛丰美&kind=报道&kind=故事&year=2016")
    page.get_by_role("button", name="去掉筛选 类型：报道", exact=True).press("Enter")
    expect(page.get_by_role("button", name="去掉筛选 类型：报道", exact=True)).to_have_count(0)
    expect(page.get_by_role("button", name="去掉筛选 类型：故事", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="去掉筛选 年份：2016", exact=True)).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width


def test_a_value_that_does_not_exist_is_told(page: Page, server: Server) -> None:
    """As in an address copied from another edition."""
    page.goto(f"{server.address}search/?q=毛丰美&kind=没有的类型")
    status = page.get_by_role("status")
    expect(status).to_contain_text("本站的类型里没有“没有的类型”。")
    expect(status).to_contain_text("筛选后0篇，不筛选有")
    name = "去掉筛选 类型：没有的类型（没有这一项）"
    expect(page.get_by_role("button", name=name, exact=True)).to_be_visible()


def test_without_a_filter_nothing_is_said_of_filters(page: Page, server: Server) -> None:
    """No chip, no sentence."""
    page.goto(f"{server.address}search/?q=农业税")
    expect(page.locator(RESULTS).first).to_be_visible()
    expect(page.get_by_role("status")).not_to_contain_text("筛选")
    expect(page.locator(".chip")).to_have_count(0)


def test_the_tab_names_the_question(page: Page, server: Server) -> None:
    """And no longer when the field is empty."""
    page.goto(f"{server.address}search/")
    plain = page.title()
    field(page).focus()
    type_in(page, "农业税")
    expect(page).to_have_title(f"农业税 - {plain}")
    field(page).fill("")
    expect(page).to_have_title(plain)


def test_a_row_that_comes_near_says_what_it_lacks(page: Page, server: Server) -> None:
    """Below the excerpt."""
    page.goto(f"{server.address}search/?q=大梨树村量子纠缠")
    expect(page.locator(".hit-compared").first).to_contain_text("没有“")


@pytest.mark.parametrize("key", ["Control+k", "/"])
def test_a_key_opens_the_dialog(home: Page, key: str) -> None:
    """Ctrl+K as in other programs, and the slash."""
    home.keyboard.press(key)
    expect(field(home)).to_be_focused()
