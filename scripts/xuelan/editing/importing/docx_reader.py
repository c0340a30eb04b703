"""Reads a Word file into blocks: paragraphs, headings, lists, tables, notes, boxes, pictures."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from xuelan.editing.importing.blocks import (
    BULLET,
    NOTES,
    NUMBER,
    AnyBlock,
    Enclosure,
    Ledger,
    SourceImage,
    SourceText,
    Span,
    TextBlock,
    bare,
)
from xuelan.editing.importing.docx_count import count_docx
from xuelan.editing.importing.docx_package import DocxPackage
from xuelan.editing.importing.docx_runs import BREAK, MC, FieldState, RunReader, choose
from xuelan.editing.importing.grid import Cell, flatten_table
from xuelan.editing.importing.numbering import Label, Numbering, W, is_on
from xuelan.editing.importing.styles import Style, Styles, outline_level

_NOTE_KINDS: Final = {f"{W}footnoteReference": "footnotes", f"{W}endnoteReference": "endnotes"}


def read_docx(data: bytes) -> SourceText:
    """Read a Word file. Raises :class:`NotImportedError` for one that must not be read."""
    package = DocxPackage.open(data)
    reader = _DocxReader(package)
    tree = package.tree(package.main)
    body = tree.find(f"{W}body")
    blocks = list(reader.read(body)) if body is not None else []
    blocks += reader.notes()
    reader.tell_the_rest()
    return SourceText(
        blocks,
        reader.ledger,
        count_docx(package),
        reader.images,
        list(_enclosures(package)),
        reader.hints(),
    )


class _DocxReader:
    """Walks through the text once, in order: numbers and fields depend on what came before."""

    def __init__(self, package: DocxPackage) -> None:
        self.ledger = Ledger()
        self.images: dict[str, SourceImage] = {}
        self._package = package
        self._styles = Styles(package.first_tree("styles"))
        self._numbering = Numbering(package.first_tree("numbering"))
        self._fields = FieldState()
        self._relations = package.relations(package.main)
        self._boxes: list[Any] = []
        self._notes: list[tuple[str, str]] = []
        self._held: list[Span] = []
        targets = {key: r.target for key, r in self._relations.items() if r.is_outside}
        self._runs = RunReader(
            self._styles, targets, self.ledger, self._fields,
            self._boxes.append, self._add_note, self._add_picture,
        )  # fmt: skip

    def read(self, element: Any) -> Iterator[AnyBlock]:
        """Yield the blocks in the body, a cell, a box or a note."""
        for child in element:
            tag = child.tag
            if tag == f"{W}p":
                yield from self._paragraph(child)
            elif tag == f"{W}tbl":
                yield from self._table(child)
            elif tag == f"{W}sdt":
                content = child.find(f"{W}sdtContent")
                if content is not None:
                    yield from self._control(child, content)
            elif tag in (f"{W}ins", f"{W}moveTo", f"{W}customXml", f"{W}smartTag"):
                yield from self.read(child)
            elif tag == f"{MC}AlternateContent":
                yield from self.read(choose(child))
            elif tag == f"{W}altChunk":
                self.ledger.tell("文件里嵌有另一份文件，没有读入。请在 Word 里打开，另存一份再试。")

    def _control(self, control: Any, content: Any) -> Iterator[AnyBlock]:
        if is_on(control.find(f"{W}sdtPr/{W}showingPlcHdr")):
            words = "".join(e.text or "" for e in content.iter(f"{W}t"))
            self.ledger.remove("没有填写的控件里的提示", words)
        else:
            yield from self.read(content)

    def _paragraph(self, element: Any) -> Iterator[AnyBlock]:
        properties = element.find(f"{W}pPr")
        name, style = self._styles.of(properties, "paragraph")
        in_contents = self._fields.in_contents or style.is_contents
        self._runs.hidden_style = style
        label = self._label(properties, name, style)
        spans = [*self._held, *self._runs.read(element)]
        self._held = []
        boxes, self._boxes[:] = list(self._boxes), []
        if _goes_on(properties):
            self._held = spans
        elif (in_contents or self._fields.in_contents) and not any(s.image for s in spans):
            self.ledger.remove("目录", "".join(s.text for s in spans))
        else:
            yield from self._lines(spans, properties, style, label)
        for box in boxes:
            yield from self._box(box)

    def _lines(
        self, spans: list[Span], properties: Any, style: Style, label: tuple[Label, int] | None
    ) -> Iterator[AnyBlock]:
        """A block for each line that the author ended: ``label`` stands before the first."""
        lines = _split(spans)
        words = bool(bare("".join(s.text for s in spans))) or any(s.image for s in spans)
        if not words:
            return
        block = _dress(TextBlock(()), properties, style)
        for number, line in enumerate(lines):
            if not bare("".join(s.text for s in line)) and not any(s.image for s in line):
                continue
            first = replace(block, spans=tuple(line), size=_size(style))
            if label is not None:
                first = self._number(first, *label)
                label = None
            yield replace(first, level=0) if number else first
        if len([line for line in lines if bare("".join(s.text for s in line))]) > 1:
            self.ledger.tell("段内换行（Shift+Enter）处都分成了两段，标题里的已接起来。")

    def _number(self, block: TextBlock, label: Label, depth: int) -> TextBlock:
        if label.is_bullet:
            return replace(block, listed=BULLET, depth=depth)
        self.ledger.add("自动编号", label.text)
        if re.fullmatch(r"[0-9]{1,3}\.", label.text) and not block.level:
            return replace(block, listed=NUMBER, depth=depth, label=label.text)
        return replace(block, label=label.text)

    def _label(self, properties: Any, name: str, style: Style) -> tuple[Label, int] | None:
        """The number before a paragraph with its level; counts it even if nothing follows."""
        direct = None if properties is None else properties.find(f"{W}numPr")
        found = style.numbering if direct is None else direct
        if found is None:
            return None
        num, level = found.find(f"{W}numId"), found.find(f"{W}ilvl")
        if num is None and style.numbering is not None:
            num = style.numbering.find(f"{W}numId")
        num_id = "" if num is None else num.get(f"{W}val", "")
        if level is None and style.numbering is not None:
            level = style.numbering.find(f"{W}ilvl")
        value = "" if level is None else level.get(f"{W}val", "")
        at = int(value) if value.isdigit() else self._numbering.level_of_style(num_id, name)
        label = self._numbering.label(num_id, at) if at < 9 else None
        return None if label is None else (label, at)

    def _box(self, element: Any) -> Iterator[AnyBlock]:
        blocks = list(self.read(element))
        words = " ".join(b.text for b in blocks if isinstance(b, TextBlock))
        if words:
            self.ledger.tell(f"文本框里的字放在它所在的段落后面：“{words[:30]}”。")
        yield from blocks

    def _table(self, table: Any) -> Iterator[AnyBlock]:
        rows = [
            [self._cell(cell) for cell in _inside(row, f"{W}tc")]
            for row in _inside(table, f"{W}tr")
            if not self._is_deleted(row)
        ]
        yield from flatten_table(rows, self.ledger)

    def _is_deleted(self, row: Any) -> bool:
        if row.find(f"{W}trPr/{W}del") is None:
            return False
        texts = row.iter(f"{W}delText", f"{W}t")
        self.ledger.remove("修订中删去的文字", "".join(e.text or "" for e in texts))
        return True

    def _cell(self, cell: Any) -> Cell:
        span = cell.find(f"{W}tcPr/{W}gridSpan")
        merge = cell.find(f"{W}tcPr/{W}vMerge")
        goes_on = merge is not None and merge.get(f"{W}val", "continue") == "continue"
        width = "1" if span is None else span.get(f"{W}val", "1")
        return Cell(list(self.read(cell)), int(width) if width.isdigit() else 1, goes_on)

    def _add_note(self, kind: str, name: str) -> str:
        self._notes.append((_NOTE_KINDS[kind], name))
        mark = f"（注{len(self._notes)}）"
        self.ledger.add("脚注的标号", mark)
        return mark

    def _add_picture(self, relation: str, alt: str) -> str:
        found = self._relations.get(relation)
        if found is None or found.is_outside:
            self.ledger.tell("有一张图片没有存在文件里，只是一个链接，没有收入。")
            return ""
        self.images[found.target] = SourceImage(self._package.bytes_of(found.target), alt)
        return found.target

    def notes(self) -> list[AnyBlock]:
        """Foot- and endnotes under a heading of their own."""
        if not self._notes:
            return []
        self.ledger.add("脚注的标题", NOTES)
        self.ledger.tell(f"有脚注或尾注 {len(self._notes)} 条，移到了文末“{NOTES}”下面。")
        blocks: list[AnyBlock] = [TextBlock((Span(NOTES),), level=1)]
        for number, (kind, name) in enumerate(list(self._notes), 1):
            tree = self._package.first_tree(kind)
            tag = f"{W}{kind.removesuffix('s')}"
            notes = () if tree is None else tree.iter(tag)
            element = next((e for e in notes if e.get(f"{W}id") == name), None)
            mark = f"注{number}："
            self.ledger.add("脚注的标号", mark)
            inner = [] if element is None else list(self.read(element))
            first = inner[0] if inner and isinstance(inner[0], TextBlock) else TextBlock(())
            blocks.append(replace(first, spans=(Span(mark), *first.spans), level=0))
            blocks += inner[1:]
        return blocks

    def tell_the_rest(self) -> None:
        """Comments, headers and footers: told and left out."""
        for kind, name in (("comments", "批注"), ("header", "页眉"), ("footer", "页脚")):
            for part in self._package.related(kind):
                for p in self._package.tree(part).iter(f"{W}p"):
                    words = "".join(e.text or "" for e in p.iter(f"{W}t"))
                    if bare(words):
                        self.ledger.remove(name, words)
        kinds = [kind for kind, _ in self.ledger.removed]
        if "隐藏的文字" in kinds:
            self.ledger.tell("有隐藏的文字，没有收入；公开原来的 Word 文件前请先删掉它。")

    def hints(self) -> dict[str, str]:
        """The issuer's mark, where it stands in the header of the first page."""
        for part in self._package.related("header"):
            for p in self._package.tree(part).iter(f"{W}p"):
                words = bare("".join(e.text or "" for e in p.iter(f"{W}t")))
                if re.fullmatch(r"[一-鿿（）]{4,28}文件", words):
                    return {"mark": words}
        return {}


def _inside(element: Any, tag: str) -> Iterator[Any]:
    """The rows of a table or the cells of a row, through what may stand around them."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml", f"{W}ins"):
            yield from _inside(child, tag)


def _goes_on(properties: Any) -> bool:
    """True if the next paragraph continues this one: its end is deleted, or it is a drop cap."""
    if properties is None:
        return False
    frame = properties.find(f"{W}framePr")
    drop = frame is not None and frame.get(f"{W}dropCap") in ("drop", "margin")
    return drop or properties.find(f"{W}rPr/{W}del") is not None


def _split(spans: list[Span]) -> list[list[Span]]:
    """The spans of each line of a paragraph."""
    lines: list[list[Span]] = [[]]
    for span in spans:
        for number, piece in enumerate(span.text.split(BREAK)):
            if number:
                lines.append([])
            if piece or (span.image and not number):
                lines[-1].append(replace(span, text=piece, image="" if number else span.image))
    return lines


def _dress(block: TextBlock, properties: Any, style: Style) -> TextBlock:
    own = None if properties is None else properties.find(f"{W}outlineLvl")
    justify = None if properties is None else properties.find(f"{W}jc")
    justify = style.find("pPr", "jc") if justify is None else justify
    return replace(
        block,
        level=style.heading if own is None else outline_level(own),
        align="" if justify is None else justify.get(f"{W}val", ""),
        is_title=style.is_title,
        is_quote=style.is_quote,
        is_caption=style.is_caption,
    )


def _size(style: Style) -> int:
    """The size of letters by the paragraph's style, in half points; 0 if none is said."""
    found = style.find("rPr", "sz")
    value = "" if found is None else found.get(f"{W}val", "")
    return int(value) if value.isdigit() else 0


def _enclosures(package: DocxPackage) -> Iterator[Enclosure]:
    """Files embedded in the text that can be offered as they are."""
    for name in package.related("package"):
        if name.lower().endswith((".docx", ".xlsx", ".pptx", ".pdf")):
            yield Enclosure(posixpath.basename(name), package.bytes_of(name))
