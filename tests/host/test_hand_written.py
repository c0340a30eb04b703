"""Hand-written pages on the site: their links to materials, and what is left out."""

from __future__ import annotations

import re
from pathlib import Path

import tiny
from xuelan.build import build
from xuelan.check import check
from xuelan.rules.addresses import maker

STORY = "../materials/stories/story-night-school.md"
ABOUT = f"""# 关于

[夜校]({STORY}) [一段]({STORY}#做法) [活动](/activities/) [首页](/) [查](/search/?q=梯田#main)
[页](/guide/a.md#甲) [附](/a.pdf) [外](https://example.org/a.md)
"""


def _hrefs(page: Path) -> dict[str, str]:
    text = page.read_text(encoding="utf-8").partition('class="prose"')[2].partition("</article>")[0]
    return {words: href for href, words in re.findall(r'<a href="([^"]*)"[^>]*>(.*?)</a>', text)}


def _build(folder: Path, files: tiny.Files) -> Path:
    root = tiny.write(folder, files)
    report = build(root)
    assert report.written is not None, report.problems
    return root / "site"


def test_a_page_links_a_material_by_its_file(tmp_path: Path) -> None:
    """The path that the forge's preview follows becomes the address of the page, at any depth."""
    story = tiny.with_body("甲。\n\n## 做法\n\n乙。\n")
    files = {
        tiny.STORY: story,
        "docs/about.md": ABOUT,
        "docs/guide/a.md": f"# 甲\n\n[夜校](../{STORY}) [关于](/about/)\n",
        "docs/a.pdf": b"%PDF-1.4",
    }
    site = _build(tmp_path, files)
    assert _hrefs(site / "about/index.html") == {
        "夜校": "../materials/story-night-school/",
        "一段": "../materials/story-night-school/#做法",
        "活动": "../activities/",
        "首页": "../",
        "查": "../search/?q=梯田#main",
        "页": "../guide/a/#甲",
        "附": "../a.pdf",
        "外": "https://example.org/a.md",
    }
    assert _hrefs(site / "guide/a/index.html") == {
        "夜校": "../../materials/story-night-school/",
        "关于": "../../about/",
    }


def test_a_moved_material_is_linked_by_its_new_file(tmp_path: Path) -> None:
    """What the host made last time is not used again when the address has changed."""
    root = tiny.write(tmp_path, {"docs/about.md": f"# 关于\n\n[夜校]({STORY})\n"})
    assert build(root).written is not None
    moved = tiny.text(tiny.STORY).replace("id: story-night-school", "id: story-moved")
    (root / tiny.STORY).unlink()
    (root / "materials/stories/story-moved.md").write_text(moved, encoding="utf-8")
    found = [p.message for p in check(root)[1] if p.path == "docs/about.md"]
    assert found == [f"链接的材料“{STORY}”不存在"]


def test_strays_are_not_published(tmp_path: Path) -> None:
    """Copies, drafts and files of other programs; what a page links to is."""
    strays = [
        "about.md~", "~$x.docx", "底稿.docx", "about - 副本.md", "x (1).md", "Thumbs.db", "a.md.bak",
        "#a.md#", "desktop.ini", "img/合影.psd", "新建文本文档.txt", "about - Copy.md", ".DS_Store",
        ".a.md.swp", "复件 about.md", "表（2）.xlsx", "名单.xls", "a.tmp",
    ]  # fmt: skip
    kept = {
        "docs/表.docx": b"PK",
        "docs/robots.txt": "x",
        "docs/img/a.png": b"x",
        "docs/CNAME": "x",
    }
    files = {f"docs/{name}": "# 稿\n" for name in strays}
    about = {"docs/about.md": "# 关于\n\n[表](表.docx)\n", "docs/通知(2016).md": "# 通知\n"}
    site = _build(tmp_path, {**files, **kept, **about})
    there = {p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file()}
    assert there >= {"表.docx", "robots.txt", "img/a.png", "CNAME", "通知(2016)/index.html"}
    assert not [f for f in there if any(w in f for w in ("底稿", "副本", "~", "Thumbs", ".bak"))]
    assert not there & {*strays, "x (1)/index.html", "about - Copy/index.html"}
    root = tmp_path / "column"
    told = {p.path for p in check(root)[1] if p.code.slug == "stray-file"}
    assert told == set(files)


def test_whatever_the_program_makes_has_an_owner(tmp_path: Path) -> None:
    """A hand-written page cannot take the place of any file of a finished site unnoticed."""
    root = tiny.write(tmp_path)
    catalog, _ = check(root)
    assert catalog is not None
    site = root / "site"
    assert build(root).written is not None
    files = {p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file()}
    assert [f for f in sorted(files) if not maker(catalog, f)] == ["index.html"]
