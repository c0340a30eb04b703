"""Typst source to PDF, with checks that let no faulty PDF out.

Every PDF is tagged and exported as PDF/A-2a and PDF/UA-1, so typst itself refuses a skipped
heading level, a picture without alt text and a character that no face has. Its warnings are errors.
The text is read back from the finished file and compared with the text to print.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pypdfium2
import typst

from xuelan.kits.print import typefaces
from xuelan.model.kit import KitError
from xuelan.text.dates import timestamp

STANDARDS: Final[list[typst.PDFStandard]] = ["a-2a", "ua-1"]

NO_PICTURES: Final[Mapping[str, bytes]] = {}
BREAKABLE: Final = "\u200b"
"""A zero-width space: a line may end here, inside a long word of Latin letters."""


class PressError(KitError):
    """A PDF cannot be made, or is faulty; the message says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Area:
    """The heights in points above and below the text of a page, for running titles and numbers."""

    top: float = 0
    bottom: float = 0


def pdf(
    source: str,
    root: Path,
    date: str,
    must_hold: Sequence[str],
    area: Area = Area(),
    pictures: Mapping[str, bytes] = NO_PICTURES,
) -> bytes:
    """The PDF of typst ``source``; the same source gives the same bytes.

    ``root`` is the folder of the column, where its typefaces are. ``date`` (ISO) is the date of the
    file. ``must_hold`` are pieces of text, such as paragraphs and cells; each of them must be found
    whole when the finished file is read back. The source can show ``pictures`` by their paths,
    which begin with ``/``, and can read no other file.

    Raises :class:`PressError` if a character is in no face, typst has an error or a warning, or
    text is missing from the PDF; :class:`~xuelan.kits.print.typefaces.NoFacesError` without
    typefaces.
    """
    loaded = typefaces.load(root)
    if missing := loaded.missing_characters("".join(must_hold)):
        names = "、".join(f"“{c}”（U+{ord(c):04X}）" for c in missing[:8])
        message = f"印刷字体里没有这些字符：{names}。请换一种写法，例如去掉表情符号。"
        raise PressError(message)
    moment = datetime.datetime.fromisoformat(timestamp(date))
    try:
        with _compiler(loaded, source, pictures) as compiler:
            data, warnings = compiler.compile_with_warnings(
                format="pdf", pdf_standards=STANDARDS, timestamp=moment
            )
    except typst.TypstError as error:
        raise PressError(f"排版没有通过：{error.message}") from error
    if warnings:
        raise PressError(f"排版有警告：{warnings[0].message}")
    assert isinstance(data, bytes)
    if lost := lost_pieces(data, must_hold, area):
        message = f"成品里有{len(lost)}处文字读不回来（如“{lost[0][:40]}”），没有发出"
        raise PressError(message)
    return data


def picture(source: str, root: Path, dots: float) -> bytes:
    """The single page of typst ``source`` as PNG with ``dots`` per inch.

    Raises :class:`PressError` if typst has an error.
    """
    try:
        with _compiler(typefaces.load(root), source, NO_PICTURES) as compiler:
            data = compiler.compile(format="png", ppi=dots)
    except typst.TypstError as error:
        raise PressError(f"画面没有做成：{error.message}") from error
    assert isinstance(data, bytes)
    return data


@contextmanager
def _compiler(
    faces: typefaces.Faces, source: str, pictures: Mapping[str, bytes]
) -> Iterator[typst.Compiler]:
    """A compiler of ``source`` in a folder with no files but ``pictures``."""
    with TemporaryDirectory() as folder:
        for path, data in pictures.items():
            target = Path(folder, path.removeprefix("/"))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        yield typst.Compiler(source.encode(), root=folder, font_paths=faces.fonts)


def extract(data: bytes, area: Area = Area()) -> list[str]:
    """The text of each page of a PDF inside ``area``, as PDFium reads it."""
    document = pypdfium2.PdfDocument(data)
    try:
        return [
            page.get_textpage().get_text_bounded(
                bottom=area.bottom, top=page.get_height() - area.top
            )
            for page in document
        ]
    finally:
        document.close()


def lost_pieces(data: bytes, must_hold: Sequence[str], area: Area = Area()) -> list[str]:
    """The pieces that are not found whole in the text of a PDF.

    White space and numbers of references do not count: a book has its own numbers.
    """
    found = visible("".join(extract(data, area)))
    return [piece for piece in must_hold if visible(piece) not in found]


_LINE_END_HYPHENS: Final = str.maketrans({"\x02": "-", "\ufffe": "-"})
"""Characters that PDFium returns for a hyphen at the end of a line, which may split a word."""

_NUMBERS: Final = re.compile(r"\[\d+(?:[-,]\d+)*\]")


def visible(text: str) -> str:
    """``text`` as printed, without white space, zero-width spaces, and numbers like ``[3,5]``."""
    shown = text.translate(typefaces.SUBSTITUTES).translate(_LINE_END_HYPHENS)
    shown = "".join(c for c in shown if not c.isspace() and c not in (BREAKABLE, "\u00ad"))
    return _NUMBERS.sub("", shown)
