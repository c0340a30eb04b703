"""A material gets another id: its file is moved, whatever names it follows, its old address stays.

All files are changed together or none is.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from functools import partial

from xuelan.editing.changeset import ChangeError, ChangeSet
from xuelan.editing.front_matter import append_to_field, set_field
from xuelan.editing.mentions import files_that_may_refer, replace_references
from xuelan.model.catalog import Catalog
from xuelan.model.forms import explain_bad_id
from xuelan.model.material import DRAFT, Material
from xuelan.text.problem import did_you_mean


@dataclass(frozen=True, slots=True)
class Renaming:
    """The changes that a new id needs; ``resign`` are ids of texts whose sign-offs end by them."""

    change: ChangeSet
    path: str
    others: tuple[str, ...]
    resign: tuple[str, ...]


def plan_renaming(catalog: Catalog, old: str, new: str) -> Renaming:
    """What has to change when the material ``old`` is called ``new``; nothing is written yet.

    Raises :class:`ChangeError`.
    """
    m = find_material(catalog, old)
    _check_new_id(catalog, m, new)
    change = ChangeSet(catalog.column.root)
    path = f"{posixpath.dirname(m.path)}/{new}.md"
    others = []
    for other in dict.fromkeys(files_that_may_refer(catalog)):
        if change.read(other) is None:
            continue
        edited = change.edit(other, partial(_with_new_name, catalog, other, m, new))
        if edited and other != m.path:
            others.append(other)
    change.edit(m.path, lambda text: _with_new_id(text, m, new))
    change.move(m.path, path)
    signed = (catalog.by_path[p] for p in others if p in catalog.by_path)
    resign = tuple(s.id for s in signed if s.reviews and _is_text_changed(change, s))
    return Renaming(change, path, tuple(others), resign)


def find_material(catalog: Catalog, name: str) -> Material:
    """The material with this id. Raises :class:`ChangeError` if there is none."""
    if name not in catalog.by_id:
        hint = did_you_mean(name, catalog.by_id)
        raise ChangeError(f"没有编号为“{name}”的材料。{hint}")
    return catalog.by_id[name]


def _check_new_id(catalog: Catalog, m: Material, new: str) -> None:
    if fault := explain_bad_id(new):
        raise ChangeError(fault)
    if new == m.id:
        raise ChangeError(f"编号已经是“{new}”，没有改动。")
    if new in catalog.by_id:
        raise ChangeError(f"编号“{new}”已被 {catalog.by_id[new].path} 使用，请另取一个。")
    owner = catalog.moved.get(new)
    if owner is not None and owner != m.id:
        path = catalog.by_id[owner].path
        raise ChangeError(f"“{new}”是 {path} 以前的编号，旧网址还要转过去，请另取一个。")


def _with_new_name(catalog: Catalog, path: str, m: Material, new: str, text: str) -> str:
    return replace_references(catalog, path, text, m, new)


def _with_new_id(text: str, m: Material, new: str) -> str:
    """The file of ``m`` with its new id, and the old one among its former ids."""
    text = set_field(text, "id", new)
    if m.status == DRAFT or m.id in m.former_ids:
        return text  # nobody can have the address of a draft
    return append_to_field(text, "former_ids", m.id)


def _is_text_changed(change: ChangeSet, m: Material) -> bool:
    """True if more than the front matter of ``m`` becomes another."""
    sides = (change.old[m.path] or b"", change.new[m.path] or b"")
    bodies = [side.replace(b"\r\n", b"\n").split(b"\n---", 1)[-1] for side in sides]
    return bodies[0] != bodies[1]
