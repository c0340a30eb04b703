"""Settings that MkDocs refuses: a line and plain Chinese, as for the column's own settings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tiny
from conftest import xuelan
from xuelan.check import check
from xuelan.host import plugin as host
from xuelan.pages.frames import HostError
from xuelan.preview import serve

THEME = "  name: material\n"
BEFORE = "theme:\n"
REFUSED = {
    "a theme nobody has": (
        (THEME, "  name: nosuch\n"),
        "mkdocs.yml:10: 错误[settings] theme 没有安装名为“nosuch”的主题",
    ),
    "a theme of another kind": (
        (f"{BEFORE}{THEME}  language: zh\n  font: false\n", "theme: [material]\n"),
        "mkdocs.yml:9: 错误[settings] theme 应写成“名称: 值”的样子",
    ),
    "templates in no folder": (
        (THEME, f"{THEME}  custom_dir: nowhere\n"),
        "mkdocs.yml:11: 错误[settings] theme custom_dir 写的文件夹“nowhere”不存在",
    ),
    "a plugin that is not installed": (
        ("plugins:\n", "plugins:\n  - nosuch\n"),
        "mkdocs.yml:15: 错误[settings] plugins 插件“nosuch”没有安装",
    ),
    "a plugin's option": (
        ("plugins:\n", "plugins:\n  - search:\n      lang: 5\n"),
        "mkdocs.yml:14: 错误[settings] plugins 写得不对",
    ),
    "an extension that is not installed": (
        (BEFORE, f"markdown_extensions:\n  - tables\n  - no.such\n{BEFORE}"),
        "mkdocs.yml:11: 错误[settings] markdown_extensions 扩展“no.such”没有安装，或选项写错了",
    ),
    "an extension's option": (
        (BEFORE, f"markdown_extensions:\n  - toc:\n      nosuch: 1\n{BEFORE}"),
        "mkdocs.yml:10: 错误[settings] markdown_extensions 扩展“toc”没有安装，或选项写错了",
    ),
    "a word for a switch": (
        (BEFORE, f"use_directory_urls: maybe\n{BEFORE}"),
        "mkdocs.yml:9: 错误[settings] use_directory_urls 应为 true 或 false",
    ),
    "a number for a line of text": (
        (BEFORE, f"copyright: 2024\n{BEFORE}"),
        "mkdocs.yml:9: 错误[settings] copyright 应为一行文字",
    ),
    "a number for a list": (
        (BEFORE, f"extra_css: 5\n{BEFORE}"),
        "mkdocs.yml:9: 错误[settings] extra_css 应为列表",
    ),
    "a menu that is no list": (
        (BEFORE, f"nav: 首页\n{BEFORE}"),
        "mkdocs.yml:9: 错误[settings] nav 应为列表",
    ),
    "a hook that is not there": (
        (BEFORE, f"hooks:\n  - tools/hook.py\n{BEFORE}"),
        "mkdocs.yml:10: 错误[settings] hooks 没有“tools/hook.py”这个文件",
    ),
    "settings to inherit that are not there": (
        (BEFORE, f"INHERIT: gone.yml\n{BEFORE}"),
        "mkdocs.yml:9: 错误[settings] 没有“gone.yml”这个文件",
    ),
    "a tag nobody knows": (
        (BEFORE, f"extra: !nosuch 5\n{BEFORE}"),
        "mkdocs.yml:9: 错误[settings] 不认识标记“!nosuch”",
    ),
    "a module that is not installed": (
        (BEFORE, f"extra: !!python/name:nosuch.thing\n{BEFORE}"),
        "mkdocs.yml:9: 错误[settings] 没有安装 Python 模块“nosuch”",
    ),
    "a setting nobody knows, in a strict column": (
        (BEFORE, f"strict: true\nsite_nmae: 甲\n{BEFORE}"),
        "mkdocs.yml:10: 错误[settings] site_nmae 不是 MkDocs 的设置",
    ),
    "what the host trips over": (
        (THEME, f"{THEME}  static_templates: 5\n"),
        "mkdocs.yml:1: 错误[settings] 写得不对",
    ),
}


def _column(folder: Path, change: tuple[str, str]) -> Path:
    return tiny.write(folder, {"mkdocs.yml": tiny.text("mkdocs.yml", change)})


@pytest.mark.parametrize("case", REFUSED)
def test_a_setting_that_mkdocs_refuses(case: str, tmp_path: Path) -> None:
    """File, line and message, then what to do: two lines, and nothing in English before the hint."""
    change, expected = REFUSED[case]
    catalog, _ = check(_column(tmp_path, change))
    assert catalog is not None
    with pytest.raises(HostError) as caught:
        host.make(catalog, tmp_path / "made")
    message, hint = str(caught.value).split("\n")
    assert message == expected
    assert re.match(r"    提示：(?:MkDocs 的原话：)?\S", hint)
    assert str(tmp_path) not in str(caught.value)


def test_the_command_says_so_and_leaves_the_site(tmp_path: Path) -> None:
    """Exit code 1, no traceback, no words of MkDocs's; what was published stands."""
    root = tiny.write(tmp_path)
    assert xuelan("build", "-C", root).returncode == 0
    page = root / "site/index.html"
    before = page.read_bytes()
    settings = tiny.text("mkdocs.yml", ("plugins:\n", "plugins:\n  - nosuch\n"))
    (root / "mkdocs.yml").write_text(settings, encoding="utf-8")
    done = xuelan("build", "-C", root)
    assert done.returncode == 1
    assert "mkdocs.yml:15: 错误[settings] plugins 插件“nosuch”没有安装" in done.stderr
    assert not re.search("Traceback|Aborted|Config value", done.stdout + done.stderr)
    assert page.read_bytes() == before


def test_the_preview_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It shows the message and waits for the next edit; MkDocs would have ended it."""
    root = _column(tmp_path, ("plugins:\n", "plugins:\n  - nosuch\n"))
    preview = serve.Preview(root, tmp_path / "site", lambda _: None)
    assert preview.rebuild()
    assert "插件“nosuch”没有安装" in preview.tabs.last
    assert len([r for r in caplog.records if r.levelname == "ERROR"]) == 1


def test_a_setting_nobody_knows_is_a_warning(tmp_path: Path) -> None:
    """MkDocs passes over it, so it does not stop the build; but it is said."""
    done = xuelan("build", "-C", _column(tmp_path, (BEFORE, f"site_nmae: 甲\n{BEFORE}")))
    assert done.returncode == 0
    assert "mkdocs.yml:9: site_nmae 不是 MkDocs 的设置" in done.stderr


WARNED = "nav:\n  - 首页: index.md\nvalidation:\n  omitted_files: warn\n"


def test_what_stops_a_strict_column_is_said(tmp_path: Path) -> None:
    """MkDocs counts its warnings; the warnings themselves are printed as well."""
    files = {
        "mkdocs.yml": tiny.text("mkdocs.yml", (BEFORE, f"strict: true\n{WARNED}{BEFORE}")),
        "docs/about.md": "# 关于\n\n不在菜单里。\n",
    }
    done = xuelan("build", "-C", tiny.write(tmp_path, files))
    assert done.returncode == 1
    assert "about.md" in done.stderr
    assert "Traceback" not in done.stderr
