"""The site in a folder: it opens by double click, and nothing in it needs a server."""

from __future__ import annotations

import posixpath
import re
import zipfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser

from conftest import Watch, xuelan
from kit_plans import copied
from xuelan.kits.packing import offline_site
from xuelan.search.results import search


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("../../", "../../index.html"),
        ("../../library/", "../../library/index.html"),
        ("./", "./index.html"),
        (".", "./index.html"),
        ("..", "../index.html"),
        ("../b/#一时间", "../b/index.html#一时间"),
        ("../search/?q=甲", "../search/index.html?q=甲"),
        ("form.docx", "form.docx"),
        ("assets/site.css?v=1", "assets/site.css?v=1"),
        ("#here", "#here"),
        ("?q=甲", "?q=甲"),
        ("", ""),
        ("https://example.org/a/", "https://example.org/a/"),
        ("mailto:a@example.org", "mailto:a@example.org"),
    ],
)
def test_links_to_folders_name_their_page(link: str, expected: str) -> None:
    """A folder opened from a disk has no index page of its own."""
    assert offline_site.page(f'<a href="{link}">甲</a>') == f'<a href="{expected}">甲</a>'


def test_forms_and_modules_work_from_a_disk() -> None:
    """A form leads to a file, and a module becomes a script that browsers let a folder load."""
    html = '<form action="../search/"><script type="module" src="a.js"></script></form>'
    expected = '<form action="../search/index.html"><script defer src="a.js"></script></form>'
    assert offline_site.page(html) == expected


def test_what_needs_a_server_is_left_out(tmp_path: Path) -> None:
    """No sitemap, no error page, no kits inside kits; everything else comes along."""
    kept = ["index.html", "downloads/index.html", "downloads/study/index.html", "a/form.docx"]
    left = ["sitemap.xml", "404.html", ".xuelan-site", "downloads/kits.json",
            "downloads/study/study.zip", "downloads/study/01-读本.pdf"]  # fmt: skip
    for path in (*kept, *left):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")
    assert sorted(copied(tmp_path)) == sorted(kept)


@pytest.fixture(scope="module")
def folder(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real column's study kit, unpacked."""
    target = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(site / "downloads/study/study.zip") as archive:
        archive.extractall(target)
        return target / archive.namelist()[0].split("/")[0]


_LINKS = re.compile(r'\s(?:href|src|action)="([^"]*)"')


def _targets(page: str, html: str) -> set[str]:
    """The paths, seen from the kit's folder, of the files a page links to."""
    found = (urlsplit(address) for address in set(_LINKS.findall(html)))
    local = (p.path for p in found if not p.scheme and not p.netloc and p.path)
    return {posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(p))) for p in local}


def test_every_link_leads_to_a_file_in_the_folder(folder: Path) -> None:
    """From the start page on, every page is reached and every link leads somewhere."""
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    seen, waiting, dead = set(), ["开始.html"], []
    while waiting:
        page = waiting.pop()
        seen.add(page)
        targets = _targets(page, (folder / page).read_text(encoding="utf-8"))
        dead += [(page, target) for target in targets - files]
        fresh = {t for t in targets & files if t.endswith(".html")} - seen - set(waiting)
        waiting += sorted(fresh)
    assert dead == []
    assert len(seen) > 100


def test_the_folder_opens_without_a_network(folder: Path, browser: Browser, watch: Watch) -> None:
    """Start page, home page, a text and back: the console stays empty, nothing is asked for."""
    context = watch.on(browser.new_context(offline=True, locale="zh-CN"))
    page = context.new_page()
    page.goto((folder / "开始.html").as_uri())
    for name in ("打开离线网页", "资料库"):
        page.get_by_role("link", name=name).first.click()
        page.wait_for_load_state("networkidle")
    assert page.url.endswith("/library/index.html")
    page.goto(
        (folder / "离线网页/materials/portrait/index.html").as_uri(), wait_until="networkidle"
    )
    assert page.locator("h1").inner_text()
    page.goto((folder / "离线网页/downloads/index.html").as_uri(), wait_until="networkidle")
    assert "这是离线版" in page.locator("#main").inner_text()
    assert watch.complaints == []
    assert watch.foreign("file:///") == []
    context.close()


def test_search_works_in_the_folder(folder: Path, browser: Browser, watch: Watch) -> None:
    """Without network or server the same is found, and a hit leads to its text in the folder."""
    context = watch.on(browser.new_context(offline=True, locale="zh-CN"))
    page = context.new_page()
    page.goto((folder / "离线网页/index.html").as_uri(), wait_until="networkidle")
    page.locator("form[role=search] input[name=q]").first.fill("梯田")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/index.html?q=*")
    page.get_by_text("完整匹配").wait_for()
    rows = page.locator("[data-search-results] [data-material-id]")
    shown = rows.evaluate_all("all => all.map(e => e.dataset.materialId)")
    assert shown == [f.id for f in search(folder / "离线网页", "梯田", 10).found]
    page.locator("#main a:visible", has_text="治山造田").first.click()
    page.wait_for_load_state("networkidle")
    assert page.url.count("/index.html#") == 1
    assert page.locator("h1").inner_text() == "治山造田"
    assert page.url.startswith(folder.as_uri())
    assert watch.complaints == []
    context.close()


def test_the_command_makes_the_same_kit(site: Path, tmp_path: Path) -> None:
    """``xuelan kits`` gives, to the byte, what the site offers."""
    done = xuelan("kits", "study", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "study.zip").read_bytes() == (
        site / "downloads/study/study.zip"
    ).read_bytes()
