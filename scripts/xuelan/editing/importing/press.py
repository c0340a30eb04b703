"""Finds title, outlet, author and date of a text from a newspaper, a website or a single author."""

from __future__ import annotations

import re
from typing import Final

from xuelan.editing.importing.blocks import NOTES, AnyBlock, TextBlock, bare
from xuelan.editing.importing.proposal import Proposal, find_date

HEAD: Final = 8
"""Blocks below the title among which author, source and date stand."""

_OUTLET: Final = (
    r"[一-鿿A-Za-z0-9·]{1,18}?(?:日报|晚报|早报|周报|时报|商报|都市报|报|新华社|新华网|人民网|央视网|网"
    r"|电视台|广播电台|电台|通讯社|杂志|出版社|周刊|客户端|融媒体中心|发布)"
)
_SOURCE: Final = re.compile(
    rf"(?:来源|稿源|信息来源|文章来源)[：:]\s*《?({_OUTLET}|[^\s，。；|｜]{{2,24}}?)》?"
    r"(?=[\s，。；|｜（(]|作者|编辑|发布|时间|日期|[0-9]|$)"
)
_QUOTED: Final = re.compile(rf"《({_OUTLET})》")
_LINE_OF_OUTLET: Final = re.compile(
    rf"[（(]?(?:原载|摘自|据)?《?({_OUTLET})》?[，, ]*"
    r"(?:(?:19|20)[0-9]{2}[年./-].{2,30})?[)）]?"
)
_NAMES: Final = r"([一-鿿·]{2,12}(?:[\s、，,]+[一-鿿·]{2,12}){0,5})"
_AUTHOR: Final = re.compile(rf"(?:作者|撰稿|撰文|文[/／]|供稿|通讯员|记者|执笔)[：:\s]*{_NAMES}")
_WIRE: Final = re.compile(
    r"^[（(]?(新华社|人民网|新华网|中新社|央广网|中国新闻网)[一-鿿、]{0,12}?(?:[0-9]{1,2}月[0-9]{1,2}日)?"
    rf"电[　\s]*(?:[（(](?:[一-鿿]*记者|通讯员)[\s：:]*{_NAMES}[)）])?"
)
_OWN_REPORTER: Final = re.compile(
    r"^本(?:报|刊|网|台|社)(?:讯|[^，。]{0,8}电)?[　\s]*"
    rf"[（(]?(?:[一-鿿]*记者|通讯员)[\s：:]*{_NAMES}[)）]?"
)
_NOT_NAMES: Final = frozenset(
    ("报道", "来源", "编辑", "责任编辑", "时间", "日期", "发布", "采访", "从", "在")
)
_REST: Final = re.compile(
    r"来源|稿源|作者|记者|通讯员|时间|日期|发布|发表|原载|摘自|信息|文章|[年月日时分]|第|版"
)
_ENDS: Final = tuple("。；！？：，、;:!?,")


def read_press(blocks: list[AnyBlock], hints: dict[str, str]) -> Proposal:
    """Take the head of an article apart."""
    found = Proposal(list(blocks))
    at = _find_title(blocks)
    if at >= 0:
        title = blocks[at]
        assert isinstance(title, TextBlock)
        found.values["title"] = bare_title(title.text)
        found.moved.append(("标题", title.text))
        found.blocks = [*blocks[:at], *blocks[at + 1 :]]
    hinted = hints.get("title", "")
    if hinted and at < 0:
        found.values["title"] = hinted
    _read_byline(found, max(at, 0))
    _read_dateline(found)
    for name, words in hints.items():
        if name not in ("title", "author", "mark"):
            found.values.setdefault(name, words)
    if hints.get("author") and not found.authors:
        found.authors = split_names(hints["author"])
    found.is_press = bool(found.values.get("outlet"))
    return found


def bare_title(text: str) -> str:
    """A title in one line without the full stop that a title does not have."""
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", text).rstrip("。")


def _find_title(blocks: list[AnyBlock]) -> int:
    """The place of the title: styled as one, else a first heading, else a short first line."""
    texts = [
        (n, b)
        for n, b in enumerate(blocks[:HEAD])
        if isinstance(b, TextBlock) and bare(b.text) not in ("", NOTES)
    ]
    for n, block in texts:
        if block.is_title:
            return n
    first = [(n, b) for n, b in texts if b.level == 1][:1]
    if first and not any(
        isinstance(b, TextBlock) and b.level == 1 for b in blocks[first[0][0] + 1 :]
    ):
        return first[0][0]
    for n, block in texts[:2]:
        words = bare(block.text)
        short = not block.label and 2 <= len(words) <= 40 and not words.endswith(_ENDS)
        if short and not (_SOURCE.search(words) or _LINE_OF_OUTLET.fullmatch(words)):
            return n
    return -1


def _read_byline(found: Proposal, at: int) -> None:
    """Source, author and date in the short lines below the title and in the last ones."""
    near = range(at, min(at + 4, len(found.blocks)))
    last = range(max(at + 4, len(found.blocks) - 3), len(found.blocks))
    gone = []
    for n in (*near, *last):
        block = found.blocks[n]
        line = block.text if isinstance(block, TextBlock) and not block.level else ""
        if not line or len(bare(line)) > 70 or bare(line).endswith("。"):
            continue
        if _take_line(found, line):
            gone.append(n)
            found.moved.append(("来源、作者和日期", line))
    found.blocks = [b for n, b in enumerate(found.blocks) if n not in gone]


def _take_line(found: Proposal, line: str) -> bool:
    """Take what a byline says; True if it says nothing else, so it need not stay in the text."""
    before = dict(found.values), list(found.authors)
    outlet = _SOURCE.search(line) or _QUOTED.search(line) or _LINE_OF_OUTLET.fullmatch(bare(line))
    if outlet and "outlet" not in found.values:
        found.values["outlet"] = outlet[1]
    author = _AUTHOR.search(line)
    if author and not found.authors:
        found.authors = split_names(author[1])
    date = find_date(line)
    if date and "issued" not in found.values:
        found.values["issued"] = date
    took = (found.values, found.authors) != before
    rest = bare(line)
    for words in (found.values.get("outlet", ""), *found.authors):
        rest = rest.replace(words, "")
    rest = _REST.sub("", rest)
    return took and not re.search(r"[一-鿿A-Za-z]", rest)


def _read_dateline(found: Proposal) -> None:
    """Agency and reporter as the first paragraph names them; it stays as it is."""
    first = next((b for b in found.blocks if isinstance(b, TextBlock) and not b.level), None)
    words = "" if first is None else first.text
    wire = _WIRE.match(words)
    if wire and "outlet" not in found.values:
        found.values["outlet"] = wire[1]
    own = wire or _OWN_REPORTER.match(words)
    names = own[own.re.groups] if own else ""
    if names and not found.authors:
        found.authors = split_names(names)


def split_names(words: str) -> list[str]:
    """The names in a row of names."""
    names = [n for n in re.split(r"[\s、，,;；]+", words) if n]
    return [n for n in names if n not in _NOT_NAMES and len(n) <= 12]
