"""The quiz on paper, and its answers on a paper of their own, each as PDF and as Word file.

The paper with the questions never has the answers on it. Nothing is scored or ranked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from xuelan.kits.ooxml import OfficeTemplate
from xuelan.kits.plan import KitFile, KitPlan
from xuelan.kits.print import qr
from xuelan.kits.print.press import pdf
from xuelan.kits.print.typeset import Value, code
from xuelan.kits.templating import render_xml
from xuelan.kits.word.opc import word_parts
from xuelan.model.study import JUDGEMENT, MULTIPLE, SINGLE, Question
from xuelan.text.dates import first_day
from xuelan.text.file_names import file_name

GROUP: Final = "自测"
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NO_BREAK: Final = "\u00a0"
SHORT_OPTION: Final = 13
"""If no option is longer (characters), two options share a line."""

_TYPES: Final = (
    (SINGLE, "单项选择", "每题只有一个选项是对的"),
    (MULTIPLE, "多项选择", "每题有两个或两个以上选项是对的"),
    (JUDGEMENT, "判断", "对的写“对”，错的写“错”"),
)
_ORDINALS: Final = "一二三"


@dataclass(frozen=True, slots=True)
class Numbered:
    """A question and its number on the paper."""

    number: int
    question: Question

    @property
    def options(self) -> tuple[str, ...]:
        """The options with their letters; none for a question of right or wrong."""
        if self.question.type == JUDGEMENT:
            return ()
        return tuple(f"{LETTERS[n]}. {o}" for n, o in enumerate(self.question.options))

    @property
    def answer(self) -> str:
        """The right letters, or 对 or 错."""
        if self.question.type == JUDGEMENT:
            return self.question.options[self.question.answer[0] - 1]
        return "".join(LETTERS[n - 1] for n in self.question.answer)


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """The questions of one type under their heading."""

    heading: str
    rule: str
    questions: tuple[Numbered, ...]


def group(questions: tuple[Question, ...]) -> tuple[QuestionGroup, ...]:
    """The questions by type, numbered through."""
    groups: list[QuestionGroup] = []
    number = 0
    for kind, name, rule in _TYPES:
        chosen = [q for q in questions if q.type == kind]
        if chosen:
            numbered = tuple(Numbered(number + n, q) for n, q in enumerate(chosen, 1))
            number += len(chosen)
            groups.append(QuestionGroup(f"{_ORDINALS[len(groups)]}、{name}", rule, numbered))
    return tuple(groups)


def files(plan: KitPlan) -> Iterator[KitFile]:
    """The paper and the answers, each as PDF and as Word file; nothing without questions."""
    if not plan.questions:
        return
    for number, label, sheet in (
        (30, "自测题", _paper(plan)),
        (31, "自测题答案", _key(plan)),
    ):
        stem = file_name(f"{number}-{label}")
        yield KitFile(f"{stem}.pdf", f"{label}（PDF）", GROUP, _pdf(plan, sheet))
        yield KitFile(f"{stem}.docx", f"{label}（Word）", GROUP, _docx(plan, sheet))


@dataclass(frozen=True, slots=True)
class _QuizItem:
    """A question as printed: ``lead`` with its number, the options, and notes below them."""

    lead: str
    options: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> int:
        """The number of options on a line."""
        return 2 if all(len(o) <= SHORT_OPTION for o in self.options) else 1


@dataclass(frozen=True, slots=True)
class _QuizSection:
    heading: str
    rule: str
    items: tuple[_QuizItem, ...]


@dataclass(frozen=True, slots=True)
class _QuizSheet:
    """One of the papers; ``fill`` are the labels of blanks at its head."""

    title: str
    intro: str
    fill: tuple[str, ...]
    sections: tuple[_QuizSection, ...]


def _paper(plan: KitPlan) -> _QuizSheet:
    sections = []
    for each in group(plan.questions):
        # The bracket is for the answer.
        leads = (
            (q, f"{q.number}. {q.question.question}（{NO_BREAK * 4}）") for q in each.questions
        )
        items = tuple(_QuizItem(lead, q.options) for q, lead in leads)
        sections.append(_QuizSection(each.heading, f"（{each.rule}）", items))
    title = f"自测题（{len(plan.questions)}题）"
    intro = f"{plan.kit.title}。供自学用，不计分，不排名；答案另印。"
    return _QuizSheet(title, intro, ("姓名（可不写）", "日期"), tuple(sections))


def _key(plan: KitPlan) -> _QuizSheet:
    sections = tuple(
        _QuizSection(each.heading, "", tuple(_answer(plan, q) for q in each.questions))
        for each in group(plan.questions)
    )
    intro = f"{plan.kit.title}。题号与自测题一致，每题注明在哪份材料里能找到答案。"
    return _QuizSheet("自测题答案", intro, (), sections)


def _answer(plan: KitPlan, q: Numbered) -> _QuizItem:
    chosen = q.answer
    if q.question.type != JUDGEMENT:
        chosen += "（" + "；".join(q.question.options[n - 1] for n in q.question.answer) + "）"
    note = f"{q.question.explain}见《{plan.titles[q.question.material]}》。"
    return _QuizItem(f"{q.number}. {chosen}", notes=(note,))


def _pdf(plan: KitPlan, sheet: _QuizSheet) -> bytes:
    address = plan.address_of("quiz/")
    sections: list[Value] = [
        {"heading": s.heading, "rule": s.rule, "items": [_typst_item(i) for i in s.items]}
        for s in sheet.sections
    ]
    data: dict[str, Value] = {
        "title": sheet.title,
        "intro": sheet.intro,
        "fill": list(sheet.fill),
        "sections": sections,
        "publisher": plan.column.publisher,
        "running": f"{plan.column.title} · {plan.kit.title}",
        "address": address,
        "qr": qr.svg(address) if address else None,
    }
    source = f"#let paper = {code(data)}\n{_style()}"
    return pdf(source, plan.assets.root, plan.date, list(_words(sheet)))


def _typst_item(item: _QuizItem) -> Value:
    return {
        "lead": item.lead,
        "options": list(item.options),
        "columns": item.columns,
        "notes": list(item.notes),
    }


def _words(sheet: _QuizSheet) -> Iterator[str]:
    yield from (sheet.title, sheet.intro, *sheet.fill)
    for section in sheet.sections:
        yield from (section.heading, section.rule)
        for item in section.items:
            yield from (item.lead, *item.options, *item.notes)


@cache
def _style() -> str:
    return resources.files("xuelan.kits").joinpath("styles/quiz.typ").read_text(encoding="utf-8")


def _docx(plan: KitPlan, sheet: _QuizSheet) -> bytes:
    """The sheet as a Word file, which a branch can change."""
    document = render_xml("word/quiz.xml", sheet=sheet)
    return OfficeTemplate(word_parts(sheet.title, first_day(plan.date), (document,))).fill({})
