"""A real Chromium over the built column: every page type, with and without script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from conftest import ROOT, Watch, xuelan

AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text()

PAGES = {
    "home": "",
    "library": "library/",
    "library page 2": "library/2/",
    "kind": "library/kind/story/",
    "year": "library/year/2016/",
    "long text": "materials/portrait/",
    "chronicle": "materials/life-chronicle/",
    "notice with tables": "materials/dalian-notice-2016-29/",
    "text missing": "materials/central-decision-2016/",
    "report": "materials/report-guangming-2015-01-26/",
    "film": "materials/film-maofengmei-2016/",
    "story": "materials/story-terraces/",
    "term": "materials/term-wu-ge-yi/",
    "guide": "materials/guide-study/",
    "activities": "activities/",
    "activity": "activities/study/",
    "timeline": "timeline/",
    "glossary": "glossary/",
    "figures": "figures/",
    "quiz": "quiz/",
    "paths": "paths/",
    "path": "paths/branch/",
    "downloads": "downloads/",
    "own kit": "own-kit/",
    "search": "search/",
    "about": "about/",
    "rights": "rights/",
    "accessibility": "accessibility/",
    "contributing": "contributing/",
    "fields": "contributing/fields/",
    "problems": "contributing/problems/",
}
every_page = pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)


@every_page
def test_console_is_empty_and_nothing_is_fetched_from_elsewhere(
    page: Page, watch: Watch, address: str, path: str
) -> None:
    """No error, no warning, no request to any other host, one h1, a title and the language."""
    page.goto(address + path, wait_until="load")
    assert watch.complaints == []
    assert watch.foreign(address) == []
    assert page.locator("h1").count() == 1
    assert page.title()
    assert page.locator("html").get_attribute("lang") == "zh-CN"


@pytest.fixture(scope="module")
def without_script(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


@every_page
def test_without_script_everything_can_be_read(
    without_script: Page, address: str, path: str
) -> None:
    """Heading, menu and text are there; nothing depends on a script."""
    without_script.goto(address + path)
    assert without_script.locator("h1").first.is_visible()
    assert without_script.get_by_role("navigation").get_by_role("link").first.is_visible()
    assert len(without_script.locator("main").inner_text()) > 40


@pytest.fixture(scope="module", params=["light", "dark"])
def phone(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, color_scheme=request.param, locale="zh-CN"
    )
    yield context.new_page()
    context.close()


@every_page
def test_on_a_phone_nothing_sticks_out_and_axe_finds_nothing_serious(
    phone: Page, address: str, path: str
) -> None:
    """At 360 px the page does not scroll sideways; axe reports nothing serious or critical."""
    phone.goto(address + path)
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
    assert _violations(phone) == []


def _violations(page: Page) -> list[str]:
    # The page's own policy forbids added scripts, so axe comes in through the debugger.
    page.evaluate(AXE + "; undefined")
    found = page.evaluate("axe.run().then(result => result.violations)")
    return [
        f"{v['id']}: {n['target']} {n['failureSummary']}"
        for v in found
        if v["impact"] in ("serious", "critical")
        for n in v["nodes"]
    ]


def test_the_error_page_works_at_any_depth(
    page: Page, watch: Watch, serve: Callable[[Path], str], tmp_path: Path
) -> None:
    """With the site's address known, a wrong address anywhere gets the look and a way home."""
    (tmp_path / "site").mkdir()
    address = serve(tmp_path / "site")
    assert xuelan("build", "--site-dir", tmp_path / "site", SITE_URL=address).returncode == 0
    shown = (tmp_path / "site/404.html").read_text()
    page.route(f"{address}no/such/page/", lambda r: r.fulfill(body=shown, content_type="text/html"))
    page.goto(f"{address}no/such/page/")
    assert watch.complaints == []
    assert _violations(page) == []
    page.get_by_role("main").get_by_role("link", name="资料库").click()
    assert page.url == f"{address}library/"


def test_the_keyboard_reaches_the_text_first(page: Page, address: str) -> None:
    """The first Tab is a link past the menu, and it works."""
    page.goto(address + "materials/portrait/")
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert "跳到" in focused.inner_text()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}materials/portrait/#main")


def test_dark_look_is_kept(page: Page, address: str) -> None:
    """The reader's choice of look survives to the next page."""
    page.goto(address)
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("[data-theme-switch]").click()
    after = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert before != after
    page.goto(address + "library/")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == after


def test_a_citation_leads_to_its_reference(page: Page, address: str) -> None:
    """A raised number links to the entry of the same number, which names its standard form."""
    page.goto(address + "materials/portrait/")
    number = page.locator("sup.cite a").first
    target = number.get_attribute("href")
    assert target is not None
    number.click()
    assert page.url.endswith(target)
    assert "[" in page.locator(target).inner_text()


def test_in_print_the_source_is_on_the_page(page: Page, address: str, tmp_path: Path) -> None:
    """Menu and buttons are gone in print; the provenance and the references stay."""
    page.goto(address + "materials/portrait/")
    page.emulate_media(media="print")
    assert not page.locator("nav.menu").is_visible()
    assert page.locator(".provenance").is_visible()
    assert page.locator(".references").is_visible()


def test_works_from_a_folder_without_a_server(browser: Browser, site: Path, watch: Watch) -> None:
    """Opened from a disk the page has its styles and an empty console."""
    context = watch.on(browser.new_context(offline=True))
    page = context.new_page()
    page.goto((site / "materials/portrait/index.html").as_uri())
    assert page.locator("h1").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgba(0, 0, 0, 0)"
    assert watch.complaints == []
    context.close()
