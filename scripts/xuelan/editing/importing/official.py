"""Finds the parts of a 公文 in the form of GB/T 9704: mark, number, title, addressee, signature.

The head is peeled off from the top, date and signature are looked for from the bottom; what is left
is the text. A part that is not there stays empty: nothing is inferred.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from xuelan.editing.importing.archive import NotImportedError
from xuelan.editing.importing.blocks import AnyBlock, Ledger, TextBlock, bare
from xuelan.editing.importing.proposal import Proposal, find_date, is_date

HEAD: Final = 25
"""Blocks from the top among which the head of a 公文 stands."""

_NUMBER: Final = re.compile(
    r"([一-鿿A-Za-z]{2,16})[〔\[［(（【]((?:19|20)[0-9]{2})[〕\]］)）】]第?0*([0-9]{1,5})号"
)
_CITING: Final = re.compile(r"^(?:根据|按照|依据|转发|印发|见|依照)+")
_MARK: Final = re.compile(r"[一-鿿A-Za-z0-9（）()·]{4,40}文件")
_ISSUER: Final = re.compile(r"[一-鿿A-Za-z0-9（）()·、]{2,40}")
"""A line above the number: one of the issuers that sign together."""
_ORDER: Final = re.compile(r"[一-鿿]{3,30}(?:令|公告|公报|通告)")
_ORDER_NUMBER: Final = re.compile(r"[（(]?第[0-9一二三四五六七八九十百]{1,5}号[)）]?")
_PERSON: Final = re.compile(
    r"(?:代)?(?:市长|县长|区长|省长|州长|主席|主任|书记|部长|局长|厅长|总理|院长|检察长)"
)
_SECRET: Final = re.compile(r"(?:绝密|机密|秘密)(?:[★☆*＊].*)?")
_INTERNAL: Final = re.compile(
    r"[（(]?(?:内部资料|内部文件|内部使用|不得外传|注意保存).{0,12}[)）]?"
)
_URGENT: Final = re.compile(r"(?:特急|加急|特提|平急|急件)")
_COPY: Final = re.compile(r"[0-9]{6}")
_RULE: Final = re.compile(r"[─━—\-_=＿－―★☆*]{3,}")
_SIGNER: Final = re.compile(r"签发人[：:].{2,20}")
_GENRES: Final = (
    "决议|决定|命令|令|公报|公告|通告|意见|通知|通报|报告|请示|批复|议案|函|纪要|方案|办法|规定|细则|要点|"
    "安排|倡议书|倡议|计划|总结|条例|准则|讲话"
)
_TITLE_END: Final = re.compile(rf"(?:{_GENRES})(?:[（(].{{1,20}}[)）])?$")
_GENRE: Final = re.compile(rf"({_GENRES})(?:[（(].{{1,20}}[)）])?$")
_ADDRESSEE: Final = re.compile(r"[^。；！？]{2,200}[：:]")
_PRINTED: Final = re.compile(r"^.{2,40}\s*[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日\s*印发$|^.*印发$")
_COPIES: Final = re.compile(r"(?:抄送|抄报|主送|分送|主题词)[：:]")
_REMARK: Final = re.compile(r"[（(].{2,120}[)）]")
_END_MARKS: Final = tuple("。；！？：，、;:!?,")


def refuse_secrets(blocks: list[AnyBlock]) -> None:
    """Stop at a mark of secrecy. The message does not repeat the text."""
    for number, block in enumerate(blocks, 1):
        words = bare(block.text) if isinstance(block, TextBlock) else ""
        if _SECRET.fullmatch(words) or _INTERNAL.fullmatch(words):
            raise NotImportedError(
                f"第 {number} 段是密级或内部标志：涉密和内部文件不能上网，没有导入。"
                "请先按保密规定处理，不要去掉标志后再试。"
            )


def is_official(blocks: list[AnyBlock]) -> bool:
    """True if the head has a document's own number or mark, or the text ends like a 公文."""
    lines = _lines(blocks[:HEAD])
    if any(map(_own_number, lines)):
        return True
    titles = [n for n, s in enumerate(lines[:9]) if _TITLE_END.search(s) and len(s) <= 60]
    if any(_is_mark(line) and any(t > n for t in titles) for n, line in enumerate(lines[:3])):
        return True
    if any(_ORDER.fullmatch(a) and _ORDER_NUMBER.fullmatch(b) for a, b in pairwise(lines[:6])):
        return True
    titled = any(re.match(r".{0,30}关于", lines[n]) for n in titles if n < 4)
    below = lines[1:8]
    return titled and any(_ADDRESSEE.fullmatch(s) or _dated_in_brackets(s) for s in below)


def read_official(blocks: list[AnyBlock], hints: dict[str, str], ledger: Ledger) -> Proposal:
    """Take the head of a 公文 apart."""
    at, mark, number_line, kept = _peel_head(blocks, ledger)
    found = Proposal(list(blocks), is_official=True)
    _take_number(found, number_line)
    title, at = _take_title(blocks, at)
    if any("关于" in line for line in mark) and not any("关于" in line for line in title):
        title, mark, at = mark, [], at - len(title)  # the title stands above the number
    if title:
        found.values["title"] = _join_title(title)
        found.moved += [("标题", line) for line in title]
    else:
        found.unsure["title"] = "没有认出标题"
    rest = [*kept, *blocks[at:]]
    _take_signature(found, rest)
    _take_issuer(found, mark, hints.get("mark", ""))
    if mark:
        found.moved += [("发文机关标志", line) for line in mark]
    if rest and isinstance(rest[0], TextBlock) and _ADDRESSEE.fullmatch(bare(rest[0].text)):
        found.values["addressee"] = bare(rest[0].text).rstrip("：:")
    found.blocks = rest
    return found


def _lines(blocks: list[AnyBlock]) -> list[str]:
    return [bare(b.text) if isinstance(b, TextBlock) else "" for b in blocks]


def _own_number(line: str) -> re.Match[str] | None:
    """The document's own number: alone on its line, or beside the signer."""
    line = _SIGNER.sub("", line).strip("（）()") if "签发人" in line else line
    return _NUMBER.fullmatch(line)


def _is_mark(line: str) -> bool:
    return bool(_MARK.fullmatch(line)) and not line.startswith(("关于", "根据", "《"))


def _peel_head(
    blocks: list[AnyBlock], ledger: Ledger
) -> tuple[int, list[str], str, list[AnyBlock]]:
    """The place where the title begins, the issuer's mark, the line of the number, what is neither.

    Issuers that sign together stand in lines of their own above the number.
    """
    lines = _lines(blocks[:HEAD])
    at_number = next((n for n, s in enumerate(lines) if _own_number(s)), -1)
    at_mark = next((n for n, s in enumerate(lines[:8]) if _is_mark(s)), -1)
    last = max(at_number, at_mark)
    mark: list[str] = []
    kept: list[AnyBlock] = []
    for block, line in zip(blocks[: last + 1], lines, strict=False):
        if _is_decoration(line):
            ledger.remove("版头的线和记号", line)
        elif _ISSUER.fullmatch(line) and not _own_number(line):
            mark.append(line)
        elif line and not _own_number(line):
            kept.append(block)
    at = last + 1
    while at < len(lines) and _is_decoration(lines[at]):
        ledger.remove("版头的线和记号", lines[at])
        at += 1
    return at, mark, lines[at_number] if at_number >= 0 else "", kept


def _is_decoration(line: str) -> bool:
    patterns = (_RULE, _URGENT, _COPY, _SIGNER)
    return any(p.fullmatch(line) for p in patterns)


def _take_number(found: Proposal, line: str) -> None:
    match = _own_number(line) if line else None
    if match is None:
        return
    found.values["number"] = f"{_CITING.sub('', match[1])}〔{match[2]}〕{int(match[3])}号"
    found.moved.append(("发文字号", line))
    if found.values["number"] != match[0]:
        found.unsure["number"] = f"原件写作“{match[0]}”"


def _take_title(blocks: list[AnyBlock], at: int) -> tuple[list[str], int]:
    """The lines of the title and the place behind them.

    A title goes on until a line ends in a kind of document. If none does, it is the lines that look
    like the first: a heading, or centred.
    """
    lines = _lines(blocks[at : at + 6])
    for number, line in enumerate(lines):
        if not line or len(line) > 60 or line.endswith(_END_MARKS):
            break
        if _TITLE_END.search(line):
            return lines[: number + 1], at + number + 1
    first = blocks[at] if at < len(blocks) else None
    if not isinstance(first, TextBlock) or len(lines[0]) > 60 or lines[0].endswith(_END_MARKS):
        return [], at
    count = 1
    while count < len(lines) and _looks_like(first, blocks[at + count]):
        count += 1
    return lines[:count], at + count


def _looks_like(first: TextBlock, other: AnyBlock) -> bool:
    same = isinstance(other, TextBlock) and other.align == first.align == "center"
    return same and not is_date(other.text) and len(bare(other.text)) <= 40  # type: ignore[union-attr]


def _join_title(lines: list[str]) -> str:
    """The lines of a title as one; a blank stays only between Latin letters."""
    title = lines[0]
    for line in lines[1:]:
        latin = re.search(r"[A-Za-z]$", title) and re.match(r"[A-Za-z]", line)
        title += (" " if latin else "") + line
    return title.rstrip("。")


def _take_signature(found: Proposal, rest: list[AnyBlock]) -> None:
    """The date below the text and the issuers above it; both stay in the text as well."""
    lines = _lines(rest)
    at = next((n for n in range(len(lines) - 1, -1, -1) if is_date(lines[n])), -1)
    if at < 0 or at < len(lines) - 60:
        _date_below_title(found, rest)
        return
    found.values["issued"] = find_date(lines[at])
    names = []
    for block in reversed(rest[max(0, at - 4) : at]):
        line = block.text.replace("\u3000", " ") if isinstance(block, TextBlock) else ""
        if not line or len(line) > 40 or re.search(r"[0-9]", line) or line.endswith(_END_MARKS):
            break
        if re.match(r"附件|[一二三四五六七八九十]+、|（", line) or _PERSON.match(line):
            break
        names.append(line)
    if names:
        found.values["signed"] = "、".join(n for s in reversed(names) for n in _split_names(s))


def _split_names(line: str) -> list[str]:
    """The issuers in one line; a blank within a short name parts nothing."""
    parts = line.split()
    return parts if all(len(part) >= 4 for part in parts) else ["".join(parts)]


def _dated_in_brackets(line: str) -> bool:
    return bool(re.fullmatch(r"[（(].{6,60}[)）]", line)) and bool(find_date(line))


def _date_below_title(found: Proposal, rest: list[AnyBlock]) -> None:
    """Orders and decisions have their date in brackets below the title."""
    words = _lines(rest[:2])
    for number, line in enumerate(words):
        if _dated_in_brackets(line):
            found.values["issued"] = find_date(line)
            if is_date(line.strip("（）()")):
                found.moved.append(("日期", line))
                del rest[number]
            return


_NETWORK: Final = re.compile(r"(?:网络传输|电子|明传|内部明电)?文件$|（[^）]*）$")


def _take_issuer(found: Proposal, mark: list[str], header: str) -> None:
    """The issuer as signed, else by the mark, else as the title begins."""
    signed = found.values.pop("signed", "")
    by_mark = "、".join(filter(None, (_NETWORK.sub("", line) for line in mark)))
    by_mark = by_mark or _NETWORK.sub("", header)
    title = found.values.get("title", "")
    by_title = re.match(
        r"([一-鿿]{4,30}(?:委|部|局|厅|会|室|院|办|府|处|队|团|中心))(?:关于|令$|公告$)", title
    )
    issuer = signed or by_mark or (by_title[1] if by_title else "")
    if issuer:
        found.values["issuer"] = issuer
    if signed and by_mark and signed != by_mark:
        found.unsure["issuer"] = f"版头写“{by_mark}”，落款写“{signed}”"
    elif not issuer:
        found.unsure["issuer"] = "没有认出发文机关"


def genre_of(title: str) -> str:
    """The kind of document a title ends in, such as 通知; empty if it ends in none."""
    match = _GENRE.search(title)
    return match[1] if match else ""
