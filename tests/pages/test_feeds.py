"""What other programs read: Atom, JSON Feed, sitemap and the open catalogue."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import xml.etree.ElementTree as etree
from pathlib import Path
from typing import Any

import feedparser
import pytest

import tiny
from xuelan.model.material import Material

SITE = "https://example.org/study/"
NEWEST_FIRST = [
    "story-night-school",
    "notice-2024-3",
    "report-letter",
    "term-terrace",
    "guide-study",
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny column, whose address is known."""
    return tiny.build(tmp_path_factory.mktemp("feeds"))


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny column without an address, as it is while nobody knows where it will stand."""
    nowhere = tiny.text("mkdocs.yml", (SITE, '""'))
    return tiny.build(tmp_path_factory.mktemp("moved"), {"mkdocs.yml": nowhere})


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_atom_is_read_without_a_complaint(site: Path) -> None:
    """A feed reader finds title, author, address and the date of the newest material."""
    feed = feedparser.parse((site / "feed.xml").read_bytes())
    assert not feed.bozo
    assert feed.version == "atom10"
    assert feed.feed.title == "示例专栏"
    assert feed.feed.author == "示例编辑组"
    assert feed.feed.link == SITE
    assert feed.feed.language == "zh-CN"
    assert feed.feed.updated == "2026-01-02T00:00:00Z"


def test_entries_come_newest_first(site: Path) -> None:
    """By the day they were collected, each with its address, kind and summary."""
    feed = feedparser.parse((site / "feed.xml").read_bytes())
    links = [e.link for e in feed.entries]
    assert sorted(links) == sorted(f"{SITE}materials/{i}/" for i in NEWEST_FIRST)
    assert [e.updated for e in feed.entries] == ["2026-01-02T00:00:00Z"] * 2 + [
        "2026-01-01T00:00:00Z"
    ] * 3
    story = next(e for e in feed.entries if "night" in e.link)
    assert story.title == "夜校的灯"
    assert story.summary == "山村办夜校，二十个人读了一个冬天的书。"
    assert [t.term for t in story.tags] == ["故事"]


def _ids(site: Path) -> list[str]:
    feed = feedparser.parse((site / "feed.xml").read_bytes())
    return [feed.feed.id, *(e.id for e in feed.entries)]


def test_ids_stay_when_the_column_is_renamed_and_moved(
    site: Path, moved: Path, tmp_path: Path
) -> None:
    """A reader shows nobody an entry twice (RFC 4287, 4.2.6)."""
    renamed = tiny.text(
        "mkdocs.yml", ("site_name: 示例专栏", "site_name: 新名"), (SITE, "https://b.example/")
    )
    elsewhere = tiny.build(tmp_path, {"mkdocs.yml": renamed})
    assert _ids(site) == _ids(moved) == _ids(elsewhere)
    assert len(set(_ids(site))) == len(NEWEST_FIRST) + 1
    assert all(i.startswith("urn:uuid:") for i in _ids(site))
    assert [item["id"] for item in _json(site / "feed.json")["items"]] == _ids(site)[1:]


def test_a_column_with_another_id_has_other_ids(site: Path, tmp_path: Path) -> None:
    """Two columns may have materials of the same id and day."""
    other = tiny.text("mkdocs.yml", ("id: 示例专栏", "id: 另一个专栏"))
    assert not set(_ids(site)) & set(_ids(tiny.build(tmp_path, {"mkdocs.yml": other})))


def test_an_address_with_chinese_and_signs_is_percent_encoded(tmp_path: Path) -> None:
    """In the feeds and in the sitemap, whatever the settings say."""
    changes = ((SITE, "'https://例子.中国/学 习&甲/'"), ("示例编辑组", "'甲 & 乙 ]]> <b>'"))
    site = tiny.build(tmp_path, {"mkdocs.yml": tiny.text("mkdocs.yml", *changes)})
    start = "https://xn--fsqu00a.xn--fiqs8s/%E5%AD%A6%20%E4%B9%A0&%E7%94%B2/"
    feed = feedparser.parse((site / "feed.xml").read_bytes())
    assert not feed.bozo
    assert feed.feed.author == "甲 & 乙 ]]> <b>"
    assert all(e.link.startswith(start) for e in feed.entries)
    listed = [u[0].text or "" for u in etree.parse(site / "sitemap.xml").getroot()]
    assert all(a.startswith(start) and a.isascii() for a in listed)


def test_a_draft_and_a_withdrawn_material(tmp_path: Path) -> None:
    """The id of a draft stands nowhere; a withdrawn page says when and why, and is not listed."""
    hidden = tiny.text(
        tiny.STORY, ("related: [report-letter]", "related: [secret-plan, report-letter]")
    )
    draft = tiny.text(
        tiny.STORY, ("id: story-night-school", "id: secret-plan"), ("夜校的灯", "没写完的"),
        ("status: published", "status: draft"), ("related: [report-letter]", "related: []"),
    )  # fmt: skip
    withdrawn = tiny.text(
        tiny.STORY, ("id: story-night-school", "id: story-gone"), ("夜校的灯", "撤下的灯"),
        ("status: published", "status: withdrawn\nwithdrawn: '2026-01-02'\nwithdrawn_reason: 出处有误"),
    )  # fmt: skip
    files = {tiny.STORY: hidden, "materials/stories/secret-plan.md": draft}
    site = tiny.build(tmp_path, files | {"materials/stories/story-gone.md": withdrawn})
    texts = {p: p.read_text(errors="replace") for p in site.rglob("*") if p.is_file()}
    assert not [p for p, text in texts.items() if "secret-plan" in text or "没写完的" in text]
    page = site / "materials/story-gone/index.html"
    assert "于2026年1月2日撤下" in texts[page]
    assert "出处有误" in texts[page]
    assert '<meta name="robots" content="noindex">' in texts[page]
    elsewhere = [p for p, text in texts.items() if "story-gone" in text or "撤下的灯" in text]
    assert {p.relative_to(site).as_posix() for p in elsewhere} <= {
        "materials/story-gone/index.html"
    }


def test_each_kind_has_its_own_feed(site: Path) -> None:
    """Atom and JSON for every kind that holds something."""
    names = sorted(p.name for p in (site / "feeds").iterdir())
    kinds = ["guide", "notice", "report", "story", "term"]
    assert names == sorted(f"{kind}.{form}" for kind in kinds for form in ("json", "xml"))
    feed = feedparser.parse((site / "feeds" / "story.xml").read_bytes())
    assert feed.feed.title == "示例专栏 · 故事"
    assert [e.title for e in feed.entries] == ["夜校的灯"]


def test_json_feed_says_the_same(site: Path) -> None:
    """JSON Feed 1.1 with the fields readers need."""
    feed = _json(site / "feed.json")
    atom = feedparser.parse((site / "feed.xml").read_bytes())
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["home_page_url"] == SITE
    assert feed["feed_url"] == f"{SITE}feed.json"
    assert feed["authors"] == [{"name": "示例编辑组"}]
    assert [(i["id"], i["url"], i["title"], i["content_text"]) for i in feed["items"]] == [
        (e.id, e.link, e.title, e.summary) for e in atom.entries
    ]
    assert [i["date_published"] for i in feed["items"]] == [e.updated for e in atom.entries]


def test_without_an_address_links_are_seen_from_the_feed(moved: Path) -> None:
    """So that a column put anywhere still leads to its own pages."""
    for name in ("feed.json", "feeds/story.json"):
        for item in _json(moved / name)["items"]:
            page = (moved / name).parent / item["url"] / "index.html"
            assert page.resolve().is_file()
    assert not (moved / "sitemap.xml").exists()


def test_the_sitemap_names_every_page(site: Path) -> None:
    """Every page once, with the day a material was collected."""
    root = etree.parse(site / "sitemap.xml").getroot()
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    listed = {u.findtext(f"{space}loc"): u.findtext(f"{space}lastmod") for u in root}
    pages = {
        SITE + p.relative_to(site).as_posix().removesuffix("index.html")
        for p in site.rglob("index.html")
    }
    assert set(listed) == pages
    assert len(root) == len(pages)
    assert listed[f"{SITE}materials/report-letter/"] == "2026-01-01"
    assert listed[f"{SITE}library/"] is None


PRIVATE = {"path", "body", "body_line", "lines", "status", "reviews", "digest", "media"}
"""Where the file stands, the text itself, and the editors' own notes."""


def test_the_catalogue_has_every_public_field(site: Path) -> None:
    """Whatever an editor filled in and readers may see, under its own name."""
    catalog = _json(site / "catalog.json")
    assert (catalog["title"], catalog["url"], catalog["count"]) == ("示例专栏", SITE, 5)
    public = {f.name for f in dataclasses.fields(Material)} - PRIVATE
    added = {"address", "characters", "minutes", "references", "sha256"}
    seen = {key for row in catalog["materials"] for key in row}
    assert seen <= public | added
    story = next(m for m in catalog["materials"] if m["id"] == "story-night-school")
    assert story == {
        "id": "story-night-school",
        "kind": "故事",
        "title": "夜校的灯",
        "collected": "2026-01-02",
        "ground": "本站原创",
        "summary": "山村办夜校，二十个人读了一个冬天的书。",
        "people": ["张三"],
        "tags": ["读书", "梯田"],
        "audience": ["支部"],
        "activity": ["集中学习"],
        "related": ["report-letter"],
        "questions": ["我们的夜校怎么办？"],
        "text": "全文",
        "life": "现行",
        "address": "materials/story-night-school/",
        "characters": 49,
        "minutes": 1,
        "references": ["W-001"],
        "sha256": story["sha256"],
        "attachments": [],
    }


def test_editors_notes_stay_private(tmp_path: Path) -> None:
    """Sign-offs name people; they stand on the page, where an editor put them, and nowhere else."""
    signed = tiny.text(
        tiny.STORY,
        (
            "status: published",
            "reviews: [{stage: 终审, by: 李四, date: '2026'}]\nstatus: published",
        ),
    )
    site = tiny.build(tmp_path, {tiny.STORY: signed})
    for path in ("catalog.json", "feed.json", "feed.xml"):
        assert "李四" not in (site / path).read_text(encoding="utf-8")


def test_an_attachment_is_listed_with_size_and_checksum(tmp_path: Path) -> None:
    """A program can fetch it and see that it came whole."""
    attached = tiny.text(
        tiny.STORY, ("status:", "attachments: [{file: lamp.txt, title: 灯}]\nstatus:")
    )
    site = tiny.build(tmp_path, {tiny.STORY: attached, "materials/stories/lamp.txt": "lamp"})
    rows = _json(site / "catalog.json")["materials"]
    [attachment] = next(m for m in rows if m["id"] == "story-night-school")["attachments"]
    assert (site / attachment["address"]).read_text() == "lamp"
    assert attachment["size"] == 4
    assert attachment["sha256"] == hashlib.sha256(b"lamp").hexdigest()
