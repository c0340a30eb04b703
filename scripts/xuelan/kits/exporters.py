"""The exporters, in the order in which their files stand in a kit.

Each is a function ``files(plan) -> Iterator[KitFile]``; adding a format means adding its function
here. They are made at the same time and kept by themselves, so what takes long is a function of its
own. The copy of the site is none of them: it is made once for all kits, see
:mod:`xuelan.kits.packing.offline_site`. File names begin with a two-digit number so that a file
manager shows them in this order:

=====  ==================================================
01     读本（PDF、大字版、EPUB）
02     活动指南
03     公文转录件
10–19  会议表格（DOCX，同名 PDF）
20     学习台账（XLSX）
30     自测题与答案
40     日历（ICS）
50     SCORM 课件
70     ZIM
80     附件（材料自带的文件）
=====  ==================================================
"""

from __future__ import annotations

from typing import Final

from xuelan.kits.formats import calendar, enclosures, epub, ledger, meeting_forms, scorm, zim
from xuelan.kits.plan import Exporter
from xuelan.kits.print import book, quiz_paper, transcript

EXPORTERS: Final[tuple[Exporter, ...]] = (
    book.reader,
    book.large_print,
    book.guides,
    epub.files,
    transcript.files,
    meeting_forms.files,
    ledger.files,
    quiz_paper.files,
    calendar.files,
    scorm.files,
    zim.files,
    enclosures.files,
)
