"""What a pull request changes, in Markdown: for its comment and for the summary of a run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from xuelan.editing.forge.changes import ColumnComparison, FileChange
from xuelan.editing.forge.suggestions import mend
from xuelan.model.material import Material
from xuelan.text import problem
from xuelan.text.problem import Problem

MARK: Final = "<!-- xuelan-report -->"
"""The first line of every report: a comment that has it is replaced, not followed by another."""

_MOST_ROWS: Final = 100
"""Longer lists are cut: forges take comments of some 65,000 characters."""

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()#+!|<>&~^$-])")
_MENTION: Final = re.compile(r"@(?=\w)")
_URL: Final = re.compile(r"(?<=\w)://")


def plain(text: str) -> str:
    """Untrusted text that no forge reads as markup, as a mention, or as an address."""
    text = _SPECIAL.sub(r"\\\1", problem.UNSEEN.sub("\ufffd", text))
    return _URL.sub(":\u200b//", _MENTION.sub("@\u200b", text))


def summarise(comparison: ColumnComparison, preview: str = "") -> str:
    """The report. ``preview`` is the address of the preview: of its folder if it ends in ``/``."""
    counts = problem.summary(comparison.problems)
    lines = [MARK, "## 检查结果", "", plain(counts)]
    if comparison.known:
        lines += ["", f"另有{len(comparison.known)}处问题在 {comparison.base} 里就有，没有列出。"]
    if preview.startswith("https://"):
        target = f"{preview}index.html" if preview.endswith("/") else preview
        lines += ["", f"[看预览]({_address(target)})"]
    lines += _list_changes(comparison, preview)
    lines += _list_problems(comparison)
    return "\n".join(lines) + "\n"


def _list_changes(comparison: ColumnComparison, preview: str) -> list[str]:
    changes = list(comparison.changes.values())
    if not changes:
        return ["", f"与 {comparison.base} 相比，材料、网页和设置没有改动。"]
    added, removed = (sum(c.words[n] for c in changes) for n in (0, 1))
    title = f"### 改了{len(changes)}个文件，加{added}字，减{removed}字"
    lines = ["", title, "", "| 页面 | 改动 | 加 | 减 |", "| --- | --- | ---: | ---: |"]
    materials = {m.path: m for m in comparison.catalog.materials} if comparison.catalog else {}
    for change in changes[:_MOST_ROWS]:
        name = _name(change, materials.get(change.path), preview)
        lines.append(f"| {name} | {change.word} | {change.words[0]} | {change.words[1]} |")
    if len(changes) > _MOST_ROWS:
        lines += ["", f"还有{len(changes) - _MOST_ROWS}个文件没有列出。"]
    return lines


def _name(change: FileChange, m: Material | None, preview: str) -> str:
    """A material by its title, linked to its page in the preview; other files by their path."""
    if m is None or change.new is None:
        return f"`{_code(change.path)}`"
    title = plain(m.title) or plain(m.id)
    if preview.endswith("/") and preview.startswith("https://"):
        title = f"[{title}]({_address(f'{preview}{m.address}index.html')})"
    return f"{title}（{plain(m.kind)}{'' if m.is_public else '，不公开'}）"


def _list_problems(comparison: ColumnComparison) -> list[str]:
    here = [p for p in comparison.problems if p.path in comparison.changes]
    there = [p for p in comparison.problems if p.path not in comparison.changes]
    lines: list[str] = []
    for title, found in (("改过的文件里", here), ("没有改、但受到影响的文件里", there)):
        if found:
            lines += ["", f"### {title}", "", *_bullets(found[:_MOST_ROWS], comparison)]
        if len(found) > _MOST_ROWS:
            lines += ["", f"还有{len(found) - _MOST_ROWS}处没有列出，见检查的输出。"]
    return lines


def _bullets(found: Iterable[Problem], comparison: ColumnComparison) -> Iterable[str]:
    for p in found:
        place = f"`{_code(p.path)}:{p.line}`"
        yield f"- {place} **{p.code.severity}**（{p.code.slug}）：{plain(p.message)}"
        if p.hint:
            yield f"  - 提示：{plain(p.hint)}"
        change = comparison.changes.get(p.path)
        mended = mend(p, change.new) if change and change.new else None
        if mended and "\n" not in mended.new:
            yield f"  - 可以改成：`` {_code(mended.new)} ``"


def _code(text: str) -> str:
    """Text for between backticks."""
    return problem.UNSEEN.sub("\ufffd", text).replace("`", "'").replace("|", "\\|")


def _address(address: str) -> str:
    return quote(address, safe="/:%?&=+#@,;~")
