"""The text of a Word file as search has it."""

from __future__ import annotations

import zipfile
from pathlib import Path

from xuelan.reading.extract import extract_places

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def test_the_reading_above_a_character_does_not_part_words(tmp_path: Path) -> None:
    """Word's 拼音指南 over a name: the name is found as it is read."""
    over = "<w:rt><w:r><w:t>{}</w:t></w:r></w:rt>"
    below = "<w:rubyBase><w:r><w:t>{}</w:t></w:r></w:rubyBase>"
    base = f"<w:ruby>{over}{below}</w:ruby>"
    runs = base.format("shān", "山") + base.format("cūn", "村") + "<w:r><w:t>夜校</w:t></w:r>"
    document = f'<w:document xmlns:w="{WORD}"><w:body><w:p>{runs}</w:p></w:body></w:document>'
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as package:
        package.writestr("word/document.xml", document)
    assert extract_places(tmp_path / "a.docx") == [("", "山村夜校")]
