"""A column with Windows line ends gives the same site; names of any length give a site."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import tiny
from kit_plans import STUDY, make_kit
from xuelan.build import build
from xuelan.check import check
from xuelan.cli import main
from xuelan.text.problem import Code

LONG = "关于深入学习先进典型精神广泛开展主题实践活动扎实推进基层组织建设和队伍建设的通知" * 3


def _pages(site: Path) -> dict[str, bytes]:
    return {p.relative_to(site).as_posix(): p.read_bytes() for p in site.rglob("*.html")}


def test_windows_line_ends_give_the_same_site(tmp_path: Path) -> None:
    """All files with CRLF and BOM: notes, no error, and page by page the same bytes."""
    plain, other = tiny.write(tmp_path / "a"), tiny.write(tmp_path / "b")
    for path in other.rglob("*"):
        if path.suffix in (".md", ".yml"):
            path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    report = build(other)
    assert {p.code for p in report.problems} == {Code.BOM, Code.CRLF}
    assert len([p for p in report.problems if p.code is Code.CRLF]) == 1
    assert _pages(report.site) == _pages(build(plain).site)


def test_names_of_any_length_are_built(tmp_path: Path) -> None:
    """No part of an address has more than 100 bytes, however long issuer, tag and title are."""
    changes = (("title: 夜校的灯", f"title: {LONG}\nissuer: {LONG}"), ("[读书, 梯田]", f"[{LONG}]"))
    report = build(tiny.write(tmp_path, {tiny.STORY: tiny.text(tiny.STORY, *changes)}))
    assert report.problems == []
    assert max(len(p.name.encode()) for p in report.site.rglob("*")) <= 100


NAMES = st.text(alphabet="辽宁省委组织部Aa1é陕山 -（）《》〔〕、·.#?%&+'", min_size=1, max_size=300)


@settings(max_examples=12, deadline=None)
@given(title=NAMES, issuer=NAMES, tag=NAMES, person=NAMES, place=NAMES)
def test_any_names_are_refused_or_built(
    tmp_path_factory: pytest.TempPathFactory,
    title: str,
    issuer: str,
    tag: str,
    person: str,
    place: str,
) -> None:
    """What check passes, builds: every part of every path has at most 100 bytes."""
    folder = tmp_path_factory.mktemp("names")
    values = {"title": title, "issuer": issuer}
    lists = {"tags": [tag], "people": [person], "places": [place]}
    rows = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    rows += [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in lists.items()]
    changes = (
        ("title: 夜校的灯", "\n".join(rows)),
        ("tags: [读书, 梯田]\n", ""),
        ("people: [张三]\n", ""),
    )
    root = tiny.write(folder, {tiny.STORY: tiny.text(tiny.STORY, *changes)})
    wrong = [p for p in check(root)[1] if p.is_error]
    assert all(p.path == tiny.STORY and p.line > 1 for p in wrong)
    if not wrong:
        site = build(root).site
        assert max(len(p.name.encode()) for p in site.rglob("*")) <= 100
    shutil.rmtree(folder)


def test_an_unpacked_kit_has_short_paths(tmp_path: Path) -> None:
    """Windows cannot open a path of over 260 characters; the kit itself takes less than 200."""
    recipe = STUDY.replace("title: 集中学习套装", f"title: {LONG[:40]}")
    story = tiny.text(tiny.STORY, ("title: 夜校的灯", f"title: {LONG}"))
    package = make_kit(tmp_path, recipe, {tiny.STORY: story})
    with zipfile.ZipFile(io.BytesIO(package.archive)) as kit:
        assert max(map(len, kit.namelist())) < 200


def test_a_new_material_may_have_a_long_title(tmp_path: Path) -> None:
    """The id made of it, which is the name of its file, is cut."""
    root = tiny.write(tmp_path)
    result = CliRunner().invoke(main, ["new", "-C", str(root), "故事", LONG[:83]])
    assert result.exit_code == 0, result.output
    (made,) = (p for p in (root / "materials/stories").glob("*.md") if "guan-yu" in p.name)
    assert len(made.name) <= 100
