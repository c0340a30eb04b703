"""Every rule a column must keep, checked in one run.

``check`` is the one door: the command line, the build and the tests all go through it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from xuelan import column as settings
from xuelan.catalog import Catalog
from xuelan.kits import rules as kit_rules
from xuelan.loader import load
from xuelan.problem import Problem
from xuelan.rules import collection, data, text

RULES: Final = (
    collection.column_rules,
    collection.id_rules,
    collection.reference_rules,
    collection.rights_rules,
    collection.life_rules,
    text.text_rules,
    data.reference_rules,
    data.question_rules,
    data.work_rules,
    kit_rules.recipe_rules,
)


def check(root: Path) -> tuple[Catalog | None, list[Problem]]:
    """Load the column in ``root`` and find everything wrong with it, sorted.

    The catalog is ``None`` only when the column's settings cannot be used at all.
    """
    column, problems = settings.load(root)
    if column is None:
        return None, sorted(problems)
    catalog, found = load(column)
    problems += found
    for rule in RULES:
        problems += rule(catalog)
    return catalog, sorted(set(problems))
