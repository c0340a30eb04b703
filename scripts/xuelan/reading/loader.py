"""Reading a column's files into a :class:`~xuelan.model.catalog.Catalog`."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from xuelan.engine.cache import NO_CACHE, Cache
from xuelan.engine.inputs import Inputs, prefetch
from xuelan.engine.workers import SERIAL, Workers
from xuelan.model import facts, study, works
from xuelan.model import kit as recipes
from xuelan.model.catalog import Catalog
from xuelan.model.column import MATERIALS_FOLDER, Column
from xuelan.model.facts import Fact
from xuelan.model.fields import Table, validate
from xuelan.model.kit import Kit
from xuelan.model.study import JUDGEMENT, Figure, Point, Question, Step, StudyPath
from xuelan.model.works import Work
from xuelan.reading.materials import read_materials
from xuelan.text.digests import key_of, program
from xuelan.text.problem import Code, Problem
from xuelan.text.source import UNREAD, list_files, read
from xuelan.text.yaml_reader import Mapping, parse_yaml

MAX_DATA_BYTES: Final = 20 * 1000 * 1000
"""Largest data file read: works or facts for some hundred thousand materials."""

Row = TypeVar("Row", Work, Fact, Figure, Question, StudyPath)


def load(
    column: Column, cache: Cache = NO_CACHE, workers: Workers = SERIAL, inputs: Inputs | None = None
) -> tuple[Catalog, list[Problem]]:
    """Read every file of the column's ``materials/`` folder into a catalog.

    What ``cache`` holds is not read again, and ``workers`` read the rest.
    """
    if inputs is None or inputs.has_stamps:
        return _loaded(column, cache, workers, inputs)
    with workers.submit(partial(prefetch, column.root / MATERIALS_FOLDER), "预读材料"):
        return _loaded(column, cache, workers, inputs)


def _loaded(
    column: Column, cache: Cache, workers: Workers, inputs: Inputs | None
) -> tuple[Catalog, list[Problem]]:
    problems: list[Problem] = []
    digests = inputs.digest_folder(MATERIALS_FOLDER, defer=".md") if inputs else {}
    learn = inputs.record_digest if inputs else lambda *_: None
    readings = read_materials(column, cache, workers, digests, learn)

    def rows(
        name: str, kind: type[Row], table: Table, make: Callable[[dict[str, Any]], Row]
    ) -> list[Row]:
        path = f"{MATERIALS_FOLDER}/{name}.yml"
        key = key_of(program(), dict(column.vocabularies), path, digests.get(path))
        kept = cache.get(key, list[kind]) if path in digests else None  # type: ignore[valid-type]
        if kept is not None:
            return kept
        found, wrong = _rows(column, name, table, make)
        problems.extend(wrong)
        if path in digests and not wrong and inputs and inputs.digest(path) == digests[path]:
            cache.put_bytes(key, msgspec.msgpack.encode(found))
        return found

    kits, wrong_in_kits = _kits(column)
    problems += wrong_in_kits
    catalog = Catalog(
        column=column,
        materials=(),
        works={w.id: w for w in rows("works", Work, works.FIELDS, lambda v: Work(**v))},
        facts={f.id: f for f in rows("facts", Fact, facts.FIELDS, lambda v: Fact(**v))},
        figures=tuple(rows("figures", Figure, study.FIGURE_FIELDS, _figure)),
        questions=tuple(rows("quiz", Question, study.QUESTION_FIELDS, _question)),
        paths=tuple(rows("paths", StudyPath, study.PATH_FIELDS, _path)),
        kits=tuple(kits),
    )
    texts = list(readings)
    problems += (p for r in texts for p in r.problems)
    materials = sorted((r.material for r in texts if r.material), key=lambda m: (m.id, m.path))
    scans = {r.path: r.scan for r in texts if r.scan}
    catalog = replace(catalog, materials=tuple(materials), scans=scans)
    unread = frozenset(p.path for p in problems if p.code in UNREAD)
    return replace(catalog, unread=unread), problems


def _rows(
    column: Column, name: str, table: Table, make: Callable[[dict[str, Any]], Row]
) -> tuple[list[Row], list[Problem]]:
    """The records of ``materials/<name>.yml``; a column may do without the file.

    A record with mistakes comes back too, its wrong fields empty, so that nothing that refers to
    it is reported missing as well.
    """
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
        elif key:
            rows.append(make({**values, "line": item.line}))
        if key:
            seen.setdefault(key, item.line)
    return rows, problems


def _kits(column: Column) -> tuple[list[Kit], list[Problem]]:
    """The recipes in ``materials/kits/``, one to a file, in the order readers see them.

    Kits of activities come first, in the activities' order; a kit of everything comes last.
    """
    order = {a.name: n for n, a in enumerate(column.activities)}
    kits: list[Kit] = []
    problems: list[Problem] = []
    for path in list_files(column.root, recipes.FOLDER, ".yml"):
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
    kits.sort(key=lambda k: (order.get(k.activity, len(order)), k.select is not None, k.path))
    return kits, problems


def _items(root: Path, path: str) -> tuple[list[Mapping], list[Problem]]:
    """The mappings a data file lists."""
    if not os.path.lexists(root / path):
        return [], []
    source, problems = read(root, path, MAX_DATA_BYTES)
    if source is None:
        return [], problems
    data, wrong = parse_yaml(path, source.text)
    problems += wrong
    if wrong or data is None:
        return [], problems
    if not isinstance(data, list) or not all(isinstance(item, Mapping) for item in data):
        message = "整个文件应为一个列表，每一项是以“- id:”开头的一组字段"
        return [], [*problems, Problem(path, 1, Code.YAML, message)]
    return data, problems


def _figure(values: dict[str, Any]) -> Figure:
    return Figure(**{**values, "points": tuple(Point(**p) for p in values["points"])})


def _path(values: dict[str, Any]) -> StudyPath:
    return StudyPath(**{**values, "steps": tuple(Step(**s) for s in values["steps"])})


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
