"""LibreOffice reads the same Word files: what it shows is what import must give."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tools import office

from conftest import ROOT
from xuelan.editing.importing.blocks import TextBlock, bare
from xuelan.editing.importing.docx_reader import read_docx
from xuelan.editing.importing.office import to_docx

sys.path.insert(0, str(ROOT / "tests" / "editing" / "importing"))

from word import docx, p

FORMS = (
    "decimal", "upperRoman", "lowerRoman", "upperLetter", "lowerLetter", "chineseCounting",
    "chineseCountingThousand", "japaneseCounting", "ideographTraditional", "ideographZodiac",
    "decimalEnclosedCircle", "decimalZero",
)  # fmt: skip
"""Not ``decimalFullWidth``: LibreOffice shows 3 for it, Word ３."""
PATTERNS = ("%1、", "（%1）", "%1.", "第%1条", "%1)")


def numbering(dice: random.Random) -> str:
    """Two lists of three levels, and two more that begin anew or go on."""
    lists = ""
    for name in range(2):
        levels = ""
        for n in range(3):
            pattern = dice.choice(PATTERNS).replace("%1", f"%{n + 1}")
            if n == 1 and dice.random() < 0.3:
                pattern = "%1.%2"
            levels += (
                f'<w:lvl w:ilvl="{n}"><w:start w:val="{dice.choice((1, 1, 1, 3))}"/>'
                f'<w:numFmt w:val="{dice.choice(FORMS)}"/><w:lvlText w:val="{pattern}"/></w:lvl>'
            )
        lists += f'<w:abstractNum w:abstractNumId="{name}">{levels}</w:abstractNum>'
    lists += "".join(
        f'<w:num w:numId="{n}"><w:abstractNumId w:val="{(n - 1) % 2}"/>{more}</w:num>'
        for n, more in ((1, ""), (2, ""), (3, RESTART))
    )
    return lists


RESTART = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'


def paragraphs(dice: random.Random) -> str:
    body, depth = "", 0
    num = 1
    for n in range(40):
        depth = max(0, min(2, depth + dice.choice((-2, -1, 0, 0, 1)))) if n else 0
        if not depth and dice.random() < 0.2:
            num = dice.choice((1, 2, 3))
        properties = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{num}"/></w:numPr>'
        body += p(f"@{n}@", properties)
    return body


@pytest.mark.formats
@pytest.mark.parametrize("seed", range(12))
def test_numbers_are_those_that_libreoffice_shows(seed: int, tmp_path: Path) -> None:
    """Lists of random forms, levels and beginnings, forty paragraphs each."""
    dice = random.Random(seed)
    data = docx(paragraphs(dice), numbering=numbering(dice))
    (tmp_path / "lists.docx").write_bytes(data)
    profile = (tmp_path / "profile").as_uri()
    subprocess.run(
        [office(), f"-env:UserInstallation={profile}", "--headless", "--convert-to",
         "txt:Text (encoded):UTF8", "--outdir", tmp_path, tmp_path / "lists.docx"],
        check=True, capture_output=True,
    )  # fmt: skip
    shown = (tmp_path / "lists.txt").read_text(encoding="utf-8-sig")
    expected = {m[2]: bare(m[1]) for m in re.finditer(r"^(.*)@(\d+)@$", shown, re.MULTILINE)}
    ours = {
        m[1]: bare(block.label)
        for block in read_docx(data).blocks
        if isinstance(block, TextBlock)
        if (m := re.search(r"@(\d+)@", block.text))
    }
    assert len(ours) == 40
    assert ours == expected


@pytest.mark.formats
def test_an_old_word_file_says_the_same(tmp_path: Path) -> None:
    """The .doc that LibreOffice made of a .docx has the same paragraphs."""
    office()
    folder = ROOT / "tests" / "cases" / "import"
    new = read_docx((folder / "gw.docx").read_bytes())
    old = read_docx(to_docx("gw.doc", (folder / "gw.doc").read_bytes()))
    marks = [
        [
            re.sub(r"\d", "", b.text)
            for b in text.blocks
            if isinstance(b, TextBlock) and "MARK" in b.text
        ]
        for text in (new, old)
    ]
    assert [re.sub(r"[²]", "", s) for s in marks[1]] == marks[0]
