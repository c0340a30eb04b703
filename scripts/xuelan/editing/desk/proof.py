"""What a text that is not yet saved looks like on the site, and what is wrong with it.

The rules are those of ``xuelan check``, applied to the column as it would be with the new text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from xuelan.check import apply_rules
from xuelan.editing.desk.forms import take_apart
from xuelan.model.catalog import Catalog
from xuelan.model.material import FIELDS, Material
from xuelan.model.review import content_digest
from xuelan.reading.materials import Reading, interpret_in
from xuelan.rendering.links import LinkTable
from xuelan.rendering.renderer import Renderer
from xuelan.text.problem import Problem
from xuelan.text.source import UNREAD, ChangedError

_NAMED: Final = re.compile(r"“(\w+)”")
_FIELD_NAMES: Final = frozenset(f.name for f in FIELDS)
_LABELS: Final = {f.name: f.label for f in FIELDS}


@dataclass(frozen=True)
class EditedCatalog(Catalog):
    """A catalog in which some texts are those of drafts: ``bodies``, by path."""

    bodies: Mapping[str, str] = field(default_factory=dict)

    def body_of(self, material: Material) -> str:
        """The text of the draft, else that of the file."""
        body = self.bodies.get(material.path)
        return super().body_of(material) if body is None else body


class CheckedDraft(NamedTuple):
    """A text as checked: the problems in it, those it makes elsewhere, and the text as HTML.

    ``fingerprint`` is what a reviewer signs; empty if the fields cannot be read.
    """

    problems: list[Problem]
    elsewhere: list[Problem]
    html: str
    fingerprint: str


class ProofReader:
    """Checks and renders drafts against the catalog of a column and the problems it has."""

    def __init__(self, catalog: Catalog, problems: list[Problem]) -> None:
        self._catalog = catalog
        self._known = frozenset(problems)
        self._table = LinkTable(catalog)
        self._renderer = Renderer(self._table.docs_dir)

    def read(self, path: str, text: str) -> CheckedDraft:
        """Check and render the draft ``text`` of the material at ``path``."""
        reading = interpret_in(self._catalog.column, path, text.encode())
        edited = self._with(path, reading)
        try:
            ruled = apply_rules(edited)
        except ChangedError:  # another file is being saved: its next proof has all
            ruled = []
        every = sorted({*reading.problems, *ruled})
        own = [p for p in every if p.path == path]
        elsewhere = [p for p in every if p.path != path and p not in self._known]
        m = reading.material
        fingerprint = content_digest(m, reading.body) if m else ""
        return CheckedDraft(own, elsewhere, self._render(reading), fingerprint)

    def _with(self, path: str, reading: Reading) -> Catalog:
        """The catalog as it would be with the draft."""
        base = self._catalog
        material, text = reading.material, reading.scan
        others = [m for m in base.materials if m.path != path]
        unread = base.unread - {path}
        if any(p.code in UNREAD for p in reading.problems):
            unread |= {path}
        values = {name: getattr(base, name) for name in Catalog.__dataclass_fields__}
        edited = EditedCatalog(**values)
        if material is None or text is None:
            return replace(edited, materials=tuple(others), unread=unread)
        materials = sorted([*others, material], key=lambda m: (m.id, m.path))
        return replace(
            edited,
            materials=tuple(materials),
            unread=unread,
            scans={**base.scans, path: text},
            bodies={path: reading.body},
        )

    def _render(self, reading: Reading) -> str:
        m = reading.material
        if m is None:
            return ""
        dependencies = self._table.dependencies_of(reading.body)
        return self._renderer.render(m.id, m.path, reading.body, dependencies).html


def describe_problem(problem: Problem, text: str) -> dict[str, Any]:
    """A problem for the page: with its field, or with its line in the text below the fields."""
    form = take_apart(text)
    name, line = "", 0
    if form is not None and problem.line >= form.body_line:
        line = problem.line - form.body_line + 1
    elif form is not None:
        name = _field_of(problem, form.lines)
    return {
        "path": problem.path,
        "line": problem.line,
        "code": problem.code.slug,
        "severity": problem.code.severity.value,
        "message": problem.message,
        "hint": problem.hint,
        "field": name,
        "label": _LABELS.get(name, ""),
        "textLine": line,
        "edits": [[e.line, e.start, e.end, e.new] for e in problem.edits],
    }


def _field_of(problem: Problem, lines: Mapping[str, int]) -> str:
    """The field a problem is about: the one it names, else the last one that begins above it."""
    named = _NAMED.match(problem.message)
    if named and named[1] in _FIELD_NAMES:
        return named[1]
    above = [(line, name) for name, line in lines.items() if line <= problem.line]
    return max(above)[1] if above else ""
