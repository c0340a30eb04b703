"""Forms as PDF to print and fill in by hand, made from the same tables as the Word forms."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path

from xuelan.kits.form_sheet import (
    Advice,
    Block,
    FieldTable,
    FormColumn,
    FormSheet,
    Grid,
    GuideTable,
    Roster,
    Signatures,
    Writing,
)
from xuelan.kits.ooxml import Values
from xuelan.kits.print import qr
from xuelan.kits.print.press import pdf
from xuelan.kits.print.typeset import Value, code


def print_form(
    form: FormSheet, values: Values, root: Path, date: str, publisher: str, address: str
) -> bytes:
    """The PDF of ``form``; ``values`` may have a ``subtitle`` and the rows of a guide.

    ``address`` is printed at the foot of every page with its QR code; it is empty if the address of
    the site is not known. Raises the errors of :func:`xuelan.kits.print.press.pdf`.
    """
    subtitle = values.get("subtitle", "")
    assert isinstance(subtitle, str)
    blocks: list[Value] = [_block(b, values) for b in form.blocks]
    data: dict[str, Value] = {
        "title": form.title,
        "subtitle": subtitle,
        "publisher": publisher,
        "address": address,
        "qr": qr.svg(address) if address else None,
        "blocks": blocks,
    }
    words = [form.title, subtitle, *_words(blocks)]
    return pdf(f"#let form = {code(data)}\n{_style()}", root, date, words)


@cache
def _style() -> str:
    return resources.files("xuelan.kits").joinpath("styles/form.typ").read_text(encoding="utf-8")


def _block(block: Block, values: Values) -> dict[str, Value]:
    match block:
        case Writing(blank):
            return {"kind": "writing", "label": blank.label, "lines": blank.lines}
        case Signatures(labels):
            return {"kind": "signatures", "labels": list(labels)}
        case Advice(text):
            return {"kind": "advice", "text": f"填写说明：{text}"}
        case _:
            return _table(block, values)


def _table(block: FieldTable | Roster | Grid | GuideTable, values: Values) -> dict[str, Value]:
    match block:
        case FieldTable(rows):
            found: list[Value] = [
                {"labels": [b.label for b in row], "lines": max(b.lines for b in row)}
                for row in rows
            ]
            return {"kind": "rows", "rows": found}
        case Roster():
            empty: list[Value] = [None] * (len(block.columns) - 1)
            numbers: list[Value] = [
                [str(n) if block.numbered else None, *empty] for n in range(1, block.count + 1)
            ]
            return _list(block.columns, numbers, block.lines)
        case Grid():
            empty = [None] * (len(block.columns) - 1)
            named: list[Value] = [[name, *empty] for name in block.rows]
            return _list(block.columns, named, block.lines)
        case GuideTable():
            return _list(block.columns, list(_guide_rows(block, values)), None)


def _list(
    columns: tuple[FormColumn, ...], rows: list[Value], lines: float | None
) -> dict[str, Value]:
    return {
        "kind": "list",
        "shares": [c.share for c in columns],
        "head": ["做到" if c.title == "□" else c.title for c in columns],
        "rows": rows,
        "lines": lines,
        "named": lines is not None,
    }


def _guide_rows(block: GuideTable, values: Values) -> Iterator[Value]:
    rows = values.get(block.slot) or ()
    assert not isinstance(rows, str)
    for row in rows or ({},) * 8:
        yield [
            "□" if c.title == "□" else row.get(f"c{n}") if n < block.given else None
            for n, c in enumerate(block.columns)
        ]


def _words(value: Value, key: str = "") -> Iterator[str]:
    """Every text of the blocks that is printed; the value of ``kind`` is not."""
    if isinstance(value, str):
        if key != "kind":
            yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _words(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from _words(item, key)
