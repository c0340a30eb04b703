"""Attachments made for tests: a PDF with Chinese pages, a Word form, a workbook, and bad ones."""

from __future__ import annotations

import io
import zipfile

import docx
import openpyxl


def pdf(*pages: str) -> bytes:
    """A PDF with these pages, lines parted by a line feed, in a font it does not embed."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(count))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {count}/Kids[{kids}]>>",
        (
            "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts"
            "[<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo"
            "<</Registry(Adobe)/Ordering(GB1)/Supplement 5>>/FontDescriptor<</Type/FontDescriptor"
            "/FontName/STSong-Light/Flags 6/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 752"
            "/Descent -271/CapHeight 737/StemV 58>>>>]>>"
        ),
    ]
    for n, page in enumerate(pages):
        lines = "".join(
            f"<{line.encode('utf-16-be').hex()}>Tj 0 -20 Td " for line in page.split("\n")
        )
        stream = f"BT /F1 12 Tf 72 720 Td {lines}ET"
        objects += [
            (
                f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {5 + 2 * n} 0 R"
                "/Resources<</Font<</F1 3 0 R>>>>>>"
            ),
            f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        ]
    out = b"%PDF-1.5\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj{body}endobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    head = f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}"
    tail = f"trailer<</Size {len(places) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + (head + tail).encode()


def word(*paragraphs: str, table: tuple[tuple[str, ...], ...] = ()) -> bytes:
    """A Word document with paragraphs and a table."""
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if table:
        grid = document.add_table(len(table), len(table[0]))
        for row, cells in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def workbook(**sheets: tuple[tuple[object, ...], ...]) -> bytes:
    """An Excel workbook."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def bomb(part: str, size: int = 300_000_000) -> bytes:
    """A zipped document of a few hundred kilobytes that would unpack to ``size`` bytes."""
    data = io.BytesIO()
    with (
        zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as package,
        package.open(part, "w") as file,
    ):
        for _ in range(size // 1_000_000):
            file.write(b" " * 1_000_000)
    return data.getvalue()


def laughs() -> bytes:
    """A Word document whose text is an entity that grows tenfold nine times."""
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    text = (
        f'<?xml version="1.0"?><!DOCTYPE d [{entities}]>'
        f'<w:document xmlns:w="{name}"><w:body><w:p><w:r><w:t>&a9;</w:t></w:r></w:p></w:body>'
        "</w:document>"
    )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", text)
    return data.getvalue()
