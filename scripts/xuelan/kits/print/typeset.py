"""Rendered HTML to typst source, so paper and page come from one parse of the Markdown.

Text becomes string literals, never markup: whatever an editor wrote is printed as text. An unknown
element raises an error, for nothing may be left out silently.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Final
from urllib.parse import unquote

from xuelan.kits import html_tree
from xuelan.kits.assets import MissingPictureError
from xuelan.kits.print.press import BREAKABLE
from xuelan.kits.print.typefaces import SUBSTITUTES
from xuelan.model.kit import KitError
from xuelan.rendering.content_builder import runs

_SPACE: Final = re.compile(r"[ \t\r\n]+")
_HAN: Final = r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"
_BETWEEN_HAN: Final = re.compile(rf"(?<={_HAN})[ \t\r]*\n[ \t\r]*(?={_HAN})")
_LONG_WORD: Final = re.compile(r"[!-~]{16,}")
_BREAK_AFTER: Final = re.compile(r"([/?&=_.,:;-]+|[^/?&=_.,:;-]{12})(?=.)")
_LEVEL: Final = {f"h{n}": n for n in range(2, 7)}

Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]


def code(value: Value) -> str:
    """``value`` as typst code: ``{"a": [1, None]}`` gives ``("a": (1, none, ), )``."""
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, list):
        return "(" + "".join(f"{code(item)}, " for item in value) + ")"
    if isinstance(value, dict):
        pairs = "".join(f"{_string(key)}: {code(item)}, " for key, item in value.items())
        return f"({pairs or ':'})"
    return _CONSTANTS[value] if value is None or isinstance(value, bool) else repr(value)


_CONSTANTS: Final = {None: "none", True: "true", False: "false"}


def _string(text: str) -> str:
    shown = text.translate(SUBSTITUTES).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + shown.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def literal(text: str) -> str:
    """Typst markup that prints exactly ``text``. Long words of Latin letters may be broken."""
    return f"#{_string(_LONG_WORD.sub(_breakable, text))};" if text else ""


def _breakable(match: re.Match[str]) -> str:
    return _BREAK_AFTER.sub(r"\1" + BREAKABLE, match[0])


class UnknownElementError(KitError):
    """The HTML has an element that this module has no rule for."""

    def __init__(self, tag: str) -> None:
        super().__init__(f"正文里有不会排版的内容（{tag}）")


ADDRESS: Final = re.compile(r"\.\./([a-z0-9-]+)/(?:#(.*))?")
"""A link between two materials' pages, as :mod:`xuelan.rendering.content_builder` gives it."""


@dataclass(frozen=True)
class Setting:
    """How the text of one material is typeset.

    ``link`` returns typst code for the target of an ``href``, or an empty string if it has none on
    paper; ``label`` returns the label of an anchor. ``pictures`` maps file names to paths in the
    column. ``numbers`` maps the text's reference numbers to those of the printed list. ``measure``
    is the length of a line in characters; ``shift`` is added to heading levels. In ``narrow``
    columns a line may end between the numbers of a citation.
    """

    link: Callable[[str], str]
    label: Callable[[str], str]
    pictures: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[int, int] = field(default_factory=dict)
    measure: float = 34
    shift: int = 0
    narrow: bool = False


def markup(html: str, setting: Setting) -> str:
    """Typst markup of a :class:`~xuelan.model.content.Rendered` ``html``.

    The style has to define the functions ``lead-in``, ``quotation``, ``sheet``, ``stacked``,
    ``listing``, ``cite-mark``, ``code-word``, ``rule``, ``picture`` and ``captioned``.
    """
    return "\n\n".join(_blocks(html_tree.parse(html), setting))


_ANNOUNCED: Final = frozenset({"table", "ul", "ol"})


def _blocks(parent: etree.Element, s: Setting) -> Iterator[str]:
    """The blocks inside ``parent``; text between them makes further paragraphs."""
    loose: list[str] = [_text(parent.text or "")]
    for child, following in zip_longest(parent, list(parent)[1:]):
        if child.tag not in html_tree.BLOCKS:
            loose += [_inline(child, s), _text(child.tail or "")]
            continue
        if joined := "".join(loose).strip():
            yield joined
        if _announces(child, following):
            yield f"#lead-in[{_block(child, s)}]"
        else:
            yield _block(child, s)
        loose = [_text(child.tail or "") if (child.tail or "").strip() else ""]
    if joined := "".join(loose).strip():
        yield joined


def _announces(e: etree.Element, following: etree.Element | None) -> bool:
    """True for a paragraph of text with a table or list behind it: both stay on one page."""
    followed = following is not None and following.tag in _ANNOUNCED
    return followed and e.tag == "p" and e.find(".//img") is None


def _block(e: etree.Element, s: Setting) -> str:
    if e.tag in _LEVEL:
        return _heading(e, s)
    return _BLOCKS[e.tag](e, s)


def _heading(e: etree.Element, s: Setting) -> str:
    level = max(1, _LEVEL[e.tag] + s.shift)
    label = f"#label({_string(s.label(e.get('id', '')))})" if e.get("id") else ""
    return f"#heading(level: {level})[{_inside(e, s)}]{label}"


def _list(e: etree.Element, s: Setting) -> str:
    items = "".join(f"[{_item(item, s)}], " for item in e if item.tag == "li")
    if e.tag == "ul":
        return f"#list({items})"
    start = e.get("start", "1")
    return f"#enum(start: {int(start) if start.isdigit() else 1}, {items})"


def _item(item: etree.Element, s: Setting) -> str:
    return "\n\n".join(_blocks(item, s))


def _table(e: etree.Element, s: Setting) -> str:
    rows = html_tree.rows(e)
    columns = max((len(row) for row in rows), default=0)
    if not columns:
        return ""
    head, *body = [row + [etree.Element("td")] * (columns - len(row)) for row in rows]
    inner = replace(s, narrow=True)
    cells = [[_inside(c, inner) for c in row] for row in (head, *body)]
    if columns > s.measure // 4:
        return _stack(cells)
    shares = weights([[width(html_tree.text(c)) for c in row] for row in (head, *body)], s.measure)
    aligns = ", ".join(_ALIGN.get(c.get("align", ""), "start") for c in head)
    top, *rest = ["".join(f"[{c}], " for c in row) for row in cells]
    sizes = "".join(f"{w}fr, " for w in shares)
    return f"#sheet(({sizes}), ({aligns},), ({top}), ({''.join(rest)}))"


_ALIGN: Final = {"left": "left", "center": "center", "right": "right"}


def _stack(cells: list[list[str]]) -> str:
    """A table too wide for the page: each row as a list of “column: value”."""
    head, *body = cells
    rows = (
        "(" + "".join(f"([{h}], [{c}]), " for h, c in zip(head, row, strict=True)) + "), "
        for row in body or [[""] * len(head)]
    )
    return f"#stacked(({''.join(rows)}))"


def weights(widths: list[list[float]], measure: float) -> list[float]:
    """Relative widths of columns: those of their texts if these fit, else closer to each other."""
    natural = [max(column) + 1.5 for column in zip(*widths, strict=True)]
    if sum(natural) <= measure:
        return [round(n, 2) for n in natural]
    totals = [sum(column) for column in zip(*widths, strict=True)]
    least = measure / len(natural) * 0.4
    return [round(min(n, max(least, t**0.55)), 2) for n, t in zip(natural, totals, strict=True)]


def width(text: str) -> float:
    """The width of ``text`` in Chinese characters; a Latin letter is 0.55 of one."""
    return sum(1.0 if ord(c) > 0x2E7F or c in "“”‘’—…" else 0.55 for c in text)


def _figure(e: etree.Element, s: Setting) -> str:
    """A picture with its caption, which a break of the page does not part."""
    picture = "".join(_picture(child, s) for child in e if child.tag == "img")
    words = "".join(_inside(child, s) for child in e if child.tag == "figcaption")
    return f"#captioned[{picture}][{words}]"


def _pre(e: etree.Element, _s: Setting) -> str:
    return f"#listing({_string(html_tree.text(e).rstrip(chr(10)))})"


_BLOCKS: Final[dict[str, Callable[[etree.Element, Setting], str]]] = {
    "p": lambda e, s: _inside(e, s).strip(),
    "ul": _list,
    "ol": _list,
    "table": _table,
    "pre": _pre,
    "figure": _figure,
    "blockquote": lambda e, s: "#quotation[" + "\n\n".join(_blocks(e, s)) + "]",
    "hr": lambda _e, _s: "#rule()",
}


def _inside(e: etree.Element, s: Setting) -> str:
    parts = [_text(e.text or "")]
    for child in e:
        parts += [_inline(child, s), _text(child.tail or "")]
    return "".join(parts)


def _text(text: str) -> str:
    """Text of HTML: white space is one space, and none at a line end between two 汉字."""
    return literal(_SPACE.sub(" ", _BETWEEN_HAN.sub("", text)))


def _inline(e: etree.Element, s: Setting) -> str:
    if e.tag in html_tree.BLOCKS:
        return "\n\n" + _block(e, s) + "\n\n"
    if html_tree.is_citation(e):
        return _citation(e, s)
    if e.tag in _INLINE:
        return _INLINE[e.tag](e, s)
    if e.tag not in _WRAPPED:
        raise UnknownElementError(e.tag)
    return f"#{_WRAPPED[e.tag]}[{_inside(e, s)}];"


def _link(e: etree.Element, s: Setting) -> str:
    target = s.link(e.get("href", ""))
    return f"#link({target})[{_inside(e, s)}];" if target else _inside(e, s)


def _code_word(e: etree.Element, _s: Setting) -> str:
    return f"#code-word({_string(_LONG_WORD.sub(_breakable, html_tree.text(e)))});"


_WRAPPED: Final = {
    "strong": "strong", "em": "emph", "sup": "super", "sub": "sub", "del": "strike",
}  # fmt: skip


def _citation(e: etree.Element, s: Setting) -> str:
    """Raised numbers of the printed list of references, each a link to its entry."""
    numbers = sorted({s.numbers.get(n, n) for n in cited_numbers(e)})
    comma = f",{BREAKABLE}" if s.narrow else ","
    marks = [
        literal(text.replace(",", comma))
        if number is None
        else f"#link({reference_label(number)})[{literal(text)}];"
        for text, number in runs(numbers)
    ]
    return f"#cite-mark[{literal('[')}{''.join(marks)}{literal(']')}];"


def cited_numbers(e: etree.Element) -> list[int]:
    """The numbers a citation mark stands for, ``[1,3-5]`` as 1, 3, 4, 5."""
    found = [tuple(map(int, m.split("-"))) for m in _RUN.findall(html_tree.text(e))]
    return [n for run in found for n in range(run[0], run[-1] + 1)]


_RUN: Final = re.compile(r"\d+(?:-\d+)?")


def reference_label(number: int) -> str:
    """Typst code for the label of an entry in the list of references."""
    return f"label({_string(f'ref/{number}')})"


def _picture(e: etree.Element, s: Setting) -> str:
    name = unquote(e.get("src", ""))
    if name not in s.pictures:
        raise MissingPictureError(name)
    return f"#picture({_string('/' + s.pictures[name])}, {_string(e.get('alt', ''))});"


_INLINE: Final[dict[str, Callable[[etree.Element, Setting], str]]] = {
    "a": _link,
    "img": _picture,
    "br": lambda _e, _s: "#linebreak();",
    "code": _code_word,
    "span": _inside,
}
