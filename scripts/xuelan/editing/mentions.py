"""Where a column's files name a material, and the same files with another name in its place.

Links are found in texts and hand-written pages by the file or the address to which they lead; ids,
in the fields that hold them. Whatever else looks like the id stays.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import yaml

from xuelan.model.catalog import Catalog
from xuelan.model.column import MATERIALS_FOLDER, SETTINGS_FILE
from xuelan.model.kit import FOLDER as RECIPES
from xuelan.model.material import Material
from xuelan.text.source import list_files

_ID_FIELDS: Final = frozenset(
    {"related", "replaced_by", "readings", "guides", "material", "essential", "notice", "guide"}
)
"""Fields whose values are ids of materials, in front matter, data files, recipes and settings."""

_PAGE_ENDINGS: Final = (".md", ".markdown", ".html")


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that names a material: a file, its line, and in Chinese as what it names it."""

    path: str
    line: int
    what: str


def find_references(catalog: Catalog, m: Material) -> list[Mention]:
    """Every place in the column's files that names ``m``, besides its own file."""
    found: set[Mention] = set()
    for path in files_that_may_refer(catalog):
        text = _read(catalog.column.root / path)
        for start, _, what in _places(catalog, path, text, m) if m.id in text else ():
            if path != m.path:
                found.add(Mention(path, text.count("\n", 0, start) + 1, what))
    return sorted(found, key=lambda r: (r.path, r.line))


def files_that_may_refer(catalog: Catalog) -> Iterator[str]:
    """The paths of all texts, data files, recipes and hand-written pages, and the settings."""
    root = catalog.column.root
    yield SETTINGS_FILE
    yield from (m.path for m in catalog.materials)
    yield from (f"{MATERIALS_FOLDER}/{name}.yml" for name in ("quiz", "paths"))
    yield from list_files(root, RECIPES, ".yml")
    for ending in _PAGE_ENDINGS:
        yield from list_files(root, catalog.docs.folder, ending)


def replace_references(catalog: Catalog, path: str, text: str, m: Material, name: str) -> str:
    """``text`` of the file ``path``, naming ``m`` by its new id ``name``."""
    if m.id not in text:
        return text
    for start, end, what in sorted(set(_places(catalog, path, text, m)), reverse=True):
        new = _as_scalar(text[start:end], m.id, name) if what else name
        text = text[:start] + new + text[end:]
    return text


def _places(catalog: Catalog, path: str, text: str, m: Material) -> Iterator[tuple[int, int, str]]:
    """The spans in ``text`` in which the id of ``m`` stands, each with what names it there.

    Of a link the span is the id alone.
    """
    if path.endswith(".yml"):
        yield from _yaml_places(text, 0, m.id)
        if path == SETTINGS_FILE:  # the menu
            yield from _link_places(path, text, m)
        return
    front = re.match(r"---[^\S\n]*\n(.*?)^---[^\S\n]*$", text, re.DOTALL | re.MULTILINE)
    if front and path in catalog.by_path:
        yield from _yaml_places(front[1], front.start(1), m.id)
    yield from _link_places(path, text, m)


def _link_places(path: str, text: str, m: Material) -> Iterator[tuple[int, int, str]]:
    """Links to the file of ``m``, seen from ``path``, and to the address of its page."""
    word = re.escape(m.id)
    here = posixpath.dirname(path)
    for match in re.finditer(rf"[^\s()<>\"'\[\]]*?(?<![\w.-]){word}(?=\.md(?![\w-])|/)", text):
        start, end = match.end() - len(m.id), match.end()
        target = unquote(match[0])
        if text[end] == "/":
            head = target.removesuffix(m.id)
            leads = bool(re.fullmatch(rf"/?(?:\.\./|\./)*{MATERIALS_FOLDER}/", head))
        else:
            leads = posixpath.normpath(posixpath.join(here, f"{target}.md")) == m.path
        if leads:
            yield start, end, ""


def _yaml_places(text: str, offset: int, name: str) -> Iterator[tuple[int, int, str]]:
    """The spans of the values ``name`` in the fields of a YAML text that hold ids."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return
    for field, scalar in _scalars(node, ""):
        if scalar.value == name and field in _ID_FIELDS:
            start, end = scalar.start_mark.index, scalar.end_mark.index
            yield offset + start, offset + end, field


def _scalars(node: Any, field: str) -> Iterator[tuple[str, yaml.ScalarNode]]:
    """All single values below ``node``, each with the name of the nearest field above it."""
    if isinstance(node, yaml.ScalarNode):
        yield field, node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item, field)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(value, str(key.value))


def _as_scalar(written: str, old: str, new: str) -> str:
    """The YAML value ``new``, quoted as ``old`` was; a number alone is always quoted."""
    if written == old:
        return f"'{new}'" if new.isdigit() or new in ("true", "false", "null") else new
    return written.replace(old, new)


def _read(file: Path) -> str:
    if not file.is_file() or file.is_symlink():
        return ""
    return file.read_bytes().decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
