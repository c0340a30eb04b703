"""A column with Windows line ends gives the same site; names of any length give a site."""

from __future__ import annotations

from pathlib import Path

import tiny
from xuelan.build import build
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
