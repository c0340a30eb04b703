"""Reading files an editor wrote: bytes to text, text to front matter and body.

Whatever is wrong with a file becomes a :class:`~xuelan.text.problem.Problem`; nothing here raises
for bad input.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xuelan.text.errors import XuelanError
from xuelan.text.problem import Code, Problem
from xuelan.text.yaml_reader import Mapping, parse_yaml, plain_mapping

MAX_TEXT_BYTES: Final = 2 * 1000 * 1000
"""Largest text file read. A book of a million characters is 3 MB; an article never is."""

_READING: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""A pipe in a file's place keeps nobody waiting."""

UNREAD: Final = frozenset(
    {
        Code.ENCODING,
        Code.EMPTY_FILE,
        Code.TOO_LARGE,
        Code.SYMLINK,
        Code.UNREADABLE,
        Code.NO_FRONT_MATTER,
        Code.YAML,
        Code.DUPLICATE_KEY,
    }
)
"""Problems after which nothing is known of what a file holds."""

CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\u200b\u2028\u2029\ufffe\uffff]")
_HAN: Final = r"[\u4e00-\u9fff]"


@dataclass(frozen=True, slots=True)
class Source:
    """A text file as read: its path relative to the column, its text and its SHA-256."""

    path: str
    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class Document:
    """A material's file, split: front matter, body, and the line where the body begins."""

    path: str
    front: Mapping
    body: str
    body_line: int
    digest: str


def read(root: Path, path: str, limit: int = MAX_TEXT_BYTES) -> tuple[Source | None, list[Problem]]:
    """Read ``path`` (relative to ``root``) as UTF-8 text.

    A BOM or CRLF is reported and taken off, so that one run shows the other mistakes too.
    ``None`` comes back when nothing can be read.
    """
    raw, problems = read_bytes(root, path, limit)
    return (None, problems) if raw is None else decode(path, raw)


def read_bytes(
    root: Path, path: str, limit: int = MAX_TEXT_BYTES
) -> tuple[bytes | None, list[Problem]]:
    """The bytes of a file fit to be read; ``None`` and the reason when it is not."""
    if not path.isprintable():
        hint = "用小写英文字母、数字和连字符重新起名"
        return None, [Problem(path, 1, Code.SLUG, "文件名里有乱码或看不见的字符", hint)]
    try:
        found = status(root, path)
        if found is not None and stat.S_ISLNK(found.st_mode):
            hint = "请放入文件本身，而不是指向它的链接"
            return None, [Problem(path, 1, Code.SYMLINK, "这是一个符号链接，不收", hint)]
        if found is None or not stat.S_ISREG(found.st_mode):
            return None, [Problem(path, 1, Code.UNREADABLE, "打不开：不是普通的文件")]
        if found.st_size > limit:
            hint = f"单个文字文件不超过 {limit // 1000 // 1000} MB；图片、文档请作为附件"
            message = f"文件有 {found.st_size / 1000 / 1000:.1f} MB，太大"
            return None, [Problem(path, 1, Code.TOO_LARGE, message, hint)]
        return _read_whole(f"{root}/{path}"), []
    except OSError as error:
        return None, [Problem(path, 1, Code.UNREADABLE, f"打不开：{error.strerror}")]


def status(root: Path, path: str) -> os.stat_result | None:
    """Of the file at ``path``, or of the first link on the way to it; ``None`` without a file.

    A ``Path`` for each part of each way would take longer than the rest of reading a file.
    """
    place, found = os.fspath(root), None
    try:
        for part in path.split("/"):
            place = f"{place}/{part}"
            found = os.lstat(place)
            if stat.S_ISLNK(found.st_mode):
                return found
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found


def decode(path: str, raw: bytes) -> tuple[Source | None, list[Problem]]:
    """Turn the bytes of a file into text, reporting what is not plain UTF-8 with LF."""
    problems: list[Problem] = []
    if raw.startswith(b"\xef\xbb\xbf"):
        hint = "编辑器里选“UTF-8”而不是“UTF-8 with BOM”，再保存一次"
        problems.append(Problem(path, 1, Code.BOM, "文件开头有 BOM 标记", hint))
        raw = raw[3:]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return None, [*problems, _encoding_problem(path, raw, line)]
    if b"\r" in raw:
        line = raw.count(b"\n", 0, raw.index(b"\r")) + 1
        hint = "编辑器右下角把 CRLF 改成 LF，再保存一次"
        problems.append(Problem(path, line, Code.CRLF, "文件用的是 Windows 换行（CRLF）", hint))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text or text.isspace():
        hint = "用 xuelan new 可以生成一份带说明的样板"
        return None, [*problems, Problem(path, 1, Code.EMPTY_FILE, "文件是空的", hint)]
    if match := CONTROL.search(text):
        line = text.count("\n", 0, match.start()) + 1
        message = f"有看不见的字符 U+{ord(match.group()):04X}"
        hint = "多半是从别处粘贴带来的，删掉这一行重新输入"
        problems.append(Problem(path, line, Code.CONTROL_CHARACTER, message, hint))
        text = CONTROL.sub("", text)
    return Source(path, text, _sha256(text.encode() if problems else raw)), problems


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _encoding_problem(path: str, raw: bytes, line: int) -> Problem:
    try:
        looks_gbk = bool(re.search(_HAN, raw.decode("gb18030")))
    except UnicodeDecodeError:
        looks_gbk = False
    message = "文件像是 GBK（ANSI）编码，不是 UTF-8" if looks_gbk else "文件不是 UTF-8 文字"
    return Problem(path, line, Code.ENCODING, message, "用编辑器打开，另存为 UTF-8（无 BOM）编码")


def split(source: Source, *, quick: bool = True) -> tuple[Document | None, list[Problem]]:
    """Split a material's text at its ``---`` lines and parse the front matter.

    What is plainly written is read without the parser if ``quick`` says so.
    """
    if quick and (plain := _plain_document(source)):
        return plain, []
    lines = source.text.split("\n")
    hint = "第一行写 ---，信息栏写完后再写一行 ---；用 xuelan new 可以生成样板"
    if lines[0].rstrip() != "---":
        message = "开头没有信息栏"
        return None, [Problem(source.path, 1, Code.NO_FRONT_MATTER, message, hint)]
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        message = "信息栏没有结束"
        return None, [Problem(source.path, 1, Code.NO_FRONT_MATTER, message, hint)]
    front, problems = parse_yaml(source.path, "\n".join(lines[1:end]) + "\n", first_line=2)
    if front is None and not problems:
        front = Mapping(2)
    if not problems and not isinstance(front, Mapping):
        problems = [Problem(source.path, 2, Code.YAML, "信息栏应写成“字段: 值”的样子")]
    if problems:
        return None, problems
    body = "\n".join(lines[end + 1 :])
    return Document(source.path, front, body, end + 2, source.digest), []


def _plain_document(source: Source) -> Document | None:
    """A material whose front matter is plain; ``None`` if it is not, or not certainly."""
    begins, text = "---\n", source.text
    end = text.find(f"\n{begins}", len(begins)) if text.startswith(begins) else -1
    front = plain_mapping(text[len(begins) : end], 2) if end >= 0 else None
    if front is None:
        return None
    line = text.count("\n", 0, end) + 3
    return Document(source.path, front, text[end + 1 + len(begins) :], line, source.digest)


class ChangedError(XuelanError):
    """A file is no longer what it was when it was read: its path."""


def body(root: Path, path: str, line: int, digest: str) -> str:
    """The text of a material that was read before, from ``line`` of its file on.

    Raises :class:`ChangedError` when the file no longer has that ``digest``.
    """
    raw = _bytes_at(f"{root}/{path}")
    if _sha256(raw) == digest:
        text = raw.decode()  # nothing had to be taken out of it before
    else:
        source, _ = decode(path, raw)
        if source is None or source.digest != digest:
            raise ChangedError(path)
        text = source.text
    parts = text.split("\n", line - 1)
    return parts[-1] if len(parts) == line else ""


def _bytes_at(place: str) -> bytes:
    """What a file of fair size holds; nothing else is read, nor waited for."""
    try:
        return _read_whole(place, fair=True)
    except OSError:
        return b""


def _read_whole(place: str, *, fair: bool = False) -> bytes:
    """All that stands in a file; nothing of one that is not ``fair``: too large, or no plain file.

    Python's own files ask the system three times as much. Raises ``OSError``.
    """
    file = os.open(place, _READING)
    try:
        status = os.fstat(file)
        if fair and not (stat.S_ISREG(status.st_mode) and status.st_size <= MAX_TEXT_BYTES):
            return b""
        parts = []
        while part := os.read(file, status.st_size + 1):
            parts.append(part)
            if len(part) <= status.st_size:  # then there was no more
                break
        return b"".join(parts)
    finally:
        os.close(file)


def is_file(path: Path) -> bool:
    """True for a file, also behind a link; a name no file can have is none, and no error."""
    return os.path.isfile(path)  # noqa: PTH113 - Path's raises


def is_folder(path: Path) -> bool:
    """As :func:`is_file`, for folders."""
    return os.path.isdir(path)  # noqa: PTH112 - Path's raises


def listing(root: Path, folder: str, suffix: str) -> list[str]:
    """Paths (relative to ``root``, sorted) of the files below ``folder`` ending in ``suffix``.

    Linked folders are not entered but listed themselves, for :func:`read` to refuse them. Names
    beginning with ``.`` or ``_`` are left out, so that an editor can park notes there.
    """
    if (root / folder).is_symlink():
        return [folder]
    found: list[str] = []
    for base, folders, files in os.walk(root / folder):
        folders[:] = sorted(d for d in folders if not d.startswith((".", "_")))
        where = Path(base).relative_to(root).as_posix()
        names = (f for f in files if f.endswith(suffix) and not f.startswith((".", "_")))
        links = (d for d in folders if (Path(base) / d).is_symlink())
        found += [f"{where}/{name}" for name in (*names, *links)]
    return sorted(found)
