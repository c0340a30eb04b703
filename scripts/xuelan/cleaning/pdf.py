"""PDF files without names of people."""

from __future__ import annotations

import io
from typing import Any, Final

import pikepdf

from xuelan.cleaning.errors import UnfitError

_NAMELESS: Final = ("/Author", "/Creator", "/Producer", "/Company", "/Manager", "/SourceModified")
_ACTIONS: Final = ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm")
_DEEP: Final = 200


def clean_pdf(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """A PDF that names neither author nor program, and in Chinese what was done.

    A signed one stays as it is: a change would break the signature. Raises :class:`UnfitError`.
    """
    try:
        document = pikepdf.open(io.BytesIO(data))
    except pikepdf.PasswordError as error:
        raise UnfitError("加了密码", "去掉密码再放进来") from error
    except Exception as error:
        raise UnfitError("不是完好的 PDF 文件", "重新导出一份") from error
    with document:
        try:
            signed = _inspect(document)
            told = _has_traces(document)
            if signed:
                return data, (("有数字签名，原样发布，里面的作者信息还在",) if told else ())
            return (_write(document), ("去掉了作者等文档信息",)) if told else (data, ())
        except UnfitError:
            raise
        except Exception as error:
            raise UnfitError("不是完好的 PDF 文件", "重新导出一份") from error


def _inspect(document: pikepdf.Pdf) -> bool:
    """True if the file is signed. Raises :class:`UnfitError` for programs and files inside it."""
    names: Any = document.Root.get("/Names", {})
    if "/EmbeddedFiles" in names and len(document.attachments):
        raise UnfitError("里面夹带了别的文件", "用“打印成 PDF”重新做一份；夹带的文件另作附件")
    for thing in document.objects:
        if not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            continue
        kind = thing.get("/S")
        if isinstance(kind, pikepdf.Name) and str(kind) in _ACTIONS:
            raise UnfitError("带有脚本或会自动执行的动作", "用“打印成 PDF”重新做一份")
    return any(
        isinstance(t, pikepdf.Dictionary) and "/ByteRange" in t and "/Contents" in t
        for t in document.objects
    )


def _has_traces(document: pikepdf.Pdf) -> bool:
    info: Any = document.trailer.get("/Info", {})
    told = any(str(value).strip() for key, value in info.items() if key in _NAMELESS)
    if told or "/Metadata" not in document.Root:
        return told
    with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as about:
        return any(not key.startswith(_PDF_STANDARDS) for key in about)


def _write(document: pikepdf.Pdf) -> bytes:
    info: Any = document.trailer.get("/Info", None)
    for key in [k for k in (info.keys() if info is not None else ()) if k in _NAMELESS]:
        del info[key]
    if "/Metadata" in document.Root:
        with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as about:
            for key in [k for k in about if not k.startswith(_PDF_STANDARDS)]:
                del about[key]
    for thing in document.objects:
        if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream) and "/PieceInfo" in thing:
            del thing["/PieceInfo"]
    target = io.BytesIO()
    document.save(target, deterministic_id=True)
    return target.getvalue()


_PDF_STANDARDS: Final = (
    "{http://www.aiim.org/pdfa/ns/id/}", "{http://www.aiim.org/pdfua/ns/id/}",
    "{http://purl.org/dc/elements/1.1/}title", "{http://purl.org/dc/elements/1.1/}language",
)  # fmt: skip
"""What XMP may keep: the standards the file keeps (PDF/A, PDF/UA), its title and its language."""
