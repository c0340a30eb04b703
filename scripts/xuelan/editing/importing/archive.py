"""Opens ZIP archives that strangers made, and refuses those that are not what they should be.

Everything is judged by the archive's directory, before a byte is unpacked: zipfile never unpacks
more than the directory promises.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from typing import Any, Final

from lxml import etree

from xuelan.text.errors import XuelanError

MAX_FILE: Final = 50 * 1000 * 1000
"""Bytes of a file that is imported."""
MAX_UNPACKED: Final = 200 * 1000 * 1000
MAX_XML: Final = 16 * 1000 * 1000
"""Bytes of one XML part; a tree of it takes up to twelve times as many. A book has 5 MB."""
MAX_MEMBERS: Final = 3000
MAX_RATIO: Final = 150
"""Unpacked bytes for a packed one: text reaches 30, bombs 1,000."""

_PARSER: Final[dict[str, Any]] = {
    "resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False,
    "remove_comments": True, "remove_pis": True,
}  # fmt: skip
_DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError,
    OSError,
)  # fmt: skip
"""What zipfile raises for a member that is not what the directory says."""
_MACROS: Final = re.compile(
    r"vbaproject\.bin$|vbadata\.xml$|/activex/|\.(?:exe|dll|js|vbs|bat|scr)$"
)


class NotImportedError(XuelanError):
    """A file is not imported; the message says why and what to do, in Chinese."""


def open_archive(data: bytes) -> zipfile.ZipFile:
    """Open an archive. Raises :class:`NotImportedError` for one that is damaged or dangerous."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise NotImportedError(
            "文件有损坏，打不开。请在 Word 或 WPS 里打开，另存一份再试。"
        ) from error
    names = [m.filename for m in members]
    if len(members) > MAX_MEMBERS or len(set(names)) != len(names):
        raise NotImportedError("压缩包里的文件太多，或有重名，不像是普通文档。")
    for member in members:
        _refuse_member(member)
    unpacked = sum(m.file_size for m in members)
    if unpacked > MAX_UNPACKED:
        raise NotImportedError(
            f"解压后有 {unpacked // 1000 // 1000} MB，大得不正常，像是压缩炸弹。"
        )
    return archive


def _refuse_member(member: zipfile.ZipInfo) -> None:
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or re.match(r"[A-Za-z]:", name):
        raise NotImportedError("压缩包里有指到外面的路径，不能导入。")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise NotImportedError("压缩包里有符号链接，不能导入。")
    if member.flag_bits & 1:
        raise NotImportedError("文件加了密码。请去掉密码，另存一份再试。")
    if _MACROS.search(name.lower()):
        raise NotImportedError("文件里有宏或程序，不能导入。请另存为不带宏的 .docx 再试。")
    if member.file_size > 10**6 and member.file_size > MAX_RATIO * max(member.compress_size, 1):
        raise NotImportedError("解压后大得不正常，像是压缩炸弹。")
    if name.lower().endswith((".xml", ".rels")) and member.file_size > MAX_XML:
        size = member.file_size // 1000 // 1000
        raise NotImportedError(f"文字部分有 {size} MB，大得不正常。请拆成几份再导入。")


def read_member(archive: zipfile.ZipFile, name: str) -> bytes | None:
    """The bytes of a member; ``None`` if there is none of that name."""
    try:
        return archive.read(name)
    except KeyError:
        return None
    except _DAMAGED as error:
        raise NotImportedError(
            "文件有损坏，读不完整。请在 Word 或 WPS 里打开，另存一份再试。"
        ) from error


def parse_xml(data: bytes) -> Any:
    """The tree of an XML part. Entities are refused before the parser sees them."""
    head = data.replace(b"\0", b"")
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise NotImportedError("文件里有外部实体声明，普通文档没有这种写法，不能导入。")
    try:
        return etree.fromstring(data, etree.XMLParser(**_PARSER))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotImportedError("文件有损坏，文字读不出来。请另存一份再试。") from error
