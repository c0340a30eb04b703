"""Mends what a machine can mend in the texts of a column: makes the edits that problems carry.

All is tried on a copy first. Edits are made and the copy is checked again until nothing changes, as
one edit may show the next problem; only then files are moved into their place.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Final

from xuelan.check import apply_rules, check, read_column, settle
from xuelan.model.catalog import Catalog
from xuelan.model.column import MATERIALS_FOLDER, SETTINGS_FILE, Column
from xuelan.model.docs import ENDINGS
from xuelan.reading.settings import load
from xuelan.text.edits import apply_edits, choose_edits
from xuelan.text.problem import Problem
from xuelan.text.source import CONTROL, MAX_TEXT_BYTES, ChangedError, list_files

_MOST_ROUNDS: Final = 20
"""More than any text needs: the deepest list of one mistake behind another took six."""
_LEFT_OUT: Final = frozenset({"node_modules", "__pycache__"})
_INVISIBLE: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufeff\u200b\ufffe\uffff]")
"""The part of :data:`~xuelan.text.source.CONTROL` that breaks no line."""
_FENCE: Final = re.compile(r"---[^\S\n]*")


@dataclass(frozen=True, slots=True)
class Mended:
    """A file that can be mended: its bytes before and after, and how many lines differ."""

    path: str
    before: bytes
    after: bytes

    @property
    def diff(self) -> bytes:
        """The change as ``diff -u`` writes it."""
        old, new = (_lines(part) for part in (self.before, self.after))
        rows = unified_diff(old, new, f"a/{self.path}", f"b/{self.path}")
        end = "\n\\ No newline at end of file\n"
        return "".join(row if row.endswith("\n") else row + end for row in rows).encode()

    @property
    def count(self) -> int:
        """The number of lines that are new or written otherwise."""
        return max(1, sum(row[:1] == b"+" for row in self.diff.split(b"\n")[3:]))


def _lines(raw: bytes) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", raw.decode())


def mend(
    root: Path, is_chosen: Callable[[str], bool] = lambda _: True
) -> tuple[list[Mended], list[Problem]]:
    """The files of the column in ``root`` as they can be mended, and the problems left in all.

    Nothing is written. ``is_chosen`` is asked for the path of each file.
    """
    column, problems = load(root)
    site = column.site_dir if column else "site"
    with TemporaryDirectory(prefix="xuelan-") as folder:
        copy = Path(folder) / "column"
        _copy(root, copy, site)
        paths = [path for path in _texts(copy, column) if is_chosen(path)]
        before = {path: (copy / path).read_bytes() for path in paths}
        for path, raw in before.items():
            (copy / path).write_bytes(in_plain_form(raw))
        _mend_until_it_stays(copy, set(paths))
        _, problems = check(copy)
        after = {path: (copy / path).read_bytes() for path in paths}
    done = [
        Mended(path, before[path], after[path]) for path in paths if before[path] != after[path]
    ]
    return done, problems


def write(root: Path, files: Iterable[Mended]) -> None:
    """Put each file, whole, in the place of the one that was read; the file keeps its rights.

    Raises :class:`~xuelan.text.source.ChangedError` for one that has been changed meanwhile.
    """
    for file in files:
        target = root / file.path
        if target.read_bytes() != file.before:
            raise ChangedError(file.path)
        new = target.with_name(f".{target.name}.new")
        new.write_bytes(file.after)
        shutil.copymode(target, new)
        new.replace(target)


def in_plain_form(raw: bytes) -> bytes:
    """The bytes of a text without BOM, CRLF and signs that nobody sees; ``raw`` if it is none."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).encode()


def _copy(root: Path, copy: Path, site: str) -> None:
    """Copy a column: texts byte by byte, all else by links where the disk has them."""
    for base, folders, files in os.walk(root):
        where = PurePath(base).relative_to(root)
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and name not in _LEFT_OUT and str(where / name) != site
        ]
        (copy / where).mkdir(parents=True, exist_ok=True)
        for name in files:
            _copy_file(Path(base) / name, copy / where / name)
        for name in [name for name in folders if (Path(base) / name).is_symlink()]:
            _copy_file(Path(base) / name, copy / where / name)


def _copy_file(source: Path, target: Path) -> None:
    if source.is_symlink():
        target.symlink_to(source.readlink())
        return
    if not source.is_file():
        return
    if source.suffix not in (".md", ".yml"):
        with suppress(OSError):
            os.link(source, target)
    if not target.exists():
        shutil.copyfile(source, target)


def _texts(root: Path, column: Column | None) -> Iterator[str]:
    """The paths of all texts that the check reads line by line."""
    yield SETTINGS_FILE
    docs = column.docs_dir if column else "docs"
    found = [
        *list_files(root, MATERIALS_FOLDER, ".md"),
        *list_files(root, MATERIALS_FOLDER, ".yml"),
    ]
    for ending in ENDINGS:
        found += list_files(root, docs, ending)
    for path in sorted(set(found)):
        file = root / path
        inside = file.resolve().is_relative_to(root.resolve())
        is_text = inside and file.is_file() and not file.is_symlink()
        if is_text and file.stat().st_size <= MAX_TEXT_BYTES:
            yield path


def _mend_until_it_stays(root: Path, chosen: set[str]) -> None:
    """Make the edits of all problems of the ``chosen`` files until there are none to make."""
    seen: dict[str, set[str]] = {path: set() for path in chosen}
    for _ in range(_MOST_ROUNDS):
        reading = read_column(root)
        if reading.catalog is None:
            return
        found = settle(reading.catalog, [*reading.problems, *apply_rules(reading.catalog)])
        by_path: dict[str, list[Problem]] = {}
        for problem in found:
            if problem.edits and problem.path in chosen:
                by_path.setdefault(problem.path, []).append(problem)
        changes = [_mend_file(root, reading.catalog, *item, seen) for item in by_path.items()]
        if not any(changes):
            return


def _mend_file(
    root: Path, catalog: Catalog, path: str, problems: list[Problem], seen: dict[str, set[str]]
) -> bool:
    """Make the edits of the ``problems`` of one file; False if that changes nothing new."""
    text = (root / path).read_bytes().decode()
    if CONTROL.search(text):
        return False  # the check counts without such signs
    last = _last_line(catalog, path, text)
    allowed = [p for p in problems if all(edit.line <= last for edit in p.edits)]
    mended = apply_edits(text, choose_edits(allowed))
    seen[path].add(text)
    if mended in seen[path]:
        return False
    (root / path).write_bytes(mended.encode())
    return True


def _last_line(catalog: Catalog, path: str, text: str) -> int:
    """The last line that may be changed: of an official full text only the front matter.

    So it is for a material whose front matter cannot be read: nobody knows what it is.
    """
    count = text.count("\n") + 1
    m = catalog.by_path.get(path)
    if m is not None:
        return m.body_line - 1 if m.is_source else count
    if not path.startswith(f"{MATERIALS_FOLDER}/") or not path.endswith(".md"):
        return count
    fences = [n for n, line in enumerate(text.split("\n"), 1) if _FENCE.fullmatch(line)]
    return fences[1] if len(fences) > 1 else count
