"""Every rule a column must keep, checked in one run.

``check`` is the one door: the command line, the build and the tests all go through it. Only the
preview looks at one edited text by itself, with ``check_edit``, before it checks everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from xuelan.engine.cache import NO_CACHE, Cache
from xuelan.engine.inputs import Inputs
from xuelan.engine.workers import SERIAL, Workers
from xuelan.model.catalog import Catalog
from xuelan.model.material import Material
from xuelan.reading import attachments, settings
from xuelan.reading.loader import load
from xuelan.rules import collection, data, duplicates, front, menu, pages, text, waivers
from xuelan.rules import kits as kit_rules
from xuelan.text.problem import Code, Problem

RULES: Final = (
    collection.check_settings,
    collection.check_ids,
    collection.check_former_ids,
    collection.check_references,
    collection.check_rights,
    collection.check_life,
    front.check_dates,
    front.check_successor,
    collection.check_files,
    pages.check_pages,
    menu.check_menu,
    text.text_rules,
    data.check_references,
    data.check_questions,
    data.check_works,
    kit_rules.check_recipes,
)


ALL_RULES: Final = (*RULES, duplicates.find_near_duplicates)
"""The rules of ``xuelan check``, with one that takes too long for every build."""

Rule = Callable[[Catalog], Iterable[Problem]]


class ColumnReading(NamedTuple):
    """What reading a column gave: its catalog, and the problems found in reading, in no order.

    The catalog is ``None`` only if the column's settings cannot be used at all.
    """

    catalog: Catalog | None
    problems: list[Problem]


def check(
    root: Path,
    cache: Cache = NO_CACHE,
    workers: Workers = SERIAL,
    inputs: Inputs | None = None,
    *,
    rules: Sequence[Rule] = RULES,
) -> tuple[Catalog | None, list[Problem]]:
    """Read the column in ``root`` and find everything wrong with it by ``rules``, sorted.

    The catalog is ``None`` only if the column's settings cannot be used at all. ``cache``,
    ``workers`` and ``inputs`` make it faster and change nothing else.
    """
    reading = read_column(root, cache, workers, inputs)
    return reading.catalog, find_problems(reading, cache, rules)


def settle(catalog: Catalog | None, problems: Iterable[Problem]) -> list[Problem]:
    """All ``problems`` of a column, sorted: without those waived, equal notes of files joined."""
    left = waivers.settle(catalog, problems) if catalog is not None else set(problems)
    return sorted(_join_line_ends(left))


def _join_line_ends(problems: Iterable[Problem]) -> list[Problem]:
    """``problems`` with one note on Windows line ends instead of one for each file.

    Git on Windows may have given them to every file of the column.
    """
    others = [p for p in problems if p.code is not Code.CRLF]
    files = sorted(p for p in problems if p.code is Code.CRLF)
    if len(files) > 1:
        message = f"{files[0].message}，另外 {len(files) - 1} 个文件也是"
        files = [replace(files[0], message=message)]
    return others + files


def find_problems(
    reading: ColumnReading, cache: Cache = NO_CACHE, rules: Sequence[Rule] = RULES
) -> list[Problem]:
    """Everything wrong, by ``rules``, with a column that has been read, sorted."""
    catalog, problems = reading
    if catalog is not None:
        problems = [
            *problems,
            *apply_rules(catalog, rules),
            *attachments.check_texts(catalog, cache),
        ]
    return settle(catalog, problems)


def read_column(
    root: Path, cache: Cache = NO_CACHE, workers: Workers = SERIAL, inputs: Inputs | None = None
) -> ColumnReading:
    """Read the settings and all files of the column in ``root``."""
    column, problems = settings.load(root)
    if column is None:
        return ColumnReading(None, problems)
    catalog, found = load(column, cache, workers, inputs)
    return ColumnReading(catalog, [*problems, *found])


def apply_rules(catalog: Catalog, rules: Sequence[Rule] = RULES) -> list[Problem]:
    """Apply ``rules`` to a column; what attachments hold is checked elsewhere."""
    return [problem for rule in rules for problem in rule(catalog)]


def check_edit(catalog: Catalog, m: Material, lost: frozenset[str]) -> list[Problem]:
    """What a new text of ``m`` breaks, there or elsewhere, in a column that was in order.

    ``catalog`` holds the new text; ``lost`` are the anchors that the text before it had.
    """
    others = text.materials_linking_to(catalog, m) if lost else []
    found = [*text.text_rules(catalog, [m, *others])]
    found += collection.check_life(replace(catalog, materials=(m,)))
    if any(m.id in kit.guides for kit in catalog.kits):  # agendas and lists to tick stand in guides
        found += kit_rules.check_recipes(catalog)
    return found
