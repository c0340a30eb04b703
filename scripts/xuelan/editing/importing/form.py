"""The form that comes with a text: lines such as 文种：通知 on its last page or in its own file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from xuelan.editing.importing.blocks import AnyBlock, TableBlock, TextBlock, bare, tidy_blanks
from xuelan.editing.importing.press import split_names
from xuelan.editing.importing.proposal import find_date
from xuelan.model.material import OFFICIAL, OWN, THIRD_PARTY

_LABELS: Final = {
    "kind": ("文种",),
    "by": ("谁写的、谁发的", "谁写的谁发的", "发文机关、媒体或作者"),
    "issuer": ("发文机关", "制发机关", "发文单位"),
    "author": ("作者", "撰稿人", "执笔人"),
    "outlet": ("媒体", "媒体或出版者", "报刊", "刊登媒体"),
    "number_date": ("文号和日期", "日期和文号"),
    "number": ("文号", "发文字号"),
    "issued": ("日期", "发文日期", "刊出日期", "成文日期"),
    "seen": ("在哪里看到的", "在哪里可以看到原件", "出处", "来源网址", "来源"),
    "ground": ("凭什么可以登", "发布依据", "依据"),
    "title": ("标题", "材料标题", "稿件名"),
    "summary": ("提要", "内容提要"),
}
_BY_LABEL: Final = {label: key for key, labels in _LABELS.items() for label in labels}
_LINE: Final = re.compile(r"[-•·●\s\u3000]*(?:[0-9]{1,2}[.、])?\s*([一-鿿、]{2,12})[：:](.*)")
_NOTHING: Final = frozenset({"", "无", "不知道", "没有", "不详", "/", "—"})
_FEWEST: Final = 3
"""So many different lines make a form; a text may well have one that begins with 日期：."""


@dataclass
class FilledForm:
    """What a form says, as fields; ``moved`` are the lines taken out of the text."""

    values: dict[str, str] = field(default_factory=dict)
    authors: list[str] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)


def take_form(blocks: list[AnyBlock]) -> tuple[FilledForm, list[AnyBlock]]:
    """The form at the end of a text, and the text without it."""
    start = len(blocks)
    entries: dict[str, str] = {}
    lines: list[str] = []
    while start and (found := _entries(blocks[start - 1])):
        entries = {**found[0], **entries}
        lines = [*found[1], *lines]
        start -= 1
    if len(entries) < _FEWEST:
        return FilledForm(), blocks
    if start and re.fullmatch(r"投稿(?:单|表|登记表|说明)", bare(_text(blocks[start - 1]))):
        start -= 1
        lines.insert(0, _text(blocks[start]))
    form = _read(entries)
    form.moved = [("投稿单", line) for line in lines]
    return form, blocks[:start]


def _text(block: AnyBlock) -> str:
    return block.text if isinstance(block, TextBlock) else ""


def _entries(block: AnyBlock) -> tuple[dict[str, str], list[str]] | None:
    """The entries in a line or a table of two columns, with their lines; ``None`` for others."""
    if isinstance(block, TableBlock):
        rows = [row for row in block.rows if any(row)]
        named = [r for r in rows if len(r) == 2 and bare(r[0]).rstrip("：:") in _BY_LABEL]
        if len(named) < len(rows):
            return None
        pairs = {_BY_LABEL[bare(k).rstrip("：:")]: tidy_blanks(v) for k, v in named}
        return pairs, [f"{k} {v}" for k, v in named]
    match = _LINE.fullmatch(_text(block))
    if match is None or match[1] not in _BY_LABEL:
        return None
    return {_BY_LABEL[match[1]]: tidy_blanks(match[2])}, [_text(block)]


def _read(entries: dict[str, str]) -> FilledForm:
    form = FilledForm()
    for key, words in entries.items():
        if words in _NOTHING:
            continue
        if key in ("kind", "issuer", "outlet", "number", "title", "summary"):
            form.values[key] = words
        elif key == "author":
            form.authors = split_names(words)
        elif key == "by":
            form.values["by"] = words
        elif key in ("issued", "number_date"):
            _take_date(form, words)
        elif key == "seen":
            address = re.search(r"https?://[^\s，。；]+", words)
            form.values["source" if address else "seen"] = address[0] if address else words
        elif key == "ground":
            ground = next((g for g in (OWN, OFFICIAL, THIRD_PARTY) if g[:2] in words), "")
            form.values["ground"] = ground or (OWN if "我写" in words else "")
    form.values = {k: v for k, v in form.values.items() if v}
    return form


def _take_date(form: FilledForm, words: str) -> None:
    if date := find_date(words):
        form.values["issued"] = date
    if number := re.search(r"[一-鿿]{2,16}[〔\[［(（【](?:19|20)\d\d[〕\]］)）】]\d{1,5}号", words):
        form.values["number"] = number[0]
