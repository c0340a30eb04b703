"""Reads the text of untrusted documents, in a process of its own.

``python -m xuelan.reading.extract`` takes paths on its standard input, a line each, and answers
each with a line of JSON: ``{"places": [[place, text], ...]}`` or ``{"fault": why}``. A damaged file
that crashes this process, or makes it loop or fill its memory, costs the caller one file.
"""

from __future__ import annotations

import contextlib
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import openpyxl
import pypdfium2
from lxml import etree

from xuelan.cleaning.errors import UnfitError
from xuelan.cleaning.packages import open_zip
from xuelan.reading.helper import serve

MAX_CHARACTERS: Final = 2_000_000
"""Text taken from one file: a thousand dense pages."""
MAX_PAGES: Final = 3000
MAX_CELLS: Final = 500_000

_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DRAWING: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_OPEN: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_SLIDE: Final = re.compile(r"ppt/slides/slide(\d+)\.xml")
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_WORD_PARTS: Final = re.compile(r"word/(document|footnotes|endnotes|header\d*|footer\d*)\.xml")
_SENTENCE_END: Final = "。！？；：.!?;:"
_BETWEEN_WIDE: Final = re.compile(r"(?<=[⺀-鿿＀-￯]) +(?=[⺀-鿿＀-￯])")

Places = Iterator[tuple[str, str]]


def extract_places(path: Path) -> list[tuple[str, str]]:
    """Return the text of a file by place: 第3页, “名单”工作表, or one place without a name.

    The ending of the file's name tells its kind. Raises :class:`UnfitError`.
    """
    found: list[tuple[str, str]] = []
    room = MAX_CHARACTERS
    for place, text in READERS[path.suffix.lower()](path):
        if text.strip():
            found.append((place, text.strip()[:room]))
            room -= len(found[-1][1])
        if room <= 0:
            break
    return found


def _read_pdf(path: Path) -> Places:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise UnfitError("加了密码" if locked else "不是完好的 PDF 文件") from error
    for number in range(min(len(document), MAX_PAGES)):
        with contextlib.suppress(pypdfium2.PdfiumError):
            yield f"第{number + 1}页", _join_lines(document[number].get_textpage().get_text_range())


def _join_lines(text: str) -> str:
    """Join the lines of a page: one that ends no sentence continues in the next."""
    lines = [line.strip() for line in re.sub(r"[\x00-\x08\x0e-\x1f\ufffe]", "", text).splitlines()]
    joined = ""
    for line in lines:
        if not line or joined.endswith(tuple(_SENTENCE_END)):
            joined = joined.rstrip() + "\n"
        joined += f"{line} "
    return _BETWEEN_WIDE.sub("", joined)


def _read_docx(path: Path) -> Places:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    with open_zip(str(path)) as package:
        names = sorted(n for n in package.namelist() if _WORD_PARTS.fullmatch(n))
        if "word/document.xml" not in names:
            raise UnfitError("不是完好的 DOCX 文件")
        names.sort(key=lambda n: n != "word/document.xml")
        try:
            trees = [etree.fromstring(package.read(name), parser) for name in names]
        except (etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error) as error:
            raise UnfitError("不是完好的 DOCX 文件") from error
    yield "", "\n".join(line for tree in trees for line in _list_paragraphs(tree))


def _list_paragraphs(tree: Any) -> Iterator[str]:
    for paragraph in tree.iter(f"{_WORD}p"):
        text = "".join(_list_runs(paragraph)).strip()
        if text:
            yield text


def _list_runs(element: Any) -> Iterator[str]:
    """Yield the text of a paragraph; boxes within it have paragraphs of their own.

    The reading above a character (``rt``) would stand between the characters of a word.
    """
    for child in element:
        if child.tag == f"{_WORD}t":
            yield child.text or ""
        elif child.tag in (f"{_WORD}tab", f"{_WORD}br", f"{_WORD}cr"):
            yield " "
        elif child.tag not in (f"{_WORD}p", f"{_WORD}rt", f"{_WORD}txbxContent", _FALLBACK):
            yield from _list_runs(child)


def _read_xlsx(path: Path) -> Places:
    with open_zip(str(path)):
        pass
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:
        raise UnfitError("不是完好的 XLSX 文件") from error
    room = MAX_CELLS
    for sheet in book.worksheets:
        rows = []
        for row in sheet.iter_rows(values_only=True):
            cells = [str(value).strip() for value in row if value is not None]
            rows.append("｜".join(cell for cell in cells if cell))
            room -= len(row)
            if room <= 0:
                break
        yield f"“{sheet.title}”工作表", "\n".join(row for row in rows if row)


def _read_slides(path: Path) -> Places:
    with open_zip(str(path)) as package:
        found = [_SLIDE.fullmatch(name) for name in package.namelist()]
        for match in sorted(filter(None, found), key=lambda m: int(m[1])):
            tree = _parse(package, match[0])
            lines = ("".join(p.itertext(f"{_DRAWING}t")) for p in tree.iter(f"{_DRAWING}p"))
            yield f"第{match[1]}页", "\n".join(line for line in lines if line.strip())


def _read_open_document(path: Path) -> Places:
    with open_zip(str(path)) as package:
        tree = _parse(package, "content.xml")
    lines = ("".join(p.itertext()) for p in tree.iter(f"{_OPEN}p", f"{_OPEN}h"))
    yield "", "\n".join(line for line in lines if line.strip())


def _parse(package: zipfile.ZipFile, name: str) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(package.read(name), parser)


def _read_plain(path: Path) -> Places:
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield "", data.decode("utf-16", "replace")
        return
    try:
        yield "", data.decode("utf-8-sig")
    except UnicodeDecodeError:  # Notepad's ANSI
        yield "", data.decode("gb18030", "replace")


READERS: Final[dict[str, Callable[[Path], Places]]] = {
    ".pdf": _read_pdf,
    ".docx": _read_docx,
    ".xlsx": _read_xlsx,
    ".pptx": _read_slides,
    **dict.fromkeys((".odt", ".ods", ".odp"), _read_open_document),
    **dict.fromkeys((".txt", ".csv"), _read_plain),
}


def answer(path: str) -> dict[str, Any]:
    """The text of the file at ``path``, or why it cannot be read."""
    try:
        return {"places": extract_places(Path(path))}
    except UnfitError as error:
        return {"fault": str(error)}
    except MemoryError:
        return {"fault": "太大，读不下去"}
    except Exception:  # noqa: BLE001 - a damaged file may raise anything in three libraries
        return {"fault": "文件有损坏，读不出文字"}


if __name__ == "__main__":
    serve(answer)
