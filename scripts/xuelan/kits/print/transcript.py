"""Transcripts of official documents in the layout of GB/T 9704-2012, as PDF and as Word file.

A transcript must not be taken for an original: it is black only, without head, seal, emblem or
rules. Every page says 转录件, and from what it was copied and when. What the source does not have
(addressee, signature, date) is left out, never inferred. If the column has only a digest in its own
words, the paper is called 公文摘要 in its file name, in its title and on every page.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Final

from xuelan.kits.assets import files_of
from xuelan.kits.html_tree import parse, pieces
from xuelan.kits.plan import KitFile, KitPlan
from xuelan.kits.print import qr
from xuelan.kits.print.press import Area, pdf
from xuelan.kits.print.typeset import Setting, Value, code, literal, markup
from xuelan.kits.word.html_to_word import transcript_docx
from xuelan.model.material import FULL, Material
from xuelan.text.dates import first_day, zh_date
from xuelan.text.file_names import file_name

COPY, SHORTENED = "转录件", "公文摘要"
_GROUPS: Final = {COPY: "公文转录件", SHORTENED: "公文摘要"}
GROUPS: Final = tuple(_GROUPS.values())
MM: Final = 72 / 25.4
TEXT_AREA: Final = Area(36 * MM, 34 * MM)
CHARACTERS: Final = 28
"""Characters in a line (GB/T 9704-2012, 5.2)."""


def files(plan: KitPlan) -> Iterator[KitFile]:
    """Two files for each of the plan's transcripts."""
    for m in plan.transcripts:
        name = file_name(f"03-{kind(m)}-{m.title}")
        label, group = f"{m.title}（{kind(m)}，{{}}）", _GROUPS[kind(m)]
        pictures = plan.assets.pictures([m])
        data = pdf(
            source(plan, m), plan.assets.root, plan.date, words(plan, m), TEXT_AREA, pictures
        )
        yield KitFile(f"{name}.pdf", label.format("PDF"), group, data)
        html = plan.rendered[m.id].html
        header = (label_of(m), origin(plan, m))
        data = transcript_docx(title(m), m.number, html, closing(m), header, first_day(plan.date))
        yield KitFile(f"{name}.docx", label.format("Word"), group, data)


def kind(m: Material) -> str:
    """转录件 for the whole text, 公文摘要 for a digest."""
    return COPY if m.text == FULL else SHORTENED


def title(m: Material) -> str:
    """The title of the document, marked if the text is a digest."""
    own = m.original_title or m.title
    return own if m.text == FULL else f"{own}（摘要）"


def label_of(m: Material) -> str:
    """The line on every page that says what the paper is."""
    check = "引用请核对发文机关的正式文本"
    if m.text == FULL:
        return f"转录件　非原件，无印章，{check}"
    return f"公文摘要　本栏目编写，不是原文，也不是转录件，{check}"


def origin(plan: KitPlan, m: Material) -> str:
    """The line on every page that names the source and the date of the copy."""
    known = [m.issuer, m.number, zh_date(m.issued) or m.issued_note]
    how = "转录" if m.text == FULL else "摘编"
    source = f"{how}自：{'，'.join(t for t in known if t)}"
    address = plan.address_of(m.address)
    here = f"{zh_date(m.collected)}{how}于{plan.column.title}"
    return f"{source}；{here}" + (f"　{address}" if address else "")


def closing(m: Material) -> str:
    """The remark below the text."""
    return "（印章略）" if m.text == FULL else "（以上为本栏目所写摘要，不是公文原文）"


def words(plan: KitPlan, m: Material) -> list[str]:
    """Every paragraph, heading and cell that the transcript must contain."""
    return [title(m), m.number, *pieces(parse(plan.rendered[m.id].html)), closing(m)]


def source(plan: KitPlan, m: Material) -> str:
    """The typst source of one document."""
    address = plan.address_of(m.address)
    paper: dict[str, Value] = {
        "title": title(m),
        "author": m.issuer if m.text == FULL else plan.column.publisher,
        "kind": kind(m),
        "label": label_of(m),
        "origin": origin(plan, m),
        "address": address,
        "qr": qr.svg(address) if address else None,
    }
    setting = Setting(lambda _: "", lambda a: f"{m.id}/{a}", files_of(m), {}, CHARACTERS)
    number = f"#on-grid(plain(align(center, {code(m.number)})))\n#lines(1)" if m.number else ""
    return "\n\n".join(
        (
            f"#let paper = {code(paper)}",
            _style(),
            number,
            f"#heading(level: 1)[{literal(title(m))}]\n#lines(1)",
            markup(plan.rendered[m.id].html, setting),
            literal(closing(m)),
        )
    )


@cache
def _style() -> str:
    return resources.files("xuelan.kits").joinpath("styles/transcript.typ").read_text("utf-8")
