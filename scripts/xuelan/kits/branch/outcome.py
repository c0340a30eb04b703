"""Two lists for the office: the kits made, and the rows refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from xuelan.kits.branch.branch_list import RefusedRow
from xuelan.kits.branch.fill import BranchKit

LISTED: Final = "已做成.csv"
REFUSED: Final = "未做成.csv"


def write_outcome(out: Path, kits: Sequence[BranchKit], refused: Sequence[RefusedRow]) -> None:
    """Write both lists into ``out``; the second only if a row was refused."""
    made = [(str(k.row), k.branch, k.file, str(k.size)) for k in kits]
    (out / LISTED).write_bytes(encode_csv([("行号", "支部名称", "文件", "字节"), *made]))
    left = [(str(r.row), r.branch, r.reason) for r in refused]
    if left:
        (out / REFUSED).write_bytes(encode_csv([("行号", "支部名称", "原因"), *left]))
    else:
        (out / REFUSED).unlink(missing_ok=True)


def encode_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """Rows as CSV for Excel: UTF-8 with a byte order mark, formulas turned into text."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_disarm(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _disarm(cell: str) -> str:
    """Put an apostrophe before a sign that starts a formula: it makes the cell text."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
