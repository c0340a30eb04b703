"""The text of attachments, page by page or sheet by sheet, and the problems in reading it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from xuelan.engine.cache import NO_CACHE, Cache
from xuelan.model.catalog import Catalog
from xuelan.model.material import Attachment
from xuelan.reading.helper import HelperProcess
from xuelan.rules import privacy
from xuelan.text.digests import key_of
from xuelan.text.problem import Code, Problem

READABLE: Final = frozenset(
    {".pdf", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".txt", ".csv"}
)
"""Endings of the files whose text is searched."""
_FORMAT: Final = 2

Places = tuple[tuple[str, str], ...]


class AttachmentText(msgspec.Struct, frozen=True):
    """The text of a file by place, or the reason why it could not be read."""

    places: Places = ()
    fault: str = ""


_LOST: Final = AttachmentText(fault="读取时出错或用时太长，文件可能有损坏")
_read_already: dict[str, AttachmentText] = {}
"""By SHA-256: the check and the build of one run need the same texts."""


def read_texts(
    root: Path, attachments: Iterable[Attachment], cache: Cache = NO_CACHE
) -> dict[str, AttachmentText]:
    """Return the text of each file in ``attachments`` that is of a readable kind, by SHA-256."""
    wanted = {a.sha256: a for a in attachments if Path(a.path).suffix.lower() in READABLE}
    missing = []
    for sha256, attachment in wanted.items():
        kept = _read_already.get(sha256) or cache.get(_key(attachment), AttachmentText)
        if kept is None:
            missing.append(attachment)
        else:
            _read_already[sha256] = kept
    paths = [str((root / a.path).absolute()) for a in missing]
    answers = HelperProcess.ask_all("xuelan.reading.extract", paths)
    for attachment, answer in zip(missing, answers, strict=True):
        text = msgspec.convert(answer, AttachmentText) if answer else _LOST
        _read_already[attachment.sha256] = text
        cache.put(_key(attachment), text)
    return {sha256: _read_already[sha256] for sha256 in wanted}


def _key(attachment: Attachment) -> bytes:
    suffix = Path(attachment.path).suffix.lower()
    return key_of("attachment", _FORMAT, suffix, attachment.sha256)


def check_texts(catalog: Catalog, cache: Cache = NO_CACHE) -> Iterator[Problem]:
    """Yield a problem for each attachment whose text cannot be searched."""
    rows = [(m, a) for m in catalog.materials for a in m.attachments if a.sha256]
    found = read_texts(catalog.column.root, [a for _, a in rows], cache)
    for m, attachment in rows:
        text = found.get(attachment.sha256)
        line, ending = m.line_of("attachments"), Path(attachment.path).suffix.lower()
        if text is not None and text.places:
            yield from _check_privacy(m.path, line, attachment, text)
        elif text is None:
            message = (
                f"附件“{attachment.file}”的内容检索不到：{ending[1:].upper()} 里的文字读不出来"
            )
            hint = "要让读者检索到，另附一份 PDF、DOCX 或 XLSX，或者把要点写进正文"
            yield Problem(m.path, line, Code.NOT_SEARCHED, message, hint)
        else:
            why = text.fault or "没有文字（可能是扫描件）"
            hint = "换成能复制文字的文件；实在没有的，读者只能按名称检索到它"
            message = f"附件“{attachment.file}”{why}，检索不到它的内容"
            yield Problem(m.path, line, Code.ATTACHMENT_TEXT, message, hint)


def _check_privacy(
    path: str, line: int, attachment: Attachment, text: AttachmentText
) -> Iterator[Problem]:
    """What in an attachment must not be published, said at the line that names the file.

    A kind is told once for each place (page, sheet) of the file.
    """
    seen: set[tuple[str, Code, str]] = set()
    for place, words in text.places:
        for p in privacy.check_text(path, words):
            if (place, p.code, p.message) in seen:
                continue
            seen.add((place, p.code, p.message))
            where = f"附件“{attachment.file}”" + (f"（{place}）" if place else "")
            yield replace(p, line=line, message=f"{where}里{p.message}")
