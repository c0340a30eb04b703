"""The types of files a column publishes, known by their bytes and not by their names.

Signatures are those of the formats' own specifications, as the Library of Congress's format
descriptions and PRONOM list them. A type that is not in :data:`KINDS` is not published.
"""

from __future__ import annotations

import io
import re
import zipfile
from enum import Enum
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from xuelan.cleaning.errors import UnfitError


class Family(Enum):
    """How a file is built, and so which module cleans it."""

    PICTURE = "picture"
    PDF = "pdf"
    PACKAGE = "package"
    COMPOUND = "compound"
    TEXT = "text"
    MP3 = "mp3"
    MP4 = "mp4"
    WEBM = "webm"
    ARCHIVE = "archive"


class FileKind(NamedTuple):
    """A type: its family, and for a package what its list of contents says of it."""

    family: Family
    mark: bytes = b""


_OFFICE: Final = b"application/vnd.openxmlformats-officedocument."
_OPEN: Final = b"application/vnd.oasis.opendocument."

_PICTURE: Final = FileKind(Family.PICTURE)
_COMPOUND: Final = FileKind(Family.COMPOUND)
_TEXT: Final = FileKind(Family.TEXT)


def _package(mark: bytes) -> FileKind:
    return FileKind(Family.PACKAGE, mark)


KINDS: Final[dict[str, FileKind]] = {
    ".jpg": _PICTURE, ".jpeg": _PICTURE, ".png": _PICTURE, ".gif": _PICTURE, ".webp": _PICTURE,
    ".pdf": FileKind(Family.PDF),
    ".docx": _package(_OFFICE + b"wordprocessingml.document.main+xml"),
    ".xlsx": _package(_OFFICE + b"spreadsheetml.sheet.main+xml"),
    ".pptx": _package(_OFFICE + b"presentationml.presentation.main+xml"),
    ".odt": _package(_OPEN + b"text"), ".ods": _package(_OPEN + b"spreadsheet"),
    ".odp": _package(_OPEN + b"presentation"), ".ofd": _package(b"OFD.xml"),
    ".doc": _COMPOUND, ".xls": _COMPOUND, ".ppt": _COMPOUND,
    ".wps": _COMPOUND, ".et": _COMPOUND, ".dps": _COMPOUND,
    ".txt": _TEXT, ".csv": _TEXT, ".vtt": _TEXT,
    ".mp3": FileKind(Family.MP3), ".m4a": FileKind(Family.MP4), ".mp4": FileKind(Family.MP4),
    ".webm": FileKind(Family.WEBM), ".zip": FileKind(Family.ARCHIVE),
}  # fmt: skip
"""By the endings of names, in small letters."""

_AS_PDF: Final = "另存为 PDF 或 DOCX"
_AS_PICTURE: Final = "用“画图”或看图软件打开，另存为 PNG 或 JPG"
_REFUSED: Final[dict[str, str]] = {
    **dict.fromkeys((".docm", ".dotm", ".dotx", ".dot", ".rtf", ".wpt", ".pages"), _AS_PDF),
    **dict.fromkeys((".xlsm", ".xltm", ".xlsb", ".xltx", ".xlt", ".numbers"), "另存为 XLSX"),
    **dict.fromkeys((".pptm", ".ppsx", ".ppsm", ".potx", ".pps", ".key"), "另存为 PPTX 或 PDF"),
    **dict.fromkeys(
        (".heic", ".heif", ".tif", ".tiff", ".bmp", ".avif", ".jp2", ".jxl", ".ico"), _AS_PICTURE
    ),
    **dict.fromkeys((".psd", ".ai", ".eps", ".cdr"), "在制图软件里导出为 PNG、JPG 或 PDF"),
    **dict.fromkeys((".wmf", ".emf", ".svg", ".svgz"), "导出为 PNG，或者截一张图"),
    **dict.fromkeys((".raw", ".dng", ".cr2", ".nef", ".arw"), "在看图软件里导出为 JPG"),
    **dict.fromkeys((".wav", ".wma", ".amr", ".aac", ".flac", ".ogg", ".ape"), "转成 MP3"),
    **dict.fromkeys((".mov", ".avi", ".wmv", ".mkv", ".flv", ".3gp", ".mpg", ".rmvb"), "转成 MP4"),
    **dict.fromkeys((".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".iso"), "解开，改成 ZIP"),
}
_ALLOWED: Final = (
    "文件用 PDF、DOCX、XLSX、PPTX，图片用 PNG、JPG、WebP，录音用 MP3，录像用 MP4，几个文件用 ZIP"
)
"""What to do about a type that is not published."""

_SIGNATURES: Final[tuple[tuple[bytes, str], ...]] = (
    (rb"\xff\xd8\xff", ".jpg"), (rb"\x89PNG\r\n\x1a\n", ".png"), (rb"GIF8[79]a", ".gif"),
    (rb"RIFF....WEBP", ".webp"), (rb"RIFF....WAVE", ".wav"), (rb"RIFF....AVI ", ".avi"),
    (rb"[\s\S]{0,1019}?%PDF-[12]\.", ".pdf"), (rb"PK(?:\x03\x04|\x05\x06)", ".zip"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".doc"), (rb"MZ", ".exe"), (rb"\x7fELF", "Linux 程序"),
    (rb"(?:\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe|\xca\xfe\xba\xbe)", "程序"),
    (rb"#!", "脚本"), (rb"L\0\0\0\x01\x14\x02", ".lnk"), (rb"ITSF", ".chm"),
    (rb"....ftyp(?:hei[cxms]|mif1|msf1|hev[cx])", ".heic"), (rb"....ftypavif", ".avif"),
    (rb"....ftypM4A ", ".m4a"), (rb"....ftypqt  ", ".mov"), (rb"....ftyp3g", ".3gp"),
    (rb"....ftyp", ".mp4"), (rb"\x1aE\xdf\xa3[\s\S]{0,60}webm", ".webm"),
    (rb"\x1aE\xdf\xa3", ".mkv"), (rb"ID3", ".mp3"), (rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb]", ".mp3"),
    (rb"\xff[\xf0\xf1\xf8\xf9]", ".aac"), (rb"OggS", ".ogg"), (rb"fLaC", ".flac"),
    (rb"#!AMR", ".amr"), (rb"II\*\0|MM\0\*", ".tif"), (rb"BM....\0\0\0\0", ".bmp"),
    (rb"8BPS", ".psd"), (rb"\xd7\xcd\xc6\x9a|\x01\0\t\0\0\x03", ".wmf"),
    (rb"\x01\0\0\0[\s\S]{36} EMF", ".emf"), (rb"\0\0\x01\0", ".ico"), (rb"Rar!\x1a\x07", ".rar"),
    (rb"7z\xbc\xaf\x27\x1c", ".7z"), (rb"\x1f\x8b", ".gz"), (rb"BZh", ".bz2"),
    (rb"\{\rtf", ".rtf"),
    (rb"\0asm", "程序"), (rb"0&\xb2u\x8ef\xcf\x11", ".wmv"), (rb"FLV\x01", ".flv"),
    (rb"version https://git-lfs", "Git LFS 指针"),
    (rb"(?:\xef\xbb\xbf)?\s*<(?i:!doctype html|html|head|body|script)", ".html"),
    (rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]{0,400}?-->\s*)?<svg", ".svg"),
)  # fmt: skip
_compiled: Final = [(re.compile(pattern, re.DOTALL), name) for pattern, name in _SIGNATURES]
_ALIKE: Final = {".jpeg": ".jpg", ".csv": ".txt", ".vtt": ".txt"}


def check_name(name: str) -> str:
    """The ending of a name that may be published, in small letters. Raises :class:`UnfitError`."""
    ending = PurePosixPath(name).suffix.lower()
    if ending not in KINDS:
        raise UnfitError("不是能发布的类型", _REFUSED.get(ending, _ALLOWED))
    return ending


def identify(name: str, data: bytes) -> FileKind:
    """The kind of the file ``name`` with these bytes, on which name and bytes agree.

    Raises :class:`UnfitError`.
    """
    ending = check_name(name)
    kind = KINDS[ending]
    if not data:
        raise UnfitError("是空的", "重新导出一份")
    found = sniff(data)
    same = _ALIKE.get(ending, ending)
    if kind.family is Family.COMPOUND and found == ".doc":
        return kind
    if kind.family is Family.MP4 and found in (".mp4", ".m4a"):
        return kind
    if found == same:
        return kind
    raise _disagreement(ending, found)


def _disagreement(ending: str, found: str) -> UnfitError:
    shown = ending[1:].upper()
    if found == ".doc" and KINDS[ending].family is Family.PACKAGE:
        return UnfitError("加了密码，或者其实是老格式的文件", f"打开它，去掉密码，另存为 {shown}")
    if not found:
        return UnfitError(f"不是完好的 {shown} 文件", "重新导出一份")
    if found == ".txt":
        return UnfitError(f"不是 {shown} 文件，里面是文字", "重新导出一份")
    what = f"其实是 {found[1:].upper()} 文件" if found.startswith(".") else f"其实是{found}"
    if found == ".doc":
        return UnfitError("其实是 DOC、XLS、PPT 或 WPS 文件", "打开它，另存为 PDF 或 DOCX")
    if found in KINDS:
        return UnfitError(what, f"把文件名的末尾改成 {found}，材料里写的名字也改")
    return UnfitError(what, _REFUSED.get(found, _ALLOWED))


def sniff(data: bytes) -> str:
    """The ending that the bytes ask for; other words for what has none; empty if unknown."""
    for pattern, name in _compiled:
        if pattern.match(data):
            return _sniff_package(data) if name == ".zip" else name
    return ".txt" if is_text(data) else ""


def _sniff_package(data: bytes) -> str:
    """A document that is a ZIP, by its list of contents; other ZIPs are archives."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = set(package.namelist())
            marks = b""
            for name in ("[Content_Types].xml", "mimetype"):
                if name in names and package.getinfo(name).file_size < 1_000_000:
                    marks += package.read(name)[:1_000_000]
    except Exception:  # noqa: BLE001 - a damaged ZIP may raise anything
        return ""
    if "OFD.xml" in names:
        return ".ofd"
    for ending, kind in KINDS.items():
        if kind.mark and re.search(re.escape(kind.mark) + rb"(?![\w.-])", marks):
            return ending
    if b"macroEnabled" in marks:
        return ".docm"
    return "别的压缩文档" if marks else ".zip"


def is_text(data: bytes) -> bool:
    """True for a text in UTF-8, UTF-16 or GB 18030 without control characters."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", text)
    return False
