"""The pages of a tiny column: what stands on them, in every state, and that nothing is dead."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from PIL import Image

import office_files as made
import tiny
from readable import CASES

EXPECTED = CASES / "tiny-site"
COMPARED = (
    "index.html",
    "404.html",
    "materials/story-night-school/index.html",
    "materials/notice-2024-3/index.html",
    "materials/report-letter/index.html",
    "materials/term-terrace/index.html",
    "materials/guide-study/index.html",
    "library/index.html",
    "library/kind/story/index.html",
    "library/tag/du-shu_nz5ict3h/index.html",
    "activities/index.html",
    "activities/study/index.html",
    "timeline/index.html",
    "glossary/index.html",
    "figures/index.html",
    "quiz/index.html",
    "paths/index.html",
    "paths/branch/index.html",
)
"""One page of every type; the generated reference is checked in test_docs."""


class Page(HTMLParser):
    """What a test wants to know of a page."""

    VOID = ("br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr")

    def __init__(self, file: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.html = file.read_text(encoding="utf-8")
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[str] = []
        self.meta: dict[str, str] = {}
        self.text = ""
        self._open: list[str] = []
        self.feed(self.html)
        self.close()
        assert self._open == [], f"{file}: left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values[n] for n in ("href", "src") if n in values]
        if tag == "meta":
            self.meta[values.get("name") or values.get("property", "")] = values.get("content", "")
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self._open.pop() == tag, f"{self.getpos()}: </{tag}>"

    def handle_data(self, data: str) -> None:
        if "h1" in self._open:
            self.headings.append(data.strip())
        if not {"script", "style"} & set(self._open):
            self.text += data


def _main(html: str) -> str:
    """The main content, a line for each line that has anything on it."""
    start = re.search(r'<div class="main"[^>]*>', html)
    assert start is not None
    depth, end = 1, start.end()
    for tag in re.finditer(r"<(/?)div\b", html[start.end() :]):
        depth += -1 if tag[1] else 1
        if depth == 0:
            end = start.end() + tag.start()
            break
    lines = (line.strip() for line in html[start.end() : end].split("\n"))
    return "\n".join(line for line in lines if line) + "\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.build(tmp_path_factory.mktemp("pages"))


@pytest.mark.parametrize("name", COMPARED)
def test_a_page_reads_as_expected(site: Path, name: str, request: pytest.FixtureRequest) -> None:
    """The main content is the one in ``tests/cases/tiny-site/``, reviewed by eye."""
    expected = EXPECTED / (name.removesuffix("/index.html").removesuffix(".html") + ".html")
    found = _main((site / name).read_text(encoding="utf-8"))
    if request.config.getoption("--refresh"):
        expected.parent.mkdir(parents=True, exist_ok=True)
        expected.write_text(found, encoding="utf-8")
        return
    assert found == expected.read_text(encoding="utf-8")


STORY, NOTICE = tiny.STORY, "materials/notices/notice-2024-3.md"
REPORT, TERM = "materials/reports/report-letter.md", "materials/terms/term-terrace.md"


def _many(count: int) -> dict[str, str]:
    """So many more stories, enough for a second page."""
    return {
        f"materials/stories/story-{n:02}.md": tiny.text(
            STORY,
            ("id: story-night-school", f"id: story-{n:02}"),
            ("夜校的灯", f"第{n}盏灯"),
            ("[通知](../notices/notice-2024-3.md#一时间)", "通知"),
        )
        for n in range(count)
    }


MARKS = """\
        icp: 辽ICP备12345678号-1
        police: 辽公网安备 21020302000123号
        site_code: '2102000012'"""
FILES = """\
attachments:
  - {file: 表.txt, title: 签到表}
media:
  - {file: room.png, title: 教室, alt: 夜校的教室}
  - {file: talk.mp3, title: 录音, transcript: 说的话}
reviews:
  - {stage: 初审, by: 李四, date: '2026-01-02'}
status:"""


def _png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (6, 4), "white").save(out, "png")
    return out.getvalue()


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny column in all its other states: missing, replaced, repealed, withdrawn, draft."""
    files = {
        "mkdocs.yml": tiny.text(
            "mkdocs.yml",
            ("      notice: notice-2024-3\n", ""),
            (
                "        host: 甲县示例单位",
                MARKS,
            ),
        ),
        STORY: tiny.text(
            STORY,
            ("[通知](../notices/notice-2024-3.md#一时间)", "通知"),
            (
                "status:",
                FILES,
            ),
        ),
        "materials/stories/表.txt": "姓名",
        "materials/stories/room.png": _png(),
        "materials/stories/talk.mp3": made.song(),
        NOTICE: tiny.text(NOTICE, ("published", "withdrawn")),
        REPORT: tiny.text(REPORT, ("life: 现行", "life: 被替代\nreplaced_by: story-night-school")),
        "materials/reports/report-lost.md": tiny.text(
            REPORT,
            ("id: report-letter", "id: report-lost"),
            ("text: 摘要", "text: 原文待补"),
            ("life: 现行", "life: 废止"),
            ("title: 山村来信", "title: 山村“来信”<二>\noriginal_title: 来信之二"),
        ),
        "materials/terms/term-draft.md": tiny.text(
            TERM,
            ("id: term-terrace", "id: term-draft"),
            ("published", "draft"),
            ("梯田\n", "草稿\n"),
        ),
        **_many(21),
    }
    return tiny.build(tmp_path_factory.mktemp("states"), files)


def _pages(folder: Path) -> dict[str, Page]:
    return {
        p.relative_to(folder).as_posix(): Page(p)
        for p in sorted(folder.rglob("*.html"))
        if "downloads" not in p.parts
    }


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    return _pages(site)


@pytest.fixture(scope="module")
def states(other: Path) -> dict[str, Page]:
    return _pages(other)


def _dead(folder: Path, pages: dict[str, Page]) -> list[str]:
    dead = []
    for name, page in pages.items():
        for link in page.links:
            if re.match(r"[a-z]+:|//", link) or (name == "404.html" and link.startswith("/")):
                continue
            path, _, anchor = unquote(link.partition("?")[0]).partition("#")
            target = ((folder / name).parent / path).resolve() if path else folder / name
            target = target / "index.html" if target.is_dir() else target
            known = target.relative_to(folder.resolve()).as_posix() if target.exists() else ""
            if not target.is_file():
                dead.append(f"{name}: {link}")
            elif anchor and known in pages and anchor not in pages[known].ids:
                dead.append(f"{name}: {link} (no such place)")
    return dead


HAND_WRITTEN = re.compile(r"(?:about|rights|accessibility|contributing)/(?:#.*)?$")
"""Pages every column has by ``xuelan init``; the tiny one does without."""


@pytest.mark.parametrize("which", ["site", "other"])
def test_no_link_is_dead(which: str, request: pytest.FixtureRequest) -> None:
    """Every link, picture and anchor of every page leads somewhere, in every state."""
    folder = request.getfixturevalue(which)
    assert [d for d in _dead(folder, _pages(folder)) if not HAND_WRITTEN.search(d)] == []


@pytest.mark.parametrize("which", ["pages", "states"])
def test_every_page_is_well_made(which: str, request: pytest.FixtureRequest) -> None:
    """Tags close, ids are unique, one h1, a description, Chinese declared."""
    for name, page in request.getfixturevalue(which).items():
        assert len(set(page.ids)) == len(page.ids), name
        assert len(page.headings) >= 1, name
        assert page.html.count("<h1") == 1, name
        assert re.search(r'<html[^>]* lang="zh', page.html), name
        assert page.meta["description"] or name in ("404.html", "index.html"), name


def test_titles_tell_pages_apart(pages: dict[str, Page]) -> None:
    """No two pages have the same title, and each ends in the column's name."""
    titles = [m[1] for p in pages.values() if (m := re.search(r"<title>(.*?)</title>", p.html))]
    assert len(titles) == len(pages)
    assert len(set(titles)) == len(titles)
    assert all(title.endswith("示例专栏") for title in titles)


def test_nothing_is_asked_of_another_host(states: dict[str, Page]) -> None:
    """Scripts, styles and pictures are the site's own; no style or script stands in a page.

    The page for missing addresses has one, which has to run before it knows where the others are.
    """
    for name, page in states.items():
        assert not re.search(
            r'<(?:script|img|link rel="(?:stylesheet|icon)")[^>]+(?:src|href)="[a-z]+://', page.html
        )
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page.html), name
        inline = re.findall(r"<script(?![^>]* src=)[^>]*>", page.html)
        allowed = {'<script type="application/ld+json">'}
        if name == "404.html":
            [(tag, script)] = re.findall(
                r"(<script data-root[^>]*>)(.*?)</script>", page.html, re.DOTALL
            )
            digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            assert f"script-src 'self' 'sha256-{digest}';" in page.html
            allowed.add(tag)
        assert set(inline) <= allowed, name


def test_a_material_describes_itself_to_programs(pages: dict[str, Page]) -> None:
    """schema.org and Open Graph: what it is, about what, under which licence."""
    page = pages["materials/story-night-school/index.html"]
    data = json.loads(re.findall(r'ld\+json">(.*?)</script>', page.html, re.DOTALL)[0])
    assert data["@type"] == ["LearningResource", "Article"]
    assert data["headline"] == page.meta["og:title"] == "夜校的灯"
    assert (
        data["url"]
        == page.meta["og:url"]
        == "https://example.org/study/materials/story-night-school/"
    )
    assert data["audience"] == [{"@type": "Audience", "audienceType": "支部"}]
    assert data["license"].startswith("https://creativecommons.org/licenses/by/4.0/")
    assert page.meta["og:type"] == "article"
    assert (
        '<link rel="canonical" href="https://example.org/study/materials/story-night-school/">'
        in page.html
    )


def test_a_script_cannot_hide_in_the_data(states: dict[str, Page]) -> None:
    """``</script>`` in a title would end the data; it is written so that it cannot."""
    page = states["materials/report-lost/index.html"]
    assert "山村“来信”<二>" in page.text
    [data] = re.findall(r'ld\+json">(.*?)</script>', page.html, re.DOTALL)
    assert "<" not in data
    assert json.loads(data)["headline"] == "山村“来信”<二>"


def test_somebody_elses_work_carries_no_licence_of_ours(pages: dict[str, Page]) -> None:
    """CC BY 4.0 is for our own texts only."""
    page = pages["materials/report-letter/index.html"]
    assert "creativecommons" not in re.findall(r"ld\+json.*?</script>", page.html, re.DOTALL)[0]


def test_a_text_we_lack_says_so(states: dict[str, Page]) -> None:
    """原文待补, with the way to fill it in."""
    page = states["materials/report-lost/index.html"]
    assert "原文待补" in page.text
    assert "还没有取得这份材料的原文" in page.text
    assert "来信之二" in page.text


def test_a_repealed_document_says_so(states: dict[str, Page]) -> None:
    """Nobody should act on it."""
    assert "本文件已经废止，只作历史资料" in states["materials/report-lost/index.html"].text


def test_a_replaced_document_leads_to_its_successor(states: dict[str, Page]) -> None:
    """With a link, at the top."""
    page = states["materials/report-letter/index.html"]
    assert re.search(
        r'已被<a href="../../materials/story-night-school/">夜校的灯</a>替代', page.html
    )


def test_a_withdrawn_material_leaves_its_address_standing(states: dict[str, Page]) -> None:
    """Links from elsewhere find a word instead of nothing; the text is gone."""
    page = states["materials/notice-2024-3/index.html"]
    assert "撤下" in page.text
    assert "通知要求各支部读书" not in page.html
    assert not any("notice-2024-3" in name for name in states if not name.startswith("materials/"))


def test_a_draft_is_nowhere(other: Path) -> None:
    """Not a page, not a word."""
    assert not (other / "materials" / "term-draft").exists()
    for path in other.rglob("*.html"):
        assert "草稿" not in path.read_text(encoding="utf-8") or "contributing" in path.parts


def test_files_come_with_their_material(other: Path, states: dict[str, Page]) -> None:
    """Attachment with size and checksum, picture with its words, sound with its transcript."""
    folder = other / "materials" / "story-night-school"
    assert (folder / "表.txt").read_text(encoding="utf-8") == "姓名"
    assert (folder / "room.png").read_bytes().startswith(b"\x89PNG")
    page = states["materials/story-night-school/index.html"]
    assert "签到表" in page.text
    assert "6 字节" in page.text
    assert re.search(r'<img[^>]* alt="夜校的教室"', page.html)
    assert "说的话" in page.text
    assert "责任编辑：李四（2026年1月2日）" in page.text


def test_long_lists_have_pages_with_addresses(states: dict[str, Page]) -> None:
    """Twenty to a page, and each page leads to its neighbours without any script."""
    first, second = (
        states["library/kind/story/index.html"],
        states["library/kind/story/2/index.html"],
    )
    row = re.compile(r'href="(?:\.\./)+materials/(story-[a-z0-9-]+)/"')
    assert len(set(row.findall(_main(first.html)))) == 20
    assert len(set(row.findall(_main(second.html)))) == 2
    assert re.search(r'rel="next"', first.html)
    assert re.search(r'rel="prev"', second.html)


def test_the_footer_shows_the_marks_the_site_holds(
    pages: dict[str, Page], states: dict[str, Page]
) -> None:
    """Each with a plain link to its public register; none is shown that is not set."""
    with_marks, without = states["index.html"], pages["index.html"]
    assert "辽ICP备12345678号-1" in with_marks.text
    assert "https://beian.miit.gov.cn/" in with_marks.links
    assert any("beian.mps.gov.cn" in link and "21020302000123" in link for link in with_marks.links)
    assert "2102000012" in with_marks.text
    assert "备案" not in without.text
    assert "甲县示例单位" in without.text


def test_edit_links_lead_to_the_source(pages: dict[str, Page]) -> None:
    """On the forge, to the file the page was made from."""
    edit = "https://example.org/repo/edit/main/"
    assert f"{edit}{STORY}" in pages["materials/story-night-school/index.html"].links
    assert not any(link.startswith(edit) for link in pages["library/index.html"].links)
