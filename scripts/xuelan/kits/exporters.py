"""The table of a kit's formats: one line each, in the order of their files in the kit.

A new format is a function ``(plan) -> Iterator[KitFile]`` and its line in :data:`FORMATS`. The
words that a recipe may write under ``formats`` are listed in :data:`xuelan.model.kit.FORMATS`, for
the rules; a test compares the two. Each line is a task of its own for the workers and an entry of
its own in the cache, so whatever takes long gets a line of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from xuelan.kits.formats import calendar, enclosures, epub, ledger, meeting_forms, scorm, zim
from xuelan.kits.packing.site_copy import FOLDER, SiteCopy
from xuelan.kits.plan import KitFile, KitPlan
from xuelan.kits.print import book, quiz_paper, transcript
from xuelan.model.kit import EPUB, LARGE_PRINT, OFFLINE, PDF, SCORM, TRANSCRIPT, ZIM, Kit

Exporter = Callable[[KitPlan], Iterator[KitFile]]
"""A function that makes the files of one format, in order, from the plan of a kit."""
SiteExporter = Callable[[KitPlan, SiteCopy], Iterator[KitFile]]
"""The same for a format that contains pages of the site."""


@dataclass(frozen=True, slots=True)
class KitFormat:
    """One line of the table.

    The names of its files start with one of ``prefixes``: two digits, so that a file manager shows
    them in this order. Any of ``settings`` in a recipe turns it on: a word under ``formats``, or a
    field that is not empty. Without settings it belongs to every kit. ``groups`` are the headings
    of its files in the table of contents and in the manifest.

    ``export`` makes the files; a format that contains pages of the site has ``export_site``
    instead. A format with neither is the copy of the site itself, which is compressed once for all
    kits. The kit of a branch does not contain a format that is not ``for_branches``: such files are
    large and the same for all branches.
    """

    name: str
    prefixes: tuple[str, ...]
    settings: tuple[str, ...]
    groups: tuple[str, ...]
    export: Exporter | None = None
    export_site: SiteExporter | None = None
    for_branches: bool = True

    def is_wanted(self, kit: Kit) -> bool:
        """True if the recipe turns this format on."""
        asked = (s in kit.formats or bool(getattr(kit, s, ())) for s in self.settings)
        return not self.settings or any(asked)

    @property
    def holds_pages(self) -> bool:
        """True if its files contain pages of the site."""
        return self.export is None

    @property
    def is_copy(self) -> bool:
        """True if it is the copy of the site itself."""
        return self.export is None and self.export_site is None

    @property
    def module(self) -> str:
        """The name of the module with its exporter; empty for the copy of the site."""
        function = self.export or self.export_site
        return function.__module__ if function else ""

    def files(self, plan: KitPlan, site: SiteCopy) -> Iterator[KitFile]:
        """Run its exporter on a plan; ``site`` is used only by formats that contain pages."""
        if self.export is not None:
            yield from self.export(plan)
        if self.export_site is not None:
            yield from self.export_site(plan, site)


_BOOK: Final = ("阅读材料",)
_FORMS: Final = tuple(f"{n}-" for n in range(10, 20))

FORMATS: Final = (
    KitFormat("读本", ("01-",), (PDF,), _BOOK, book.reader),
    KitFormat("大字版读本", ("01-",), (LARGE_PRINT,), _BOOK, book.large_print_reader),
    KitFormat("活动指南", ("02-",), (PDF,), _BOOK, book.guides),
    KitFormat("大字版活动指南", ("02-",), (LARGE_PRINT,), _BOOK, book.large_print_guides),
    KitFormat("电子书", ("01-",), (EPUB,), _BOOK, epub.files),
    KitFormat("公文转录件", ("03-",), (TRANSCRIPT,), transcript.GROUPS, transcript.files),
    KitFormat("会议表格", _FORMS, ("forms",), ("会议表格",), meeting_forms.files),
    KitFormat("学习台账", ("20-",), ("ledger",), ("台账",), ledger.files),
    KitFormat("自测题", ("30-", "31-"), ("quiz", "quiz_all"), ("自测",), quiz_paper.files),
    KitFormat("日历", ("40-",), ("calendar",), ("日程",), calendar.files),
    KitFormat("SCORM课件", ("50-",), (SCORM,), ("培训平台",), scorm.files, for_branches=False),
    KitFormat("ZIM", ("70-",), (ZIM,), ("离线阅读器",), export_site=zim.files, for_branches=False),
    KitFormat("附件", ("80-",), (), ("附件",), enclosures.files),
    KitFormat("离线网页", (f"{FOLDER}/",), (OFFLINE,), (), for_branches=False),
)
"""Every format, in order."""


def needs_site(kits: Iterable[Kit]) -> bool:
    """True if one of ``kits`` turns on a format that contains pages of the site."""
    return any(f.holds_pages and f.is_wanted(kit) for f in FORMATS for kit in kits)
