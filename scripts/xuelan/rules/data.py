"""Rules about the data files: facts, works, charts, questions, reading paths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xuelan import prose
from xuelan.catalog import Catalog
from xuelan.problem import Code, Problem, did_you_mean
from xuelan.rules.text import HEARSAY, is_medium
from xuelan.study import MULTIPLE, Question


def reference_rules(catalog: Catalog) -> Iterator[Problem]:
    """Every id a data file names must exist, and a reader must be able to see it."""
    public = {m.id: None for m in catalog.public}
    wanted: list[tuple[str, int, str, Iterable[str]]] = []
    for fact in catalog.facts.values():
        wanted += [("facts", fact.line, work, catalog.works) for work in fact.sources]
    for figure in catalog.figures:
        wanted += [("figures", figure.line, p.fact, catalog.facts) for p in figure.points]
    for path in catalog.paths:
        wanted += [("paths", path.line, step.material, public) for step in path.steps]
    for question in catalog.questions:
        wanted.append(("quiz", question.line, question.material, public))
        wanted += [("quiz", question.line, i, catalog.facts) for i in question.facts]
    for name, line, word, known in wanted:
        if word not in known:
            hint = did_you_mean(word, known)
            message = f"“{word}”不存在"
            yield Problem(f"materials/{name}.yml", line, Code.UNKNOWN_REFERENCE, message, hint)


def question_rules(catalog: Catalog) -> Iterator[Problem]:
    """A question's answer fits its type, and hearsay is called hearsay."""
    for q in catalog.questions:
        if not _answer_fits(q):
            message = f"{q.id} 的答案与题型或选项对不上"
            hint = "选项从 1 数起；判断题写 true 或 false"
            yield Problem("materials/quiz.yml", q.line, Code.WRONG_TYPE, message, hint)
        medium = any(is_medium(catalog, i) for i in q.facts)
        if medium and not HEARSAY.search(f"{q.question}{q.explain}"):
            message = f"{q.id} 用了 medium 的事实，题目或解析里没有“据报道”"
            yield Problem("materials/quiz.yml", q.line, Code.HEARSAY, message)


def _answer_fits(q: Question) -> bool:
    return bool(q.answer) and (q.type == MULTIPLE or len(q.answer) == 1)


def work_rules(catalog: Catalog) -> Iterator[Problem]:
    """Works nobody uses, and addresses of materials that the works list does not allow."""
    used = {i for f in catalog.facts.values() for i in f.sources}
    allowed = {w.url for w in catalog.works.values() if w.url}
    for m in catalog.materials:
        used.add(m.work)
        used.update(i for c in prose.citations(prose.lines(m.body)) for i in c.ids)
        if m.source and m.source not in allowed:
            message = "来源网址没有登记在书目（works.yml）里"
            hint = "先在书目里登记并核准这个网址"
            yield Problem(m.path, m.line_of("source"), Code.OUTBOUND_LINK, message, hint)
    for work in catalog.works.values():
        if work.id not in used:
            message = f"“{work.id}”没有被用到"
            yield Problem("materials/works.yml", work.line, Code.UNUSED_WORK, message)
