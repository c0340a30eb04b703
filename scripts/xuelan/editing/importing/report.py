"""What became of the imported files, in plain Chinese, for the editor at the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from xuelan.editing.importing.bring_in import Brought
from xuelan.editing.importing.proof import Proof, Row, show
from xuelan.model.material import FIELDS
from xuelan.text.problem import as_text

_LABELS: Final = {f.name: f.label for f in FIELDS}
_SHOWN: Final = (
    "kind", "title", "issuer", "addressee", "author", "outlet", "number", "issued", "source",
    "ground", "summary",
)  # fmt: skip
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ue000-\uf8ff]")


def describe(results: list[Brought], *, dry_run: bool = False) -> str:
    """The report on all files."""
    parts = ["\n".join(_UNSEEN.sub("\ufffd", s) for s in _one(r, dry_run=dry_run)) for r in results]
    return "\n\n".join(parts)


def _one(result: Brought, *, dry_run: bool) -> Iterator[str]:
    if result.refused:
        yield f"{result.source}：没有导入。{result.refused}"
        return
    verb = "会写到" if dry_run else "已写到"
    yield f"{result.source}：{verb} {result.path}（草稿）"
    for file in result.files:
        yield f"  {verb} {file}"
    shown = [(n, result.fields.get(n, "")) for n in _SHOWN]
    fields = [f"{_LABELS[n]}：{show(value, 60)}" for n, value in shown if value]
    yield from _section("信息栏（取自文件本身）：", fields)
    unsure = [f"{_LABELS.get(n, n)}：{why}" for n, why in result.unsure.items()]
    yield from _section("请核对：", unsure)
    yield from _section("请注意：", result.told)
    if result.proof is not None:
        yield from _account(result.proof)
    findings = as_text(result.problems).splitlines()[:-1]
    yield from _section("检查（xuelan check）说，这些要由人来定：", findings)


def _section(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"  {title}"
        yield from (f"    {line}" for line in lines)


def _account(proof: Proof) -> Iterator[str]:
    """The account of the characters, blanks not counted."""
    yield f"  字数核对（不算空白）：文件里共 {proof.total} 字"
    before, after = ({row.kind for row in rows} for rows in (proof.removed, proof.added))
    for row in proof.left_out:
        yield f"    -{_row(row)}（没有收入）"
    for row in proof.moved:
        yield f"    -{_row(row)}（移进信息栏）"
    for row in proof.removed:
        yield f"    -{_row(row)}（{'改写前' if row.kind in after else '没有收入'}）"
    for row in proof.added:
        yield f"    +{_row(row)}（{'改写后' if row.kind in before else '补写'}）"
    yield f"    = 正文 {proof.after} 字"
    if proof.holds:
        yield "    一字不多，一字不少。"
    else:
        if proof.missing:
            yield f"    对不上：少了 {len(proof.missing)} 字：{show(proof.missing, 40)}"
        if proof.surplus:
            yield f"    对不上：多了 {len(proof.surplus)} 字：{show(proof.surplus, 40)}"
        yield "    请逐段对照原件。"


def _row(row: Row) -> str:
    return f"{row.number} {row.kind}：{show(row.words, 40)}"
