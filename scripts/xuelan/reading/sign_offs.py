"""Keeps materials that lack a sign-off away from readers, in a column that requires them."""

from __future__ import annotations

from dataclasses import replace

from xuelan.model.catalog import Catalog
from xuelan.model.column import REQUIRED
from xuelan.model.material import DRAFT, Material
from xuelan.model.review import content_digest, next_stage
from xuelan.text.digests import key_of
from xuelan.text.problem import Code, Problem


def hold_back(catalog: Catalog) -> tuple[Catalog, list[Problem]]:
    """The catalog in which published materials that wait for a sign-off are drafts; what waits.

    Readers cannot see a draft, a preview with drafts can. Nothing changes in a column that does
    not require sign-offs.
    """
    if catalog.column.reviews != REQUIRED:
        return catalog, []
    materials, problems = [], []
    for m in catalog.materials:
        stage = next_stage(m, content_digest(m, catalog.body_of(m))) if m.is_public else ""
        materials.append(_as_draft(m) if stage else m)
        if stage:
            message = f"还没有{stage}签字，暂不上网"
            hint = f"审完后签字：xuelan review {m.id} --sign {stage} --by 姓名"
            problems.append(Problem(m.path, m.line_of("status"), Code.UNSIGNED, message, hint))
    return replace(catalog, materials=tuple(materials)), problems


def _as_draft(m: Material) -> Material:
    return replace(m, status=DRAFT, face=key_of(m.face, DRAFT))
