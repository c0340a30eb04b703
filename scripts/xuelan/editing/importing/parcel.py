"""Takes a 投稿包 apart: a ZIP with one text, a filled form, pictures and other files."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from xuelan.editing.importing.archive import NotImportedError, open_archive, read_member
from xuelan.editing.importing.blocks import Enclosure

TEXTS: Final = (".docx", ".doc", ".wps", ".rtf", ".odt", ".html", ".htm", ".md", ".txt", ".pdf")
PICTURES: Final = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff")
FILES: Final = (".pdf", ".docx", ".xlsx", ".pptx", ".doc", ".xls", ".ppt", ".wps", ".et", ".zip")
_FORM: Final = re.compile(r"投稿(?:单|表|登记表|说明)|登记表|审核表")
_JUNK: Final = re.compile(r"(?:^|/)(?:__MACOSX/|\.|~\$|Thumbs\.db$|desktop\.ini$)")


@dataclass
class Parcel:
    """The parts of a parcel; ``form`` is empty (a name without bytes) if there is none."""

    text: Enclosure
    form: Enclosure | None = None
    pictures: list[Enclosure] = field(default_factory=list)
    others: list[Enclosure] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def is_parcel(name: str, data: bytes) -> bool:
    """True for a ZIP that is no Word file."""
    return PurePosixPath(name).suffix.lower() == ".zip" and data.startswith(b"PK")


def open_parcel(data: bytes) -> Parcel:
    """Take a parcel apart. Raises :class:`NotImportedError` without one file that is the text."""
    archive = open_archive(data)
    members = {
        file_name: m
        for m in archive.infolist()
        if not m.is_dir() and not _JUNK.search(file_name := _name_of(m))
    }
    texts = [n for n in members if n.lower().endswith(TEXTS) and not _FORM.search(n)]
    word = [n for n in texts if n.lower().endswith((".docx", ".doc", ".wps", ".rtf", ".odt"))]
    chosen = word or [n for n in texts if not n.lower().endswith(".pdf")] or texts
    shallow = [n for n in chosen if n.count("/") == min(c.count("/") for c in chosen)]
    if len(shallow) != 1:
        names = "、".join(shallow[:6]) or "没有"
        raise NotImportedError(
            f"投稿包里应当只有一份正文（Word 文件），现在是：{names}。请分开导入。"
        )
    parcel = Parcel(_take(archive, members, shallow[0]))
    for name in sorted(members):
        if name == shallow[0]:
            continue
        lower = name.lower()
        if _FORM.search(name) and lower.endswith(TEXTS) and parcel.form is None:
            parcel.form = _take(archive, members, name)
        elif lower.endswith(PICTURES):
            parcel.pictures.append(_take(archive, members, name))
        elif lower.endswith(FILES):
            parcel.others.append(_take(archive, members, name))
        else:
            parcel.left.append(name)
    return parcel


def _name_of(member: zipfile.ZipInfo) -> str:
    """A member's name: Windows in China writes names in GBK without saying so."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gbk")
    except UnicodeError:
        return member.filename


def _take(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str) -> Enclosure:
    return Enclosure(PurePosixPath(name).name, read_member(archive, members[name].filename) or b"")
