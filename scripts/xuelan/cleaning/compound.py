"""Documents in Microsoft's compound file format: DOC, XLS, PPT and those of WPS.

The bytes of the words are overwritten where they stand, so the file keeps its length and all
offsets. Property sets are those of [MS-OLEPS].
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import Final

import olefile

from xuelan.cleaning.errors import UnfitError

_SUMMARIES: Final = (
    ("\x05SummaryInformation", frozenset({4, 8, 7})),  # author, last author, template
    ("\x05DocumentSummaryInformation", frozenset({14, 15})),  # manager, company
)
_MACROS: Final = ("macros", "_vba_project_cur", "vba", "_vba_project")
_ANSI, _WIDE = 30, 31


def clean_compound(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The document with blank author and company, and in Chinese what was done.

    Raises :class:`UnfitError`.
    """
    target = io.BytesIO(data)
    try:
        with olefile.OleFileIO(target, write_mode=False) as document:
            _inspect(document)
        with olefile.OleFileIO(io.BytesIO(data)) as document:
            changes = list(_changes(document))
        if not changes:
            return data, ()
        return _overwrite(data, changes), ("去掉了作者、单位等文档信息",)
    except UnfitError:
        raise
    except Exception as error:
        raise UnfitError(
            "不是完好的文件，打不开", "重新导出一份，最好另存为 DOCX、XLSX、PPTX"
        ) from error


def _inspect(document: olefile.OleFileIO) -> None:
    for path in document.listdir(streams=True, storages=True):
        last = path[-1].lower()
        if last in ("encryptedpackage", "encryptioninfo"):
            raise UnfitError("加了密码", "去掉密码再放进来")
        if last in _MACROS:
            raise UnfitError("带有宏", "打开它，另存为不带宏的格式（DOCX、XLSX、PPTX），或者 PDF")
        if last == "\x01ole10native":
            raise UnfitError(
                "里面夹带了别的文件（OLE 对象）", "删掉夹带的文件；要给读者的，另作附件"
            )
    if document.exists("WordDocument"):
        flags = document.openstream("WordDocument").read(12)
        if len(flags) == 12 and flags[11] & 1:  # fEncrypted of the FIB, [MS-DOC] 2.5.2
            raise UnfitError("加了密码", "去掉密码再放进来")


def _changes(document: olefile.OleFileIO) -> Iterator[tuple[str, bytes]]:
    """The streams that become other bytes, with these."""
    for name, wanted in _SUMMARIES:
        if document.exists(name):
            old = document.openstream(name).read()
            new = _blank(old, wanted)
            if new != old:
                yield name, new


def _blank(stream: bytes, wanted: frozenset[int]) -> bytes:
    """A property set with zeros for the words of the properties ``wanted``."""
    result = bytearray(stream)
    section = struct.unpack_from("<I", stream, 44)[0]
    count = struct.unpack_from("<I", stream, section + 4)[0]
    for n in range(min(count, 1000)):
        name, offset = struct.unpack_from("<II", stream, section + 8 + 8 * n)
        if name not in wanted:
            continue
        kind, length = struct.unpack_from("<II", stream, section + offset)
        start = section + offset + 8
        end = start + (2 * length if kind == _WIDE else length)
        if kind in (_ANSI, _WIDE) and end <= len(result):
            result[start:end] = bytes(end - start)
    return bytes(result)


def _overwrite(data: bytes, changes: list[tuple[str, bytes]]) -> bytes:
    target = io.BytesIO(data)
    document = olefile.OleFileIO(target)
    document.fp, document.mode = target, "r+b"  # it opens what is no path for reading only
    for name, new in changes:
        document.write_stream(name, new)
    return target.getvalue()
