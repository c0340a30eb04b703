"""The menu (``nav``): groups, links to other sites, long titles; by keyboard and without script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import tiny
from xuelan.build import build

NAV = """nav:
  - 首页: index.md
  - 资料:
      - 资料库: /library/
      - 第一批学习教育用到的全部名词解释: /glossary/
      - 专题:
          - 山村夜校的来历: guide/school.md
          - 梯田: guide/school-terrace.md
  - 活动: /activities/
  - 另一个网站: https://example.org/a?b=1&c=2
  - 关于:
      - 关于本栏目: about.md
      - 写信: mailto:editor@example.org
"""
TITLES = [
    "首页", "资料库", "第一批学习教育用到的全部名词解释", "山村夜校的来历", "梯田", "活动",
    "另一个网站", "关于本栏目", "写信",
]  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny column with a menu of every kind of entry, built."""
    files = {
        "mkdocs.yml": tiny.text("mkdocs.yml") + NAV,
        "docs/about.md": "# 关于本栏目\n\n甲。\n",
        "docs/guide/school.md": "# 夜校\n\n甲。\n",
        "docs/guide/school-terrace.md": "# 梯田\n\n甲。\n",
    }
    root = tiny.write(tmp_path_factory.mktemp("menu"), files)
    assert build(root).written is not None
    return root / "site"


@pytest.fixture(params=[360, 1280])
def screen(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page without scripts, as wide as a phone or a desktop."""
    size = {"width": request.param, "height": 740}
    context = browser.new_context(java_script_enabled=False, viewport=size)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def test_every_entry_is_shown_without_script(site: Path, screen: Page) -> None:
    """Those in groups too, in the order of the settings, and each group with its name."""
    screen.goto((site / "materials/story-night-school/index.html").as_uri())
    menu = screen.locator("nav.menu")
    links = menu.get_by_role("link")
    assert [link.inner_text() for link in links.all()] == TITLES
    assert all(link.is_visible() for link in links.all())
    for name in ("资料", "专题", "关于"):
        assert menu.get_by_role("list", name=name).is_visible()
        assert menu.get_by_text(name, exact=True).first.is_visible()


def test_no_entry_covers_another_or_leaves_the_screen(site: Path, screen: Page) -> None:
    """A long title takes more room, or more than a line."""
    screen.goto((site / "about/index.html").as_uri())
    boxes = [link.bounding_box() for link in screen.locator("nav.menu a").all()]
    width = screen.viewport_size["width"] if screen.viewport_size else 0
    found = [b for b in boxes if b]
    assert len(found) == len(TITLES)
    for number, box in enumerate(found):
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["height"] >= 43
        for other in found[:number]:
            apart_x = other["x"] + other["width"] <= box["x"] + 1
            apart_y = other["y"] + other["height"] <= box["y"] + 1
            before = box["y"] + box["height"] <= other["y"] + 1
            assert apart_x or apart_y or before or box["x"] + box["width"] <= other["x"] + 1


def test_the_tab_key_reaches_every_entry_in_order(site: Path, page: Page) -> None:
    """Nothing has to be opened first."""
    page.goto((site / "about/index.html").as_uri())
    reached: list[str] = []
    while len(reached) < len(TITLES):
        page.keyboard.press("Tab")
        where = "e => e.closest('nav.menu') ? e.innerText : ''"
        title = page.evaluate(f"({where})(document.activeElement)")
        if title:
            reached.append(title)
    assert reached == TITLES


@pytest.mark.parametrize(
    ("file", "title", "value"),
    [
        ("index.html", "首页", "page"),
        ("library/kind/story/index.html", "资料库", "true"),
        ("guide/school/index.html", "山村夜校的来历", "page"),
        ("guide/school-terrace/index.html", "梯田", "page"),
        ("activities/study/index.html", "活动", "true"),
    ],
)
def test_one_entry_is_the_current_one(
    site: Path, screen: Page, file: str, title: str, value: str
) -> None:
    """The page itself, or the nearest folder that it stands in; also inside a group."""
    screen.goto((site / file).as_uri())
    current = screen.locator("nav.menu [aria-current]")
    assert [e.inner_text() for e in current.all()] == [title]
    assert current.get_attribute("aria-current") == value


def test_no_entry_is_current_where_none_leads_to(site: Path, screen: Page) -> None:
    """The home page is not the folder of all others."""
    screen.goto((site / "search/index.html").as_uri())
    assert screen.locator("nav.menu [aria-current]").count() == 0


def test_links_lead_where_the_settings_say(site: Path, screen: Page) -> None:
    """Another site's address stays as it is; those of the column are relative to the page."""
    screen.goto((site / "guide/school/index.html").as_uri())
    links = screen.locator("nav.menu a").all()
    hrefs = {link.inner_text(): link.get_attribute("href") for link in links}
    assert hrefs["另一个网站"] == "https://example.org/a?b=1&c=2"
    assert hrefs["写信"] == "mailto:editor@example.org"
    assert hrefs["首页"] == "../../"
    assert hrefs["资料库"] == "../../library/"
    assert hrefs["关于本栏目"] == "../../about/"
