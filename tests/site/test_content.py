"""The real column: enough of it, each statement traceable, nothing that may not be shown."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from conftest import ROOT
from xuelan.check import check
from xuelan.model.catalog import Catalog
from xuelan.model.facts import LOW
from xuelan.model.study import JUDGEMENT, MULTIPLE, SINGLE, Figure, Point, Question, StudyPath
from xuelan.rendering.pipeline import RenderedTexts, render_all
from xuelan.text import prose
from xuelan.text.problem import Problem

CATALOG, PROBLEMS = check(ROOT)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    assert CATALOG is not None
    return CATALOG


@pytest.fixture(scope="module")
def rendered(catalog: Catalog) -> RenderedTexts:
    return render_all(catalog)


def _public() -> list[str]:
    return [m.id for m in CATALOG.public] if CATALOG else []


def test_check_finds_nothing() -> None:
    """Not an error, not a warning, not a note."""
    clean: list[Problem] = []
    assert clean == PROBLEMS


def test_there_is_enough_to_study(catalog: Catalog) -> None:
    """Sixty materials, twenty-five terms, forty questions, twelve stories at the least."""
    assert len(catalog.public) >= 60
    assert len(catalog.terms) >= 25
    assert len(catalog.questions) >= 40
    assert len(catalog.where(lambda m: m.kind == "故事")) >= 12


def test_every_kind_holds_something(catalog: Catalog) -> None:
    """No shelf of the library is empty."""
    held = {m.kind for m in catalog.public}
    assert held == {k.name for k in catalog.column.kinds}


def test_every_activity_has_readings_and_a_guide(catalog: Catalog) -> None:
    """Five activities; for each a guide with agendas of 30, 60 and 90 minutes, and readings."""
    assert len(catalog.column.activities) == 5
    for activity in catalog.column.activities:
        readings = catalog.where(lambda m, a=activity: a.name in m.activity)  # type: ignore[misc]
        assert len(readings) >= 3, activity.name
        guide = catalog.by_id[activity.guide]
        for minutes in (30, 60, 90):
            assert f"{minutes}分钟" in catalog.body_of(guide), activity.name


def test_every_audience_has_its_path(catalog: Catalog) -> None:
    """One reading path for each audience the settings name."""
    assert {p.audience for p in catalog.paths} == set(catalog.column.audiences)


@pytest.mark.parametrize("path", CATALOG.paths if CATALOG else (), ids=lambda p: p.id)
def test_a_path_leads_through_different_materials(catalog: Catalog, path: StudyPath) -> None:
    """Four steps and more, none twice, each with its reason."""
    steps = [s.material for s in path.steps]
    assert len(steps) >= 4
    assert len(set(steps)) == len(steps)
    assert all(catalog.by_id[i].is_public and s.why for i, s in zip(steps, path.steps, strict=True))


@pytest.mark.parametrize("material", _public())
def test_every_citation_walks_to_a_work(
    catalog: Catalog, rendered: RenderedTexts, material: str
) -> None:
    """From each ``[@…]`` over a fact that may be cited to at least one work, and onto the page."""
    m = catalog.by_id[material]
    ids = [i for c in prose.citations(prose.lines(catalog.body_of(m))) for i in c.ids]
    works = {w for i in ids for w in catalog.sources_of(i)}
    for i in ids:
        fact = catalog.facts.get(i)
        assert (i in catalog.works) if fact is None else fact.confidence != LOW
        assert catalog.sources_of(i)
    assert works <= catalog.works.keys()
    assert set(rendered[material].references) == works


NO_STATEMENTS = {"活动指南"}
"""Guides say how to hold a meeting; they cite where they state facts."""


def test_what_states_facts_cites_them(catalog: Catalog) -> None:
    """Every material but the guides has a citation."""
    for m in catalog.public:
        if m.kind not in NO_STATEMENTS:
            assert any(c.ids for c in prose.citations(prose.lines(catalog.body_of(m)))), m.id


UNKNOWN = re.compile("没有(?:见到|查到|写)|未(?:查到|见)|待补|尚未")
"""A sentence on what could not be found has no source."""


def test_whoever_gives_a_year_gives_a_source(catalog: Catalog) -> None:
    """A paragraph of the life, the village and the stories that names a year cites a fact."""
    for m in catalog.where(lambda m: m.kind in ("事迹", "村史", "履职", "故事")):
        for line in prose.lines(catalog.body_of(m)):
            dated = re.search(r"(?:19|20)\d\d年", line) and not line.startswith(("#", "|"))
            if dated and not UNKNOWN.search(line) and not line.endswith("："):
                assert "[@" in line, f"{m.path}: {line[:40]}"


@pytest.mark.parametrize("question", CATALOG.questions if CATALOG else (), ids=lambda q: q.id)
def test_an_answer_is_supported_by_a_fact_its_material_cites(
    catalog: Catalog, question: Question
) -> None:
    """Who reads the material named under a question has read the fact that answers it."""
    material = catalog.by_id[question.material]
    cited = {i for c in prose.citations(prose.lines(catalog.body_of(material))) for i in c.ids}
    assert question.facts
    assert set(question.facts) & cited
    assert all(catalog.facts[i].confidence != LOW for i in question.facts)
    assert question.explain
    assert all(1 <= n <= len(question.options) for n in question.answer)
    assert len(set(question.options)) == len(question.options)


def test_questions_are_of_all_three_types(catalog: Catalog) -> None:
    """Single, multiple and judgement; not every answer is the first."""
    types = {q.type for q in catalog.questions}
    assert types == {SINGLE, MULTIPLE, JUDGEMENT}
    single = [q.answer[0] for q in catalog.questions if q.type == SINGLE]
    assert len(set(single)) >= 4
    judged = [q.answer[0] for q in catalog.questions if q.type == JUDGEMENT]
    assert set(judged) == {1, 2}
    assert all(len(q.answer) >= 2 for q in catalog.questions if q.type == MULTIPLE)


@pytest.mark.parametrize(
    "story", [m.id for m in CATALOG.public if m.kind == "故事"] if CATALOG else []
)
def test_a_story_fits_a_meeting(catalog: Catalog, rendered: RenderedTexts, story: str) -> None:
    """400 to 900 characters to read aloud, then two questions to talk about."""
    assert 400 <= rendered[story].characters <= 900
    assert len(catalog.by_id[story].questions) == 2


POINTS = [(f, p) for f in (CATALOG.figures if CATALOG else ()) for p in f.points]


def _forms(value: float) -> re.Pattern[str]:
    """``value`` as a text may write it: 20300, 2.03万, 两万; never as a part of another number."""
    written = [f"{value / scale:.10g}{unit}" for scale, unit in ((1, ""), (1e4, "万"), (1e8, "亿"))]
    small = dict(zip(range(1, 11), "一两三四五六七八九十", strict=True)).get(value)
    words = [f"{small}[万亿项次个座]"] if small else []
    return re.compile("|".join([*(rf"(?<![\d.]){re.escape(n)}(?![\d.])" for n in written), *words]))


@pytest.mark.parametrize(("figure", "point"), POINTS, ids=[f"{f.id}-{p.label}" for f, p in POINTS])
def test_a_charted_value_stands_in_its_fact(catalog: Catalog, figure: Figure, point: Point) -> None:
    """The number is in the statement of its fact, or the chart's note explains it."""
    statement = re.sub(r"(?<=\d),(?=\d{3})", "", catalog.facts[point.fact].statement)
    found = _forms(point.value)
    assert found.search(statement) or found.search(figure.note), statement


def test_every_chart_says_how_its_figures_were_counted(catalog: Catalog) -> None:
    """A note tells of differing counts; a year or a thing stands under every value."""
    for figure in catalog.figures:
        assert figure.unit
        assert len({p.label for p in figure.points}) == len(figure.points)


def test_only_approved_addresses_leave_the_site(catalog: Catalog, rendered: RenderedTexts) -> None:
    """Outbound links come from the works list, over https, with the day they were checked."""
    approved = {w.url for w in catalog.works.values() if w.url}
    for work in catalog.works.values():
        assert not work.url or (urlsplit(work.url).scheme in ("http", "https") and work.accessed)
    assert {m.source for m in catalog.public if m.source} <= approved
    for text in rendered.values():
        assert not re.search(r'(?:href|src)="(?:[a-z]+:|//)', text.html)


def test_works_nobody_saw_say_so(catalog: Catalog) -> None:
    """A work without a known title says that the words are ours; one unseen says it is."""
    for m in catalog.public:
        work = catalog.works.get(m.work)
        if work and work.seen == "未见":
            assert m.text != "全文", m.id


def test_third_party_works_are_never_shown_in_full(catalog: Catalog) -> None:
    """Somebody's report, book or film: our own abstract, or nothing."""
    for m in catalog.public:
        if m.ground == "第三方":
            assert m.text in ("摘要", "原文待补"), m.id
            assert len(catalog.body_of(m)) < 3000, m.id


def test_summaries_have_a_readers_length(catalog: Catalog) -> None:
    """Forty to a hundred and twenty characters, as the reference page promises."""
    for m in catalog.public:
        assert 40 <= len(m.summary) <= 120, f"{m.id}: {len(m.summary)}"


def test_titles_end_without_a_stop(catalog: Catalog) -> None:
    """A title is no sentence."""
    for m in catalog.public:
        assert not m.title.endswith(("。", "，", "；", ".")), m.id
