"""A material is taken off the site; a page that says when and why stays at its address."""

from __future__ import annotations

from typing import Final

from xuelan.editing.changeset import ChangeError, ChangeSet
from xuelan.editing.front_matter import set_field
from xuelan.editing.mentions import Mention, find_references
from xuelan.editing.rename import find_material
from xuelan.model.catalog import Catalog
from xuelan.model.material import DRAFT, WITHDRAWN

WHAT_TO_DO: Final = {
    "": "链接：删掉链接，或改成仍在发布的材料",
    "related": "相关材料：删掉这个编号",
    "replaced_by": "由何替代：改成现行的材料",
    "readings": "套装的阅读材料：删掉，或换一篇",
    "guides": "套装的指南：删掉，或换一篇",
    "material": "出处或学习路径的一步：删掉这一条，或换一篇",
    "essential": "首页“先读”：删掉，或换一篇",
    "notice": "依据文件：换成现行的文件",
    "guide": "活动的指南：删掉，或换一篇",
}
"""What an editor does with each way to name a withdrawn material."""


def withdraw(catalog: Catalog, name: str, reason: str, day: str) -> list[Mention]:
    """Withdraw the material ``name`` on ``day`` (ISO); what still names it comes back.

    Raises :class:`ChangeError`.
    """
    m = find_material(catalog, name)
    reason = " ".join(reason.split())
    if not reason:
        raise ChangeError("没有写撤下的原因，请用 --reason 写一句话，读者看得到。")
    if m.status == DRAFT:
        raise ChangeError(f"“{name}”是草稿，还没有发布，不用撤下；不要了就删掉 {m.path}。")
    if m.status == WITHDRAWN:
        raise ChangeError(f"“{name}”已经撤下，没有改动。")
    change = ChangeSet(catalog.column.root)

    def edit(text: str) -> str:
        text = set_field(text, "status", WITHDRAWN)
        text = set_field(text, "withdrawn", day)
        return set_field(text, "withdrawn_reason", reason)

    change.edit(m.path, edit)
    change.write()
    return find_references(catalog, m)
