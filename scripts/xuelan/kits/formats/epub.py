"""Readings and guides as one EPUB 3 book (EPUB 3.3, W3C Recommendation 2023).

It has the metadata of EPUB Accessibility 1.1. Chapters are made from the rendered texts, like the
printed book; their pages are templates in ``kits/templates/epub/``. No library writes the file, so
that the same kit gives the same bytes.
"""

from __future__ import annotations

import html
import io
import re
import uuid
import xml.etree.ElementTree as etree
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Final
from urllib.parse import unquote

from markupsafe import Markup

from xuelan.kits import html_tree
from xuelan.kits.assets import PICTURE_TYPES, is_picture, picture_path
from xuelan.kits.plan import KitFile, KitPlan
from xuelan.kits.print.book import (
    GROUP,
    Volume,
    cover,
    number_works,
    parts_of,
    print_reference,
    provenance,
    readings_volume,
)
from xuelan.kits.print.typeset import ADDRESS, cited_numbers
from xuelan.kits.templating import render_xml
from xuelan.model.content import media_below
from xuelan.model.material import MISSING, Material, Media
from xuelan.rendering.content_builder import runs
from xuelan.text.dates import first_day, timestamp
from xuelan.text.file_names import file_name

_ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def files(plan: KitPlan) -> Iterator[KitFile]:
    """The book."""
    yield KitFile(file_name("01-读本", ".epub"), "读本（EPUB 电子书）", GROUP, book(plan))


@dataclass(frozen=True, slots=True)
class _Chapter:
    """A page of the book; ``part`` is the name of the part that starts with it, or empty."""

    name: str
    part: str
    title: str
    page: str


@dataclass(frozen=True, slots=True)
class _Illustration:
    """A picture, ``source`` being its address in the book; sound or film without an address."""

    title: str
    source: str
    alt: str
    transcript: str


def book(plan: KitPlan) -> bytes:
    """The EPUB file."""
    guides = parts_of(("活动指南", m) for m in plan.guides)
    volume = Volume("读本", "01", (*readings_volume(plan).parts, *guides))
    works = number_works(plan, volume)
    images: dict[str, bytes] = {}
    chapters = [
        _Chapter(_page_name(m.id), part, m.title, _chapter(plan, m, volume, works, images))
        for part, m in volume.parts
    ]
    back = [_references(plan, works)] if works else []
    pages = {c.name: c.page for c in (*chapters, *back)}
    pages["title.xhtml"] = render_xml("epub/title.xhtml", title=plan.kit.title, plan=plan)
    pages["nav.xhtml"] = render_xml(
        "epub/nav.xhtml", title="目录", parts=_parts(chapters), back=back
    )
    pages["content.opf"] = _package(plan, (*chapters, *back), images)
    pages["style.css"] = _style()
    entries = {name: text.encode() for name, text in pages.items()}
    return _zip({**entries, **images, "cover.png": cover(plan)})


def _page_name(material: str) -> str:
    return f"{material}.xhtml"


def _parts(chapters: Sequence[_Chapter]) -> list[list[_Chapter]]:
    """The chapters by part, in order."""
    parts: list[list[_Chapter]] = []
    for chapter in chapters:
        if chapter.part:
            parts.append([])
        parts[-1].append(chapter)
    return parts


def _chapter(
    plan: KitPlan, m: Material, volume: Volume, works: dict[str, int], images: dict[str, bytes]
) -> str:
    text = _ChapterText(plan, m, volume, works, images)
    return render_xml(
        "epub/chapter.xhtml",
        title=m.title,
        m=m,
        provenance=provenance(plan, m),
        text=text.xhtml(plan.rendered[m.id].html),
        media=[text.figure(item) for item in media_below(m.media, plan.rendered[m.id].html)],
        is_missing=m.text == MISSING,
    )


@dataclass
class _ChapterText:
    """Turns the HTML of a material into that of a chapter; collects its pictures in ``images``."""

    plan: KitPlan
    m: Material
    volume: Volume
    works: dict[str, int]
    images: dict[str, bytes]
    numbers: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        """Map the text's own reference numbers to those of the book's list."""
        own = self.plan.rendered[self.m.id].references
        self.numbers = {n: self.works[w] for n, w in enumerate(own, 1)}

    def xhtml(self, source: str) -> Markup:
        root = html_tree.parse(source)
        for element in list(root.iter()):
            self._change(element)
        inner = "".join(etree.tostring(e, encoding="unicode") for e in root)
        return Markup(html.escape(root.text or "", quote=False) + inner)  # noqa: S704 - escaped

    def figure(self, item: Media) -> _Illustration:
        source = self._keep(item.path) if is_picture(item.path) else ""
        return _Illustration(item.title, source, item.alt, item.transcript)

    def _keep(self, path: str) -> str:
        """Add the picture at ``path`` of the column; returns its address in the book."""
        ending = path.rsplit(".", 1)[-1].lower()
        address = f"images/{self.m.id}-{len(self.images)}.{ending}"
        self.images[address] = self.plan.assets.read(path)
        return address

    def _change(self, e: etree.Element) -> None:
        if e.get("id"):
            e.set("id", identifier(e.attrib["id"]))
        if align := e.attrib.pop("align", ""):
            e.set("class", f"to-{align}")
        if html_tree.is_citation(e):
            self._citation(e)
        elif e.tag == "a":
            self._link(e)
        elif e.tag == "img":
            self._picture(e)

    def _citation(self, e: etree.Element) -> None:
        numbers = sorted({self.numbers[n] for n in cited_numbers(e)})
        for child in list(e):
            e.remove(child)
        e.text, last = "[", None
        for text, number in runs(numbers):
            if number is None:
                assert last is not None
                last.tail = text
            else:
                link = {"href": f"references.xhtml#ref-{number}", "role": "doc-noteref"}
                last = etree.SubElement(e, "a", {**link, "epub:type": "noteref"})
                last.text = text
        if last is not None:
            last.tail = "]"

    def _link(self, e: etree.Element) -> None:
        if e.get("role") == "doc-noteref":
            return
        target = self._target(e.attrib.pop("href", ""))
        e.attrib.pop("class", None)
        if target:
            e.set("href", target)
        else:
            e.tag = "span"

    def _target(self, href: str) -> str:
        headings = self.plan.rendered[self.m.id].headings
        if href.startswith("#"):
            anchor = unquote(href[1:])
            return f"#{identifier(anchor)}" if anchor in {h.anchor for h in headings} else ""
        match = ADDRESS.fullmatch(href)
        if match and match[1] in {m.id for m in self.volume.materials}:
            return _page_name(match[1])
        url = self.plan.column.url
        if match and url:
            return f"{url}materials/{match[1]}/"
        return url + href.removeprefix("../../") if url and href.startswith("../../") else ""

    def _picture(self, e: etree.Element) -> None:
        path = picture_path(self.m, unquote(e.get("src", "")))
        e.set("src", self._keep(path))
        e.set("alt", e.get("alt", ""))


_NOT_NAME: Final = re.compile(r"[^\w-]")


def identifier(anchor: str) -> str:
    """``anchor`` as an XML name: ``ref:1`` is ``s-ref-1``."""
    return "s-" + _NOT_NAME.sub("-", anchor)


def _references(plan: KitPlan, works: Mapping[str, int]) -> _Chapter:
    """The list of references; ``works`` are numbered in its order."""
    title = "参考文献"
    references = [print_reference(plan, work) for work in works]
    page = render_xml("epub/references.xhtml", title=title, references=references)
    return _Chapter("references.xhtml", "", title, page)


def _package(plan: KitPlan, chapters: Sequence[_Chapter], images: Mapping[str, bytes]) -> str:
    """The package document: metadata, list of files, reading order."""
    name = f"xuelan:{plan.column.title}:{plan.kit.id}:{plan.version}"
    types = {address: PICTURE_TYPES[f".{address.rsplit('.', 1)[-1]}"] for address in images}
    return render_xml(
        "epub/content.opf",
        plan=plan,
        chapters=chapters,
        images=tuple(types.items()),
        identifier=uuid.uuid5(uuid.NAMESPACE_URL, name).urn,
        day=first_day(plan.date),
        modified=timestamp(plan.date),
    )


@cache
def _style() -> str:
    return resources.files("xuelan.kits").joinpath("styles/epub.css").read_text("utf-8")


def _zip(entries: Mapping[str, bytes]) -> bytes:
    """The ZIP: ``mimetype`` first and not compressed, the files of the book sorted by name."""
    ordered = {
        "mimetype": b"application/epub+zip",
        "META-INF/container.xml": render_xml("epub/container.xml").encode(),
        **{f"OEBPS/{name}": data for name, data in sorted(entries.items())},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in ordered.items():
            info = zipfile.ZipInfo(name, _ZIP_EPOCH)
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            stored = name == "mimetype" or name.endswith((".png", ".jpg", ".jpeg"))
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, data, compresslevel=9)
    return out.getvalue()
