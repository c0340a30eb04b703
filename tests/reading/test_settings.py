"""A column's own settings: its kinds, activities, footer marks and addresses."""

from __future__ import annotations

from pathlib import Path

import pytest

import tiny
from xuelan.model.column import Column, Footer
from xuelan.reading import settings
from xuelan.text.problem import Code, Problem


def _load(folder: Path, *changes: tuple[str, str]) -> tuple[Column | None, list[Problem]]:
    return settings.load(tiny.write(folder, {"mkdocs.yml": tiny.text("mkdocs.yml", *changes)}))


def _good(folder: Path, *changes: tuple[str, str]) -> Column:
    column, problems = _load(folder, *changes)
    assert problems == []
    assert column is not None
    return column


def test_settings_come_from_mkdocs_yml(tmp_path: Path) -> None:
    """The host's own keys and the column's block below ``xuelan``."""
    column = _good(tmp_path)
    assert column.title == "示例专栏"
    assert column.url == "https://example.org/study/"
    assert column.publisher == "示例编辑组"
    assert [k.name for k in column.kinds] == ["通知", "故事", "报道", "活动指南", "词条"]
    assert column.kind("通知").needs == ("issuer",)
    assert column.kind("词条").glossary
    assert column.activities[0].address == "activities/study/"
    assert column.footer.host == "甲县示例单位"
    assert column.vocabularies == {
        "kinds": ("通知", "故事", "报道", "活动指南", "词条"),
        "activities": ("集中学习",),
        "audiences": ("支部", "个人"),
    }


URL = "site_url: https://example.org/study/"


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://example.org/study", "https://example.org/study/"),
        ("https://example.org", "https://example.org/"),
        ('""', ""),
        ('!ENV [NO_SUCH_VARIABLE, ""]', ""),
        ('!ENV [NO_SUCH_VARIABLE, "https://example.org/x"]', "https://example.org/x/"),
    ],
)
def test_the_address_ends_in_a_slash_or_is_empty(tmp_path: Path, written: str, url: str) -> None:
    """It may come from the environment, as where a preview is put is known only there."""
    assert _good(tmp_path, (URL, f"site_url: {written}")).url == url


def test_an_address_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A set variable wins."""
    monkeypatch.setenv("STUDY_URL", "https://example.org/preview")
    column = _good(tmp_path, (URL, 'site_url: !ENV [STUDY_URL, ""]'))
    assert column.url == "https://example.org/preview/"


EDIT = "edit_uri: edit/main/docs/"


@pytest.mark.parametrize(
    ("edit_uri", "base"),
    [
        ("edit/main/docs/", "https://example.org/repo/edit/main/"),
        ("edit/main/docs", "https://example.org/repo/edit/main/"),
        ("https://forge.example/x/-/edit/main/docs/", "https://forge.example/x/-/edit/main/"),
        ('""', ""),
    ],
)
def test_where_a_page_is_edited(tmp_path: Path, edit_uri: str, base: str) -> None:
    """“修改本页” leads to the column's own folder on the forge."""
    assert _good(tmp_path, (EDIT, f"edit_uri: {edit_uri}")).edit_base == base


HOST = "        host: 甲县示例单位\n"


@pytest.mark.parametrize(
    "mark",
    [
        "icp: 辽ICP备12345号",
        "icp: 京ICP备12345678号-1",
        "police: 辽公网安备12345678901234号",
        "police: 辽公网安备 21020302000123号",
        "site_code: '2102000012'",
        "site_code: bm01000001",
        "icp: ''",
    ],
)
def test_footer_marks_that_can_be(tmp_path: Path, mark: str) -> None:
    """The forms the record systems give out; empty means none is shown."""
    _good(tmp_path, (HOST, f"        {mark}\n"))


@pytest.mark.parametrize(
    "mark",
    [
        "icp: ICP备12345678号",
        "icp: 辽ICP备12345678",
        "icp: 辽ICP备１２３４５６７８号",
        "police: 辽公网安备1234567890号",
        "police: 公网安备12345678901234号",
        "site_code: '210200001'",
        "site_code: bm0100000",
    ],
)
def test_footer_marks_that_cannot_be(tmp_path: Path, mark: str) -> None:
    """A mark of the wrong form was invented or mistyped."""
    _, [problem] = _load(tmp_path, (HOST, f"        {mark}\n"))
    assert problem.code is Code.FOOTER_MARK
    assert problem.line == 36


def test_the_digits_of_the_police_record(tmp_path: Path) -> None:
    """Its public page is asked by them."""
    column = _good(tmp_path, (HOST, "        police: 辽公网安备 21020302000123号\n"))
    assert column.footer.police_digits == "21020302000123"
    assert Footer().police_digits == ""


@pytest.mark.parametrize(
    "needs",
    ["needs: [issuer]", "needs:\n            - issuer", "needs: [issuer] # 文件要有发文机关"],
)
def test_the_block_may_be_laid_out_freely(tmp_path: Path, needs: str) -> None:
    """Flow or block style, with comments and empty lines between."""
    [old] = [line for line in tiny.text("mkdocs.yml").split("\n") if "name: 通知" in line]
    new = f"""
        # 公文
        - id: notice
          name: 通知
          {needs}
"""
    assert _good(tmp_path, (old, new)).kind("通知").needs == ("issuer",)


def test_other_plugins_may_stand_beside(tmp_path: Path) -> None:
    """The block ends where the next plugin begins."""
    old = "      id: 示例专栏\n"
    column = _good(tmp_path, (old, f"{old}  - search:\n      lang: zh\n\nextra:\n  a: 1\n"))
    assert column.footer.host == "甲县示例单位"


def test_a_column_may_do_without_activities(tmp_path: Path) -> None:
    """Required are the publisher and the kinds; everything else is offered, not demanded."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text(
        "site_name: 小栏目\nplugins:\n  - xuelan:\n      publisher: 甲\n"
        "      kinds: [{id: a, name: 甲}]\n"
    )
    column, problems = settings.load(tmp_path)
    assert problems == []
    assert column is not None
    assert column.activities == ()
    assert column.footer == Footer()
