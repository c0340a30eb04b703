"""Readings and guides as books in PDF: an ordinary edition, and one in large print."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final
from urllib.parse import unquote

from xuelan.kits.assets import files_of, is_picture
from xuelan.kits.html_tree import parse, pieces
from xuelan.kits.plan import KitFile, KitPlan
from xuelan.kits.print import qr
from xuelan.kits.print.press import Area, pdf, picture
from xuelan.kits.print.typeset import (
    ADDRESS,
    Setting,
    Value,
    code,
    literal,
    markup,
    reference_label,
)
from xuelan.model.content import media_below
from xuelan.model.material import FULL, MISSING, OWN, Material, Media
from xuelan.text.dates import zh_date
from xuelan.text.file_names import file_name

SHORT: Final = 700
"""A material with fewer characters starts on the page of the one before."""

RUNNING: Final = 21
"""Characters of a title that fit into the head of a page."""

FOOT: Final = 52
"""Characters of a source that fit into the foot of a page in large print: three lines."""

GROUP: Final = "阅读材料"

MM: Final = 72 / 25.4
"""Points in a millimetre."""


@dataclass(frozen=True, slots=True)
class PrintEdition:
    """One way to print: type size and line pitch in points, line length in characters.

    ``top`` and ``bottom`` are the margins in millimetres.
    """

    name: str
    large: bool
    size: float
    pitch: float
    measure: int
    weight: int
    title_scale: float
    top: float
    bottom: float

    @property
    def area(self) -> Area:
        """The area of the text, four points wider for characters that reach beyond their line."""
        return Area(self.top * MM - 4, self.bottom * MM - 4)


ORDINARY: Final = PrintEdition("", False, 12, 21, 34, 400, 1.9, 29, 36)
LARGE: Final = PrintEdition("大字版", True, 20, 34, 22, 500, 1.5, 30, 54)


@dataclass(frozen=True, slots=True)
class Volume:
    """One book of a kit: its materials, each with the name of the part that starts with it."""

    name: str
    number: str
    parts: tuple[tuple[str, Material], ...]

    @property
    def materials(self) -> tuple[Material, ...]:
        """Its materials, in order."""
        return tuple(m for _, m in self.parts)


def reader(plan: KitPlan) -> Iterator[KitFile]:
    """The readings as a book."""
    return _print(plan, readings_volume(plan), ORDINARY)


def large_print_reader(plan: KitPlan) -> Iterator[KitFile]:
    """The readings in large print."""
    return _print(plan, readings_volume(plan), LARGE)


def guides(plan: KitPlan) -> Iterator[KitFile]:
    """The guides as a book; none for a kit without guides."""
    return _print(plan, guides_volume(plan), ORDINARY)


def large_print_guides(plan: KitPlan) -> Iterator[KitFile]:
    """The guides in large print."""
    return _print(plan, guides_volume(plan), LARGE)


def _print(plan: KitPlan, volume: Volume, edition: PrintEdition) -> Iterator[KitFile]:
    if not volume.parts:
        return
    label = f"{volume.name}（{edition.name}）" if edition.name else volume.name
    name = file_name(f"{volume.number}-{label}", ".pdf")
    data = pdf(
        source(plan, volume, edition),
        plan.assets.root,
        plan.date,
        words(plan, volume),
        edition.area,
        plan.assets.pictures(volume.materials),
    )
    yield KitFile(name, f"{label}（PDF）", GROUP, data)


def guides_volume(plan: KitPlan) -> Volume:
    """The guides in one part."""
    return Volume("活动指南", "02", parts_of(("活动指南", m) for m in plan.guides))


def readings_volume(plan: KitPlan) -> Volume:
    """The readings: those named by the recipe in one part, selected ones in one part a kind."""
    named = set(plan.kit.readings)
    parts = (("阅读材料" if m.id in named else m.kind, m) for m in plan.readings)
    return Volume("读本", "01", parts_of(parts))


def parts_of(labelled: Iterator[tuple[str, Material]]) -> tuple[tuple[str, Material], ...]:
    """The same materials, the name of a part only with its first: (甲 x, 甲 y) as (甲 x, y)."""
    result: list[tuple[str, Material]] = []
    last = ""
    for part, m in labelled:
        result.append((part if part != last else "", m))
        last = part
    return tuple(result)


def words(plan: KitPlan, volume: Volume) -> list[str]:
    """Every paragraph, heading and cell that the printed volume must contain."""
    texts = [plan.kit.title, plan.kit.summary]
    for m in volume.materials:
        texts += [m.title, m.summary, *pieces(parse(plan.rendered[m.id].html))]
        below = media_below(m.media, plan.rendered[m.id].html)
        texts += [t for x in below for t in (x.title, x.transcript)]
        texts += [*m.questions, *(value for _, value in provenance(plan, m))]
    texts += [part for w in number_works(plan, volume) for part in print_reference(plan, w)]
    return texts


def number_works(plan: KitPlan, volume: Volume) -> dict[str, int]:
    """The works cited in the volume, with their numbers in its single list of references."""
    cited = (w for m in volume.materials for w in plan.rendered[m.id].references)
    return {w: n for n, w in enumerate(dict.fromkeys(cited), 1)}


def source(plan: KitPlan, volume: Volume, edition: PrintEdition) -> str:
    """The typst source of a volume."""
    works = number_works(plan, volume)
    parts = [f"#let book = {code(_book(plan, volume, edition))}", _style(), "#cover()"]
    parts.append("#counter(page).update(1)\n#contents()")
    for number, (part, m) in enumerate(volume.parts):
        setting = _setting(plan, m, volume, works, edition)
        parts.append(_material(plan, m, part, setting, first=not number))
    parts.append(_references(plan, works))
    return "\n\n".join(parts) + "\n"


def cover(plan: KitPlan) -> bytes:
    """The cover of the readings as PNG."""
    book = f"#let book = {code(_book(plan, readings_volume(plan), ORDINARY))}"
    return picture("\n\n".join([book, _style(), "#cover()"]), plan.assets.root, dots=110)


@cache
def _style() -> str:
    return resources.files("xuelan.kits").joinpath("styles/book.typ").read_text(encoding="utf-8")


def _book(plan: KitPlan, volume: Volume, edition: PrintEdition) -> dict[str, Value]:
    characters = sum(plan.rendered[m.id].characters for m in volume.materials)
    minutes = sum(plan.rendered[m.id].minutes for m in volume.materials)
    label = f"{volume.name} · {edition.name}" if edition.name else volume.name
    address = plan.address_of(plan.kit.address)
    tags: list[Value] = [*sorted({t for m in volume.materials for t in m.tags})]
    return {
        "title": f"{plan.kit.title} {label}",
        "cover": plan.kit.title,
        "edition": label,
        "summary": plan.kit.summary,
        "extent": f"共{len(volume.parts)}篇，{characters}字，默读约{minutes}分钟",
        "column": plan.column.title,
        "publisher": plan.column.publisher,
        "keywords": tags,
        "running": f"{plan.column.title} · {plan.kit.title}",
        "date": zh_date(plan.date),
        "version": plan.version,
        "address": address,
        "qr": qr.svg(address) if address else None,
        "large": edition.large,
        "size": edition.size,
        "pitch": edition.pitch,
        "measure": edition.measure,
        "weight": edition.weight,
        "title-scale": edition.title_scale,
        "top": edition.top,
        "bottom": edition.bottom,
    }


def _material(plan: KitPlan, m: Material, part: str, setting: Setting, *, first: bool) -> str:
    rendered = plan.rendered[m.id]
    address = plan.address_of(m.address)
    on_page: dict[str, Value] = {
        "running": _truncate(m.title, RUNNING),
        "source": _truncate(source_line(plan, m), FOOT),
        "address": address,
        "qr": qr.svg(address) if address else None,
    }
    own_page = not first and (bool(part) or rendered.characters >= SHORT)
    rows: list[Value] = [[label, value] for label, value in provenance(plan, m)]
    pieces = [
        "#pagebreak(weak: true)" if own_page else "#v(pitch * 2.2, weak: true)",
        f"#opening({code({'part': part})})",
        f"#metadata({code(on_page)}) <material>",
        f"#heading(level: 2)[{literal(m.title)}]#label({code(_label(m.id, ''))})",
        f"#strip({code(rows)}, {code(m.summary)})",
        markup(rendered.html, setting),
    ]
    pieces += [_media(item) for item in media_below(m.media, rendered.html)]
    if m.text == MISSING:
        body = "本栏目还没有取得这份材料的原文，上面只写已经核实的情况。"
        pieces.append(f"#note({code('原文待补')}, {code(body)})")
    if m.questions:
        pieces.append(f"#questions(({''.join(f'[{literal(q)}], ' for q in m.questions)}))")
    pieces.append("#metadata(none) <material-end>")
    return "\n\n".join(p for p in pieces if p)


def _media(item: Media) -> str:
    """A picture with its caption; sound or film as its title and transcript."""
    if is_picture(item.path):
        picture = f"#picture({code('/' + item.path)}, {code(item.alt)})"
        return f"{picture}\n\n#caption({code(item.title)})"
    transcript = item.transcript or "这段音像印不出来，请看网页。"
    return f"#note({code(item.title)}, {code(transcript)})"


def _truncate(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def source_line(plan: KitPlan, m: Material) -> str:
    """The source of a text, in one line for the foot of a page."""
    if m.ground == OWN:
        return f"{plan.column.publisher}编写，{zh_date(m.collected)}"
    who = m.publisher or "、".join(m.author)
    known = [who, m.number, zh_date(m.issued) or m.issued_note]
    state = "" if m.text == FULL else f"（{m.text}）"
    return "，".join(t for t in known if t) + state


def provenance(plan: KitPlan, m: Material) -> list[tuple[str, str]]:
    """Labels and values of the provenance of a material, as on its page."""
    rendered = plan.rendered[m.id]
    date = zh_date(m.issued)
    if m.issued_note:
        date = f"{date}（{m.issued_note}）" if date else m.issued_note
    extent = (
        f"{rendered.characters}字，默读约{rendered.minutes}分钟，朗读约{rendered.minutes_aloud}分钟"
    )
    rows = (
        ("原题", m.original_title),
        ("发文机关", m.issuer),
        ("作者", "、".join(m.author)),
        ("媒体", m.outlet),
        ("发文字号", m.number),
        ("日期", date),
        ("文字", m.text if m.ground != OWN else ""),
        ("来源", m.source),
        ("篇幅", extent if m.ground == OWN else ""),
        ("网页", plan.address_of(m.address)),
    )
    return [(label, value) for label, value in rows if value]


def _label(material: str, anchor: str) -> str:
    return f"{material}/{anchor}"


def _setting(
    plan: KitPlan, m: Material, volume: Volume, works: dict[str, int], edition: PrintEdition
) -> Setting:
    headings = {x.id: {h.anchor for h in plan.rendered[x.id].headings} for x in volume.materials}

    def link(href: str) -> str:
        """A label in the book if the target is in it, else an address on the site, else nothing."""
        if href.startswith("#"):
            anchor = unquote(href[1:])
            return f"label({code(_label(m.id, anchor))})" if anchor in headings[m.id] else ""
        match = ADDRESS.fullmatch(href)
        if match and match[1] in headings:
            anchor = unquote(match[2] or "")
            known = anchor if anchor in headings[match[1]] else ""
            return f"label({code(_label(match[1], known))})"
        if not plan.column.url:
            return ""
        if match:
            return code(plan.column.url + f"materials/{match[1]}/")
        if href.startswith("../../"):
            return code(plan.column.url + href.removeprefix("../../"))
        return code(plan.column.url + m.address + href)

    own = plan.rendered[m.id].references
    numbers = {n: works[w] for n, w in enumerate(own, 1)}
    return Setting(link, lambda a: _label(m.id, a), files_of(m), numbers, edition.measure, shift=1)


def _references(plan: KitPlan, works: dict[str, int]) -> str:
    items = []
    for work, number in works.items():
        printed, url, note = print_reference(plan, work)
        body = literal(printed)
        body += f"#link({code(url)})[{literal(url)}]" if url else ""
        body += literal(f"（{note}）") if note else ""
        items.append(f"(label: {reference_label(number)}, body: [{body}]), ")
    return f"#references(({''.join(items)}))" if items else ""


def print_reference(plan: KitPlan, work: str) -> tuple[str, str, str]:
    """Text, address and note of a reference."""
    printed = plan.references[work]
    return printed.text + (" " if printed.url else ""), printed.url, printed.note
