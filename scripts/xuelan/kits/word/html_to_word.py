"""The Word edition of a transcribed official document: WordprocessingML from rendered HTML."""

from __future__ import annotations

import xml.etree.ElementTree as etree
from collections.abc import Iterator
from typing import Final

from xuelan.kits import html_tree
from xuelan.kits.ooxml import Piece, Template, escape
from xuelan.kits.print.typeset import weights, width
from xuelan.kits.word.fillable_form import SECTION, TEXT_WIDTH
from xuelan.kits.word.opc import WORD_NAMESPACES, word_parts
from xuelan.text.dates import timestamp

_INDENT: Final = '<w:ind w:firstLineChars="200" w:firstLine="630"/>'
_HEAD: Final = "黑体"
_FACES: Final = {"h2": _HEAD, "h3": "楷体_GB2312"}
_HEADER: Final = "word/header1.xml"
_HEADER_ID: Final = "rIdHeader"


def word(
    title: str, number: str, html: str, closing: str, header: tuple[str, str], date: str
) -> bytes:
    """The Word file. ``header`` are the two lines at the head of every page."""
    body = [
        _paragraph(_run(number), style="", centred=True) + _EMPTY if number else "",
        _paragraph(_run(title), style="Title"),
        _EMPTY,
        *_blocks(html_tree.parse(html)),
        _paragraph(_run(closing)),
    ]
    section = SECTION.replace(
        "<w:sectPr>",
        f'<w:sectPr><w:headerReference w:type="default" r:id="{_HEADER_ID}"/>'
        f'<w:headerReference w:type="even" r:id="{_HEADER_ID}"/>',
    )
    document = f"<w:document {WORD_NAMESPACES}><w:body>{''.join(body)}{section}"
    parts = word_parts(title, timestamp(date)[:10], (document,))
    return Template(_with_header(parts, header)).fill({})


def _with_header(
    parts: tuple[tuple[str, tuple[Piece, ...]], ...], lines: tuple[str, str]
) -> tuple[tuple[str, tuple[Piece, ...]], ...]:
    """The parts of a Word file with a header: its own part, its type, its relationship."""
    override = (
        f'<Override PartName="/{_HEADER}" ContentType="application/vnd.openxmlformats-'
        'officedocument.wordprocessingml.header+xml"/></Types>'
    )
    relation = (
        f'<Relationship Id="{_HEADER_ID}" Type="http://schemas.openxmlformats.org/officeDocument/'
        '2006/relationships/header" Target="header1.xml"/></Relationships>'
    )
    changes = {
        "[Content_Types].xml": ("</Types>", override),
        "word/_rels/document.xml.rels": ("</Relationships>", relation),
    }
    changed = []
    for path, pieces in parts:
        old, new = changes.get(path, ("", ""))
        whole = tuple(p.replace(old, new) if old and isinstance(p, str) else p for p in pieces)
        changed.append((path, whole))
    shown = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="FormAdvice"/></w:pPr>{_run(line, _HEAD, 18)}</w:p>'
        for line in lines
    )
    header = f"<w:hdr {WORD_NAMESPACES}>{shown}</w:hdr>"
    start = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return (*changed, (_HEADER, (start + header,)))


def _run(text: str, face: str = "", half_points: int = 0) -> str:
    if not text:
        return ""
    fonts = f'<w:rFonts w:eastAsia="{face}"/>' if face else ""
    size = f'<w:sz w:val="{half_points}"/>' if half_points else ""
    properties = f"<w:rPr>{fonts}{size}</w:rPr>" if fonts or size else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _paragraph(runs: str, style: str = "", *, centred: bool = False, level: str = "") -> str:
    if style:
        properties = f'<w:pStyle w:val="{style}"/>'
    elif centred:
        properties = '<w:jc w:val="center"/>'
    else:
        properties = _INDENT
    if level:
        properties = f'<w:keepNext/>{properties}<w:outlineLvl w:val="{level}"/>'
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>"


_EMPTY: Final = "<w:p/>"


def _blocks(parent: etree.Element) -> Iterator[str]:
    for e in parent:
        if e.tag.startswith("h") and e.tag != "hr":
            words = _run(html_tree.text(e, cites=False).strip(), _FACES.get(e.tag, ""))
            yield _paragraph(words, level=str(int(e.tag[1]) - 1))
        elif e.tag in ("ul", "ol"):
            yield from _items(e)
        elif e.tag == "table":
            yield _table(e)
        elif e.tag in ("blockquote", "div"):
            yield from _blocks(e)
        else:
            yield from _lines(e)


def _lines(e: etree.Element, before: str = "") -> Iterator[str]:
    """The text of a paragraph, a forced line break ending a paragraph."""
    text = before + "".join(html_tree.own_text(e))
    for line in text.split("\n"):
        if line.strip():
            yield _paragraph(_run(line.strip()))


def _items(e: etree.Element) -> Iterator[str]:
    """List items as paragraphs that begin with their number, as official documents have them."""
    start = int(e.get("start", "1")) if e.get("start", "1").isdigit() else 1
    for number, item in enumerate(e, start):
        mark = f"{number}. " if e.tag == "ol" else "· "
        own = html_tree.own_text(item).strip()
        if own:
            yield _paragraph(_run(mark + own))
        inner = etree.Element("div")
        inner.extend(c for c in item if c.tag in html_tree.BLOCKS)
        first = "" if own else mark
        for child in inner:
            if child.tag == "p" and first:
                yield from _lines(child, first)
                first = ""
            else:
                wrapper = etree.Element("div")
                wrapper.append(child)
                yield from _blocks(wrapper)


def _table(e: etree.Element) -> str:
    rows = [[html_tree.text(c, cites=False).strip() for c in row] for row in html_tree.rows(e)]
    columns = max(map(len, rows), default=0)
    if not columns:
        return ""
    padded = [row + [""] * (columns - len(row)) for row in rows]
    shares = weights([[width(c) for c in row] for row in padded], 28)
    sizes = [round(TEXT_WIDTH * s / sum(shares)) for s in shares]
    grid = "".join(f'<w:gridCol w:w="{size}"/>' for size in sizes)
    lines = "".join(_row(row, sizes, head=not n) for n, row in enumerate(padded))
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="FormTable"/><w:tblW w:w="{TEXT_WIDTH}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{lines}</w:tbl>'
    )


def _row(cells: list[str], sizes: list[int], *, head: bool) -> str:
    repeated = "<w:tblHeader/>" if head else ""
    made = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{size}" w:type="dxa"/></w:tcPr><w:p><w:pPr>'
        f'<w:pStyle w:val="FormSmall"/></w:pPr>{_run(text, _HEAD if head else "")}</w:p></w:tc>'
        for text, size in zip(cells, sizes, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{made}</w:tr>"
