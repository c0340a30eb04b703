"""Reads the folder of hand-written pages: which files are published, and what the pages hold."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from xuelan.model.column import Column
from xuelan.model.docs import ENDINGS, Docs, HandWritten, PageLink, page_address
from xuelan.rules import privacy
from xuelan.rules.wording import check_wording
from xuelan.text import page_text, prose
from xuelan.text.problem import Code, Problem
from xuelan.text.source import Source, is_folder, read
from xuelan.text.yaml_reader import YamlMapping, parse_yaml

_LEFT_BEHIND: Final = re.compile(
    r".*~|~\$.*|#.*#|\.#.*|\.~.*|.*\.(?:tmp|temp|bak|orig|rej|old|sw[a-p]|part|crdownload|lnk)"
    r"|\._.*|\.DS_Store|\.~lock\..*|thumbs\.db|ehthumbs\.db|desktop\.ini|Icon\r|__MACOSX",
    re.IGNORECASE,
)
"""Names that editors, office programs and systems give to files of their own."""
_COPY: Final = re.compile(
    r"(?:.*(?:[-—_ ] ?(?:副本|複本|拷贝)|的副本|的拷贝| - copy| copy)|(?:副本|复件|copy of) .*"
    r"|新建 ?(?:文本文档|文档|文件|Microsoft .*|(?:DOC|XLS|PPT)X? .*)|.*conflicted copy.*"
    r"|.*[-_( ]冲突(?:副本|文件)?.*|.*(?= ?[(（]\d{1,2}[)）]))(?: ?[(（]\d{1,2}[)）])?",
    re.IGNORECASE,
)
"""Names, without ending, that a system gives to the copy of a file."""
_OFFICE: Final = (
    ".doc", ".docx", ".docm", ".dot", ".dotx", ".wps", ".wpt", ".rtf", ".odt", ".xls", ".xlsx",
    ".xlsm", ".et", ".ods", ".ppt", ".pptx", ".dps", ".odp", ".pages", ".numbers", ".psd", ".ai",
    ".vsd", ".vsdx", ".zip", ".rar", ".7z", ".exe", ".bat", ".cmd", ".msi", ".py", ".txt",
)  # fmt: skip
"""Endings of files that people keep beside a page; published only where something links to them."""
_ASKED_FOR: Final = ("robots.txt", "ads.txt", "security.txt", "humans.txt", "llms.txt")
"""Text files that are asked for by name, without any link."""
_ALWAYS_OUT: Final = re.compile(r"(?:^|/)\.|^templates/")
"""What MkDocs never publishes."""


def read_docs(column: Column) -> tuple[Docs, list[Problem]]:
    """Read the folder of hand-written pages, and say what is wrong with reading it."""
    root, folder = column.root, column.docs_dir
    problems: list[Problem] = []
    inside = (root / folder).is_relative_to(root) and ".." not in folder
    if not inside or not is_folder(root / folder):
        return Docs(folder), problems
    if (root / folder).is_symlink():
        return Docs(folder), read(root, folder)[1]
    junk, pages, files, unpublished, unread = [], [], [], [], []
    leaves_out = _exclusions(column.excluded)
    for path, is_link in _walk(root, folder):
        place, name = path.removeprefix(f"{folder}/"), posixpath.basename(path)
        if any(_LEFT_BEHIND.fullmatch(part) for part in place.split("/")):
            junk.append(path)
        elif leaves_out(place):
            unpublished.append(path)
            if name.endswith(ENDINGS) and not is_link and not _ALWAYS_OUT.search(place):
                problems += _read_text(column, path)[1]
        elif is_link:
            problems += read(root, path)[1]
        elif name.lower().endswith(ENDINGS):
            page, found = _read_page(column, path)
            problems += found
            pages += [page] if page else []
            unread += [] if page else [path]
        else:
            files.append(path)
    docs = Docs(folder, tuple(pages), tuple(files), (), tuple(unpublished), tuple(unread))
    strays = sorted([*junk, *_unlinked(docs, column)])
    return _without(docs, strays), problems


def _without(docs: Docs, strays: list[str]) -> Docs:
    pages = tuple(p for p in docs.pages if p.path not in strays)
    files = tuple(f for f in docs.files if f not in strays)
    return Docs(docs.folder, pages, files, tuple(strays), docs.unpublished, docs.unread)


def _walk(root: Path, folder: str) -> Iterator[tuple[str, bool]]:
    """The files below ``folder``, sorted, and whether each is a link. Links are not followed."""
    found = []
    for base, folders, files in os.walk(root / folder):
        where = Path(base).relative_to(root).as_posix()
        names = [f for f in folders if os.path.islink(f"{base}/{f}")] + files  # noqa: PTH114 - fast
        folders[:] = [f for f in folders if f not in names]
        found += [(f"{where}/{n}", os.path.islink(f"{base}/{n}")) for n in names]  # noqa: PTH114
    return iter(sorted(found))


def _exclusions(patterns: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    """A function that is True for a file that the settings (or MkDocs itself) leave out."""
    if not patterns:
        return lambda place: _ALWAYS_OUT.search(place) is not None
    from pathspec.gitignore import GitIgnoreSpec  # noqa: PLC0415 - only where patterns are given

    spec = GitIgnoreSpec.from_lines([".*", "/templates/", *patterns.splitlines()])
    return spec.match_file


def _read_text(column: Column, path: str) -> tuple[Source | None, list[Problem]]:
    """The text of a page, with what must not be published or lie in a public repository."""
    source, problems = read(column.root, path)
    return source, [*problems, *(_hidden(column, source) if source else ())]


def _hidden(column: Column, source: Source) -> Iterator[Problem]:
    yield from privacy.check_text(source.path, source.text)
    yield from check_wording(source.path, source.text, column.wording)


def _read_page(column: Column, path: str) -> tuple[HandWritten | None, list[Problem]]:
    source, problems = _read_text(column, path)
    if source is None:
        return None, problems
    settings, body, first = page_text.split_front(source.text)
    front: dict[str, object] = {}
    if settings is not None:
        data, found = parse_yaml(path, settings, first_line=2)
        if not found and data is not None and not isinstance(data, YamlMapping):
            message = "开头两行 --- 之间应写成“字段: 值”的样子"
            found = [Problem(path, 2, Code.YAML, message, "不需要的话，连 --- 一起删掉")]
        problems += found
        front = data if isinstance(data, YamlMapping) else front
    lines = prose.lines(body)
    links = tuple(
        PageLink(k.line, k.text, k.target, k.is_image, is_html)
        for k, is_html in page_text.links(lines)
    )
    anchors = page_text.anchors(body, lines) if column.knows_anchors else None
    address = page_address(path.removeprefix(f"{column.docs_dir}/"))
    page = HandWritten(path, address, front, first, tuple(lines), links, anchors)
    return page, problems


def _unlinked(docs: Docs, column: Column) -> Iterator[str]:
    """Copies and drafts that nothing leads to: no page links to them, nor does the menu."""
    linked = set(_linked(docs)) | {f"{docs.folder}/{name}" for name in _menu_files(column.root)}
    for path in [*(p.path for p in docs.pages), *docs.files]:
        name = posixpath.basename(path)
        is_office = name.lower().endswith(_OFFICE) and not _is_asked_for(name)
        if path not in linked and (is_office or _COPY.fullmatch(posixpath.splitext(name)[0])):
            yield path


def _is_asked_for(name: str) -> bool:
    """True for a file by which a service checks whose site this is, or that it asks for by name."""
    return name in _ASKED_FOR or re.search(r"verif|_verify_", name, re.IGNORECASE) is not None


def _linked(docs: Docs) -> Iterator[str]:
    """The paths that the pages link to, as paths of files and as addresses."""
    for page in docs.pages:
        for link in page.links:
            path = unquote(link.target.partition("#")[0].partition("?")[0])
            for base in (page.path, f"{docs.folder}/{page.address}x"):
                yield posixpath.normpath(posixpath.join(posixpath.dirname(base), path))
            if path.startswith("/"):
                yield posixpath.normpath(f"{docs.folder}{path}")


def _menu_files(root: Path) -> Iterable[str]:
    """Every word of the settings that could be the path of a page in the menu."""
    try:
        text = (root / "mkdocs.yml").read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        return ()
    return re.findall(r"(?:^|[\s\"'])([^\s\"':][^\"':\n]*\.[A-Za-z]+)", text)
