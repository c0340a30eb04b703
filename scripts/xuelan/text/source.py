"""Reads the files of an editor: bytes to text, text to front matter and body.

Every mistake in a file becomes a :class:`~xuelan.text.problem.Problem`; bad input raises nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xuelan.text.blanks import find_blanks, report, strip_blanks
from xuelan.text.errors import XuelanError
from xuelan.text.problem import Code, Edit, Problem
from xuelan.text.yaml_reader import YamlMapping
from xuelan.text.yaml_salvage import read_yaml
from xuelan.text.yaml_slips import FIELD_NOTE

MAX_TEXT_BYTES: Final = 2 * 1000 * 1000
"""Largest text file read. A book of a million characters is 3 MB; an article never is."""

_OPEN_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""``O_NONBLOCK``: opening a pipe in a file's place does not wait for its writer."""

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
"""Problems that leave the content of a file unknown."""

CONTROL: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
    r"\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
"""What nobody sees and what turns the order of letters around (U+202E); not U+200D, which joins
the parts of an emoji."""
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_FENCE: Final = re.compile(r"^---[^\S\n]*$", re.MULTILINE)
"""The line before and after the front matter; spaces may follow it."""


@dataclass(frozen=True, slots=True)
class Source:
    """A text file: its path relative to the column, its text and the SHA-256 of that text (hex)."""

    path: str
    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class Document:
    """A material's file in two: front matter and body, which begins at line ``body_line``.

    ``blanks`` are the edits that took needless blanks off the body; they count lines as the file
    does.
    """

    path: str
    front: YamlMapping
    body: str
    body_line: int
    digest: str
    blanks: tuple[Edit, ...] = ()


def read(root: Path, path: str, limit: int = MAX_TEXT_BYTES) -> tuple[Source | None, list[Problem]]:
    """Read the file at ``path`` (relative to ``root``, at most ``limit`` bytes) as UTF-8 text.

    Returns ``None`` and the problems when it cannot be read. A BOM or CRLF is reported and taken
    off, so that the same run shows the other mistakes too.
    """
    raw, problems = read_bytes(root, path, limit)
    return (None, problems) if raw is None else decode(path, raw)


def read_bytes(
    root: Path, path: str, limit: int = MAX_TEXT_BYTES
) -> tuple[bytes | None, list[Problem]]:
    """Read the bytes of a regular file of at most ``limit`` bytes, else ``None`` and the reason."""
    if not path.isprintable():
        hint = "用小写英文字母、数字和连字符重新起名"
        return None, [Problem(path, 1, Code.SLUG, "文件名里有乱码或看不见的字符", hint)]
    try:
        found = lstat(root, path)
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


def lstat(root: Path, path: str) -> os.stat_result | None:
    """The status of the file at ``path``, or of the first link on the way; ``None`` if missing.

    Strings, because one ``Path`` for each part takes longer than the rest of reading a file.
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
    """Decode the bytes of a file; ``None`` if they are no text. Reports all but UTF-8 with LF."""
    problems: list[Problem] = []
    if raw.startswith(b"\xef\xbb\xbf"):
        hint = "照样读，可以不改；要改，编辑器里选“UTF-8”而不是“UTF-8 with BOM”，再保存一次"
        problems.append(Problem(path, 1, Code.BOM, "文件开头有 BOM 标记", hint))
        raw = raw[3:]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return None, [*problems, _encoding_problem(path, raw, line)]
    if b"\r" in raw:
        line = raw.count(b"\n", 0, raw.index(b"\r")) + 1
        hint = "照样读，可以不改；要改，编辑器右下角把 CRLF 改成 LF，再保存一次"
        problems.append(Problem(path, line, Code.CRLF, "文件用的是 Windows 换行（CRLF）", hint))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text or text.isspace():
        hint = "用 xuelan new 可以生成一份带说明的样板"
        return None, [*problems, Problem(path, 1, Code.EMPTY_FILE, "文件是空的", hint)]
    # str.isprintable is false for all of them, and four times as fast as the pattern.
    if not text.replace("\n", "").isprintable() and (match := CONTROL.search(text)):
        problems.append(_control_problem(path, text, match))
        text = CONTROL.sub("", text)
    return Source(path, text, _sha256(text.encode() if problems else raw)), problems


def _control_problem(path: str, text: str, first: re.Match[str]) -> Problem:
    """The problem of a text with signs that nobody sees, of which this is the ``first``."""
    edits = tuple(
        Edit(number, match.start(), match.end(), "")
        for number, line in enumerate(text.split("\n"), 1)
        for match in CONTROL.finditer(line)
    )
    message = f"有看不见的字符 U+{ord(first[0]):04X}"
    message += f"，全文共 {len(edits)} 处" if len(edits) > 1 else ""
    line = text.count("\n", 0, first.start()) + 1
    hint = "多半是从别处粘贴带来的，删掉这一行重新输入"
    return Problem(path, line, Code.CONTROL_CHARACTER, message, hint, edits)


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


_DISGUISED: Final = (
    (b"PK\x03\x04", " Word 一类的办公文档（.docx）"),
    (b"\xd0\xcf\x11\xe0", "旧版的办公文档（.doc）"),
    (b"%PDF", " PDF 文件"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
)
"""How files begin that somebody has given the name of a text."""


def _encoding_problem(path: str, raw: bytes, line: int) -> Problem:
    kind = next((name for begin, name in _DISGUISED if raw.startswith(begin)), "")
    if kind:
        hint = "文字录入用 xuelan new 生成的 .md 文件；原件改回原来的扩展名，可以作附件"
        message = f"这是{kind}，只改了文件名，读不出文字"
        return Problem(path, 1, Code.ENCODING, message, hint)
    try:
        looks_gbk = bool(_HAN.search(raw.decode("gb18030")))
    except UnicodeDecodeError:
        looks_gbk = False
    message = "文件像是 GBK（ANSI）编码，不是 UTF-8" if looks_gbk else "文件不是 UTF-8 文字"
    return Problem(path, line, Code.ENCODING, message, "用编辑器打开，另存为 UTF-8（无 BOM）编码")


def split(source: Source) -> tuple[Document | None, list[Problem]]:
    """Split a material's text at its ``---`` lines and parse the front matter.

    Where only parts of the front matter can be read, the document has those.
    """
    text = source.text
    hint = "第一行写 ---，信息栏写完后再写一行 ---；用 xuelan new 可以生成样板"
    begin = _FENCE.match(text)
    if begin is None:
        message = "开头没有信息栏"
        return None, [Problem(source.path, 1, Code.NO_FRONT_MATTER, message, hint)]
    end = _FENCE.search(text, begin.end())
    if end is None:
        message = "信息栏没有结束"
        return None, [Problem(source.path, 1, Code.NO_FRONT_MATTER, message, hint)]
    written = text[begin.end() + 1 : end.start()]
    front, problems = read_yaml(source.path, written, 2, FIELD_NOTE)
    if front is None and not problems:
        front = YamlMapping(2)
    if not isinstance(front, YamlMapping):
        hint = "每行一个字段，例如 title: 关于学习活动的通知"
        lost = Problem(source.path, 2, Code.YAML, "信息栏应写成“字段: 值”的样子", hint)
        return None, problems or [lost]
    line = text.count("\n", 0, end.start()) + 2
    body = text[end.end() + 1 :]
    found = find_blanks(body, line)
    if found:
        body = strip_blanks(body, found, line)
    document = Document(source.path, front, body, line, source.digest, tuple(found))
    return document, [*problems, *report(source.path, found)]


class ChangedError(XuelanError):
    """A file has been changed since it was read; ``str(error)`` is its path."""


def read_body(root: Path, path: str, line: int, digest: str) -> str:
    """Read the body of a material again, from ``line`` of its file on.

    Raises :class:`ChangedError` when the file no longer has the ``digest`` of its
    :class:`Source`.
    """
    raw = _read_small(f"{root}/{path}")
    if _sha256(raw) == digest:
        text = raw.decode()  # decode() had taken nothing out of it
    else:
        source, _ = decode(path, raw)
        if source is None or source.digest != digest:
            raise ChangedError(path)
        text = source.text
    parts = text.split("\n", line - 1)
    body = parts[-1] if len(parts) == line else ""
    found = find_blanks(body)
    return strip_blanks(body, found) if found else body


def _read_small(place: str) -> bytes:
    """The bytes of a file; ``b""`` if it is missing, too large or not a regular file."""
    try:
        return _read_whole(place, MAX_TEXT_BYTES)
    except OSError:
        return b""


def _read_whole(place: str, limit: int | None = None) -> bytes:
    """The bytes of a file; with a ``limit``, ``b""`` for one that is larger or not regular.

    Python's file objects make three times as many system calls. Raises ``OSError``.
    """
    file = os.open(place, _OPEN_FLAGS)
    try:
        status = os.fstat(file)
        if limit is not None and not (stat.S_ISREG(status.st_mode) and status.st_size <= limit):
            return b""
        parts = []
        while part := os.read(file, status.st_size + 1):
            parts.append(part)
            if len(part) <= status.st_size:  # less than asked for: this was the end
                break
        return b"".join(parts)
    finally:
        os.close(file)


def is_file(path: Path) -> bool:
    """True for a file or a link to one. False, not an error, for names no file can have."""
    return os.path.isfile(path)  # noqa: PTH113 - Path's raises


def is_folder(path: Path) -> bool:
    """True for a folder or a link to one; see :func:`is_file`."""
    return os.path.isdir(path)  # noqa: PTH112 - Path's raises


def list_files(root: Path, folder: str, suffix: str) -> list[str]:
    """Paths (relative to ``root``, sorted) of the files below ``folder`` ending in ``suffix``.

    A linked folder is listed itself and not entered; :func:`read` refuses it. Names beginning
    with ``.`` or ``_`` are left out: editors keep notes under them.
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
