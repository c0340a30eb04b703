"""Typst source to PDF, with the gates that keep a faulty PDF from ever being handed out.

Every PDF is tagged and exported as PDF/A-2a and PDF/UA-1, so typst itself refuses a skipped
heading level, a picture without alt text and a character no face has. Its warnings count as
errors, and the text is read back from the finished file: nothing may be missing from it.
"""

from __future__ import annotations

import datetime
from collections import Counter
from pathlib import Path
from typing import Final

import pypdfium2
import typst

from xuelan.dates import timestamp
from xuelan.kits import faces

STANDARDS: Final[list[typst.PDFStandard]] = ["a-2a", "ua-1"]

BREAKABLE: Final = "\u200b"
"""A place where a line may end inside a long foreign word; it has no width."""


class PressError(Exception):
    """A PDF that cannot be made as it should be; the message says why, in Chinese."""


def pdf(source: str, root: Path, date: str, must_hold: str) -> bytes:
    """The PDF of typst ``source``; the same source gives the same bytes.

    ``root`` is the column's folder: pictures are found from there, by paths beginning with
    ``/``. ``date`` (ISO) becomes the date of the file. ``must_hold`` is text every character of
    which must be found in the finished file, as often as it occurs.

    Raises :class:`PressError` when a face lacks a character, typst complains of anything, or
    text got lost; :class:`~xuelan.kits.faces.NoFacesError` without typefaces.
    """
    loaded = faces.load(root)
    if missing := loaded.missing(must_hold):
        names = "、".join(f"“{c}”（U+{ord(c):04X}）" for c in missing[:8])
        message = f"印刷字体里没有这些字符：{names}。请换一种写法，例如去掉表情符号。"
        raise PressError(message)
    moment = datetime.datetime.fromisoformat(timestamp(date).replace("Z", "+00:00"))
    try:
        data, warnings = typst.Compiler(root=root, font_paths=loaded.fonts).compile_with_warnings(
            source.encode(), format="pdf", pdf_standards=STANDARDS, timestamp=moment
        )
    except typst.TypstError as error:
        raise PressError(f"排版没有通过：{error.message}") from error
    if warnings:
        raise PressError(f"排版有警告：{warnings[0].message}")
    assert isinstance(data, bytes)
    _compare(data, must_hold)
    return data


def extract(data: bytes) -> list[str]:
    """The text of each page of a PDF, as a reader would copy it."""
    document = pypdfium2.PdfDocument(data)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def _compare(data: bytes, must_hold: str) -> None:
    """Refuse a PDF from which characters of ``must_hold`` cannot be read back."""
    wanted = Counter(_visible(must_hold.translate(faces.SUBSTITUTES)))
    lost = wanted - Counter(_visible("".join(extract(data))))
    if lost:
        some = "".join(sorted(lost))[:20]
        message = f"成品里少了{lost.total()}个字符（如“{some}”），没有发出"
        raise PressError(message)


def _visible(text: str) -> str:
    return "".join(c for c in text if not c.isspace() and c not in (BREAKABLE, "\u00ad"))
