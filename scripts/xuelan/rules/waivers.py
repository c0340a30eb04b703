"""Waivers: problems that an editor lets pass in one material, each kind with a reason.

``waive:`` in the front matter names them. What must never pass is
:data:`~xuelan.text.problem.NEVER_WAIVED`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from xuelan.model.catalog import Catalog
from xuelan.model.material import Material
from xuelan.text.problem import NEVER_WAIVED, Code, Problem


def waived_codes(material: Material) -> frozenset[str]:
    """The names of the kinds of problem that ``material`` lets pass."""
    return frozenset(w.code for w in material.waive if w.code and w.reason)


def drop_waived(catalog: Catalog, problems: Iterable[Problem]) -> list[Problem]:
    """The ``problems`` that no material of ``catalog`` lets pass."""
    waived = {m.path: waived_codes(m) for m in catalog.materials if m.waive}
    return [p for p in problems if not _is_waived(p, waived.get(p.path, frozenset()))]


def settle(catalog: Catalog, problems: Iterable[Problem]) -> list[Problem]:
    """What is left of all ``problems`` of a column, and a word on each waiver.

    A waiver that let something pass is noted with its reason and the number of places; for one
    that did not, there is a warning.
    """
    every = set(problems)
    left = drop_waived(catalog, every)
    if not any(m.waive for m in catalog.materials):
        return left
    counts = Counter((p.path, p.code.slug) for p in every.difference(left))
    return left + [p for m in catalog.materials for p in _report(m, counts)]


def _is_waived(problem: Problem, codes: frozenset[str]) -> bool:
    return problem.code.slug in codes and problem.code not in NEVER_WAIVED


def _report(m: Material, counts: Counter[tuple[str, str]]) -> Iterable[Problem]:
    line = m.line_of("waive")
    for waiver in m.waive:
        count = counts[m.path, waiver.code]
        if not waiver.code or not waiver.reason:
            continue  # the field itself is reported
        if count:
            since = f"（{waiver.date}）" if waiver.date else ""
            message = f"放行了 {count} 处 {waiver.code}，理由：{waiver.reason}{since}"
            yield Problem(m.path, line, Code.WAIVED, message)
        elif waiver.code != Code.NEAR_DUPLICATE.slug:  # a build does not look for these
            hint = "已经改好的，删掉这一条；代号见检查结果里的方括号"
            message = f"放行的“{waiver.code}”，这份材料里没有"
            yield Problem(m.path, line, Code.UNUSED_WAIVER, message, hint)
