"""The parts of a Word file: found by what they are related to, not by their usual names."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from xuelan.editing.importing.archive import NotImportedError, open_archive, parse_xml, read_member

_RELATIONS: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_STRICT: Final = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_MAIN: Final = "word/document.xml"


@dataclass(frozen=True, slots=True)
class Relation:
    """What one part refers to: its kind (``image``, ``styles`` …) and its name in the archive."""

    kind: str
    target: str
    is_outside: bool


@dataclass
class DocxPackage:
    """An opened Word file. ``main`` is the name of the part that holds the text."""

    archive: zipfile.ZipFile
    main: str = _MAIN
    _trees: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def open(cls, data: bytes) -> DocxPackage:
        """Open a file. Raises :class:`NotImportedError` for what is none, or dangerous."""
        package = cls(open_archive(data))
        package.main = next(
            (r.target for r in package.relations("").values() if r.kind == "officeDocument"), _MAIN
        )
        raw = read_member(package.archive, package.main)
        if raw is None:
            raise NotImportedError("这不是 Word 文件：里面没有正文。")
        if _STRICT in raw[:4000]:
            raise NotImportedError(
                "文件是“严格 Open XML”格式。请在 Word 里另存为普通的“Word 文档（.docx）”再试。"
            )
        return package

    def relations(self, part: str) -> dict[str, Relation]:
        """The relations of a part by their ids; ``""`` is the whole file."""
        folder, name = posixpath.split(part)
        tree = self.tree(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = {}
        for element in () if tree is None else tree.iter(_RELATIONS):
            target = element.get("Target", "")
            outside = element.get("TargetMode") == "External"
            if not outside:
                joined = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
                target = posixpath.normpath(joined).lstrip("/")
            kind = element.get("Type", "").rpartition("/")[2]
            found[element.get("Id", "")] = Relation(kind, target, outside)
        return found

    def tree(self, name: str) -> Any:
        """The tree of a part; ``None`` if there is none of that name."""
        if name not in self._trees:
            raw = read_member(self.archive, name)
            self._trees[name] = None if raw is None else parse_xml(raw)
        return self._trees[name]

    def related(self, *kinds: str) -> Iterator[str]:
        """The names of the parts of these kinds that the text refers to."""
        for relation in self.relations(self.main).values():
            if relation.kind in kinds and not relation.is_outside:
                yield relation.target

    def first_tree(self, kind: str) -> Any:
        """The tree of the first part of a kind; ``None`` without one."""
        name = next(self.related(kind), None)
        return None if name is None else self.tree(name)

    def bytes_of(self, name: str) -> bytes:
        """The bytes of a part; empty if it is missing."""
        return read_member(self.archive, name) or b""
