"""What a reader does on a page with search, and the addresses of the index's files."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

RESULTS = "[data-search-results] [data-material-id]"


FAILED = "检索暂时不可用"


INDEX = r"/search/index/"


SHARD = r"/search/index/[0-9a-f]{12}/(?:pairs|singles)/[0-9a-f]+/[0-9a-f]{2}\.js"


TEXT = r"/search/index/[0-9a-f]{12}/0/[0-9a-f]{2}-[0-9a-f]\.js"


def field(page: Page) -> Locator:
    """The dialog's field, or the one of the results page."""
    return page.locator(".search-form input")


def ids(page: Page) -> list[str]:
    found = page.locator(RESULTS).evaluate_all("all => all.map(e => e.dataset.materialId)")
    assert all(isinstance(name, str) for name in found)
    return list(found)


def type_in(page: Page, text: str) -> None:
    """As an input method hands a finished text over."""
    page.keyboard.insert_text(text)


def count(page: Page) -> int:
    return int(page.locator("[data-search-count]").inner_text())
