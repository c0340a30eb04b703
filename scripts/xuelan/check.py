"""Every rule a column must keep, checked in one run.

``check`` is the one door: the command line, the build and the tests all go through it. Only the
preview looks at one edited text by itself, with ``check_edit``, before it checks everything.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from xuelan.engine.cache import NO_CACHE, Cache
from xuelan.engine.inputs import Inputs
from xuelan.engine.workers import SERIAL, Workers
from xuelan.model.catalog import Catalog
from xuelan.model.material import Material
from xuelan.reading import attachments, settings
from xuelan.reading.loader import load
from xuelan.rules import collection, data, text
from xuelan.rules import kits as kit_rules
from xuelan.text.problem import Problem

RULES: Final = (
    collection.column_rules,
    collection.id_rules,
    collection.reference_rules,
    collection.rights_rules,
    collection.life_rules,
    collection.file_rules,
    collection.page_rules,
    text.text_rules,
    data.reference_rules,
    data.question_rules,
    data.work_rules,
    kit_rules.recipe_rules,
)


def check(
    root: Path, cache: Cache = NO_CACHE, workers: Workers = SERIAL, inputs: Inputs | None = None
) -> tuple[Catalog | None, list[Problem]]:
    """Load the column in ``root`` and find everything wrong with it, sorted.

    The catalog is ``None`` only when the column's settings cannot be used at all. ``cache``,
    ``workers`` and ``inputs`` make it faster and change nothing else.
    """
    with checking(root, cache, workers, inputs) as (catalog, _, told):
        return catalog, told()


@contextmanager
def checking(
    root: Path, cache: Cache, workers: Workers, inputs: Inputs | None
) -> Iterator[tuple[Catalog | None, list[Problem], Callable[[], list[Problem]]]]:
    """What :func:`check` gives, while the rules are still applied in a process of their own.

    First come the problems found in reading; what comes last tells all of them, sorted.
    """
    column, problems = settings.load(root)
    if column is None:
        yield None, problems, lambda: sorted(problems)
        return
    catalog, found = load(column, cache, workers, inputs)
    problems += found
    with workers.submit(functools.partial(_apply_rules, catalog), "检查") as ruled:
        problems += attachments.check_texts(catalog, cache)
        yield catalog, problems, functools.cache(lambda: sorted({*problems, *ruled()}))


def _apply_rules(catalog: Catalog) -> list[Problem]:
    return [problem for rule in RULES for problem in rule(catalog)]


def check_edit(catalog: Catalog, m: Material, lost: frozenset[str]) -> list[Problem]:
    """What a new text of ``m`` breaks, there or elsewhere, in a column that was in order.

    ``catalog`` holds the new text; ``lost`` are the anchors that the text before it had.
    """
    others = text.linking(catalog, m) if lost else []
    found = [*text.text_rules(catalog, [m, *others])]
    found += collection.life_rules(replace(catalog, materials=(m,)))
    if any(m.id in kit.guides for kit in catalog.kits):  # agendas and lists to tick stand in guides
        found += kit_rules.recipe_rules(catalog)
    return found
