"""ZIP files: documents of Office, LibreOffice and OFD without names of people, and archives.

A document's text is left alone. Blanked are the fields in which programs write who made it, who
changed it, for which company and from which folder, in the parts listed below; names beside
comments and changes become one word for all.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Final

from lxml import etree

from xuelan.cleaning.errors import UnfitError
from xuelan.cleaning.segments import STRIPPERS

MAX_UNPACKED: Final = 200 * 1000 * 1000
MAX_RATIO: Final = 200
MAX_PARTS: Final = 5000

_SOMEBODY: Final = "作者"
_MACROS: Final = re.compile(
    r"(?:.*/)?vbaProject\.bin|.*/macrosheets/.*|.*/activeX/.*\.bin|(?:Basic|Scripts)/.+",
    re.IGNORECASE,
)
_SIGNED: Final = re.compile(r"_xmlsignatures/.+|META-INF/documentsignatures\.xml|(?:.*/)?Signs?/.+")
_EMBEDDED: Final = re.compile(
    r".*/embeddings/.*\.bin|Object \d+/?|ObjectReplacements/.*", re.IGNORECASE
)
_NAMELESS: Final = {
    "creator", "lastModifiedBy", "Company", "Manager", "HyperlinkBase", "Template",
    "initial-creator", "printed-by", "editing-duration", "Author", "Creator",
}  # fmt: skip
"""Elements, by their local names, that name people in the parts that describe a document."""
_ABOUT: Final = re.compile(r"docProps/(?:core|app)\.xml|meta\.xml|(?:.*/)?OFD\.xml")
_CUSTOM: Final = re.compile(r"docProps/custom\.xml")
_PEOPLE: Final = re.compile(
    rb"author|Author|initials|userName|refreshedBy|person|absPath|dc:creator"
)
_ATTRIBUTES: Final = frozenset({"author", "initials", "userName", "userId", "refreshedBy"})
_LOCAL: Final = re.compile(r"^(?:file:|[A-Za-z]:[\\/]|\\\\)", re.IGNORECASE)
_FETCHED: Final = ("attachedTemplate", "oleObject", "frame", "subDocument")
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    ValueError,
    NotImplementedError,
    EOFError,
)


def open_zip(data: bytes | str) -> zipfile.ZipFile:
    """Open a ZIP; raises :class:`UnfitError` if its directory promises too much."""
    try:
        package = zipfile.ZipFile(io.BytesIO(data) if isinstance(data, bytes) else data)
    except _DAMAGED as error:
        raise UnfitError("不是完好的文件，打不开", "重新导出一份") from error
    parts = package.infolist()
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * (packed + 10**4):
        raise UnfitError("解压后大得不正常，像是压缩炸弹", "重新导出一份")
    if any(part.flag_bits & 1 for part in parts):
        raise UnfitError("加了密码", "去掉密码再放进来")
    return package


def clean_package(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """A document without names of people, and in Chinese what was done. Raises :class:`UnfitError`.

    A signed document stays as it is: a change would break the signature.
    """
    with open_zip(data) as package:
        names = package.namelist()
        if any(_MACROS.fullmatch(name) for name in names):
            raise UnfitError("带有宏", "打开它，另存为不带宏的格式（DOCX、XLSX、PPTX），或者 PDF")
        try:
            changed = dict(_changes(package))
            if any(_SIGNED.fullmatch(name) for name in names):
                return data, ("有数字签名，原样发布，里面的作者信息还在",)
            if not changed:
                return data, ()
            return rewrite(package, changed), ("去掉了作者、单位等文档信息",)
        except etree.XMLSyntaxError as error:
            raise UnfitError("有一部分已损坏，打不开", "重新导出一份") from error
        except _DAMAGED as error:
            raise UnfitError("有一部分已损坏，打不开", "重新导出一份") from error


def rewrite(package: zipfile.ZipFile, changed: dict[str, bytes]) -> bytes:
    """The ZIP with other bytes for some members; the same bytes at any time."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as copy:
        for part in package.infolist():
            if part.is_dir():
                continue
            info = zipfile.ZipInfo(part.filename, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED if part.compress_type else zipfile.ZIP_STORED
            info.create_system = 0
            content = changed.get(part.filename)
            copy.writestr(info, package.read(part) if content is None else content)
    return target.getvalue()


def _changes(package: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """The members that become other bytes, with these."""
    for part in package.infolist():
        name = part.filename
        if name == "META-INF/manifest.xml" and b"encryption-data" in package.read(part):
            raise UnfitError("加了密码", "去掉密码再放进来")
        if _EMBEDDED.fullmatch(
            name
        ) and b"\x01\0O\0l\0e\x001\x000\0N\0a\0t\0i\0v\0e" in package.read(part):
            raise UnfitError(
                "里面夹带了别的文件（OLE 对象）", "删掉夹带的文件；要给读者的，另作附件"
            )
        old = package.read(part) if name.lower().endswith(_READ) else b""
        new = _clean_part(name, old) if old else old
        if new != old:
            yield name, new


_READ: Final = (".xml", ".rels", ".jpg", ".jpeg", ".png")


def _clean_part(name: str, data: bytes) -> bytes:
    if name.endswith(".rels"):
        return _edit(data, _forget_folders) if b"External" in data else data
    if name.lower().endswith((".jpg", ".jpeg", ".png")):
        try:
            return STRIPPERS["PNG" if name.lower().endswith(".png") else "JPEG"](data)
        except (ValueError, IndexError):
            return data
    if _ABOUT.fullmatch(name):
        return _edit(data, _blank_about)
    if _CUSTOM.fullmatch(name):
        return _edit(data, _empty)
    return _edit(data, _blank_people) if _PEOPLE.search(data) else data


def _edit(data: bytes, change: Callable[[Any], bool]) -> bytes:
    """An XML part after ``change``; the same bytes if that says it has changed nothing."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    root = etree.fromstring(data, parser)
    if not change(root):
        return data
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _blank_about(root: Any) -> bool:
    found = [e for e in root.iter() if _local(e.tag) in _NAMELESS and (e.text or "").strip()]
    for element in found:
        element.text = ""
    return bool(found)


def _empty(root: Any) -> bool:
    found = list(root)
    for element in found:
        root.remove(element)
    return bool(found)


def _blank_people(root: Any) -> bool:
    """Names beside comments and changes become one word; folders and accounts become empty."""
    changed = False
    for element in root.iter():
        local = _local(element.tag)
        names = [a for a in element.attrib if _local(a) in _ATTRIBUTES]
        if local in ("cmAuthor", "author") and "name" in element.attrib:
            names.append("name")
        more = {"person": "displayName", "absPath": "url"}.get(local, "")
        names += [more] if more and more in element.attrib else []
        for name in names:
            new = _SOMEBODY if _local(name) in ("author", "name", "displayName") else ""
            changed = changed or element.get(name) != new
            element.set(name, new)
        is_name = local == "author" or (local == "creator" and element.getparent() is not None)
        if is_name and (element.text or "").strip() and element.text != _SOMEBODY:
            element.text, changed = _SOMEBODY, True
    return changed


def _forget_folders(root: Any) -> bool:
    """Links to files of one computer keep only the file's name; what is fetched is refused."""
    changed = False
    for link in root.iter():
        target, kind = link.get("Target", ""), link.get("Type", "").rpartition("/")[2]
        if link.get("TargetMode") != "External":
            continue
        if kind in _FETCHED and not _LOCAL.match(target):
            raise UnfitError("打开时会从网上取别的文件", "打开它，另存为 PDF")
        if _LOCAL.match(target):
            link.set("Target", re.split(r"[\\/]|%5[Cc]", target)[-1] or "file")
            changed = True
    return changed
