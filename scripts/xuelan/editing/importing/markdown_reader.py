"""Reads Markdown of any origin: what is written as we write it stays byte for byte."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from xuelan.editing.importing.blocks import Ledger, SourceText, Span, TextBlock
from xuelan.editing.importing.dialect import find_problems
from xuelan.editing.importing.encodings import decode_text
from xuelan.editing.importing.html_reader import read_page
from xuelan.editing.importing.proof import shown_text
from xuelan.editing.importing.text_reader import clean_controls
from xuelan.model.material import FIELDS
from xuelan.rendering.python_markdown import read_any_markdown
from xuelan.text.yaml_reader import YamlMapping, parse_yaml

_FRONT: Final = re.compile(r"---[ \t]*\n(.*?\n)---[ \t]*(?:\n|$)", re.DOTALL)
_TITLE: Final = re.compile(r"\n*# +([^\n]+?)(?: +#+)? *\n+")
_BARE_LIST: Final = re.compile(
    r"^(?![ \t]*(?:[-*+]|[0-9]+[.)]) |[ >|#]|```)([^\n]+)\n(?= {0,3}(?:[-*+]|1[.)]) )", re.MULTILINE
)
"""A line right above a list: CommonMark begins the list there, Python-Markdown does not."""
_NAMES: Final = {f.name: f.name for f in FIELDS} | {
    "date": "issued", "description": "summary", "authors": "author", "categories": "tags",
}  # fmt: skip
_KEPT: Final = frozenset(
    ("title", "original_title", "issuer", "addressee", "number", "issued", "outlet", "source",
     "summary", "kind", "ground", "text", "life", "work")
)  # fmt: skip


def read_markdown(data: bytes) -> SourceText:
    """Read a Markdown file with or without front matter."""
    ledger = Ledger()
    text = clean_controls(decode_text(data).text, ledger)
    text = re.sub(r"\r\n?", "\n", text)
    hints, body = _split(text, ledger)
    title = _TITLE.match(body)
    if title is not None:
        rest = body[title.end() :].strip("\n") + "\n"
        if rest.strip() and not find_problems(rest):
            hints.setdefault("title", title[1])
            ledger.remove("一级标题", title[1])
            return _as_it_is(rest, title[1], ledger, hints)
    elif body.strip() and not find_problems(body):
        return _as_it_is(body.strip("\n") + "\n", "", ledger, hints)
    ledger.tell("正文里有本栏目不用的写法，已改写成同样意思的写法，请对照原件。")
    body = _BARE_LIST.sub(r"\1\n\n", body)
    source = read_page(f"<body>{read_any_markdown(body)}</body>", ledger, whole=True)
    if stated := hints.get("title"):
        source.blocks.insert(0, TextBlock((Span(stated),), is_title=True))
        source.counted["正文"] = stated + source.counted["正文"]
    return replace(source, hints=hints)


def _as_it_is(body: str, title: str, ledger: Ledger, hints: dict[str, str]) -> SourceText:
    """A text that passes the check already."""
    counted = {"正文": title + shown_text(body)}
    lines = [TextBlock((Span(line),)) for line in body.split("\n") if line.strip()]
    return SourceText([*lines], ledger, counted, hints=hints, markdown=body)


def _split(text: str, ledger: Ledger) -> tuple[dict[str, str], str]:
    """The fields of the front matter that are known here, and the text below it."""
    match = _FRONT.match(text)
    front, problems = parse_yaml("", match[1]) if match else (None, [])
    if match is None or problems or not isinstance(front, YamlMapping):
        return {}, text
    hints: dict[str, str] = {}
    for key, value in front.items():
        name = _NAMES.get(str(key).lower(), "")
        if name == "author":
            names = value if isinstance(value, list) else [value]
            hints["author"] = "、".join(str(n) for n in names)
        elif name in _KEPT and isinstance(value, str | int) and not isinstance(value, bool):
            hints[name] = str(value)
        else:
            ledger.tell(f"原来信息栏里的“{key}”没有带过来：{str(value)[:60]}")
    if match := re.match(r"\d{4}(?:-\d\d){0,2}", hints.get("issued", "")):
        hints["issued"] = match[0]
    else:
        hints.pop("issued", None)
    return hints, text[_FRONT.match(text).end() :]  # type: ignore[union-attr]
