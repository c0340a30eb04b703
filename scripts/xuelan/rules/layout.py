"""Rules about what is laid out by hand: lines that join, lists and headings without marks.

Word makes a paragraph of each line, Markdown of each group of lines: what an editor pastes or types
without empty lines becomes one paragraph. One finding for each block asks what is meant, and offers
the marks where that is plain. An official document in full is never changed: a note says what
readers will see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from xuelan.model.material import FULL, OFFICIAL, Material
from xuelan.text.problem import Code, Edit, Problem

_DIGITS: Final = str.maketrans("０１２３４５６７８９", "0123456789")
_NUMERAL: Final = "[一二三四五六七八九十]"
_NUMBERED: Final = r"([0-9０-９]{1,3})(?:[.．、](?![0-9０-９])|[)）])[ \u3000]*(?=\S)"
_BULLET: Final = (
    r"(?:[•·・‧∙●○■◆◇▪▫◦‣➢➤►▶◼\ue000-\uf8ff]|Ø(?!\w)|Ø(?=[一-鿿])|o(?= +[一-鿿])"
    r"|[－＋–]|—(?!—)|-(?![-\d\s]))[ \u3000\t]*(?=\S)"
)
_KEPT: Final = (
    rf"[（(][0-9０-９]{{1,3}}[)）]|[①-⒛㈠-㈩❶-❿]|[A-Za-z][)）.．、](?! ?[A-Za-z])"
    rf"|{_NUMERAL}{{1,3}}、(?!{_NUMERAL})|[（(]{_NUMERAL}{{1,3}}[)）]"
    rf"|第{_NUMERAL}{{1,3}}[条章节项，、]"
)
"""Marks that a list of the site would not show: the lines stay paragraphs of their own."""
LONE_STAR: Final = r"\*(?![\s*])[^*]*$"
_MARKS: Final = (("number", _NUMBERED), ("bullet", _BULLET), ("kept", _KEPT))
SURE_BULLETS: Final = "•●■\uf0b7\uf0d8\uf0a7\uf06c\uf06e\uf075\uf0fc"
"""Signs that begin nothing but an item, whatever stands around them."""
_HEADING: Final = (
    rf"(?:\*\*)?(?:({_NUMERAL}{{1,3}}、(?!{_NUMERAL}))|[（(]{_NUMERAL}{{1,3}}[)）])"
    r"[^。；！？，：|\n]{2,30}$"
)
_HEADING_STARTS: Final = "一二三四五六七八九十（(*"
_BOLD: Final = r"\*\*[^*|]{1,30}(?<![。；！？，：、])\*\*$"
_DRAWN: Final = r"(?:[─━―－＿＝＊=]{3,}|[—_]{4,})$"
_NOTE: Final = r"[\[［〔【]([0-9]{1,2})[\]］〕】]|[①-⑳]"
"""The mark of a note as books and encyclopaedias print it."""
_NOTE_MARK: Final = rf"(?<=[一-鿿，。；！？”）》])(?:{_NOTE})(?![(（\[\d])"
_compiled: Final = cache(re.compile)

_TEXT: Final = (
    r"(?! *(?:#{1,6} |\||[-*+](?: |$)|[0-9]{1,9}[.)](?: |$)|(?:=+|[-:| ]*-[-:| ]*)$|[｜│┃︱]))"
)


class _JoinedBlock(NamedTuple):
    """Lines of text without an empty one between; ``start`` is the place of the first."""

    start: int
    lines: list[str]
    quoted: bool


class _Mark(NamedTuple):
    """What a line begins with as an item: its kind in :data:`_MARKS`, the sign, and a number."""

    kind: str
    sign: str
    number: int


class _BlockSense(NamedTuple):
    """What is said of a block."""

    message: str
    hint: str
    edits: tuple[Edit, ...] = ()


def layout_rules(m: Material, body: str, lines: list[str], *, ordinary: bool) -> Iterator[Problem]:
    """What in the text of ``m`` is laid out by hand; ``ordinary`` texts have no lines that join.

    ``lines`` are those of :func:`xuelan.text.prose.lines`.
    """
    if not ordinary:
        yield from _joined_lines(m, lines)
    if _finder().find_matches_as_indexes(body):
        yield from _unmarked(m, lines)
    if "[1]" in body or "\n①" in body or "1］" in body or "1】" in body or "〔1〕" in body:
        yield from _note_marks(m, lines)


_SIGNS: Final = (
    *SURE_BULLETS,
    "一、",
    "（一）",
    "(一)",
    "**\n",
    "──",
    "━━",
    "——\n",
    "－－",
    "＿＿",
    "===",
    "___",
)
"""Without any of these no line is an item, a heading or a line drawn by hand."""
_finder: Final = cache(lambda: AhoCorasick(_SIGNS, implementation=Implementation.DFA))
"""Finds them all in one pass, faster than one look for each."""


def _joined_lines(m: Material, lines: list[str]) -> Iterator[Problem]:
    """Blocks of several lines that the site shows as one paragraph."""
    for block in _blocks(lines):
        if len(block.lines) < 2 or any(map(_compiled(LONE_STAR).match, block.lines)):
            continue
        line = m.body_line + block.start
        found = _read(block, line)
        if m.ground == OFFICIAL and m.text == FULL:
            hint = "公文全文照录，不改字；原件里分行的，各行之间空一行"
            yield Problem(m.path, line, Code.UNMARKED, found.message, hint)
        else:
            yield Problem(m.path, line, Code.JOINED_LINES, *found)


def _blocks(lines: list[str]) -> Iterator[_JoinedBlock]:
    """The blocks of plain text or of a quotation; lists, tables and headings are none."""
    found: list[str] = []
    is_text, quoted = True, False
    for number, line in enumerate([*lines, ""]):
        if line.strip():
            quoted = quoted if found else line.startswith(">")
            words = line[1:].strip() if quoted and line.startswith(">") else line.rstrip()
            is_text = is_text and (quoted or line[0] != " ") and bool(_compiled(_TEXT).match(words))
            found.append(words)
            continue
        if found and is_text:
            yield _JoinedBlock(number - len(found), found, quoted)
        found, is_text = [], True


def _read(block: _JoinedBlock, line: int) -> _BlockSense:
    """What a block of several lines, of which the first is ``line`` of the file, may mean."""
    count = len(block.lines)
    if block.quoted:
        message = f"引文连着 {count} 行，网站上会连成一段"
        return _BlockSense(message, "是一段就接成一行；是几段，各段之间写一行“>”")
    lead = 0 if _mark(block.lines[0]) else 1
    marks = [mark for text in block.lines[lead:] if (mark := _mark(text))]
    if len(marks) < count - lead or (lead and not block.lines[0].endswith(("：", "："))):
        hint = "是一段就接成一行；是几段，各段之间空一行；是列表，每行写成“- 文字”"
        return _BlockSense(f"连着 {count} 行没有空行，网站上会连成一段", hint)
    start, sign = line + lead, marks[0].sign.strip()
    apart = "\n" if lead else ""
    if all(mark.kind == "bullet" for mark in marks):
        message = f"{len(marks)} 行用“{sign}”作列表记号，网站上会连成一段"
        news = [f"{apart if n == 0 else ''}- " for n in range(len(marks))]
        hint = "每行写成“- 文字”，列表前后空一行"
        return _BlockSense(message, hint, _replace(start, marks, news))
    message = f"{len(marks)} 行以“{sign}”一类的序号开头，网站上会连成一段"
    numbers = [mark.number for mark in marks]
    if numbers[0] >= 0 and numbers == [numbers[0] + n for n in range(len(numbers))]:
        news = [f"{'' if n else apart}{number}. " for n, number in enumerate(numbers)]
        hint = "列表写成“1. 文字”，点后面空一格，列表前后空一行"
        return _BlockSense(message, hint, _replace(start, marks, news))
    edits = tuple(Edit(start + n, 0, 0, "\n") for n in range(0 if lead else 1, len(marks)))
    return _BlockSense(message, "各行之间空一行；要做成列表，写成“1. 文字”", edits)


def _replace(start: int, marks: list[_Mark], news: list[str]) -> tuple[Edit, ...]:
    rows = zip(marks, news, strict=True)
    return tuple(Edit(start + n, 0, len(mark.sign), new) for n, (mark, new) in enumerate(rows))


def _mark(line: str) -> _Mark | None:
    """What ``line`` begins with as an item of a list, if it does."""
    for kind, pattern in _MARKS:
        if match := _compiled(pattern).match(line):
            number = int(match[1].translate(_DIGITS)) if kind == "number" else -1
            return _Mark(kind, match[0], number)
    return None


def _unmarked(m: Material, lines: list[str]) -> Iterator[Problem]:
    """Headings, items and lines drawn by hand that stand alone: one note for all of a kind."""
    alone = [
        (n, line)
        for n, line in enumerate(lines)
        if line and not (n and lines[n - 1].strip()) and not "".join(lines[n + 1 : n + 2]).strip()
    ]
    official = m.ground == OFFICIAL and m.text == FULL
    for message, hint, edits in (_headings(m, lines), _items(m, alone), _drawn(m, alone)):
        if edits:
            said = f"公文全文照录，可以不改；{hint}" if official else hint
            kept = () if official else edits
            yield Problem(m.path, edits[0].line, Code.UNMARKED, message, said, kept)


def _note_marks(m: Material, lines: list[str]) -> Iterator[Problem]:
    """The first mark of a note that a text has brought along: nothing leads from it to its note.

    ``[1]`` needs no note to be one; a number in other brackets or in a circle does.
    """
    notes = {match[0] for line in lines if (match := _compiled(_NOTE).match(line))}
    for at, line in enumerate(lines, m.body_line):
        for match in _compiled(_NOTE_MARK).finditer(line):
            if match[0] in notes or match[0][0] == "[":
                message = f"“{match[0]}”像是注释号，只是普通文字，点不到注释"
                official = m.ground == OFFICIAL and m.text == FULL
                hint = "注释写在句中的（）里，出处写 [@编号]"
                said = f"公文全文照录，可以不改；{hint}" if official else hint
                yield Problem(m.path, at, Code.UNMARKED, message, said)
                return


def _headings(m: Material, lines: list[str]) -> _BlockSense:
    """Lines that look like the headings of an official document, or are bold as a whole."""
    edits: list[Edit] = []
    has_first = False
    for n, line in enumerate(lines):
        if not line or line[0] not in _HEADING_STARTS:
            has_first = has_first or line.startswith("## ")
            continue
        numbered = _compiled(_HEADING).match(line)
        bold = _compiled(_BOLD).match(line)
        if not numbered and not bold:
            continue
        if n and lines[n - 1].strip() and not numbered:
            continue
        level = "##" if (numbered and numbered[1]) or not has_first else "###"
        has_first = True
        before = "\n" if n and lines[n - 1].strip() else ""
        after = "\n" if n + 1 < len(lines) and lines[n + 1].strip() else ""
        words = line.removeprefix("**").removesuffix("**") if bold else line
        edits.append(Edit(m.body_line + n, 0, len(line), f"{before}{level} {words}{after}"))
    message = f"{len(edits)} 行像小标题，却是普通文字，不进目录"
    return _BlockSense(message, "“一、”写成“## 一、”，“（一）”写成“### （一）”", tuple(edits))


def _items(m: Material, alone: list[tuple[int, str]]) -> _BlockSense:
    """Paragraphs that begin with a sign of a list."""
    found = [
        (n, mark.sign) for n, line in alone if line[0] in SURE_BULLETS and (mark := _mark(line))
    ]
    edits = tuple(Edit(m.body_line + n, 0, len(sign), "- ") for n, sign in found)
    sign = found[0][1].strip() if found else ""
    return _BlockSense(f"{len(found)} 段用“{sign}”作列表记号", "列表每行写成“- 文字”", edits)


def _drawn(m: Material, alone: list[tuple[int, str]]) -> _BlockSense:
    """Lines drawn with signs, which a narrow screen breaks."""
    found = [(n, line) for n, line in alone if _compiled(_DRAWN).match(line)]
    edits = tuple(Edit(m.body_line + n, 0, len(line), "---") for n, line in found)
    return _BlockSense(f"{len(found)} 行是用符号画的横线", "横线写成单独一行 ---", edits)
