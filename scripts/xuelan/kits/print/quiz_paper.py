"""The quiz as a paper to hand out, and the key as a paper of its own: PDF and Word.

The answers are never on the paper with the questions. Nothing is scored or ranked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from xuelan.kits.formats.meeting_forms import day
from xuelan.kits.ooxml import Template, escape, joined
from xuelan.kits.plan import KitFile, KitPlan
from xuelan.kits.print import qr
from xuelan.kits.print.press import pdf
from xuelan.kits.print.typeset import Value, code
from xuelan.kits.word.fillable_form import SECTION
from xuelan.kits.word.opc import WORD_NAMESPACES, word_parts
from xuelan.model.study import JUDGEMENT, MULTIPLE, SINGLE, Question
from xuelan.text.file_names import file_name

GROUP: Final = "自测"
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NO_BREAK: Final = "\u00a0"
SHORT_OPTION: Final = 13
"""Options up to this many characters stand two to a line."""

_PARTS: Final = (
    (SINGLE, "单项选择", "每题只有一个选项是对的"),
    (MULTIPLE, "多项选择", "每题有两个或两个以上选项是对的"),
    (JUDGEMENT, "判断", "对的写“对”，错的写“错”"),
)
_ORDINALS: Final = "一二三"


@dataclass(frozen=True, slots=True)
class Numbered:
    """A question with its number on the paper."""

    number: int
    question: Question

    @property
    def options(self) -> tuple[str, ...]:
        """The options with their letters; none for a judgement."""
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
class Part:
    """The questions of one type under their heading."""

    heading: str
    rule: str
    questions: tuple[Numbered, ...]


def parts(questions: tuple[Question, ...]) -> tuple[Part, ...]:
    """The questions sorted by type, numbered through."""
    found: list[Part] = []
    number = 0
    for kind, name, rule in _PARTS:
        chosen = [q for q in questions if q.type == kind]
        if chosen:
            numbered = tuple(Numbered(number + n, q) for n, q in enumerate(chosen, 1))
            number += len(chosen)
            found.append(Part(f"{_ORDINALS[len(found)]}、{name}", rule, numbered))
    return tuple(found)


def files(plan: KitPlan) -> Iterator[KitFile]:
    """The paper and the key, each as PDF and Word file; nothing without questions."""
    if not plan.questions:
        return
    for number, label, sheet in (
        (30, "自测题", _paper(plan)),
        (31, "自测题答案", _key(plan)),
    ):
        stem = file_name(f"{number}-{label}")
        yield KitFile(f"{stem}.pdf", f"{label}（PDF）", GROUP, _pdf(plan, sheet))
        yield KitFile(f"{stem}.docx", f"{label}（Word）", GROUP, _word(plan, sheet))


@dataclass(frozen=True, slots=True)
class _Item:
    """A question as printed: its number and text, the options, and lines below it."""

    lead: str
    options: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sheet:
    title: str
    intro: str
    fill: tuple[str, ...]
    sections: tuple[tuple[str, str, tuple[_Item, ...]], ...]


def _paper(plan: KitPlan) -> _Sheet:
    sections = tuple(
        (
            part.heading,
            f"（{part.rule}）",
            tuple(
                _Item(f"{q.number}. {_with_bracket(q.question)}", q.options, ())
                for q in part.questions
            ),
        )
        for part in parts(plan.questions)
    )
    intro = f"{plan.kit.title}。供自学用，不计分，不排名；答案另印。"
    return _Sheet(f"自测题（{len(plan.questions)}题）", intro, ("姓名（可不写）", "日期"), sections)


def _with_bracket(question: Question) -> str:
    """The question with a bracket to write the answer in."""
    return f"{question.question}（{NO_BREAK * 4}）"


def _key(plan: KitPlan) -> _Sheet:
    sections = tuple(
        (part.heading, "", tuple(_answer(plan, q) for q in part.questions))
        for part in parts(plan.questions)
    )
    intro = f"{plan.kit.title}。题号与自测题一致，每题注明在哪份材料里能找到答案。"
    return _Sheet("自测题答案", intro, (), sections)


def _answer(plan: KitPlan, q: Numbered) -> _Item:
    chosen = q.answer
    if q.question.type != JUDGEMENT:
        chosen += "（" + "；".join(q.question.options[n - 1] for n in q.question.answer) + "）"
    where = plan.titles[q.question.material]
    return _Item(f"{q.number}. {chosen}", (), (f"{q.question.explain}见《{where}》。",))


def _pdf(plan: KitPlan, sheet: _Sheet) -> bytes:
    address = plan.address_of("quiz/")
    sections: list[Value] = [
        {"heading": heading, "rule": rule, "items": [_item(i) for i in items]}
        for heading, rule, items in sheet.sections
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


def _item(item: _Item) -> Value:
    return {
        "lead": item.lead,
        "options": list(item.options),
        "columns": 2 if _short(item) else 1,
        "notes": list(item.notes),
    }


def _words(sheet: _Sheet) -> Iterator[str]:
    yield from (sheet.title, sheet.intro, *sheet.fill)
    for heading, rule, items in sheet.sections:
        yield from (heading, rule)
        for item in items:
            yield from (item.lead, *item.options, *item.notes)


@cache
def _style() -> str:
    return resources.files("xuelan.kits").joinpath("styles/quiz.typ").read_text(encoding="utf-8")


def _word(plan: KitPlan, sheet: _Sheet) -> bytes:
    """The sheet as a Word file, to adapt."""
    paragraphs = [_paragraph("Title", sheet.title), _paragraph("FormAdvice", sheet.intro)]
    if sheet.fill:
        line = "　　".join(f"{name}：＿＿＿＿＿＿＿＿" for name in sheet.fill)
        paragraphs.append(_paragraph("FormSign", line))
    for heading, rule, items in sheet.sections:
        paragraphs.append(_paragraph("Heading1", heading + rule))
        for item in items:
            paragraphs.append(_paragraph("QuizLead", item.lead))
            paragraphs += [_paragraph(*line) for line in _lines(item)]
    body = f"<w:document {WORD_NAMESPACES}><w:body>{''.join(paragraphs)}{SECTION}"
    return Template(word_parts(sheet.title, day(plan.date), joined([body]))).fill({})


def _lines(item: _Item) -> Iterator[tuple[str, ...]]:
    """The lines below a question: short options two to a line, notes one each."""
    width = 2 if _short(item) else 1
    for n in range(0, len(item.options), width):
        yield ("QuizMore", *item.options[n : n + width])
    for note in item.notes:
        yield "QuizMore", note


def _short(item: _Item) -> bool:
    return all(len(o) <= SHORT_OPTION for o in item.options)


def _paragraph(style: str, *texts: str) -> str:
    """A paragraph; several texts stand at the style's tab stops."""
    runs = "<w:tab/>".join(f'<w:t xml:space="preserve">{escape(t)}</w:t>' for t in texts)
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r>{runs}</w:r></w:p>'
