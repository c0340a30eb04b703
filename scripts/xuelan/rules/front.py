"""Rules about the front matter of one material: its dates, its life, words of the template."""

from __future__ import annotations

import datetime
import posixpath
import unicodedata
from collections.abc import Iterator
from typing import Final

from xuelan.model.catalog import Catalog
from xuelan.model.material import DRAFT, FIELDS, REPLACED, TEMPLATE_TEXT, Material
from xuelan.text.problem import Code, Problem

_WRITTEN: Final = datetime.date(2026, 11, 30)
"""The day of this rule. A clock that stands before it is wrong, and would refuse good dates."""

_TEMPLATE_SUMMARY: Final = next(f.example for f in FIELDS if f.name == "summary")
_ARTICLES: Final = (".md", ".markdown", ".mdown", ".mkd", ".mdwn", ".txt", ".text")
"""Endings, in small letters, of files that an editor takes for materials."""


def check_dates(catalog: Catalog) -> Iterator[Problem]:
    """No date lies in the future, and none before what it follows."""
    today = max(datetime.date.today(), _WRITTEN)  # noqa: DTZ011 - the editor's own day
    limit = (today + datetime.timedelta(days=1)).isoformat()
    for m in catalog.materials:
        for field in ("issued", "collected", "updated"):
            if getattr(m, field) > limit:
                message = f"{_name(field)}“{getattr(m, field)}”还没有到"
                yield Problem(m.path, m.line_of(field), Code.DATE, message, "核对年份")
        for earlier, later in (("collected", "updated"), ("issued", "collected")):
            if _is_before(getattr(m, later), getattr(m, earlier)):
                message = f"{_name(later)}早于{_name(earlier)}（{getattr(m, earlier)}）"
                yield Problem(m.path, m.line_of(later), Code.DATE, message, "核对这两个日期")
    yield from _check_data_dates(catalog, limit)


def _check_data_dates(catalog: Catalog, limit: str) -> Iterator[Problem]:
    for work in catalog.works.values():
        for field in ("date", "accessed"):
            if getattr(work, field) > limit:
                message = f"{work.id} 的“{field}”（{getattr(work, field)}）还没有到"
                yield Problem("materials/works.yml", work.line, Code.DATE, message, "核对年份")
    for fact in catalog.facts.values():
        if fact.date > limit:
            message = f"{fact.id} 的“date”（{fact.date}）还没有到"
            yield Problem("materials/facts.yml", fact.line, Code.DATE, message, "核对年份")


def _name(field: str) -> str:
    label = next(f.label for f in FIELDS if f.name == field)
    return f"“{field}”（{label}）"


def _is_before(date: str, other: str) -> bool:
    """True if ``date`` lies before ``other``, compared as far as both are known."""
    length = min(len(date), len(other))
    return date[:length] < other[:length]


def check_successor(catalog: Catalog) -> Iterator[Problem]:
    """Only a replaced document names a successor."""
    for m in catalog.materials:
        if m.replaced_by and m.life != REPLACED:
            message = f"写了 replaced_by（由何替代），效力状态却是“{m.life}”"
            hint = f"被替代的写成 life: {REPLACED}；没有被替代就删掉 replaced_by 这一行"
            yield Problem(m.path, m.line_of("replaced_by"), Code.LIFE, message, hint)


def find_template_words(m: Material, body: str) -> Iterator[Problem]:
    """Words of the template in a material that is no draft any more."""
    if m.status == DRAFT:
        return
    if m.summary.startswith(_TEMPLATE_SUMMARY):
        hint = "写上这一篇的提要，四十到一百二十字"
        message = f"提要还是样板里的“{_TEMPLATE_SUMMARY}”"
        yield Problem(m.path, m.line_of("summary"), Code.PLACEHOLDER, message, hint)
    if TEMPLATE_TEXT in body:
        line = m.body_line + body[: body.index(TEMPLATE_TEXT)].count("\n")
        message = f"正文里还有样板的“{TEMPLATE_TEXT[:8]}……”"
        yield Problem(m.path, line, Code.PLACEHOLDER, message, "换成正文，或删掉这一行")


def find_skipped(path: str) -> Problem | None:
    """The problem of a file that an editor takes for a material, and that is passed over."""
    name = posixpath.basename(path)
    bare = unicodedata.normalize("NFKC", name).strip().lower().replace("。", ".")
    ending = next((e for e in _ARTICLES if bare.endswith(e)), "")
    if not ending:
        return None
    while stem := next((bare.removesuffix(e) for e in _ARTICLES if bare.endswith(e)), ""):
        bare = stem
    message = f"这篇文章没有收进来：文件名应以 .md 结尾，不是“{name[-len(ending) :]}”"
    hint = f"改名为 {bare}.md（显示扩展名：资源管理器的“查看”里勾选“文件扩展名”）"
    return Problem(path, 1, Code.SKIPPED_ARTICLE, message, f"{hint}；暂时不用的，文件名前加“_”")
