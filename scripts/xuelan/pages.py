"""Every page of the collection, made from the catalog and the rendered texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from xuelan import charts, library, pinyin
from xuelan.catalog import Catalog
from xuelan.fields import Table
from xuelan.library import Facet, Shelf
from xuelan.material import FIELDS, FULL, Material
from xuelan.page import Page
from xuelan.problem import Code
from xuelan.render import Rendered
from xuelan.study import StudyPath
from xuelan.works import reference

TOC_FROM: Final = 3
"""A table of contents appears from this many headings on."""


@dataclass(frozen=True)
class Collection:
    """What pages are made from: the catalog, every rendered text, the library's facets."""

    catalog: Catalog
    rendered: dict[str, Rendered]
    facets: tuple[Facet, ...]

    @classmethod
    def of(cls, catalog: Catalog, rendered: dict[str, Rendered]) -> Collection:
        """Sort the catalog's public materials onto their shelves."""
        return cls(catalog, rendered, library.facets(catalog))


def everything(c: Collection) -> Iterator[Page]:
    """Every page of the collection."""
    yield from _materials(c)
    yield from _library(c)
    yield from _activities(c)
    yield from _timeline(c)
    yield from _glossary(c)
    yield from _figures(c)
    yield from _quiz(c)
    yield from _paths(c)
    yield from _downloads(c)
    yield from _search(c)
    yield from _reference_pages(c)


def _materials(c: Collection) -> Iterator[Page]:
    by_kind: dict[str, list[Material]] = {}
    for m in c.catalog.public:
        by_kind.setdefault(m.kind, []).append(m)
    for neighbours in by_kind.values():
        for n, m in enumerate(neighbours):
            newer = neighbours[n - 1] if n else None
            older = neighbours[n + 1] if n + 1 < len(neighbours) else None
            yield _material(c, m, newer, older)
    for m in c.catalog.materials:
        if m.status == "withdrawn":
            yield Page(
                m.address, m.title, "本材料已撤下。", "pages/withdrawn.html", "library", {"m": m}
            )


def _material(c: Collection, m: Material, newer: Material | None, older: Material | None) -> Page:
    catalog, rendered = c.catalog, c.rendered[m.id]
    own = catalog.works.get(m.work)
    values = {
        "m": m,
        "r": rendered,
        "kind": _shelf(c, "kind", m.kind),
        "tags": [_shelf(c, "tag", t) for t in m.tags],
        "activities": [a for a in catalog.column.activities if a.name in m.activity],
        "references": [reference(catalog.works[w]) for w in rendered.references],
        "own_reference": reference(own) if own else None,
        "cite": _citation(c, m),
        "toc": rendered.headings if len(rendered.headings) >= TOC_FROM else (),
        "related": _related(c, m),
        "newer": newer,
        "older": older,
        "replaced_by": catalog.by_id.get(m.replaced_by),
        "paths": [p for p in catalog.paths if any(s.material == m.id for s in p.steps)],
        "full": m.text == FULL,
    }
    data = _schema(c, m, rendered)
    return Page(
        m.address, m.title, m.summary, "pages/material.html", "library", values, m.path, data, True
    )


def _related(c: Collection, m: Material) -> list[Material]:
    """The editor's related materials first, then those that name this one."""
    public = {x.id: x for x in c.catalog.public}
    back = [x.id for x in c.catalog.public if m.id in x.related]
    wanted = [i for i in dict.fromkeys([*m.related, *back]) if i in public and i != m.id]
    return [public[i] for i in wanted][:8]


def _citation(c: Collection, m: Material) -> str:
    """How to cite this page, after the GB/T 7714—2025 pattern for web pages."""
    column = c.catalog.column
    where = f" {column.url}{m.address}." if column.url else ""
    mark = "EB/OL" if column.url else "Z"
    date = m.collected if m.ground == "本站原创" else f"{m.collected}收录"
    return f"{column.publisher}. {m.title}[{mark}]. {column.title}（{date}）.{where}"


def _schema(c: Collection, m: Material, rendered: Rendered) -> dict[str, Any]:
    """schema.org: a study guide is a LearningResource, everything else an Article about it."""
    column = c.catalog.column
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": ["LearningResource", "Article"] if m.activity else "Article",
        "headline": m.title,
        "abstract": m.summary,
        "inLanguage": "zh-CN",
        "datePublished": m.collected,
        "isPartOf": {"@type": "CreativeWorkSeries", "name": column.title},
        "publisher": {"@type": "Organization", "name": column.publisher},
        "genre": m.kind,
        "keywords": list(m.tags),
        "wordCount": rendered.characters,
        "timeRequired": f"PT{rendered.minutes}M",
        "isAccessibleForFree": True,
    }
    if m.ground == "本站原创":
        data["license"] = "https://creativecommons.org/licenses/by/4.0/"
    if column.url:
        data["url"] = column.url + m.address
    if m.source:
        data["isBasedOn"] = m.source
    if m.audience:
        data["audience"] = [{"@type": "Audience", "audienceType": a} for a in m.audience]
    return data


def _shelf(c: Collection, facet: str, name: str) -> Shelf:
    shelves = next(f.shelves for f in c.facets if f.id == facet)
    return next(s for s in shelves if s.name == name)


def _library(c: Collection) -> Iterator[Page]:
    for shelf in (library.everything(c.catalog), *(s for f in c.facets for s in f.shelves)):
        for number, rows in enumerate(shelf.pages, 1):
            title = f"{shelf.facet}：{shelf.name}" if shelf.facet else "资料库"
            if number > 1:
                title += f"（第{number}页）"
            values = {"shelf": shelf, "rows": rows, "number": number, "facets": c.facets}
            description = shelf.summary or f"{shelf.name}，共{len(shelf.materials)}篇。"
            address = shelf.page_address(number)
            yield Page(address, title, description, "pages/library.html", "library", values)


def _activities(c: Collection) -> Iterator[Page]:
    column = c.catalog.column
    if not column.activities:
        return
    notice = c.catalog.by_id.get(column.notice)
    values: dict[str, Any] = {"notice": notice}
    summary = "、".join(a.name for a in column.activities)
    yield Page("activities/", "学习活动", summary, "pages/activities.html", "activities", values)
    for number, activity in enumerate(column.activities, 1):
        values = {
            "activity": activity,
            "number": number,
            "guide": c.catalog.by_id.get(activity.guide),
            "notice": notice,
            "readings": c.catalog.where(
                lambda m, a=activity: a.name in m.activity and m.id != a.guide  # type: ignore[misc]
            ),
            "rendered": c.rendered,
        }
        yield Page(
            activity.address,
            activity.name,
            activity.summary,
            "pages/activity.html",
            "activities",
            values,
        )


def _timeline(c: Collection) -> Iterator[Page]:
    dated = [f for f in c.catalog.facts.values() if f.timeline and f.date]
    if not dated:
        return
    tracks = {
        track: sorted((f for f in dated if f.timeline == track), key=lambda f: (f.date, f.id))
        for track in dict.fromkeys(f.timeline for f in c.catalog.facts.values() if f.timeline)
    }
    cited = list(dict.fromkeys(w for track in tracks.values() for f in track for w in f.sources))
    values = {
        "tracks": tracks,
        "numbers": {w: n for n, w in enumerate(cited, 1)},
        "references": [reference(c.catalog.works[w]) for w in cited],
    }
    yield Page("timeline/", "年表", "按年月排列的大事。", "pages/timeline.html", "timeline", values)


def _glossary(c: Collection) -> Iterator[Page]:
    if not c.catalog.terms:
        return
    letters: dict[str, list[Material]] = {}
    for term in sorted(c.catalog.terms, key=lambda t: pinyin.sort_key(t.title)):
        letters.setdefault(pinyin.initial(term.title), []).append(term)
    values = {"letters": dict(sorted(letters.items())), "rendered": c.rendered}
    description = f"文件和报道里的{len(c.catalog.terms)}个名词。"
    yield Page("glossary/", "词条", description, "pages/glossary.html", "glossary", values)


def _figures(c: Collection) -> Iterator[Page]:
    if not c.catalog.figures:
        return
    facts = c.catalog.facts
    cited = list(
        dict.fromkeys(w for f in c.catalog.figures for p in f.points for w in facts[p.fact].sources)
    )
    values = {
        "figures": [(f, charts.svg(f)) for f in c.catalog.figures],
        "numbers": {w: n for n, w in enumerate(cited, 1)},
        "references": [reference(c.catalog.works[w]) for w in cited],
        "number": charts.number,
    }
    description = "图和表，每个数字注明年份和出处。"
    yield Page("figures/", "数字", description, "pages/figures.html", "library", values)


def _quiz(c: Collection) -> Iterator[Page]:
    if not c.catalog.questions:
        return
    values = {"questions": c.catalog.questions}
    description = f"{len(c.catalog.questions)}道自测题，每题注明出处，不计分、不排名。"
    yield Page("quiz/", "自测", description, "pages/quiz.html", "quiz", values)


def _paths(c: Collection) -> Iterator[Page]:
    if not c.catalog.paths:
        return
    values: dict[str, Any] = {"minutes": {p.id: _minutes(c, p) for p in c.catalog.paths}}
    description = "按对象排好的阅读顺序，时间按字数算。"
    yield Page("paths/", "学习路径", description, "pages/paths.html", "paths", values)
    for path in c.catalog.paths:
        values = {"path": path, "minutes": _minutes(c, path), "rendered": c.rendered}
        yield Page(
            path.address, f"{path.title}学习路径", path.intro, "pages/path.html", "paths", values
        )


def _minutes(c: Collection, path: StudyPath) -> int:
    return sum(c.rendered[s.material].minutes for s in path.steps)


def _downloads(c: Collection) -> Iterator[Page]:
    rows = [(m, a) for m in c.catalog.public for a in m.attachments]
    values: dict[str, Any] = {"rows": rows, "shelves": _shelf_list(c)}
    description = "附件、订阅源和全部数据。"
    yield Page("downloads/", "下载", description, "pages/downloads.html", "downloads", values)


def _shelf_list(c: Collection) -> tuple[Shelf, ...]:
    return next(f.shelves for f in c.facets if f.id == "kind")


def _search(c: Collection) -> Iterator[Page]:
    letters: dict[str, list[Material]] = {}
    for m in sorted(c.catalog.public, key=lambda m: pinyin.sort_key(m.title)):
        letters.setdefault(pinyin.initial(m.title), []).append(m)
    values = {"letters": dict(sorted(letters.items())), "facets": c.facets}
    yield Page("search/", "检索", "检索全部材料。", "pages/search.html", "search", values)


def _reference_pages(c: Collection) -> Iterator[Page]:
    """The editors' reference, made from the same tables the checks use."""
    tables: tuple[tuple[str, Table], ...] = (("材料（materials/*.md）", FIELDS),)
    values: dict[str, Any] = {"tables": tables, "vocabularies": c.catalog.column.vocabularies}
    address = "contributing/fields/"
    yield Page(address, "字段一览", "材料的全部字段。", "pages/fields.html", "about", values)
    values = {"codes": list(Code)}
    address = "contributing/problems/"
    yield Page(address, "检查项一览", "检查会报告的问题。", "pages/problems.html", "about", values)
