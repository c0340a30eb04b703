"""The collection written out: the steps from a checked catalog to a finished tree of files.

``xuelan build``, the preview, ``mkdocs build`` and ``xuelan kits`` all run these steps. They start
from three results that each of them makes in its own way: ``catalog``, ``frame`` (what the
host gives) and ``stage`` (the tree to write into).
"""

from __future__ import annotations

from typing import Final

from xuelan.engine.context import BuildContext
from xuelan.engine.staging import SiteTree
from xuelan.engine.steps import BuildStep, StepRun
from xuelan.model.catalog import Catalog
from xuelan.pages import edition, write
from xuelan.pages.frames import HostOutput

RECALL: Final = BuildStep("recall", "查看上次结果", edition.recall)
RENDER: Final = BuildStep(
    "render", "渲染正文", edition.start_rendering, after=("catalog", "recall"), beside=True
)
RENDERING: Final = (
    RECALL,
    RENDER,
    BuildStep("sort", "排次序", edition.sort_shelves, after=("catalog", "recall")),
    BuildStep("collect", "汇总", edition.collect, after=("catalog", "render", "sort")),
)
"""Nothing but the cache is written in these steps."""

MAKE_KITS: Final = BuildStep("make kits", "套装", write.make_kits, after=("edition",))

WRITING: Final = (
    BuildStep(
        "edition", "套用版式", edition.make_edition, after=("collect", "frame", "stage", "recall")
    ),
    BuildStep("write pages", "生成页面", write.start_pages, after=("edition",), beside=True),
    BuildStep("write overviews", "生成总览页", write.write_overviews, after=("edition",)),
    BuildStep("write feeds", "生成订阅", write.write_feeds, after=("edition",)),
    BuildStep("write own kit", "生成本支部套装", write.write_own_kit, after=("edition",)),
    BuildStep("copy files", "复制附件", write.copy_files, after=("edition",)),
    BuildStep("start index", "准备检索", write.start_index, after=("edition",)),
    BuildStep(
        "index", "编检索", write.write_index, after=("edition", "start index", "write pages")
    ),
    MAKE_KITS,
    BuildStep(
        "offer downloads", "生成下载页", write.offer_downloads, after=("edition", "make kits")
    ),
    BuildStep(
        "summarise",
        "汇总结果",
        write.summarise,
        after=("edition", "frame", "write pages", "write overviews", "offer downloads"),
    ),
)
"""These steps write into the tree. Kits come after all pages, for they carry a copy of them."""


def write_site(
    context: BuildContext, catalog: Catalog, host: HostOutput, tree: SiteTree, *, kits: bool = True
) -> write.Written:
    """Render ``catalog`` and write its whole site into ``tree``; without ``kits``, none is made.

    Raises :class:`~xuelan.model.kit.KitError` if a kit cannot be made.
    """
    run = StepRun(context)
    for name, result in (("catalog", catalog), ("frame", host), ("stage", tree)):
        run.give(name, result)
    if not kits:
        run.give(MAKE_KITS.name, {})
    run.run(step for step in (*RENDERING, *WRITING) if kits or step is not MAKE_KITS)
    written: write.Written = run.result("summarise")
    return written
