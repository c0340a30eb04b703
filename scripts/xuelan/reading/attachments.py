"""The text of attachments, page by page or sheet by sheet, and the problems in reading it."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from xuelan.engine.cache import NO_CACHE, Cache
from xuelan.model.catalog import Catalog
from xuelan.model.material import Attachment
from xuelan.rules import privacy
from xuelan.text.digests import key_of
from xuelan.text.problem import Code, Problem

PATIENCE: Final = 60.0
"""Seconds one file may take."""
READABLE: Final = (".pdf", ".docx", ".xlsx")
"""Endings of the files whose text is searched."""
_FORMAT: Final = 1

Places = tuple[tuple[str, str], ...]


class AttachmentText(msgspec.Struct, frozen=True):
    """The text of a file by place, or the reason why it could not be read."""

    places: Places = ()
    fault: str = ""


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
    for attachment, text in zip(missing, _ReaderProcess.read_all(paths), strict=True):
        _read_already[attachment.sha256] = text
        cache.put(_key(attachment), text)
    return {sha256: _read_already[sha256] for sha256 in wanted}


def _key(attachment: Attachment) -> bytes:
    suffix = Path(attachment.path).suffix.lower()
    return key_of("attachment", _FORMAT, suffix, attachment.sha256)


class _ReaderProcess:
    """A process that reads files, see :mod:`xuelan.reading.extract`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "xuelan.reading.extract"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @classmethod
    def read_all(cls, paths: list[str]) -> Iterator[AttachmentText]:
        """Yield the text of each file; start a new process after one that died or took too long."""
        process: _ReaderProcess | None = None
        for path in paths:
            process = process or cls()
            text = process.read(path)
            if text is None:
                process.kill()
                process = None
                text = AttachmentText(fault="读取时出错或用时太长，文件可能有损坏")
            yield text
        if process is not None:
            process.kill()

    def _listen(self) -> None:
        """Queue each line of the process, and an empty one at its end."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def read(self, path: str) -> AttachmentText | None:
        """Read one file; ``None`` when the process died or took longer than ``PATIENCE``."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(path + "\n")
            self._process.stdin.flush()
            line = self._lines.get(timeout=PATIENCE)
        except (OSError, queue.Empty):
            return None
        return msgspec.convert(json.loads(line), AttachmentText) if line else None

    def kill(self) -> None:
        self._process.kill()
        self._listener.join()  # as long as it runs, this process cannot be forked
        self._process.communicate()


def check_texts(catalog: Catalog, cache: Cache = NO_CACHE) -> Iterator[Problem]:
    """Yield a problem for each attachment whose text cannot be searched."""
    rows = [(m, a) for m in catalog.materials for a in m.attachments]
    found = read_texts(catalog.column.root, [a for _, a in rows], cache)
    for m, attachment in rows:
        text = found.get(attachment.sha256)
        line = m.line_of("attachments")
        if text is not None and text.places:
            yield from _check_privacy(m.path, line, attachment, text)
        if text is None or text.places:
            continue
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
