"""What changed in a column since a revision, and the problems that came with it."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from xuelan.check import ALL_RULES, check
from xuelan.editing.forge.revisions import Revision, open_revision, restore
from xuelan.model.catalog import Catalog
from xuelan.model.column import MATERIALS_FOLDER, SETTINGS_FILE
from xuelan.model.content import characters
from xuelan.text.problem import Code, Problem

_TEXTS: Final = (".md", ".yml", ".yaml", ".txt", ".csv", ".html", ".css", ".js", ".svg")
_COUNTED: Final = re.compile(r"(?<=:)\d+|(?<=第 )\d+(?= ?[行条项])|(?<=另外 )\d+")
"""Numbers in messages that change when lines move or other files change."""
_MOST_COMPARED: Final = 4000
"""Characters of two passages that are compared sign by sign; longer ones count whole."""


@dataclass(frozen=True)
class FileChange:
    """One file before and after; None where there was none, or is none any more.

    Of files that are no text both are empty.
    """

    path: str
    old: str | None
    new: str | None

    @property
    def word(self) -> str:
        """What happened to it, as people say."""
        return "新增" if self.old is None else "删除" if self.new is None else "修改"

    @cached_property
    def _blocks(self) -> list[tuple[str, int, int, int, int]]:
        """The passages that differ, as numbers of lines from 0: in the old file, in the new one."""
        old, new = (self.old or "").splitlines(), (self.new or "").splitlines()
        start = 0
        while start < min(len(old), len(new)) and old[start] == new[start]:
            start += 1
        end = 0
        while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
            end += 1
        middle = old[start : len(old) - end], new[start : len(new) - end]
        codes = difflib.SequenceMatcher(None, *middle).get_opcodes()
        moved = [(tag, a + start, b + start, c + start, d + start) for tag, a, b, c, d in codes]
        last = ("equal", len(old) - end, len(old), len(new) - end, len(new))
        return [("equal", 0, start, 0, start), *moved, last]

    def origin(self, line: int) -> int | None:
        """The number that a line of the new file had in the old one; None if it is new."""
        for tag, old_start, _, new_start, new_end in self._blocks:
            if tag == "equal" and new_start < line <= new_end:
                return line - new_start + old_start
        return None

    @cached_property
    def new_lines(self) -> frozenset[int]:
        """The numbers of the lines, from 1, that the old file did not have."""
        found = (range(b[3] + 1, b[4] + 1) for b in self._blocks if b[0] != "equal")
        return frozenset(line for block in found for line in block)

    @cached_property
    def words(self) -> tuple[int, int]:
        """The number of words and Chinese characters that were added, and of those removed."""
        old, new = (self.old or "").splitlines(), (self.new or "").splitlines()
        added = removed = 0
        for tag, a, b, c, d in self._blocks:
            if tag != "equal":
                gone, come = _differences("\n".join(old[a:b]), "\n".join(new[c:d]))
                added, removed = added + characters(come), removed + characters(gone)
        return added, removed


def _differences(old: str, new: str) -> tuple[str, str]:
    """What ``old`` has and ``new`` has not, and the other way round."""
    if not old or not new or len(old) + len(new) > _MOST_COMPARED:
        return old, new
    codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    parts = [(old[a:b], new[c:d]) for tag, a, b, c, d in codes if tag != "equal"]
    return "\n".join(p[0] for p in parts), "\n".join(p[1] for p in parts)


@dataclass(frozen=True, slots=True)
class ColumnComparison:
    """A column beside a revision of it.

    ``base`` names the revision. ``problems`` came with the changes: they stand on lines that are
    new, or were not there before. ``known`` were there before, and are there still.
    """

    base: str
    catalog: Catalog | None
    changes: Mapping[str, FileChange]
    problems: list[Problem]
    known: list[Problem]


def compare(root: Path, base: str) -> ColumnComparison:
    """Compare the column in ``root`` with the revision ``base``.

    The revision itself is checked only if some problem might be an old one. Raises
    :class:`~xuelan.editing.forge.revisions.RevisionError`.
    """
    revision = open_revision(root, base)
    changed = revision.list_changed()
    catalog, found = check(root, rules=ALL_RULES)
    docs = catalog.column.docs_dir if catalog else "docs"
    places = (f"{MATERIALS_FOLDER}/", f"{docs}/")
    own = {p for p in changed if p == SETTINGS_FILE or p.startswith(places)}
    changes = _read_changes(root, revision, own)
    before = _check_revision(root, revision, changed) if found else []
    fresh = _find_fresh(found, before, changes)
    new = set(fresh)
    return ColumnComparison(
        revision.name, catalog, changes, fresh, [p for p in found if p not in new]
    )


def _check_revision(root: Path, revision: Revision, changed: set[str]) -> list[Problem]:
    with TemporaryDirectory(prefix="xuelan-") as folder:
        restore(revision, root, changed, Path(folder))
        return check(Path(folder), rules=ALL_RULES)[1]


def _read_changes(root: Path, revision: Revision, paths: set[str]) -> dict[str, FileChange]:
    texts = {p for p in paths if p.endswith(_TEXTS)}
    old = {p: _text(data) for p, data in revision.read(p for p in revision.files if p in texts)}
    changes = {}
    for path in sorted(paths):
        file = root / path
        there = file.is_file() and not file.is_symlink()
        now = _text(file.read_bytes()) if there and path in texts else ""
        before = old.get(path, "") if path in revision.files else None
        changes[path] = FileChange(path, before, now if there else None)
    return changes


def _text(data: bytes) -> str:
    return data.decode("utf-8-sig", "replace").replace("\r\n", "\n")


def _find_fresh(
    found: Iterable[Problem], before: Iterable[Problem], changes: Mapping[str, FileChange]
) -> list[Problem]:
    """The problems among ``found`` that did not stand ``before`` at the same place."""
    known = Counter(_key(p, p.line) for p in before)
    fresh = []
    for p in found:
        change = changes.get(p.path)
        line = p.line if change is None else change.origin(p.line)
        if change is None and p.code is Code.CRLF:
            continue  # Git on this machine gives these line ends; nobody changed the file
        key = _key(p, line or 0)
        if line and known[key]:
            known[key] -= 1
        else:
            fresh.append(p)
    return fresh


def _key(p: Problem, line: int) -> tuple[str, int, Code, str]:
    return p.path, line, p.code, _COUNTED.sub("", p.message)
