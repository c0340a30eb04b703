"""Reads what stands inside a paragraph of a Word file: runs, revisions, fields, notes, pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from xuelan.editing.importing import symbols
from xuelan.editing.importing.blocks import Ledger, Span, bare
from xuelan.editing.importing.numbering import W, is_on
from xuelan.editing.importing.styles import Style, Styles

MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
WP: Final = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
M: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
V: Final = "{urn:schemas-microsoft-com:vml}"
O: Final = "{urn:schemas-microsoft-com:office:office}"  # noqa: E741 - the prefix in every such file

BREAK: Final = "\n"
"""Stands in the text of a span for a line that the author ended without ending the paragraph."""

_THROUGH: Final = frozenset(
    f"{W}{name}"
    for name in ("ins", "moveTo", "smartTag", "customXml", "fldSimple", "dir", "bdo", "sdtContent")
)
_GONE: Final = {f"{W}del": "修订中删去的文字", f"{W}moveFrom": "修订中移走的文字"}
_NOTES: Final = frozenset((f"{W}footnoteReference", f"{W}endnoteReference"))
_COME: Final = {f"{W}ins": "插入", f"{W}moveTo": "移入"}
_SIGNS: Final = {
    f"{W}tab": " ", f"{W}ptab": " ", f"{W}br": BREAK, f"{W}cr": BREAK,
    f"{W}noBreakHyphen": "-", f"{W}softHyphen": "",
}  # fmt: skip


@dataclass
class FieldState:
    """The fields that are open: a field may go over several paragraphs, such as a contents list.

    Each is its instruction so far and whether its result has begun.
    """

    open: list[tuple[str, bool]] = field(default_factory=list)

    def change(self, kind: str) -> str:
        """A field begins, its result begins, or it ends; returns the instruction of one ended."""
        if kind == "begin":
            self.open.append(("", False))
        elif self.open and kind == "separate":
            self.open[-1] = (self.open[-1][0], True)
        elif self.open and kind == "end":
            return self.open.pop()[0]
        return ""

    def add(self, text: str) -> None:
        """Add to the instruction of the innermost field."""
        if self.open and not self.open[-1][1]:
            self.open[-1] = (self.open[-1][0] + text, False)

    @property
    def in_instruction(self) -> bool:
        """True where text belongs to an instruction and is not shown."""
        return any(not begun for _, begun in self.open)

    @property
    def in_contents(self) -> bool:
        """True within a table of contents."""
        return any(re.match(r"\s*TOC\b", code) for code, _ in self.open)


@dataclass
class RunReader:
    """Reads runs; what does not go into the text goes into the ledger.

    ``box`` is called with each text box, ``note`` with kind and id of each note and returns its
    mark, ``picture`` with the relation of each picture and its description and returns its key.
    """

    styles: Styles
    targets: dict[str, str]
    ledger: Ledger
    fields: FieldState
    box: Callable[[Any], None]
    note: Callable[[str, str], str]
    picture: Callable[[str, str], str]
    hidden_style: Style | None = None

    def read(self, element: Any) -> Iterator[Span]:
        """Yield the spans in a paragraph or in what may stand around runs."""
        for child in element:
            tag = child.tag
            if tag == f"{W}r":
                yield from self._run(child)
            elif tag in _GONE:
                self._lose(child, _GONE[tag])
            elif tag in _THROUGH:
                if tag in _COME:
                    self._tell_revision(child, _COME[tag])
                yield from self.read(child)
            elif tag == f"{W}hyperlink":
                self._link(child, self.targets.get(child.get(f"{R}id", ""), ""))
                yield from self.read(child)
            elif tag == f"{W}sdt":
                yield from self._control(child)
            elif tag == f"{MC}AlternateContent":
                yield from self.read(choose(child))
            elif tag in (f"{M}oMath", f"{M}oMathPara"):
                self.ledger.tell("有公式：只取出了其中的字符，请对照原件重写。")
                yield Span("".join(e.text or "" for e in child.iter(f"{M}t")))

    def _lose(self, element: Any, kind: str) -> None:
        texts = element.iter(f"{W}delText", f"{W}t")
        self.ledger.remove(kind, "".join(e.text or "" for e in texts))

    def _tell_revision(self, element: Any, what: str) -> None:
        words = "".join(e.text or "" for e in element.iter(f"{W}t"))
        if bare(words):
            self.ledger.tell(f"有没接受的修订，已按接受处理：{what}“{words[:30]}”。")

    def _control(self, element: Any) -> Iterator[Span]:
        """A content control; one that nobody has filled in shows only its prompt."""
        content = element.find(f"{W}sdtContent")
        if content is None:
            return
        if is_on(element.find(f"{W}sdtPr/{W}showingPlcHdr")):
            self._lose(content, "没有填写的控件里的提示")
        else:
            yield from self.read(content)

    def _run(self, run: Any) -> Iterator[Span]:
        properties = run.find(f"{W}rPr")
        _, style = self.styles.of(properties, "character")
        if self._is_hidden(properties, style):
            self._lose(run, "隐藏的文字")
            return
        if properties is not None:
            self._look(run, properties)
        bold, italic = (_is_set(properties, style, name) for name in ("b", "i"))
        raised = properties is not None and _raised(properties)
        font = _font(properties)
        for child in run:
            for text, image in self._piece(child, font):
                if self.fields.in_instruction:
                    continue
                words = text
                if raised and text.isdigit():
                    words = symbols.raise_digits(text)
                    self.ledger.remove("上标数字", text)
                    self.ledger.add("上标数字", words)
                elif raised and bare(text):
                    self.ledger.tell(f"有上标：“{text[:12]}”写成了普通文字，请核对。")
                yield Span(words, bold, italic, image)

    def _is_hidden(self, properties: Any, style: Style) -> bool:
        direct = None if properties is None else properties.find(f"{W}vanish")
        if direct is not None:
            return is_on(direct)
        return style.is_hidden or (self.hidden_style is not None and self.hidden_style.is_hidden)

    def _look(self, run: Any, properties: Any) -> None:
        """Tell of text that is shown and that nobody sees, or that is struck out."""
        text = "".join(e.text or "" for e in run.iter(f"{W}t"))
        if not bare(text):
            return
        colour = properties.find(f"{W}color")
        shade = properties.find(f"{W}shd")
        size = properties.find(f"{W}sz")
        white = colour is not None and colour.get(f"{W}val", "").upper() == "FFFFFF"
        tiny = size is not None and size.get(f"{W}val", "99") in ("1", "2", "3", "4")
        if tiny or (white and shade is None):
            self.ledger.tell(f"有白色或极小的文字：“{text[:20]}”，已当作普通文字收入，请核对。")
        if is_on(properties.find(f"{W}strike")) or is_on(properties.find(f"{W}dstrike")):
            self.ledger.tell(f"有带删除线的文字：“{text[:20]}”，已当作普通文字收入，请核对。")

    def _piece(self, child: Any, font: str) -> Iterator[tuple[str, str]]:
        """Text and key of a picture, for one child of a run."""
        tag = child.tag
        if tag in (f"{W}t", f"{W}sym"):
            words = self._symbol(child) if tag == f"{W}sym" else child.text or ""
            yield self._decode(words, font), ""
        elif tag in _SIGNS:
            yield _SIGNS[tag], ""
            if tag == f"{W}noBreakHyphen":
                self.ledger.add("不换行的连字符", "-")
        elif tag in _NOTES:
            yield self.note(tag, child.get(f"{W}id", "")), ""
        elif tag in (f"{W}fldChar", f"{W}instrText"):
            self._field(child)
        elif tag == f"{W}ruby":
            yield from self._ruby(child)
        elif tag == f"{MC}AlternateContent":
            for inner in choose(child):
                yield from self._piece(inner, font)
        elif tag in (f"{W}drawing", f"{W}pict", f"{W}object"):
            yield from self._drawing(child)

    def _field(self, element: Any) -> None:
        if element.tag == f"{W}instrText":
            self.fields.add(element.text or "")
            return
        instruction = self.fields.change(element.get(f"{W}fldCharType", ""))
        if match := re.match(r'\s*HYPERLINK\s+"([^"]+)"', instruction):
            self._link(None, match[1])

    def _decode(self, text: str, font: str) -> str:
        """``text`` with the private characters of symbol fonts replaced."""
        if not any(map(symbols.is_private, text)):
            return text
        words = "".join(
            symbols.translate(ord(c), font) if symbols.is_private(c) else c for c in text
        )
        self._swap("".join(filter(symbols.is_private, text)), font)
        return words

    def _swap(self, codes: str, font: str) -> None:
        signs = "".join(symbols.translate(ord(c), font) for c in codes)
        self.ledger.remove("符号字体里的字", codes)
        self.ledger.add("符号字体里的字", signs)
        if symbols.UNKNOWN in signs:
            self.ledger.tell(f"有符号字体里的字认不出来，写成了“{symbols.UNKNOWN}”，请对照原件改。")

    def _symbol(self, element: Any) -> str:
        code, font = element.get(f"{W}char", ""), element.get(f"{W}font", "")
        sign = symbols.UNKNOWN
        if re.fullmatch(r"[0-9A-Fa-f]{1,5}", code):
            number = int(code, 16)
            known = symbols.is_symbol_font(font) or symbols.is_private(chr(number))
            sign = symbols.translate(number, font) if known else chr(number)
        if sign == symbols.UNKNOWN:
            self.ledger.tell(f"有符号字体里的字认不出来，写成了“{sign}”，请对照原件改。")
        self.ledger.add("插入的符号", sign)
        return sign

    def _link(self, element: Any, target: str) -> None:
        if re.match(r"https?:|mailto:|www\.", target):
            words = "" if element is None else "".join(e.text or "" for e in element.iter(f"{W}t"))
            about = f"“{words[:20]}”→" if words and words not in target else ""
            self.ledger.tell(f"站外链接只留下文字，网址没有写进正文：{about}{target[:120]}")

    def _ruby(self, element: Any) -> Iterator[tuple[str, str]]:
        """Pronunciation goes into brackets behind its word."""
        words, sound = (
            "".join(t.text or "" for part in element.iter(f"{W}{name}") for t in part.iter(f"{W}t"))
            for name in ("rubyBase", "rt")
        )
        self.ledger.add("注音外面的括号", "（）")
        yield f"{words}（{sound}）", ""

    def _drawing(self, element: Any) -> Iterator[tuple[str, str]]:
        """Pictures, boxes and objects of one drawing."""
        alt = next((e.get("descr") or "" for e in element.iter(f"{WP}docPr")), "")
        for box in list(_outermost(element, f"{W}txbxContent")):
            self.box(box)
        relations = [e.get(f"{R}embed") or "" for e in _outermost(element, f"{A}blip")]
        relations += [e.get(f"{R}id") or "" for e in _outermost(element, f"{V}imagedata")]
        if any(True for _ in element.iter(f"{O}OLEObject")):
            self.ledger.tell("有嵌入的对象（如 Excel 表）：它的图样不收，对象本身见附件。")
            return
        for relation in dict.fromkeys(filter(None, relations)):
            if key := self.picture(relation, alt):
                yield "", key
        if any("chart" in str(e.get("uri")) or "diagram" in str(e.get("uri"))
               for e in element.iter(f"{A}graphicData")):  # fmt: skip
            self.ledger.tell("有图表或 SmartArt：没有收入，请截成图片或改写成表格。")


def _outermost(element: Any, tag: str) -> Iterator[Any]:
    """The elements of a tag below ``element`` that stand in no box and no second choice."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag == f"{MC}AlternateContent":
            yield from _outermost([choose(child)], tag)
        elif child.tag != f"{W}txbxContent":
            yield from _outermost(child, tag)


def choose(alternative: Any) -> Any:
    """Of several versions of one thing, the one that new programs show."""
    for child in alternative:
        if child.tag in (f"{MC}Choice", f"{MC}Fallback"):
            return child
    return ()


def _is_set(properties: Any, style: Style, name: str) -> bool:
    direct = None if properties is None else properties.find(f"{W}{name}")
    return is_on(direct if direct is not None else style.find("rPr", name))


def _raised(properties: Any) -> bool:
    align = properties.find(f"{W}vertAlign")
    return align is not None and align.get(f"{W}val") == "superscript"


def _font(properties: Any) -> str:
    fonts = None if properties is None else properties.find(f"{W}rFonts")
    return "" if fonts is None else (fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or "")
