"""Reading a column's files into a :class:`~xuelan.catalog.Catalog`."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

from xuelan import facts, study, works
from xuelan.catalog import Catalog
from xuelan.column import MATERIALS_FOLDER, Column
from xuelan.facts import Fact
from xuelan.fields import Table, validate
from xuelan.kits import kit as recipes
from xuelan.kits.kit import Kit
from xuelan.material import Attachment, Material, Media, parse
from xuelan.problem import Code, Problem
from xuelan.source import Mapping, listing, parse_yaml, read, split
from xuelan.study import JUDGEMENT, Figure, Point, Question, Step, StudyPath
from xuelan.works import Work

MAX_ATTACHMENT_BYTES: Final = 50 * 1000 * 1000
"""Largest attachment published; a 50 MB file is a minute on a slow line."""

Row = TypeVar("Row", Work, Fact, Figure, Question, StudyPath)


def load(column: Column) -> tuple[Catalog, list[Problem]]:
    """Read every file of the column's ``materials/`` folder into a catalog."""
    problems: list[Problem] = []
    materials, found_in_materials = _materials(column)
    problems += found_in_materials

    def rows(name: str, table: Table, make: Callable[[dict[str, Any]], Row]) -> list[Row]:
        found, wrong = _rows(column, name, table, make)
        problems.extend(wrong)
        return found

    kits, wrong_in_kits = _kits(column)
    problems += wrong_in_kits
    catalog = Catalog(
        column=column,
        materials=tuple(sorted(materials, key=lambda m: (m.id, m.path))),
        works={w.id: w for w in rows("works", works.FIELDS, lambda v: Work(**v))},
        facts={f.id: f for f in rows("facts", facts.FIELDS, lambda v: Fact(**v))},
        figures=tuple(rows("figures", study.FIGURE_FIELDS, _figure)),
        questions=tuple(rows("quiz", study.QUESTION_FIELDS, _question)),
        paths=tuple(rows("paths", study.PATH_FIELDS, _path)),
        kits=tuple(kits),
    )
    return catalog, problems


def _materials(column: Column) -> tuple[list[Material], list[Problem]]:
    materials: list[Material] = []
    problems: list[Problem] = []
    for path in listing(column.root, MATERIALS_FOLDER, ".md"):
        source, found = read(column.root, path)
        problems += found
        if source is None:
            continue
        document, found = split(source)
        problems += found
        if document is None:
            continue
        material, found = parse(document, column.vocabularies)
        problems += found
        material, found = _with_files(column.root, material)
        problems += found
        materials.append(material)
    return materials, problems


def _with_files(root: Path, material: Material) -> tuple[Material, list[Problem]]:
    """The material with the size and SHA-256 of its files filled in."""
    problems: list[Problem] = []
    attachments: list[Attachment] = []
    media: list[Media] = []
    line = material.line_of("attachments")
    for item in material.attachments:
        path, found = locate(root, material.path, item.file, line)
        problems += found
        if path:
            data = (root / path).read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            attachments.append(replace(item, path=path, size=len(data), sha256=digest))
    line = material.line_of("media")
    for thing in material.media:
        path, found = locate(root, material.path, thing.file, line)
        problems += found
        caption = ""
        if thing.caption:
            caption, found = locate(root, material.path, thing.caption, line)
            problems += found
        if path:
            size = (root / path).stat().st_size
            media.append(replace(thing, path=path, caption_path=caption, size=size))
    return replace(material, attachments=tuple(attachments), media=tuple(media)), problems


def locate(root: Path, from_path: str, file: str, line: int) -> tuple[str, list[Problem]]:
    """The path, relative to ``root``, of ``file`` as written in ``from_path``; ``""`` if unfit.

    Files outside ``materials/``, links and oversized files are refused.
    """
    if not file:
        return "", []
    path = posixpath.normpath(posixpath.join(posixpath.dirname(from_path), file))
    if not path.startswith(f"{MATERIALS_FOLDER}/"):
        hint = f"把文件放进 {MATERIALS_FOLDER}/ 里"
        return "", [Problem(from_path, line, Code.OUTSIDE, f"“{file}”在材料目录以外", hint)]
    target = root / path
    if any(
        p.is_symlink() for p in (target, *target.parents) if p.is_relative_to(root) and p != root
    ):
        return "", [Problem(from_path, line, Code.SYMLINK, f"“{file}”是符号链接，不收")]
    if not target.is_file():
        hint = "检查文件名（大小写也要一致），并确认文件已一起提交"
        return "", [Problem(from_path, line, Code.MISSING_FILE, f"找不到文件“{file}”", hint)]
    if target.stat().st_size > MAX_ATTACHMENT_BYTES:
        limit = MAX_ATTACHMENT_BYTES // 1000 // 1000
        message = f"“{file}”超过 {limit} MB"
        return "", [Problem(from_path, line, Code.TOO_LARGE, message, "压缩或拆分之后再放进来")]
    return path, []


def _rows(
    column: Column, name: str, table: Table, make: Callable[[dict[str, Any]], Row]
) -> tuple[list[Row], list[Problem]]:
    """The records of ``materials/<name>.yml``; a column may do without the file."""
    path = f"{MATERIALS_FOLDER}/{name}.yml"
    items, problems = _items(column.root, path)
    rows: list[Row] = []
    seen: dict[str, int] = {}
    for item in items:
        values, wrong = validate(item, table, path, column.vocabularies)
        problems += wrong
        key = values["id"]
        if key in seen:
            message = f"编号“{key}”与第 {seen[key]} 行重复"
            problems.append(Problem(path, item.line_of("id"), Code.DUPLICATE_ID, message))
        elif key and not wrong:
            rows.append(make({**values, "line": item.line}))
        if key:
            seen.setdefault(key, item.line)
    return rows, problems


def _kits(column: Column) -> tuple[list[Kit], list[Problem]]:
    """The recipes in ``materials/kits/``, one to a file, sorted by file name."""
    kits: list[Kit] = []
    problems: list[Problem] = []
    for path in listing(column.root, recipes.FOLDER, ".yml"):
        source, found = read(column.root, path)
        problems += found
        if source is None:
            continue
        data, found = parse_yaml(path, source.text)
        problems += found
        if isinstance(data, Mapping):
            values, found = validate(data, recipes.FIELDS, path, column.vocabularies)
            problems += found
            kits.append(recipes.parse(values, path, data.lines))
        elif not found:
            message = "整个文件应为一组字段，写成“字段: 值”的样子"
            problems.append(Problem(path, 1, Code.WRONG_TYPE, message))
    return kits, problems


def _items(root: Path, path: str) -> tuple[list[Mapping], list[Problem]]:
    """The mappings a data file lists."""
    if not (root / path).exists():
        return [], []
    source, problems = read(root, path)
    if source is None:
        return [], problems
    data, wrong = parse_yaml(path, source.text)
    problems += wrong
    if wrong or data is None:
        return [], problems
    if not isinstance(data, list) or not all(isinstance(item, Mapping) for item in data):
        message = "整个文件应为一个列表，每一项是以“- id:”开头的一组字段"
        return [], [*problems, Problem(path, 1, Code.WRONG_TYPE, message)]
    return data, problems


def _figure(values: dict[str, Any]) -> Figure:
    return Figure(**{**values, "points": tuple(Point(**_bare(p)) for p in values["points"])})


def _path(values: dict[str, Any]) -> StudyPath:
    return StudyPath(**{**values, "steps": tuple(Step(**_bare(s)) for s in values["steps"])})


def _question(values: dict[str, Any]) -> Question:
    """A question with its answer as option numbers; ``()`` when the answer is not usable."""
    answer, options = values["answer"], values["options"]
    numbers: tuple[int, ...] = ()
    if values["type"] == JUDGEMENT:
        options = ("对", "错")
        if isinstance(answer, bool):
            numbers = (1,) if answer else (2,)
    elif isinstance(answer, tuple) and all(type(n) is int for n in answer):
        numbers = tuple(sorted(set(answer)))
    elif type(answer) is int:
        numbers = (answer,)
    if not all(1 <= n <= len(options) for n in numbers):
        numbers = ()
    return Question(**{**values, "options": options, "answer": numbers})


def _bare(record: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in record.items() if k != "line"}
