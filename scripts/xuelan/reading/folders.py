"""The folders that the settings name: the finished site must not lie among its sources."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from xuelan.model.column import MATERIALS_FOLDER, Column
from xuelan.text.errors import XuelanError

_RECORDS: Final = (".git", ".cache", "node_modules")
"""Folders beside the sources that belong to other programs, or to the cache."""


class OverlapError(XuelanError):
    """The folder to build into lies among the sources, or they in it."""


def refuse_overlap(column: Column, site: Path) -> None:
    """Raise :class:`OverlapError` if the site in the folder ``site`` would mix with its sources."""
    if other := _mixed_with(site, _sources(column.root, column.docs_dir, column.theme_dir)):
        message = f"网站不能放在“{site}”：它和{other}互相包含，生成的网页会被当成底稿。"
        raise OverlapError(f"{message}请另选一个文件夹，例如 site。")


def check_folders(root: Path, settings: dict[Any, Any]) -> Iterator[tuple[str, str, str]]:
    """Setting, message and hint for each folder of the settings that lies in another."""
    theme = settings.get("theme")
    own = theme.get("custom_dir") if isinstance(theme, dict) else ""
    names = (settings.get("site_dir") or "site", settings.get("docs_dir") or "docs", own or "")
    if not all(isinstance(name, str) for name in names):
        return
    site, docs, templates = names
    if other := _mixed_with(root / site, _sources(root, docs, templates)):
        yield "site_dir", f"“{site}”和{other}互相包含，生成的网页会被当成底稿", "写 site_dir: site"
    if other := _mixed_with(root / docs, {"材料": root / MATERIALS_FOLDER}):
        yield "docs_dir", f"“{docs}”和{other}互相包含", "手写页单独放一个文件夹：docs_dir: docs"
    others = {"手写页": root / docs, "材料": root / MATERIALS_FOLDER}
    if templates and (other := _mixed_with(root / templates, others)):
        hint = "模板单独放一个文件夹，例如 custom_dir: overrides"
        yield "theme", f"custom_dir “{templates}”和{other}互相包含，模板会被当成底稿", hint


def _sources(root: Path, docs: str, templates: str) -> dict[str, Path]:
    """The folders of a column by what they hold."""
    found = {"手写页": root / docs, "材料": root / MATERIALS_FOLDER}
    found |= {"模板": root / templates} if templates else {}
    return found | {name: root / name for name in _RECORDS}


def _mixed_with(folder: Path, others: dict[str, Path]) -> str:
    """The first of ``others`` that ``folder`` is, lies in or holds, in words; else ``""``."""
    here = _absolute(folder)
    for name, other in others.items():
        there = _absolute(other)
        if here == there or here in there.parents or there in here.parents:
            return f"{name}的文件夹“{other.name}”" if name != other.name else f"“{name}”"
    return ""


def _absolute(folder: Path) -> Path:
    """The place of a folder with capital letters as small ones: on many systems they are one."""
    return Path(os.path.realpath(folder).casefold())
