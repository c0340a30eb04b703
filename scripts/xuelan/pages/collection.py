"""Every page of the collection, made from the catalog and the rendered texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from typing import Any, Final

from xuelan.model import facts, study, wording, works
from xuelan.model.catalog import Catalog
from xuelan.model.column import COLUMN_FIELDS
from xuelan.model.content import Shown
from xuelan.model.fields import Table
from xuelan.model.kit import FIELDS as KIT_FIELDS
from xuelan.model.material import FIELDS, FULL, WITHDRAWN, Material
from xuelan.model.study import StudyPath
from xuelan.model.works import Reference, make_reference
from xuelan.pages import charts, library
from xuelan.pages.library import Facet, Index, Place
from xuelan.pages.theme import TEXT, Page
from xuelan.rendering.pipeline import RenderedTexts
from xuelan.text.digests import key_of
from xuelan.text.pinyin import SPELLING, Spelling, initial
from xuelan.text.problem import Code

TOC_FROM: Final = 3
"""A table of contents appears from this many headings on."""


@dataclass(frozen=True)
class Collection:
    """What pages are made from: the catalog, every rendered text, the library's facets."""

    catalog: Catalog
    rendered: RenderedTexts
    facets: tuple[Facet, ...]
    spelling: Spelling = SPELLING

    def facet(self, name: str) -> Facet:
        """The facet whose id is ``name``."""
        return self._by_id[name]

    @cached_property
    def _by_id(self) -> dict[str, Facet]:
        return {f.id: f for f in self.facets}

    @cached_property
    def official(self) -> Callable[[str], bool]:
        """Whether the documents of a kind are official."""
        return cache(lambda kind: self.catalog.column.kind(kind).official)

    @cached_property
    def reference(self) -> Callable[[str], Reference]:
        """A work as printed: one work is cited on many pages."""
        return cache(lambda work: make_reference(self.catalog.works[work]))

    @cached_property
    def shelves(self) -> tuple[Index, ...]:
        """What lists show beside their rows: the largest shelves of each facet."""
        return tuple(f.short_index for f in self.facets)

    @cached_property
    def card(self) -> Callable[[str], Material]:
        """Gives the material of an id without its text."""
        return cache(lambda name: self.catalog.by_id[name].card)

    @cached_property
    def named_by(self) -> dict[str, list[str]]:
        """For each material the public ones that name it as related, newest first."""
        found: dict[str, list[str]] = {}
        for m in self.catalog.public:
            for other in dict.fromkeys(m.related):
                found.setdefault(other, []).append(m.id)
        return found

    @cached_property
    def paths_of(self) -> dict[str, list[StudyPath]]:
        """For each material the reading paths it is part of."""
        found: dict[str, list[StudyPath]] = {}
        for path in self.catalog.paths:
            for material in dict.fromkeys(s.material for s in path.steps):
                found.setdefault(material, []).append(path)
        return found


def lists(c: Collection) -> Iterator[Sheet]:
    """Pages that stand alone and show no material's text."""
    yield from _library(c)
    yield "search/index.html", partial(_search, c)


def others(c: Collection) -> Iterator[Page]:
    """Pages that look at the whole catalog; there are few of them.

    Of texts they look at ``c.rendered`` alone, which remembers what was asked of it.
    """
    yield from _activities(c)
    yield from _timeline(c)
    yield from _glossary(c)
    yield from _figures(c)
    yield from _quiz(c)
    yield from _paths(c)
    if c.catalog.kits:
        from xuelan.pages import own_kit as forms_own  # noqa: PLC0415 - its libraries take long to load

        yield from forms_own.pages(c.catalog, c.rendered)
    yield from _reference_pages(c)


Sheet = tuple[str, Callable[[], Page]]
"""The path of a page's file, and what makes the page."""


def materials(c: Collection, wanted: Callable[[Material], bool] | None = None) -> Iterator[Sheet]:
    """The pages of all materials, or of those ``wanted``; each depends on its own text only."""
    by_kind: dict[str, list[Material]] = {}
    for m in c.catalog.public:
        by_kind.setdefault(m.kind, []).append(m)
    for neighbours in by_kind.values():
        for n, m in enumerate(neighbours):
            if wanted is None or wanted(m):
                newer = neighbours[n - 1] if n else None
                older = neighbours[n + 1] if n + 1 < len(neighbours) else None
                make = partial(
                    _material, c, m, newer and c.card(newer.id), older and c.card(older.id)
                )
                yield f"{m.address}index.html", make
    for m in c.catalog.public if wanted is None else ():
        for address in m.former_addresses:
            page = Page(address, m.title, m.summary, "pages/moved.html", "library", {"m": m.card})
            yield _sheet(replace(page, alone=True, hidden=True, moved_to=m.address))
    for m in c.catalog.materials:
        if m.status == WITHDRAWN:
            values = {"m": m.card}
            text = "本材料已撤下。"
            template = "pages/withdrawn.html"
            page = Page(m.address, m.title, text, template, "library", values, alone=True)
            yield _sheet(replace(page, hidden=True))


def _sheet(page: Page) -> Sheet:
    return page.file, lambda: page


def _material(c: Collection, m: Material, newer: Material | None, older: Material | None) -> Page:
    catalog, rendered = c.catalog, c.rendered.shown(m.id)
    own, replaced_by = catalog.works.get(m.work), catalog.by_id.get(m.replaced_by)
    values = {
        "m": c.card(m.id),
        TEXT: rendered,
        "kind": c.facet("kind").places[m.kind],
        "tags": [c.facet("tag").places[t] for t in m.tags],
        "activities": [a for a in catalog.column.activities if a.name in m.activity],
        "references": [c.reference(w) for w in rendered.references],
        "own_reference": make_reference(own) if own else None,
        "cite": _citation(c, m),
        "toc": rendered.headings if len(rendered.headings) >= TOC_FROM else (),
        "related": _related(c, m),
        "newer": newer,
        "older": older,
        "replaced_by": replaced_by and replaced_by.card,
        "paths": c.paths_of.get(m.id, ()),
        "full": m.text == FULL,
        "official": c.official(m.kind),
    }
    data = _schema(c, m, rendered)
    template = "pages/material.html"
    key = c.rendered.records[m.id].key
    return Page(
        m.address, m.title, m.summary, template, "library", values, m.path, data, True, True, key
    )


def _related(c: Collection, m: Material) -> list[Material]:
    """The editor's related materials first, then those that name this one."""
    both = dict.fromkeys([*m.related, *c.named_by.get(m.id, ())])
    others = (c.catalog.by_id[i] for i in both if i in c.catalog.by_id and i != m.id)
    return [c.card(other.id) for other in others if c.catalog.shows(other)][:8]


def _citation(c: Collection, m: Material) -> str:
    """How to cite this page, after the GB/T 7714—2025 pattern for web pages."""
    column = c.catalog.column
    where = f" {column.url}{m.address}." if column.url else ""
    mark = "EB/OL" if column.url else "Z"
    date = m.collected if m.ground == "本站原创" else f"{m.collected}收录"
    return f"{column.publisher}. {m.title}[{mark}]. {column.title}（{date}）.{where}"


def _schema(c: Collection, m: Material, rendered: Shown) -> dict[str, Any]:
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


def _library(c: Collection) -> Iterator[Sheet]:
    whole, digest = [f.index for f in c.facets], key_of(c.shelves)
    for shelf in (library.everything(c.catalog), *(s for f in c.facets for s in f.shelves)):
        for number, rows in enumerate(shelf.pages, 1):
            others = {"shelves": digest} if shelf.place.facet or number > 1 else {"facets": whole}
            make = partial(_shelf, c, shelf.place, number, rows, others)
            yield f"{shelf.place.page_address(number)}index.html", make


def _shelf(
    c: Collection, place: Place, number: int, rows: Iterable[Material], others: dict[str, Any]
) -> Page:
    """Page ``number`` of a shelf, with ``rows``; ``others`` is what it shows beside them."""
    title = f"{place.facet}：{place.name}" if place.facet else "资料库"
    if number > 1:
        title += f"（第{number}页）"
    values = {"shelf": place, "rows": [c.card(m.id) for m in rows], "number": number, **others}
    description = place.summary or f"{place.name}，共{place.count}篇。"
    address = place.page_address(number)
    template = "pages/library.html"
    return Page(address, title, description, template, "library", values, alone=True)


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
            "kits": [k for k in c.catalog.kits if k.activity == activity.name],
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
    # A year alone, or a month alone, comes after the days known within it.
    dated.sort(key=lambda f: (f.date.ljust(10, "~"), f.id))
    tracks = {
        track: [f for f in dated if f.timeline == track]
        for track in dict.fromkeys(f.timeline for f in c.catalog.facts.values() if f.timeline)
    }
    cited = list(dict.fromkeys(w for track in tracks.values() for f in track for w in f.sources))
    values = {
        "tracks": tracks,
        "numbers": {w: n for n, w in enumerate(cited, 1)},
        "references": [make_reference(c.catalog.works[w]) for w in cited],
    }
    yield Page("timeline/", "年表", "按年月排列的大事。", "pages/timeline.html", "timeline", values)


def _glossary(c: Collection) -> Iterator[Page]:
    if not c.catalog.terms:
        return
    sort_key = c.spelling.sort_key
    letters: dict[str, list[Material]] = {}
    for term in sorted(c.catalog.terms, key=lambda t: sort_key(t.title)):
        letters.setdefault(initial(term.title, sort_key), []).append(term)
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
        "references": [make_reference(c.catalog.works[w]) for w in cited],
        "number": charts.number,
    }
    description = "图和表，每个数字注明年份和出处。"
    yield Page("figures/", "数字", description, "pages/figures.html", "figures", values)


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


def _search(c: Collection) -> Page:
    sort_key = c.spelling.sort_key
    letters: dict[str, list[Material]] = {}
    for m in sorted(c.catalog.public, key=lambda m: sort_key(m.title)):
        letters.setdefault(initial(m.title, sort_key), []).append(c.card(m.id))
    values = {"letters": dict(sorted(letters.items())), "facets": [f.index for f in c.facets]}
    template = "pages/search.html"
    return Page("search/", "检索", "检索全部材料。", template, "search", values, alone=True)


def _reference_pages(c: Collection) -> Iterator[Page]:
    """The editors' reference, made from the same tables the checks use."""
    tables: tuple[tuple[str, str, Table], ...] = (
        ("field", "材料（materials/*.md）", FIELDS),
        ("work", "书目（materials/works.yml）", works.FIELDS),
        ("fact", "事实（materials/facts.yml）", facts.FIELDS),
        ("figure", "图表（materials/figures.yml）", study.FIGURE_FIELDS),
        ("question", "自测题（materials/quiz.yml）", study.QUESTION_FIELDS),
        ("path", "学习路径（materials/paths.yml）", study.PATH_FIELDS),
        ("wording", "用语表（materials/wording.yml）", wording.FIELDS),
        ("kit", "套装（materials/kits/*.yml）", KIT_FIELDS),
        ("setting", "栏目设置（mkdocs.yml 里 xuelan 之下）", COLUMN_FIELDS),
    )
    values: dict[str, Any] = {"tables": tables, "vocabularies": c.catalog.column.vocabularies}
    address = "contributing/fields/"
    text = "材料、数据和设置的全部字段。"
    yield Page(address, "字段一览", text, "pages/fields.html", "about", values)
    values = {"codes": list(Code)}
    address = "contributing/problems/"
    yield Page(address, "检查项一览", "检查会报告的问题。", "pages/problems.html", "about", values)
