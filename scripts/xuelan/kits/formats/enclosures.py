"""The attachments of a kit's texts, unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from xuelan.kits.plan import KitFile, KitPlan
from xuelan.text.file_names import file_name

GROUP: Final = "附件"


def files(plan: KitPlan) -> Iterator[KitFile]:
    """Every attachment of every text, numbered in the order of the kit."""
    enclosed = [(m, a) for m in plan.materials for a in m.attachments]
    for number, (m, attachment) in enumerate(enclosed, 1):
        ending = PurePosixPath(attachment.path).suffix.lower()
        name = file_name(f"{number:02}-{attachment.title}", ending)
        data = plan.assets.read(attachment.path)
        yield KitFile(f"80-附件/{name}", f"{attachment.title}（《{m.title}》附件）", GROUP, data)
