"""Reading files an editor wrote: bytes to text, text to front matter and body.

Whatever is wrong with a file becomes a :class:`~xuelan.problem.Problem`; nothing here raises
for bad input.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from xuelan.problem import Code, Problem

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
_STACKED: Final = re.compile(r"^[ \t]*(?:[-?][ \t]+){8}", re.MULTILINE)
"""Lists opened inside lists on one line: libyaml overruns the C stack on thousands of them."""
_HAN: Final = r"[\u4e00-\u9fff]"


class Mapping(dict[str, Any]):
    """A YAML mapping that remembers at which line each key stands."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        """The line of ``key``, or the line where the mapping begins."""
        return self.lines.get(key, self.line)


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


class _DataError(Exception):
    """A mistake in YAML, at a line (counting from 1 in the text given)."""

    def __init__(self, line: int, code: Code, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.line, self.code, self.message, self.hint = line, code, message, hint


class _Loader(yaml.CSafeLoader):
    """YAML with strings, decimal numbers, true/false and null only, and lines remembered.

    YAML 1.1 would turn ``2016-03-28`` into a date (and fail on 2016-02-30), ``12:30`` into 750
    and ``no`` into False. Editors mean the text they typed. The tags are our own, so that one
    written out, such as ``!!bool``, finds no constructor and is refused.
    """

    DEFAULT_SCALAR_TAG, DEFAULT_SEQUENCE_TAG, DEFAULT_MAPPING_TAG = "\0str", "\0seq", "\0map"  # type: ignore[misc]
    offset = 0

    def mapping(self, node: yaml.MappingNode) -> Mapping:
        line = node.start_mark.line + 1 + self.offset
        result = Mapping(line)
        for key_node, value_node in node.value:
            key_line = key_node.start_mark.line + 1 + self.offset
            if not isinstance(key_node, yaml.ScalarNode):
                raise _DataError(key_line, Code.YAML, "字段名只能是一个词")
            key = str(key_node.value)
            if key in result:
                raise _DataError(key_line, Code.DUPLICATE_KEY, f"“{key}”写了两遍")
            self.refuse_alias(value_node, key_line)
            result[key] = self.construct_object(value_node, deep=True)
            result.lines[key] = key_line
        return result

    def sequence(self, node: yaml.SequenceNode) -> list[Any]:
        items = []
        for item in node.value:
            self.refuse_alias(item, node.start_mark.line + 1 + self.offset)
            items.append(self.construct_object(item, deep=True))
        return items

    def refuse_alias(self, node: yaml.Node, line: int) -> None:
        """Refuse ``&name``/``*name``: editors do not need them, and nested ones explode."""
        if node in self.constructed_objects or node in self.recursive_objects:
            hint = "整句以 * 或 & 开头时，请给整句加上英文引号"
            raise _DataError(line, Code.YAML, "不支持用 *名字 引用别处的内容", hint)


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("bool", r"^(?:true|false)$", ["t", "f"]),
    ("int", r"^-?(?:0|[1-9][0-9]{0,17})$", list("-0123456789")),
    ("float", r"^-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}$", list("-0123456789")),
):
    _Loader.add_implicit_resolver(f"\0{_tag}", re.compile(_pattern), _first)
_Loader.yaml_constructors = {
    None: yaml.CSafeLoader.construct_undefined,
    "\0null": yaml.CSafeLoader.construct_yaml_null,
    "\0bool": yaml.CSafeLoader.construct_yaml_bool,
    "\0int": yaml.CSafeLoader.construct_yaml_int,
    "\0float": yaml.CSafeLoader.construct_yaml_float,
    "\0str": yaml.CSafeLoader.construct_yaml_str,
    "\0map": _Loader.mapping,
    "\0seq": _Loader.sequence,
}


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


def parse_yaml(path: str, text: str, first_line: int = 1) -> tuple[Any, list[Problem]]:
    """Parse YAML; mappings come back as :class:`Mapping`. ``None`` when it cannot be read.

    ``first_line`` is where ``text`` begins in the file, so that problems name the right line.
    """
    if stacked := _STACKED.search(text):
        line = text.count("\n", 0, stacked.start()) + first_line
        return None, [Problem(path, line, Code.YAML, "YAML 写法有误：列表嵌套过深")]
    loader = _Loader(text)
    loader.offset = first_line - 1
    try:
        return loader.get_single_data(), []
    except _DataError as error:
        return None, [Problem(path, error.line, error.code, error.message, error.hint)]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = (mark.line if mark else 0) + first_line
        last = first_line + text.rstrip("\n").count("\n")
        hint = "检查冒号后有没有空格、缩进是否对齐；含冒号、引号的句子请用英文引号整句括起来"
        message = f"YAML 写法有误：{_plain(error.problem or '')}"
        return None, [Problem(path, min(line, last), Code.YAML, message, hint)]
    except (yaml.YAMLError, ValueError, RecursionError):
        return None, [Problem(path, first_line, Code.YAML, "YAML 写法有误，读不下去")]
    finally:
        loader.dispose()


_SIGNS: Final = "一-鿿㐀-䶿、-〿！-～\u2010-\u2027\u2030-\u205e·A-Za-z0-9"
_TYPED: Final = r"(?:null|true|false|[0-9]+(?:\.[0-9]+)?)(?:[,\]}]|$)"
"""What may be something else than text: a little more than the parser's rules have."""
_WORDS: Final = rf"(?!{_TYPED})[{_SIGNS}](?:[{_SIGNS} ./_()+-]*[{_SIGNS}()/+])?"
_PAIR: Final = rf"[a-z_]+: {_WORDS}"
_PLAIN_LINES: Final = (
    rf"(?m)^(?:([a-z_]+):(?: (?:({_WORDS}|https?://[A-Za-z0-9./_?=%-]+)"
    rf"|('[{_SIGNS} .,:/_()-]*')|\[({_WORDS}(?:, {_WORDS})*)\]|(true|false))| *)"
    rf"|  - (?:({_WORDS})|{{({_PAIR}(?:, {_PAIR})*)}}))$"
)
_TRUTH: Final = {"true": True, "false": False}
_compiled: Final = cache(re.compile)
"""Compiles when first used, for that takes long."""


def plain_mapping(text: str, first_line: int) -> Mapping | None:
    """A mapping of words, quoted words, true/false, and lists of words or of mappings in braces.

    Most front matter is written like this, and the YAML parser would take four times as long. Of
    anything else nothing is made, and the parser reads it; ``tests/test_source.py`` compares the
    two.
    """
    found = _compiled(_PLAIN_LINES).findall(text)
    if len(found) != text.count("\n") + 1:
        return None
    result, last = Mapping(first_line), ""
    lines = result.lines
    below: list[Any] = []
    for number, (key, words, quoted, row, truth, item, record) in enumerate(found, first_line):
        if key:
            if key in result:
                return None
            value = row.split(", ") if row else quoted[1:-1] if quoted else _TRUTH.get(truth)
            result[key], lines[key], last = words or value, number, key
            continue
        if result.get(last, "") is None:
            below = result[last] = []
        entry = item or _plain_record(record, number)
        if result.get(last) is not below or entry is None:
            return None
        below.append(entry)
    return result


def _plain_record(pairs: str, line: int) -> Mapping | None:
    """``key: words, key: words`` as a mapping; ``None`` with a key written twice."""
    result = Mapping(line)
    for pair in pairs.split(", "):
        key, _, words = pair.partition(": ")
        if key in result:
            return None
        result[key], result.lines[key] = words, line
    return result


_HEAD: Final = re.compile(r"(?:#[^\n\x85\u2028\u2029]*\n|\n)*- ")
"""Comments and empty lines, up to the first record of a data file."""
_NEXT: Final = re.compile(r"(?<=\n)- ")
_SHARED: Final = re.compile(r"(?<![^\s\[{,])&|[\x85\u2028\u2029]|^\.\.\.", re.MULTILINE)
"""What matters beyond the record it stands in: an anchor, an odd line break, a document's end."""


def parse_records(path: str, text: str) -> tuple[Any, list[Problem]]:
    """As :func:`parse_yaml`, and much faster, for a list of records most of which are plain.

    Each is read by itself, by the parser where it is not plain; where that is not possible the
    parser reads all of them, and tells what is wrong.
    """
    head = _HEAD.match(text)
    if head is None:
        return parse_yaml(path, text)
    records: list[Mapping] = []
    line = text.count("\n", 0, head.end()) + 1
    for part in _NEXT.split(text[head.end() :]):
        record = _plain_part(part, line) or _any_part(path, part, line)
        if record is None:
            return parse_yaml(path, text)
        records.append(record)
        line += part.count("\n")
    return records, []


def _plain_part(text: str, line: int) -> Mapping | None:
    """A record, without the ``- `` before it, if it is plain; all its lines are indented alike."""
    text = text.rstrip("\n")
    alike = text.count("\n") == text.count("\n  ")
    return plain_mapping(text.replace("\n  ", "\n"), line) if alike else None


def _any_part(path: str, text: str, line: int) -> Mapping | None:
    """A record that is in order and could stand anywhere."""
    if _SHARED.search(text):
        return None
    records, _ = parse_yaml(path, f"- {text}", line)
    alone = records is not None and len(records) == 1
    return records[0] if alone and isinstance(records[0], Mapping) else None


_YAML_MESSAGES: Final = (
    ("mapping values are not allowed", "这里不该有冒号"),
    ("could not find expected ':'", "缺少冒号"),
    ("found character that cannot start any token", "用了不能开头的字符（如 Tab、@、`）"),
    ("did not find expected key", "缩进不对或引号没有配对"),
    ("did not find expected '-'", "列表的缩进不对"),
    ("did not find expected ',' or ']'", "方括号没有配对，或缺少逗号"),
    ("did not find expected ',' or '}'", "花括号没有配对，或缺少逗号"),
    ("did not find expected alphabetic", "* 或 & 开头的词被当成引用；请加英文引号"),
    ("undefined alias", "* 开头的词被当成引用；请加英文引号"),
    ("found unexpected end of stream", "引号没有配对"),
    ("found undefined tag", "不支持 ! 开头的标记"),
    ("could not determine a constructor", "不支持 ! 开头的标记"),
    ("block sequence entries are not allowed", "列表的“-”前面不能有别的内容"),
    ("found a tab", "缩进用了 Tab，应改为空格"),
)


def _plain(problem: str) -> str:
    """The parser's English complaint in plain Chinese, where it is one of the common ones."""
    for start, chinese in _YAML_MESSAGES:
        if start in problem:
            return chinese
    return "读不懂这一行"


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


class ChangedError(Exception):
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
