"""Small files of many types, as programs write them, with the name of a person inside."""

from __future__ import annotations

import io
import struct
import zipfile

import docx
import openpyxl
import pikepdf
from openpyxl.comments import Comment
from PIL import Image

WHO = "SECRETOWNER"


def zipped(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name, data)
    return target.getvalue()


def with_members(package: bytes, **members: bytes) -> bytes:
    """A package with more members; ``__`` in a name stands for ``/`` and ``_DOT_`` for a dot."""
    with zipfile.ZipFile(io.BytesIO(package)) as old:
        every = {name: old.read(name) for name in old.namelist()}
    more = {k.replace("__", "/").replace("_DOT_", "."): v for k, v in members.items()}
    return zipped(every | more)


def word() -> bytes:
    document = docx.Document()
    paragraph = document.add_paragraph("会议记录")
    document.add_comment(paragraph.runs, "改一下", author=WHO, initials=WHO)
    document.core_properties.author = document.core_properties.last_modified_by = WHO
    target = io.BytesIO()
    document.save(target)
    app = f"<Properties xmlns='a'><Company>{WHO}</Company><Pages>3</Pages></Properties>"
    return with_members(target.getvalue(), docProps__app_DOT_xml=app.encode())


def sheet() -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = "名单"
    book.active["A1"].comment = Comment("核对", WHO)
    book.properties.creator = WHO
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def slides(words: str = "") -> bytes:
    main = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
    authors = f"<p:cmAuthorLst xmlns:p='p'><p:cmAuthor id='0' name='{WHO}' initials='{WHO}'/>"
    return zipped({
        "[Content_Types].xml": f"<Types><Override ContentType='{main}'/></Types>".encode(),
        "docProps/core.xml": f"<c><creator>{WHO}</creator><title>题</title></c>".encode(),
        "ppt/commentAuthors.xml": f"{authors}</p:cmAuthorLst>".encode(),
        "ppt/presentation.xml": b"<p/>",
        "ppt/slides/slide1.xml": (
            "<s xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'>"
            f"<a:p><a:t>{words}</a:t></a:p></s>"
        ).encode(),
    })  # fmt: skip


def open_document(kind: str, words: str = "") -> bytes:
    meta = (
        "<office:meta xmlns:office='o' xmlns:meta='m' xmlns:dc='d'>"
        f"<meta:initial-creator>{WHO}</meta:initial-creator><dc:creator>{WHO}</dc:creator>"
        "<dc:title>题</dc:title></office:meta>"
    )
    change = (
        f"<o:change-info xmlns:o='o' xmlns:dc='d'><dc:creator>{WHO}</dc:creator></o:change-info>"
    )
    return zipped({
        "mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(),
        "meta.xml": meta.encode(),
        "content.xml": (
            f"<body xmlns:t='urn:oasis:names:tc:opendocument:xmlns:text:1.0'>{change}"
            f"<t:p>{words}</t:p></body>"
        ).encode(),
    })  # fmt: skip


def pdf(**more: object) -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    document.docinfo["/Author"] = document.docinfo["/Producer"] = WHO
    document.docinfo["/Title"] = "题"
    with document.open_metadata() as about:
        about["dc:creator"] = [WHO]
        about["dc:title"] = "题"
        about["pdfaid:part"] = "2"
    target = io.BytesIO()
    document.save(target, **more)  # type: ignore[arg-type]
    return target.getvalue()


def compound(*streams: str) -> bytes:
    """A compound file ([MS-CFB]) with a summary that names a person, and other ``streams``."""
    words = [WHO.encode() + b"\0", "题".encode("gbk") + b"\0"]
    values = [struct.pack("<II", 30, len(w)) + w.ljust(-len(w) % 4 + len(w), b"\0") for w in words]
    places = (24, 24 + len(values[0]))
    table = struct.pack("<IIII", 4, places[0], 2, places[1])
    section = struct.pack("<II", 24 + sum(map(len, values)), 2) + table + b"".join(values)
    summary = struct.pack("<HHI16sI16sI", 0xFFFE, 0, 0, b"", 1, b"", 48) + section
    files = {"\x05SummaryInformation": summary, **dict.fromkeys(streams, b"\0")}
    sectors = 8  # so many sectors of 512 bytes are no short stream
    fat = [0xFFFFFFFD, 2, 0xFFFFFFFE]  # the table itself, and the directory in two sectors
    entries = [("Root Entry", 5, 1, 0xFFFFFFFE, 0)]
    body = b""
    for name, data in files.items():
        start = len(fat)
        entries.append((name, 2, 0xFFFFFFFF, start, 512 * sectors))
        fat += [*range(start + 1, start + sectors), 0xFFFFFFFE]
        body += data.ljust(512 * sectors, b"\0")
    return _header() + _fat(fat) + _directory(entries) + body


def _header() -> bytes:
    none = 0xFFFFFFFE
    start = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    start += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    start += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, none, 0, none, 0)
    return (start + bytes(4)).ljust(512, b"\xff")


def _fat(fat: list[int]) -> bytes:
    return struct.pack(f"<{len(fat)}I", *fat).ljust(512, b"\xff")


def _directory(entries: list[tuple[str, int, int, int, int]]) -> bytes:
    found = b""
    for n, (name, kind, child, start, size) in enumerate(entries):
        right = n + 1 if 0 < n < len(entries) - 1 else 0xFFFFFFFF
        words = name.encode("utf-16-le").ljust(64, b"\0")
        found += words + struct.pack(
            "<HBBIII36xIII", 2 * len(name) + 2, kind, 1, 0xFFFFFFFF, right, child, start, size, 0
        )
    return found.ljust(1024, b"\0")


def box(name: bytes, *inside: bytes) -> bytes:
    content = b"".join(inside)
    return (8 + len(content)).to_bytes(4, "big") + name + content


def film(codec: bytes = b"avc1") -> bytes:
    place = box(b"\xa9xyz", WHO.encode())
    track = box(b"trak", box(b"mdia", box(b"stsd", codec)), box(b"udta", place))
    return box(b"ftyp", b"mp42") + box(b"moov", track, box(b"udta", place)) + box(b"mdat", b"film")


def song() -> bytes:
    tag = b"TPE1" + WHO.encode()
    before = b"ID3\x04\0\0" + bytes([0, 0, 0, len(tag)]) + tag
    return before + b"\xff\xfb\x90\0" + b"music" * 9 + b"TAG" + WHO.encode().ljust(125, b"\0")


def web_film() -> bytes:
    def element(name: bytes, content: bytes) -> bytes:
        return name + b"\x01" + len(content).to_bytes(7, "big") + content

    head = element(b"\x1a\x45\xdf\xa3", b"\x42\x82\x84webm")
    tags = element(b"\x12\x54\xc3\x67", WHO.encode())
    return head + element(b"\x18\x53\x80\x67", tags + element(b"\x1f\x43\xb6\x75", b"film"))


def photo() -> bytes:
    """A small JPEG whose EXIF names its owner."""
    found = Image.Exif()
    found[0x013B] = WHO
    target = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(target, "JPEG", exif=found)
    return target.getvalue()
