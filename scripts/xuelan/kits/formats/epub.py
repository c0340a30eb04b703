"""Readings and guides as one EPUB 3 book, made by hand so that the same kit gives the same bytes.

After EPUB 3.3 (W3C Recommendation, 2023) with the accessibility metadata of EPUB Accessibility
1.1. The chapters come from the rendered texts, like the printed book.
"""

from __future__ import annotations

import html
import io
import re
import uuid
import xml.etree.ElementTree as etree
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final
from urllib.parse import unquote

from xuelan.kits import html_tree
from xuelan.kits.assets import PICTURE_TYPES, is_picture, picture_path
from xuelan.kits.plan import KitFile, KitPlan
from xuelan.kits.print.book import (
    GROUP,
    Volume,
    cited_works,
    cover,
    parts_of,
    printed_reference,
    readings_volume,
    strip,
)
from xuelan.kits.print.typeset import ADDRESS, cited
from xuelan.model.material import MISSING, Material, Media
from xuelan.rendering.content_builder import runs
from xuelan.text.dates import first_day, timestamp
from xuelan.text.file_names import file_name

_EPUB: Final = "http://www.idpf.org/2007/ops"
_ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def files(plan: KitPlan) -> Iterator[KitFile]:
    """The book."""
    yield KitFile(file_name("01-读本", ".epub"), "读本（EPUB 电子书）", GROUP, book(plan))


@dataclass(frozen=True, slots=True)
class _Chapter:
    name: str
    part: str
    title: str
    body: str


def book(plan: KitPlan) -> bytes:
    """The EPUB file."""
    guides = parts_of(("活动指南", m) for m in plan.guides)
    volume = Volume("读本", "01", (*readings_volume(plan).parts, *guides))
    works = cited_works(plan, volume)
    images: dict[str, bytes] = {}
    chapters = [
        _Chapter(_file(m.id), part, m.title, _chapter(plan, m, volume, works, images))
        for part, m in volume.parts
    ]
    if works:
        chapters.append(_Chapter("references.xhtml", "", "参考文献", _references(plan, works)))
    entries = {f"OEBPS/{c.name}": _page(c.title, c.body).encode() for c in chapters}
    entries |= {f"OEBPS/images/{name}": data for name, data in images.items()}
    entries["OEBPS/cover.png"] = cover(plan)
    entries["OEBPS/style.css"] = _style().encode()
    entries["OEBPS/title.xhtml"] = _page(plan.kit.title, _title(plan)).encode()
    entries["OEBPS/nav.xhtml"] = _page("目录", _navigation(chapters)).encode()
    entries["OEBPS/content.opf"] = _package(plan, chapters, images).encode()
    return _zipped(entries)


def _file(material: str) -> str:
    return f"{material}.xhtml"


def _page(title: str, body: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        f'<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="{_EPUB}" '
        'lang="zh-CN" xml:lang="zh-CN">\n'
        f"<head><title>{html.escape(title)}</title>"
        '<link rel="stylesheet" type="text/css" href="style.css"/></head>\n'
        f"<body>{body}</body>\n</html>\n"
    )


def _title(plan: KitPlan) -> str:
    column = html.escape(plan.column.title)
    return (
        f'<section epub:type="titlepage" class="titlepage"><p>{column}</p>'
        f"<h1>{html.escape(plan.kit.title)}</h1><p>{html.escape(plan.kit.summary)}</p>"
        f"<p>{html.escape(plan.column.publisher)}　编</p>"
        f"<p>{html.escape(plan.date)}　版本 {plan.version}</p></section>"
    )


def _chapter(
    plan: KitPlan, m: Material, volume: Volume, works: dict[str, int], images: dict[str, bytes]
) -> str:
    rendered = plan.rendered[m.id]
    text = _Text(plan, m, volume, works, images)
    pieces = [f'<section epub:type="chapter" role="doc-chapter"><h1>{html.escape(m.title)}</h1>']
    rows = "".join(
        f"<div><dt>{html.escape(label)}</dt><dd>{html.escape(value)}</dd></div>"
        for label, value in strip(plan, m)
    )
    pieces.append(f'<dl class="provenance">{rows}</dl>')
    pieces.append(f'<p class="summary">{html.escape(m.summary)}</p>')
    pieces.append(text.xhtml(rendered.html))
    pieces += [text.media(item) for item in m.media]
    if m.text == MISSING:
        pieces.append('<p class="missing">原文待补：本栏目还没有取得这份材料的原文。</p>')
    if m.questions:
        items = "".join(f"<li>{html.escape(q)}</li>" for q in m.questions)
        pieces.append(f"<section><h2>讨论题</h2><ol>{items}</ol></section>")
    return "".join([*pieces, "</section>"])


@dataclass
class _Text:
    """Turns one material's HTML into a chapter's."""

    plan: KitPlan
    m: Material
    volume: Volume
    works: dict[str, int]
    images: dict[str, bytes]

    def xhtml(self, source: str) -> str:
        root = html_tree.parse(source)
        for element in list(root.iter()):
            self._change(element)
        inner = "".join(etree.tostring(e, encoding="unicode") for e in root)
        return html.escape(root.text or "", quote=False) + inner

    def media(self, item: Media) -> str:
        """A picture with its caption; a sound or film as its title and what is said in it."""
        title = html.escape(item.title)
        if is_picture(item.path):
            source = f"images/{self._keep(item.path)}"
            return (
                f'<figure><img src="{source}" alt="{html.escape(item.alt)}"/>'
                f"<figcaption>{title}</figcaption></figure>"
            )
        return f"<section><h2>{title}</h2><p>{html.escape(item.transcript)}</p></section>"

    def _keep(self, path: str) -> str:
        """The name under which the book holds the picture at ``path`` of the column."""
        ending = path.rsplit(".", 1)[-1].lower()
        stored = f"{self.m.id}-{len(self.images)}.{ending}"
        self.images[stored] = self.plan.assets.read(path)
        return stored

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
        local = plan_numbers(self.plan, self.m, self.works)
        numbers = sorted({local[n] for n in cited(e)})
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
            return _file(match[1])
        url = self.plan.column.url
        if match and url:
            return f"{url}materials/{match[1]}/"
        return url + href.removeprefix("../../") if url and href.startswith("../../") else ""

    def _picture(self, e: etree.Element) -> None:
        path = picture_path(self.m, unquote(e.get("src", "")))
        e.set("src", f"images/{self._keep(path)}")
        e.set("alt", e.get("alt", ""))


def plan_numbers(plan: KitPlan, m: Material, works: dict[str, int]) -> dict[int, int]:
    """A text's own reference numbers as those of the book's one list."""
    return {n: works[w] for n, w in enumerate(plan.rendered[m.id].references, 1)}


_NOT_NAME: Final = re.compile(r"[^\w-]")


def identifier(anchor: str) -> str:
    """``anchor`` as an XML name: it must begin with a letter and hold no other signs."""
    return "s-" + _NOT_NAME.sub("-", anchor)


def _references(plan: KitPlan, works: dict[str, int]) -> str:
    items = []
    for work, number in works.items():
        text, url, note = printed_reference(plan, work)
        link = f'<a href="{html.escape(url)}">{html.escape(url)}</a>' if url else ""
        told = html.escape(f"（{note}）") if note else ""
        items.append(f'<li id="ref-{number}">{html.escape(text)}{link}{told}</li>')
    return (
        '<section epub:type="endnotes" role="doc-endnotes"><h1>参考文献</h1>'
        f'<ol class="references">{"".join(items)}</ol></section>'
    )


def _navigation(chapters: list[_Chapter]) -> str:
    lines: list[str] = []
    for chapter in chapters:
        if chapter.part and lines:
            lines.append("</ol></li>")
        if chapter.part:
            lines.append(f"<li><span>{html.escape(chapter.part)}</span><ol>")
        elif chapter.name == "references.xhtml":
            lines.append("</ol></li>")
        lines.append(f'<li><a href="{chapter.name}">{html.escape(chapter.title)}</a></li>')
    if chapters[-1].name != "references.xhtml":
        lines.append("</ol></li>")
    first = chapters[0].name
    return (
        f'<nav epub:type="toc" role="doc-toc"><h1>目录</h1><ol>{"".join(lines)}</ol></nav>'
        '<nav epub:type="landmarks" hidden="hidden"><h2>导航</h2><ol>'
        '<li><a epub:type="toc" href="nav.xhtml">目录</a></li>'
        f'<li><a epub:type="bodymatter" href="{first}">正文</a></li></ol></nav>'
    )


def _package(plan: KitPlan, chapters: list[_Chapter], images: dict[str, bytes]) -> str:
    column, kit = plan.column, plan.kit
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"xuelan:{column.title}:{kit.id}:{plan.version}")
    modes = ("textual", "visual") if images else ("textual",)
    features = ["structuralNavigation", "tableOfContents", "readingOrder"]
    features += ["alternativeText"] if images else []
    facts = (
        [("accessMode", mode) for mode in modes]
        + [("accessModeSufficient", "textual")]
        + [("accessibilityFeature", feature) for feature in features]
        + [("accessibilityHazard", "none")]
        + [("accessibilitySummary", "全文可由读屏软件朗读，有目录和逐级标题，图片有替代文字。")]
    )
    metas = "".join(f'<meta property="schema:{n}">{html.escape(v)}</meta>' for n, v in facts)
    items = [("nav.xhtml", "application/xhtml+xml", "nav"), ("style.css", "text/css", "")]
    items += [
        ("title.xhtml", "application/xhtml+xml", ""),
        ("cover.png", "image/png", "cover-image"),
    ]
    items += [(c.name, "application/xhtml+xml", "") for c in chapters]
    items += [(f"images/{n}", PICTURE_TYPES[f".{n.rsplit('.', 1)[-1]}"], "") for n in images]
    manifest = "".join(
        f'<item id="i{n}" href="{href}" media-type="{kind}"'
        f"{f' properties={chr(34)}{extra}{chr(34)}' if extra else ''}/>"
        for n, (href, kind, extra) in enumerate(items)
    )
    order = ["title.xhtml", "nav.xhtml", *(c.name for c in chapters)]
    ids = {href: f"i{n}" for n, (href, _, _) in enumerate(items)}
    spine = "".join(f'<itemref idref="{ids[name]}"/>' for name in order)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" '
        'xml:lang="zh-CN"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:identifier id="id">{identity.urn}</dc:identifier>'
        f"<dc:title>{html.escape(f'{column.title} · {kit.title}')}</dc:title>"
        f"<dc:language>zh-CN</dc:language><dc:creator>{html.escape(column.publisher)}</dc:creator>"
        f"<dc:publisher>{html.escape(column.publisher)}</dc:publisher>"
        f"<dc:description>{html.escape(kit.summary)}</dc:description>"
        f"<dc:rights>{html.escape(column.copyright or column.publisher)}</dc:rights>"
        f"<dc:date>{first_day(plan.date)}</dc:date>"
        f'<meta property="dcterms:modified">{timestamp(plan.date)}</meta>{metas}</metadata>'
        f"<manifest>{manifest}</manifest><spine>{spine}</spine></package>\n"
    )


@cache
def _style() -> str:
    return resources.files("xuelan.kits").joinpath("styles/epub.css").read_text("utf-8")


_CONTAINER: Final = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<rootfiles><rootfile full-path="OEBPS/content.opf" '
    'media-type="application/oebps-package+xml"/></rootfiles></container>\n'
)


def _zipped(entries: dict[str, bytes]) -> bytes:
    """The container: ``mimetype`` first and stored, then everything in order of name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        ordered = {"META-INF/container.xml": _CONTAINER.encode(), **dict(sorted(entries.items()))}
        for name, data in {"mimetype": b"application/epub+zip", **ordered}.items():
            info = zipfile.ZipInfo(name, _ZIP_EPOCH)
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            stored = name == "mimetype" or name.endswith((".png", ".jpg", ".jpeg"))
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, data, compresslevel=9)
    return out.getvalue()
