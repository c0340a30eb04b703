"""What ``xuelan check`` makes of single fields as office people write them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tiny
from readable import Case, read
from xuelan.check import check
from xuelan.text.problem import Edit, as_text


def _put(line: str) -> tuple[str, int]:
    """The story with ``line`` in the place of the field of that name, and the line's number."""
    lines = tiny.text(tiny.STORY).split("\n")
    key = line.partition(":")[0]
    place = next((n for n, s in enumerate(lines) if s.startswith(f"{key}:")), None)
    if place is None:
        place = lines.index("text: 全文")
        lines.insert(place, line)
    else:
        lines[place] = line
    return "\n".join(lines), place + 1


def _mended(text: str, edits: tuple[Edit, ...]) -> str:
    """The line of the first edit after all of them."""
    lines = text.split("\n")
    for e in sorted(edits, key=lambda e: -e.start):
        line = lines[e.line - 1]
        lines[e.line - 1] = line[: e.start] + e.new + line[e.end :]
    return lines[edits[0].line - 1]


def _said(root: Path, line: str) -> str:
    text, _ = _put(line)
    (root / tiny.STORY).write_text(text, encoding="utf-8")
    catalog, found = check(root)
    assert catalog is not None
    said = as_text(found)
    said += "".join(f"改后：{_mended(text, p.edits)}\n" for p in found if p.edits)
    if not found:
        key = line.partition(":")[0]
        said += f"读作：{getattr(catalog.by_path[tiny.STORY], key)!r}\n"
    return said


@pytest.fixture(scope="module")
def column(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny column whose story each test writes anew."""
    return tiny.write(tmp_path_factory.mktemp("fields"))


@pytest.mark.parametrize("case", read("fields.md"), ids=lambda case: case.title)
def test_field_as_written(case: Case, column: Path, request: pytest.FixtureRequest) -> None:
    """Each line is taken as meant, or a message at a line says what to write."""
    [block] = case.given
    line = re.sub(r"⟨U\+([0-9A-F]{4})⟩", lambda m: chr(int(m[1], 16)), block.text.rstrip("\n"))
    said = _said(column, line)
    if request.config.getoption("--refresh"):
        case.refresh(said)
        return
    assert said == case.expected
