"""Counts the characters of a Word file by kind, straight from its XML and apart from the reader.

What the reader gives is held against this count (:mod:`xuelan.editing.importing.proof`), so the two
share nothing but the package: here every letter of every part is looked at by what it stands in.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from xuelan.editing.importing.docx_package import DocxPackage

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_M: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_OUTSIDE: Final = {"comments": "批注", "header": "页眉", "footer": "页脚"}

SHOWN: Final = "正文"


def count_docx(package: DocxPackage) -> dict[str, str]:
    """The characters of a Word file by the kind of place they stand in, in order."""
    found: dict[str, list[str]] = defaultdict(list)
    hidden = _hidden_styles(package.first_tree("styles"))
    _count(package.tree(package.main), SHOWN, hidden, found)
    for kind in ("footnotes", "endnotes"):
        for part in package.related(kind):
            for note in package.tree(part):
                if note.get(f"{_W}type", "normal") == "normal":
                    _count(note, SHOWN, hidden, found)
    for kind, name in _OUTSIDE.items():
        for part in package.related(kind):
            _count(package.tree(part), name, hidden, found)
    return {kind: "".join(texts) for kind, texts in found.items()}


def _hidden_styles(tree: Any) -> set[str]:
    """The ids of the styles in which text is hidden, by themselves or by an ancestor."""
    hidden: set[str] = set()
    parents: dict[str, str] = {}
    for style in () if tree is None else tree.iter(f"{_W}style"):
        name = style.get(f"{_W}styleId", "")
        based = style.find(f"{_W}basedOn")
        own = style.find(f"{_W}rPr/{_W}vanish")
        if own is not None:
            if own.get(f"{_W}val", "1") not in ("0", "false", "off"):
                hidden.add(name)
        elif based is not None:
            parents[name] = based.get(f"{_W}val", "")
    for _ in range(20):
        hidden |= {name for name, parent in parents.items() if parent in hidden}
    return hidden


def _count(root: Any, kind: str, hidden: set[str], found: dict[str, list[str]]) -> None:
    """Sort the letters below ``root``; an explicit stack, for a file may be nested deeply."""
    stack = [(root, kind)]
    while stack:
        element, kind = stack.pop()
        tag = element.tag
        if tag in (f"{_W}t", f"{_M}t", f"{_W}delText"):
            gone = tag == f"{_W}delText" and kind == SHOWN
            found["修订中删去的文字" if gone else kind].append(element.text or "")
            continue
        if kind == SHOWN:
            kind = _kind_of(element, hidden) or kind
        children = list(element)
        if tag == f"{_MC}AlternateContent":
            children = children[:1]
        stack += [(child, kind) for child in reversed(children)]


def _kind_of(element: Any, hidden: set[str]) -> str:
    """The kind of what stands in ``element`` if it is not shown as text."""
    tag = element.tag
    deleted_row = tag == f"{_W}tr" and element.find(f"{_W}trPr/{_W}del") is not None
    if deleted_row or tag == f"{_W}del":
        return "修订中删去的文字"
    if tag == f"{_W}moveFrom":
        return "修订中移走的文字"
    if tag == f"{_W}sdt" and element.find(f"{_W}sdtPr/{_W}showingPlcHdr") is not None:
        return "没有填写的控件里的提示"
    return "隐藏的文字" if tag == f"{_W}r" and _is_hidden(element, hidden) else ""


def _is_hidden(run: Any, hidden: set[str]) -> bool:
    vanish = run.find(f"{_W}rPr/{_W}vanish")
    if vanish is not None:
        return vanish.get(f"{_W}val", "1") not in ("0", "false", "off")
    styles = (run.find(f"{_W}rPr/{_W}rStyle"), _paragraph_style(run))
    return any(s is not None and s.get(f"{_W}val") in hidden for s in styles)


def _paragraph_style(run: Any) -> Any:
    parent = run.getparent()
    while parent is not None and parent.tag != f"{_W}p":
        parent = parent.getparent()
    return None if parent is None else parent.find(f"{_W}pPr/{_W}pStyle")
