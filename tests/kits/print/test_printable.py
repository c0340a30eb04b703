"""The list of printable signs that ``xuelan check`` goes by is that of the typefaces."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import ROOT
from xuelan.kits.print import press, typefaces
from xuelan.text import signs

LIST: Final = ROOT / "scripts/xuelan/text/printable.txt"
UNREADABLE: Final = {*range(0xFB00, 0xFB07), 0x1F10B, 0x1F10C, 0xFFFD}
"""Signs that a face has and that PDFium reads back as others, and the sign of a lost one."""

HEAD: Final = '#set text(font: ("{}",), lang: "zh")\n#set document(title: "题")\n'


def _ranges(codes: set[int]) -> list[str]:
    ranges: list[str] = []
    first = 0
    for code in sorted(codes):
        if code - 1 not in codes:
            first = code
        if code + 1 not in codes:
            ranges.append(f"{first:X}-{code:X}" if code > first else f"{code:X}")
    return ranges


def test_the_list_is_that_of_the_typefaces(request: pytest.FixtureRequest) -> None:
    """Without control signs, private use, and what cannot be read back; ``--refresh`` writes it."""
    codes = {
        code
        for code in typefaces.load(ROOT).covered - UNREADABLE
        if unicodedata.category(chr(code)) not in ("Cc", "Cf", "Co", "Cs")
        and code & 0xFFFE != 0xFFFE
    }
    if request.config.getoption("--refresh"):
        rows, row = [], ""
        for word in _ranges(codes):
            if len(row) + len(word) > 99:
                rows, row = [*rows, row], ""
            row = f"{row} {word}".strip()
        LIST.write_text("\n".join([*rows, row]) + "\n", "ascii")
    assert LIST.read_text("ascii").split() == _ranges(codes)


PRINTABLE: Final = st.characters(exclude_categories=("Cs", "Cc", "Cn")).filter(signs.is_printable)


@settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
@given(st.lists(st.text(PRINTABLE, min_size=1, max_size=60), min_size=1, max_size=20))
def test_what_check_lets_pass_can_be_printed(texts: list[str]) -> None:
    """Any signs that are printable, beside each other, are read back from the PDF."""
    texts = [f"甲{text}乙" for text in texts]
    quoted = [
        t.translate(typefaces.SUBSTITUTES).replace("\\", "\\\\").replace('"', '\\"') for t in texts
    ]
    faces = '", "'.join((typefaces.SERIF, typefaces.SANS, typefaces.KAI))
    source = HEAD.format(faces) + "\n\n".join(f'#"{text}"' for text in quoted)
    press.pdf(source, ROOT, "2026-11-30", texts)


def test_the_list_is_not_long(tmp_path: Path) -> None:
    """It is read at the first unusual sign of a run."""
    assert LIST.stat().st_size < 30_000
