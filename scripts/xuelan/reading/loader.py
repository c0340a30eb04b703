"""Loads a column's files into a :class:`~xuelan.model.catalog.Catalog`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, TypeVar

import msgspec

from xuelan.engine.cache import NO_CACHE, Cache
from xuelan.engine.inputs import Inputs, prefetch
from xuelan.engine.workers import SERIAL, Workers
from xuelan.model import facts, study, wording, works
from xuelan.model import kit as recipes
from xuelan.model.catalog import Catalog
from xuelan.model.column import MATERIALS_FOLDER, Column
from xuelan.model.facts import Fact
from xuelan.model.fields import Table, validate
from xuelan.model.kit import Kit
from xuelan.model.study import JUDGEMENT, Figure, PathStep, Point, Question, StudyPath
from xuelan.model.wording import Wording
from xuelan.model.works import Work
from xuelan.reading.docs import read_docs
from xuelan.reading.materials import Reading, read_materials
from xuelan.reading.sign_offs import hold_back
from xuelan.rules import privacy
from xuelan.rules.data import find_template_words
from xuelan.rules.wording import PATH as WORDING
from xuelan.rules.wording import check_wording
from xuelan.text import signs
from xuelan.text.digests import key_of, program
from xuelan.text.problem import Code, Problem
from xuelan.text.source import UNREAD, list_files, read
from xuelan.text.yaml_reader import YamlMapping
from xuelan.text.yaml_salvage import read_yaml

MAX_DATA_BYTES: Final = 20 * 1000 * 1000
"""Largest data file read: works or facts of some hundred thousand materials."""

Row = TypeVar("Row", Work, Fact, Figure, Question, StudyPath)


def load(
    column: Column, cache: Cache = NO_CACHE, workers: Workers = SERIAL, inputs: Inputs | None = None
) -> tuple[Catalog, list[Problem]]:
    """Read every file of the column's ``materials/`` folder into a catalog.

    ``cache`` answers for files that have not changed; ``workers`` read the others.
    """
    if inputs is None or inputs.has_stamps:
        return _load(column, cache, workers, inputs)
    with workers.submit(partial(prefetch, column.root / MATERIALS_FOLDER), "预读材料"):
        return _load(column, cache, workers, inputs)


def _load(
    column: Column, cache: Cache, workers: Workers, inputs: Inputs | None
) -> tuple[Catalog, list[Problem]]:
    entries, odd = _read_wording(column)
    column = replace(column, wording=entries)
    digests = inputs.digest_folder(MATERIALS_FOLDER, defer=".md") if inputs else {}
    learn = inputs.record_digest if inputs else lambda *_: None
    readings = read_materials(column, cache, workers, digests, learn)
    # The workers read materials from here on; this process reads the data files meanwhile.
    problems: list[Problem] = odd
    docs, found = read_docs(column)
    data = _DataReader(column, cache, inputs, digests, problems)
    catalog = Catalog(
        column=column,
        materials=(),
        works={w.id: w for w in data.read("works", Work, works.FIELDS, lambda v: Work(**v))},
        facts={f.id: f for f in data.read("facts", Fact, facts.FIELDS, lambda v: Fact(**v))},
        figures=tuple(data.read("figures", Figure, study.FIGURE_FIELDS, _make_figure)),
        questions=tuple(data.read("quiz", Question, study.QUESTION_FIELDS, _make_question)),
        paths=tuple(data.read("paths", StudyPath, study.PATH_FIELDS, _make_path)),
        kits=tuple(_read_kits(column, problems)),
        docs=docs,
    )
    catalog, problems = _add_materials(catalog, readings, problems)
    return catalog, [*problems, *found]


def _add_materials(
    catalog: Catalog, readings: Iterable[Reading], problems: list[Problem]
) -> tuple[Catalog, list[Problem]]:
    """The catalog with its materials, and all problems."""
    texts = list(readings)
    problems = [*problems, *(p for r in texts for p in r.problems)]
    unread = frozenset(p.path for p in problems if p.code in UNREAD)
    whole = (r.material for r in texts if r.material and r.path not in unread)
    materials = sorted(whole, key=lambda m: (m.id, m.path))
    scans = {r.path: r.scan for r in texts if r.scan and r.path not in unread}
    catalog = replace(catalog, materials=tuple(materials), scans=scans, unread=unread)
    catalog, held = hold_back(catalog)
    return catalog, [*problems, *held]


@dataclass(frozen=True, slots=True)
class _DataReader:
    """Reads data files through the cache; adds what is wrong with them to ``problems``."""

    column: Column
    cache: Cache
    inputs: Inputs | None
    digests: Mapping[str, bytes]
    problems: list[Problem]

    def read(
        self, name: str, kind: type[Row], table: Table, make: Callable[[dict[str, Any]], Row]
    ) -> list[Row]:
        """The records of ``materials/<name>.yml``: the cached ones or those of the file.

        Records are cached only if nothing is wrong with them, and if the file still has the
        digest that stands in the key.
        """
        path = f"{MATERIALS_FOLDER}/{name}.yml"
        known = self.digests.get(path)
        key = key_of(program(), dict(self.column.vocabularies), self.column.wording, path, known)
        cached = self.cache.get(key, list[kind]) if known else None  # type: ignore[valid-type]
        if cached is not None:
            return cached
        rows, found = _read_rows(self.column, path, table, make)
        self.problems.extend(found)
        if known and not found and self.inputs and self.inputs.digest(path) == known:
            self.cache.put_bytes(key, msgspec.msgpack.encode(rows))
        return rows


def _read_rows(
    column: Column, path: str, table: Table, make: Callable[[dict[str, Any]], Row]
) -> tuple[list[Row], list[Problem]]:
    """The records of a data file, made by ``make`` of the values that ``table`` describes.

    A record with mistakes comes back too, its wrong fields empty, so that what refers to it is not
    reported as well.
    """
    items, problems = _read_items(column, path)
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


def _read_kits(column: Column, problems: list[Problem]) -> list[Kit]:
    """The recipes in ``materials/kits/``, one to a file, in the order readers see them.

    Kits of activities come first, in the activities' order; a kit of everything comes last. Adds
    what is wrong to ``problems``.
    """
    order = {a.name: n for n, a in enumerate(column.activities)}
    kits: list[Kit] = []
    for path in list_files(column.root, recipes.FOLDER, ".yml"):
        source, found = read(column.root, path)
        problems += found
        if source is None:
            continue
        data, broken = read_yaml(path, source.text)
        problems += [*broken, *privacy.check_text(path, source.text)]
        problems += signs.check_values(path, source.text, data)
        problems += check_wording(path, source.text, column.wording)
        if any(p.code in UNREAD for p in broken):
            continue  # what it lacks may stand in the part that could not be read
        if isinstance(data, YamlMapping):
            values, found = validate(data, recipes.FIELDS, path, column.vocabularies)
            problems += found
            kits.append(recipes.parse(values, path, data.lines))
        elif not broken:
            message = "整个文件应为一组字段，写成“字段: 值”的样子"
            problems.append(Problem(path, 1, Code.WRONG_TYPE, message))
    kits.sort(key=lambda k: (order.get(k.activity, len(order)), k.select is not None, k.path))
    return kits


def _read_wording(column: Column) -> tuple[tuple[Wording, ...], list[Problem]]:
    """The wording list of the column; an entry with mistakes is reported and left out."""
    items, problems = _read_items(column, WORDING)
    entries = []
    for item in items:
        values, wrong = validate(item, wording.FIELDS, WORDING, column.vocabularies)
        problems += wrong
        if values["wrong"] and values["right"]:
            entries.append(Wording(**values, line=item.line))
    return tuple(entries), problems


def _read_items(column: Column, path: str) -> tuple[list[YamlMapping], list[Problem]]:
    """The mappings that a data file lists; none if there is no such file."""
    root = column.root
    if not os.path.lexists(root / path):
        return [], []
    source, problems = read(root, path, MAX_DATA_BYTES)
    if source is None:
        return [], problems
    data, wrong = read_yaml(path, source.text)
    problems += [*wrong, *privacy.check_text(path, source.text)]
    problems += signs.check_values(path, source.text, data)
    problems += find_template_words(path, source.text)
    problems += check_wording(path, source.text, column.wording)
    if data is None:
        return [], problems
    if isinstance(data, list):
        return [item for item in data if isinstance(item, YamlMapping)], problems + [
            Problem(path, _find_line(source.text, item), Code.YAML, *_NO_RECORD)
            for item in data
            if not isinstance(item, YamlMapping)
        ]
    return [], [*problems, Problem(path, 1, Code.YAML, *_NO_LIST)] if not wrong else problems


_NO_LIST: Final = (
    "整个文件应为一个列表，每一项是以“- id:”开头的一组字段",
    "每一项的第一行写成“- id: 编号”，半角减号后面空一格，其余各行缩进两格",
)
_NO_RECORD: Final = ("这一项不是一组字段", "写成“- id: 编号”，下面各行缩进两格，写“字段: 值”")


def _find_line(text: str, item: Any) -> int:
    """The line of a list's entry that is one word; 1 if it stands there otherwise."""
    lines = text.split("\n")
    return next((n for n, s in enumerate(lines, 1) if s.lstrip("- ").strip() == str(item)), 1)


def _make_figure(values: dict[str, Any]) -> Figure:
    return Figure(**{**values, "points": tuple(Point(**p) for p in values["points"])})


def _make_path(values: dict[str, Any]) -> StudyPath:
    return StudyPath(**{**values, "steps": tuple(PathStep(**s) for s in values["steps"])})


def _make_question(values: dict[str, Any]) -> Question:
    """A question; its answer becomes option numbers from 1, ``()`` if there are no such options."""
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
