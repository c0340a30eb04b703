"""Files beside a material's page: every link leads to them, whatever they are called."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest
from lxml import html

import office_files as made
import tiny
from xuelan.kits.packing import offline_site
from xuelan.text.file_names import LONGEST_PUBLISHED

NAMES = [
    "附件 1.zip",
    "会议记录#2（定稿）.zip",
    "100%完成.zip",
    "表%E4%B8%80.zip",
    "甲&乙=丙;丁+戊.zip",
    "it's ~a, ‘b’ “c” [d].zip",
    "关于在全市各级党组织和广大党员中深入开展学习先进事迹活动的通知" * 2 + ".zip",
]
PAGE = "materials/story-night-school/"


def _attached(names: list[str]) -> tiny.Files:
    """The story with an attachment of each name, one of them a picture with a link in the text."""
    rows = "".join(
        f"  - file: {json.dumps(f'files/{n}', ensure_ascii=False)}\n    title: 表\n" for n in names
    )
    changed = tiny.text(tiny.STORY, ("status: published", f"attachments:\n{rows}status: published"))
    links = "\n\n".join(f"见[附件{n}](files/{quote(name)})。" for n, name in enumerate(names))
    files = {
        f"materials/stories/files/{name}": made.zipped({"件.txt": f"第{n}件".encode()})
        for n, name in enumerate(names)
    }
    return {tiny.STORY: f"{changed}\n\n{links}\n", **files}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.build(tmp_path_factory.mktemp("names"), _attached(NAMES))


def _words(path: Path) -> str:
    """What the only file in a ZIP file says."""
    with zipfile.ZipFile(path) as package:
        return package.read("件.txt").decode()


def _contents(site: Path, page: str, source: str) -> list[str]:
    """What the links to ZIP files in ``source``, which stands at ``page``, lead to."""
    found = [str(a) for a in html.fromstring(source).xpath("//main//a/@href") if ".zip" in a]
    paths = [urlsplit(urljoin(f"https://example.org/{page}", a)) for a in found]
    assert not any(p.query or p.fragment for p in paths)
    return [_words(site / unquote(p.path).lstrip("/")) for p in paths]


EVERY = [f"第{n}件" for n in range(len(NAMES))]


@pytest.mark.parametrize("fit", [str, offline_site.page], ids=["site", "offline copy"])
def test_links_on_the_page_of_the_material(site: Path, fit: type[str]) -> None:
    """In the text and in the list of attachments, on the site and in the copy of a kit."""
    source = fit((site / PAGE / "index.html").read_text())
    assert _contents(site, PAGE, source) == EVERY * 2


def test_links_on_the_page_of_downloads(site: Path) -> None:
    """The list of all attachments."""
    source = (site / "downloads/index.html").read_text()
    assert _contents(site, "downloads/", source) == EVERY


def test_addresses_in_the_catalogue(site: Path) -> None:
    """They can be put after the site's address as they are."""
    rows = json.loads((site / "catalog.json").read_text())["materials"]
    story = next(row for row in rows if row["id"] == "story-night-school")
    addresses = [a["address"] for a in story["attachments"]]
    assert all(a.isascii() for a in addresses)
    assert [_words(site / unquote(a)) for a in addresses] == EVERY


def test_published_names_are_short(site: Path) -> None:
    """So that a kit can be unpacked anywhere."""
    assert all(len(p.name.encode()) <= LONGEST_PUBLISHED for p in (site / PAGE).iterdir())
