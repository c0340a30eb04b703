"""Official documents copied out after GB/T 9704-2012, as PDF and as Word file.

A copy never passes for an original: black only, no head, seal, emblem or rules of the original's
kind, and every page says 转录件, what it was copied from and when. What the source does not give
(addressee, signature, date) is left out, never inferred.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Final

from xuelan.dates import chinese
from xuelan.kits import choice
from xuelan.kits.names import file_name
from xuelan.kits.plan import KitFile, KitPlan
from xuelan.kits.press import Area, pdf
from xuelan.kits.transcript_word import word
from xuelan.kits.tree import parse, pieces
from xuelan.kits.typeset import Setting, code, literal, markup, pictures
from xuelan.material import FULL, Material

GROUP: Final = "公文转录件"
MM: Final = 72 / 25.4
TEXT_AREA: Final = Area(36 * MM, 34 * MM)
CHARACTERS: Final = 28
"""Characters in a line."""


def files(plan: KitPlan) -> Iterator[KitFile]:
    """Every official document among the readings whose text or digest the column has."""
    for m in choice.transcripts(plan.kit, plan.catalog):
        name = file_name(f"03-转录件-{m.title}")
        label = f"{m.title}（转录件，{{}}）"
        data = pdf(source(plan, m), plan.column.root, plan.date, words(plan, m), TEXT_AREA)
        yield KitFile(f"{name}.pdf", label.format("PDF"), GROUP, data)
        html = plan.rendered[m.id].html
        data = word(title(m), m.number, html, closing(m), (label_of(m), origin(plan, m)), plan.date)
        yield KitFile(f"{name}.docx", label.format("Word"), GROUP, data)


def title(m: Material) -> str:
    """The document's own title."""
    return m.original_title or m.title


def label_of(m: Material) -> str:
    """What every page says it is."""
    kind = "转录件" if m.text == FULL else "转录件（摘要，不是原文）"
    return f"{kind}　非原件，无印章，引用请核对发文机关的正式文本"


def origin(plan: KitPlan, m: Material) -> str:
    """What it was copied from, and when."""
    told = [m.issuer, m.number, chinese(m.issued) or m.issued_note]
    source = f"转录自：{'，'.join(t for t in told if t)}"
    address = plan.address_of(m.address)
    here = f"{chinese(m.collected)}转录于{plan.column.title}"
    return f"{source}；{here}" + (f"　{address}" if address else "")


def closing(m: Material) -> str:
    """The remark below the text."""
    return "（印章略）" if m.text == FULL else "（以上为本栏目所写摘要，不是公文原文）"


def words(plan: KitPlan, m: Material) -> list[str]:
    """Every piece of text the copy must hold."""
    return [title(m), m.number, *pieces(parse(plan.rendered[m.id].html)), closing(m)]


def source(plan: KitPlan, m: Material) -> str:
    """The typst source of one document."""
    paper = {
        "title": title(m),
        "issuer": m.issuer or plan.column.publisher,
        "label": label_of(m),
        "origin": origin(plan, m),
    }
    setting = Setting(lambda _: "", lambda a: f"{m.id}/{a}", pictures(m), {}, CHARACTERS)
    number = f"#on-grid(plain(align(center, {code(m.number)})))\n#lines(1)" if m.number else ""
    return "\n\n".join(
        (
            f"#let paper = {code({**paper})}",
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
