"""Rules about the data files: facts, works, charts, questions, reading paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from xuelan.model.catalog import Catalog, explain_missing
from xuelan.model.study import MULTIPLE, Question
from xuelan.rules.text import is_medium
from xuelan.text.problem import Code, Problem, did_you_mean
from xuelan.text.scan import HEARSAY

TO_FILL_IN: Final = "（待填）"
"""Stands in a new record where an editor has to write something."""


def find_template_words(path: str, text: str) -> Iterator[Problem]:
    """Words of the template that stand in a data file."""
    if TO_FILL_IN not in text:
        return
    for number, line in enumerate(text.split("\n"), 1):
        if TO_FILL_IN in line and not line.lstrip().startswith("#"):
            message = f"还有样板里的“{TO_FILL_IN}”"
            hint = "换成自己的内容；用不着的字段，删掉这一行"
            yield Problem(path, number, Code.PLACEHOLDER, message, hint)


def check_references(catalog: Catalog) -> Iterator[Problem]:
    """Every id that a data file names exists, and readers can see what it stands for."""
    wanted: list[tuple[str, int, str, _Fault]] = []
    for fact in catalog.facts.values():
        wanted += [("facts", fact.line, work, _check_work) for work in fact.sources]
    for figure in catalog.figures:
        wanted += [("figures", figure.line, p.fact, _check_fact) for p in figure.points]
    for path in catalog.paths:
        wanted += [("paths", path.line, step.material, _check_material) for step in path.steps]
    for question in catalog.questions:
        wanted.append(("quiz", question.line, question.material, _check_material))
        wanted += [("quiz", question.line, i, _check_fact) for i in question.facts]
    for name, line, word, check in wanted:
        message, hint = check(catalog, word) if word else ("", "")
        if message:
            yield Problem(f"materials/{name}.yml", line, Code.UNKNOWN_REFERENCE, message, hint)


_Fault = Callable[[Catalog, str], tuple[str, str]]
_NO_FAULT: Final = ("", "")
"""Message and hint of an id that is right."""


def _check_work(catalog: Catalog, work: str) -> tuple[str, str]:
    if work in catalog.works or not catalog.has_read("works"):
        return _NO_FAULT
    return f"书目里没有“{work}”", did_you_mean(work, catalog.works)


def _check_fact(catalog: Catalog, fact: str) -> tuple[str, str]:
    if fact in catalog.facts or not catalog.has_read("facts"):
        return _NO_FAULT
    return f"事实库里没有“{fact}”", did_you_mean(fact, catalog.facts)


def _check_material(catalog: Catalog, material: str) -> tuple[str, str]:
    found = catalog.by_id.get(material)
    if found is None:
        known = explain_missing(catalog, material)
        return (f"材料“{material}”不存在", known) if catalog.lacks(material) else _NO_FAULT
    return _NO_FAULT if catalog.shows(found) else (f"材料“{material}”没有发布，读者打不开", "")


def check_questions(catalog: Catalog) -> Iterator[Problem]:
    """A question's answer fits its type, and a fact of medium confidence is called hearsay."""
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


def check_works(catalog: Catalog) -> Iterator[Problem]:
    """Every work is used, and the addresses of materials are those of works."""
    used = {i for f in catalog.facts.values() for i in f.sources}
    allowed = {w.url for w in catalog.works.values() if w.url}
    for m in catalog.materials:
        used.add(m.work)
        used.update(catalog.scan_of(m).cited)
        if m.source and m.source not in allowed and catalog.has_read("works"):
            message = "来源网址没有登记在书目（works.yml）里"
            hint = "先在书目里登记并核准这个网址"
            yield Problem(m.path, m.line_of("source"), Code.OUTBOUND_LINK, message, hint)
    for work in catalog.works.values():
        if work.id not in used and not catalog.unread:
            message = f"“{work.id}”没有被用到"
            yield Problem("materials/works.yml", work.line, Code.UNUSED_WORK, message)
