"""What ``xuelan check`` makes of texts as office people write and paste them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

import tiny
from readable import Case, read
from xuelan.check import check
from xuelan.text.edits import apply_edits, choose_edits
from xuelan.text.problem import as_text

PICTURES = ("a.png", "有 空格 的图.png")


def _said(root: Path, body: str) -> str:
    media = "".join(f"\n  - {{file: {name}, title: 图, alt: 图}}" for name in PICTURES)
    front = tiny.with_body("").replace("\ntext: 全文", f"\nmedia:{media}\ntext: 全文")
    (root / tiny.STORY).write_text(front + body, encoding="utf-8")
    catalog, found = check(root)
    assert catalog is not None
    first = front.count("\n")
    said = re.sub(
        re.escape(tiny.STORY) + r":(\d+)", lambda m: f"第{int(m[1]) - first}行", as_text(found)
    )
    if any(p.edits for p in found):
        mended = apply_edits(front + body, choose_edits(p for p in found if p.path == tiny.STORY))
        said += f"改后：\n{mended.removeprefix(front)}"
    if not any(p.is_error for p in found):
        said += f"网页：\n{tiny.rendered(catalog, body).html}\n"
    return _shown(said)


def _shown(text: str) -> str:
    """``text`` with the signs that nobody sees written as ⟨U+200B⟩."""
    return re.sub(
        r"[^\n]",
        lambda m: m[0] if m[0].isprintable() else f"⟨U+{ord(m[0]):04X}⟩",
        text,
    )


@pytest.fixture(scope="module")
def column(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny column with pictures, whose story each test writes anew."""
    root = tiny.write(tmp_path_factory.mktemp("bodies"))
    for name in PICTURES:
        Image.new("RGB", (40, 40)).save((root / tiny.STORY).parent / name)
    return root


@pytest.mark.parametrize("case", read("bodies.md"), ids=lambda case: case.title)
def test_body_as_written(case: Case, column: Path, request: pytest.FixtureRequest) -> None:
    """Each text comes out whole, in the structure meant, or a message says what to write."""
    [block] = case.given
    body = re.sub(r"⟨U\+([0-9A-F]{4})⟩", lambda m: chr(int(m[1], 16)), block.text)
    said = _said(column, body)
    if request.config.getoption("--refresh"):
        case.refresh(said)
        return
    assert said == case.expected
