"""Works: what can be cited, and the references printed for them after GB/T 7714—2025.

The patterns are those on which two independent public implementations and the standard's own
examples agree. The standard has no pattern for 公文 and 影视; they follow the carrier in which they
were read. Punctuation is that of 2025: full-width ``，：；（）``, half-width ``.``, ``[ ]``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from xuelan.model.fields import Field, Form, Table

NEWSPAPER, WEB, BOOK, JOURNAL, OFFICIAL, FILM, OTHER = (
    "报纸", "网页", "图书", "期刊", "公文", "影视", "其他",
)  # fmt: skip

FIELDS: Final[Table] = (
    Field("id", "编号", "在正文中以 [@编号] 引用。", Form.KEY, required=True, example="W-001"),
    Field(
        "type",
        "类型",
        "决定参考文献怎样著录。",
        Form.CHOICE,
        required=True,
        choices=(NEWSPAPER, WEB, BOOK, JOURNAL, OFFICIAL, FILM, OTHER),
        example=NEWSPAPER,
    ),
    Field(
        "title", "题名", "原题；没有见到原题的，写朴素的说明。", required=True, example="山村来信"
    ),
    Field("title_seen", "题名已核", "见到过原题写 true，没有见到写 false。", Form.BOOL),
    Field("author", "作者", "真实署名的作者。", Form.NAME, many=True),
    Field("outlet", "出版者", "报刊、网站、出版社或制作单位。"),
    Field("issuer", "发文机关", "公文由谁制发。"),
    Field("number", "发文字号", "公文的字号。", Form.NUMBER),
    Field("date", "日期", "刊出、出版或成文日期。", Form.DATE),
    Field("date_note", "日期说明", "日期说不准时的说明。"),
    Field("page", "版次", "报纸版次。"),
    Field("year_issue", "年期", "期刊的年和期，如 2017（19）。"),
    Field("place", "出版地", "图书的出版地。"),
    Field("reposted_by", "转载者", "所见是转载时，写转载者。"),
    Field("url", "网址", "核准可以外链的网址。", Form.URL),
    Field("accessed", "核对日期", "最近一次打开网址核对的日期。", Form.DATE),
    Field(
        "seen",
        "所见",
        "见到的是全文、节选，还是未见。",
        Form.CHOICE,
        choices=("全文", "节选", "未见"),
    ),
    Field("note", "附注", "印在参考文献后面的短说明。"),
)


@dataclass(frozen=True, slots=True)
class Work:
    """A document, report, book or film that can be cited. Dates are ISO and may be partial."""

    id: str
    type: str
    title: str
    title_seen: bool
    author: tuple[str, ...]
    outlet: str
    issuer: str
    number: str
    date: str
    date_note: str
    page: str
    year_issue: str
    place: str
    reposted_by: str
    url: str
    accessed: str
    seen: str
    note: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Reference:
    """A work as a list of references prints it; ``text`` ends before the address."""

    text: str
    url: str
    note: str

    def __str__(self) -> str:
        return self.text + (f" {self.url}." if self.url else "")


def make_reference(work: Work) -> Reference:
    """The GB/T 7714—2025 reference of ``work``, numeric system.

    Without an author the entry begins with the title. Only web pages have an access date, as in
    the edition of 2025.
    """
    online = "/OL" if work.url else ""
    author = f"{_authors(work)}. " if _authors(work) else ""
    head, tail = _PATTERNS[work.type](work, online)
    text = f"{author}{head}. {tail}" if tail else f"{author}{head}"
    return Reference(text.rstrip(".") + ".", work.url, _notes(work))


def _authors(work: Work) -> str:
    names = work.author or ((work.issuer,) if work.issuer else ())
    return "，".join(names[:3]) + ("，等" if len(names) > 3 else "")


def _newspaper(work: Work, online: str) -> tuple[str, str]:
    page = f"（{work.page.lstrip('0') or work.page}）" if work.page else ""
    return f"{work.title}[N{online}]", _join(work.outlet, work.date) + page


def _web(work: Work, online: str) -> tuple[str, str]:
    accessed = f"[{work.accessed}]" if online and work.accessed else ""
    date = f"（{work.date}）" if work.date else ""
    mark = "EB/OL" if online else "Z"
    return f"{work.title}[{mark}]", f"{_join(work.outlet)}{date}{accessed}".lstrip("，")


def _book(work: Work, online: str) -> tuple[str, str]:
    published = "：".join(part for part in (work.place, work.outlet) if part)
    return f"{work.title}[M{online}]", _join(published, work.date[:4])


def _journal(work: Work, online: str) -> tuple[str, str]:
    return f"{work.title}[J{online}]", _join(work.outlet, work.year_issue or work.date)


def _official(work: Work, online: str) -> tuple[str, str]:
    title = f"{work.title}：{work.number}" if work.number else work.title
    if online:
        head, tail = _web(work, online)
        return head.replace(work.title, title, 1), tail
    return f"{title}[Z]", work.date


def _other(work: Work, online: str) -> tuple[str, str]:
    if online:
        return _web(work, online)
    return f"{work.title}[Z]", _join(work.outlet, work.date)


_PATTERNS: Final[dict[str, Any]] = {
    NEWSPAPER: _newspaper,
    WEB: _web,
    BOOK: _book,
    JOURNAL: _journal,
    OFFICIAL: _official,
    FILM: _other,
    OTHER: _other,
}


def _join(*parts: str) -> str:
    return "，".join(part for part in parts if part)


def _notes(work: Work) -> str:
    notes = [
        f"{work.reposted_by}转载" if work.reposted_by else "",
        "" if work.title_seen else "原题未见",
        work.date_note,
        "原文未见" if work.seen == "未见" else "",
        work.note,
    ]
    return "；".join(note for note in notes if note)
