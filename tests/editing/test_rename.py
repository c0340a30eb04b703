"""A material gets another id, or is withdrawn: what follows, and what stays."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import tiny
from conftest import xuelan
from xuelan.check import check
from xuelan.cli import main
from xuelan.editing.mentions import find_references, replace_references
from xuelan.model.catalog import Catalog
from xuelan.text.problem import Code

OLD, NEW = "story-night-school", "night-school"
RECIPE = """id: study
title: 集中学习套装
summary: 一次会用。
readings: [story-night-school, report-letter]  # story-night-school 在前
guides: [guide-study]
formats: [PDF]
"""
PAGE = """# 关于

见[夜校](../materials/stories/story-night-school.md#白天修梯田)、[网址](/materials/story-night-school/)。
写作 story-night-school，不是[另一篇](story-night-school.md)。
"""


def _run(root: Path, *arguments: str) -> Result:
    command, *rest = arguments
    return CliRunner().invoke(main, [command, "-C", str(root), *rest])


def _files(root: Path) -> dict[str, bytes]:
    return {f.relative_to(root).as_posix(): f.read_bytes() for f in root.rglob("*") if f.is_file()}


def _column(tmp_path: Path) -> Path:
    notice = "materials/notices/notice-2024-3.md"
    changed = tiny.text(notice, ("kind: 通知\n", f'kind: 通知\nrelated:\n  - "{OLD}"\n'))
    extra = {"materials/kits/study.yml": RECIPE, "docs/about.md": PAGE, notice: changed}
    return tiny.write(tmp_path, extra)


def test_whatever_names_a_material_follows_it(tmp_path: Path) -> None:
    """Links, related materials, recipes, paths, questions, settings; the words of a text stay."""
    root = _column(tmp_path)
    result = _run(root, "rename", OLD, NEW)
    assert result.exit_code == 0, result.output
    files = _files(root)
    assert f"materials/stories/{OLD}.md" not in files
    assert b"former_ids:\n  - story-night-school\n" in files[f"materials/stories/{NEW}.md"]
    assert f'  - "{NEW}"\n'.encode() in files["materials/notices/notice-2024-3.md"]
    recipe = files["materials/kits/study.yml"].decode()
    assert "readings: [night-school, report-letter]  # story-night-school 在前" in recipe
    assert files["docs/about.md"].decode() == (
        "# 关于\n\n见[夜校](../materials/stories/night-school.md#白天修梯田)、"
        "[网址](/materials/night-school/)。\n"
        "写作 story-night-school，不是[另一篇](story-night-school.md)。\n"
    )
    problems = [p for p in check(root)[1] if p.path != "docs/about.md"]
    assert problems == []


def test_the_difference_is_shown_and_nothing_written(tmp_path: Path) -> None:
    """``--diff`` changes no file."""
    root = _column(tmp_path)
    before = _files(root)
    output = _run(root, "rename", OLD, NEW, "--diff").output
    assert "-      essential: [story-night-school]\n+      essential: [night-school]\n" in output
    assert _files(root) == before


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("story-night-scool", NEW, "没有编号为“story-night-scool”的材料。是不是想写“story-night-school”？"),
        (OLD, "guide-study", "编号“guide-study”已被 materials/guides/guide-study.md 使用，请另取一个。"),
        (OLD, OLD, f"编号已经是“{OLD}”，没有改动。"),
        (OLD, "Night", "“Night”不能用作编号：应写作 night。"),
        (OLD, "../night", "“../night”不能用作编号：应写作 night。"),
    ],
)  # fmt: skip
def test_a_name_that_cannot_be(tmp_path: Path, old: str, new: str, message: str) -> None:
    """One line says why, and no file is touched."""
    root = _column(tmp_path)
    before = _files(root)
    result = _run(root, "rename", old, new)
    assert (result.exit_code, result.output) == (1, message + "\n")
    assert _files(root) == before


def test_a_file_in_the_way_stops_everything(tmp_path: Path) -> None:
    """A file that is no material yet is not overwritten, and nothing is half renamed."""
    root = _column(tmp_path)
    (root / f"materials/stories/{NEW}.md").write_text("---\n", "utf-8")
    before = _files(root)
    result = _run(root, "rename", OLD, NEW)
    assert result.exit_code == 1
    assert "已经存在，没有覆盖" in result.output
    assert _files(root) == before


def test_a_draft_leaves_no_address(tmp_path: Path) -> None:
    """Nobody has the address of what was never published."""
    root = tiny.write(tmp_path)
    _run(root, "new", "故事", "灯", "--id", "lamp")
    _run(root, "rename", "lamp", "light")
    assert "former_ids:\n" not in (root / "materials/stories/light.md").read_text("utf-8")


def test_an_old_address_leads_to_the_new_one(tmp_path: Path) -> None:
    """Without a script; search engines, sitemap, search and lists know the new one alone."""
    root = tiny.write(tmp_path)
    before = _built(root, tmp_path / "before")
    _run(root, "rename", OLD, NEW)
    after = _built(root, tmp_path / "after")
    page = (after / f"materials/{OLD}/index.html").read_text("utf-8")
    assert '<meta http-equiv="refresh" content="0; url=../../materials/night-school/">' in page
    assert '<link rel="canonical" href="https://example.org/study/materials/night-school/">' in page
    assert '<meta name="robots" content="noindex">' in page
    assert 'href="../../materials/night-school/"' in page
    named = [
        f.relative_to(after).as_posix()
        for f in after.rglob("*")
        if f.is_file() and f"materials/{OLD}/".encode() in f.read_bytes()
    ]
    assert [name for name in named if not name.startswith("materials/")] == []
    assert _entry_ids(after) == _entry_ids(before)


def _built(root: Path, site: Path) -> Path:
    done = xuelan("build", "-C", root, "--site-dir", site)
    assert done.returncode == 0, done.stdout + done.stderr
    return site


def _entry_ids(site: Path) -> list[str]:
    return re.findall("<id>(.*?)</id>", (site / "feed.xml").read_text("utf-8"))


def test_a_name_taken_back_keeps_the_entry_of_feeds(tmp_path: Path) -> None:
    """Renamed there and back again: readers of feeds see nothing new, and no page leads to itself."""
    root = tiny.write(tmp_path)
    for old, new in ((OLD, NEW), (NEW, "school"), ("school", OLD)):
        assert _run(root, "rename", old, new).exit_code == 0
    catalog, problems = check(root)
    assert problems == []
    assert catalog is not None
    m = catalog.by_id[OLD]
    assert m.first_address == m.address
    assert m.former_addresses == (f"materials/{NEW}/", "materials/school/")


def test_a_former_id_belongs_to_one_material(tmp_path: Path) -> None:
    """Neither the id of another one nor a former id of another one."""
    story = tiny.text(tiny.STORY, ("kind: 故事\n", "former_ids: [guide-study, x]\nkind: 故事\n"))
    problems = tiny.problems(tmp_path, {tiny.STORY: story})
    assert [(p.line, p.code) for p in problems] == [(3, Code.DUPLICATE_ID)]


def test_a_link_to_a_former_id_says_the_present_one(tmp_path: Path) -> None:
    """Texts written before the renaming are mended quickly."""
    root = tiny.write(tmp_path)
    _run(root, "rename", OLD, NEW)
    file = root / f"materials/stories/{NEW}.md"
    guide = root / "materials/guides/guide-study.md"
    guide.write_text(guide.read_text("utf-8").replace(f"{NEW}.md", f"{OLD}.md"), "utf-8")
    file.write_text(file.read_text("utf-8").replace("report-letter", OLD), "utf-8")
    hints = {p.hint for p in check(root)[1]}
    assert hints == {f"已改名，写成“../stories/{NEW}.md”", f"“{OLD}”已改名，写成 {NEW}"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](story-night-school.md)", "[a](n.md)"),
        ("[a](./story-night-school.md)", "[a](./n.md)"),
        ("[a](../stories/story-night-school.md#p1)", "[a](../stories/n.md#p1)"),
        ('[a](story-night-school.md "题")', '[a](n.md "题")'),
        ("[a](<story-night-school.md>)", "[a](<n.md>)"),
        ("[a]: story-night-school.md", "[a]: n.md"),
        ("[a](../x/story-night-school.md)", None),
        ("[a](my-story-night-school.md)", None),
        ("[a](story-night-school-2.md)", None),
        ("[a](story-night-school.mdx)", None),
        ("[a](files/story-night-school.pdf)", None),
        ("story-night-school", None),
        ("https://example.org/story-night-school/", None),
    ],
)
def test_links_are_known_by_where_they_lead(
    tmp_path: Path, text: str, expected: str | None
) -> None:
    """Not by what they look like."""
    c = tiny.catalog(tmp_path)
    changed = replace_references(c, tiny.STORY, text, c.by_id[OLD], "n")
    assert changed == (expected or text)


def test_a_withdrawn_material_says_when_and_why(tmp_path: Path) -> None:
    """The command names each place that still refers to it, by file and line."""
    root = _column(tmp_path)
    result = _run(root, "withdraw", OLD, "--reason", "出处 有误")
    assert result.exit_code == 0
    assert f"已撤下 {OLD}" in result.output
    assert "  materials/kits/study.yml:4: 套装的阅读材料：删掉，或换一篇\n" in result.output
    assert "  docs/about.md:3: 链接：删掉链接，或改成仍在发布的材料\n" in result.output
    catalog, _ = check(root)
    assert catalog is not None
    m = catalog.by_id[OLD]
    assert (m.status, m.withdrawn_reason, len(m.withdrawn)) == ("withdrawn", "出处 有误", 10)


def test_what_the_check_refuses_is_among_the_places_named(tmp_path: Path) -> None:
    """No place that breaks by a withdrawal is left unsaid."""
    root = _column(tmp_path)
    catalog, _ = check(root)
    assert isinstance(catalog, Catalog)
    named = {r.path for r in find_references(catalog, catalog.by_id[OLD])}
    _run(root, "withdraw", OLD, "--reason", "出处有误")
    assert {p.path for p in check(root)[1] if OLD in p.message} <= named


@pytest.mark.parametrize(
    ("name", "reason", "message"),
    [
        (OLD, " ", "没有写撤下的原因"),
        ("x", "有误", "没有编号为“x”的材料"),
    ],
)
def test_a_withdrawal_that_cannot_be(tmp_path: Path, name: str, reason: str, message: str) -> None:
    """Nothing is written."""
    root = _column(tmp_path)
    before = _files(root)
    result = _run(root, "withdraw", name, "--reason", reason)
    assert result.exit_code == 1
    assert message in result.output
    assert _files(root) == before
