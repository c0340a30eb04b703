"""Rules of portable Markdown: the forge's preview and the site read an accepted text alike.

The forge (GitHub, Gitee, GitLab) reads CommonMark with GFM's tables, the site Python-Markdown.
Where they differ, an editor would see one thing in the preview and readers another, so the check
refuses the construct and names a way to write it that both read alike.
``tests/rendering/test_portable.py`` compares both parsers on random texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Final

from xuelan.model.material import Material
from xuelan.rules.layout import LONE_STAR
from xuelan.rules.mends import mend, mended
from xuelan.text.problem import Code, Edit, Problem


def portable_rules(
    m: Material, body: str, lines: list[str], *, ordinary: bool
) -> Iterator[Problem]:
    """What in the text of ``m`` the forge and the site would read differently.

    ``lines`` are those of :func:`xuelan.text.prose.lines`: ``body`` with code blanked out.
    ``ordinary`` is what :func:`is_ordinary` says of it.
    """
    if not ordinary:
        yield from _line_by_line(m, lines)
    if "|" in body:
        yield from _tables(m, lines, body)


def _line_by_line(m: Material, lines: list[str]) -> Iterator[Problem]:
    yield from _neighbours(m, lines)
    yield from _lists(m, lines)
    yield from _tildes(m, lines)
    yield from _signs(m, lines)


def is_ordinary(body: str) -> bool:
    """True for most texts: ordinary lines in blocks with empty lines between them.

    One match of the whole text takes a third of the time that looking line by line takes.
    """
    return (
        body.replace("\n", "").isprintable()
        and _compiled(_ORDINARY_TEXT, re.MULTILINE).fullmatch(body) is not None
    )


def _is_ordinary_line(line: str) -> bool:
    """True for most lines: no pattern of :data:`_UNPORTABLE` would find anything in them."""
    return line.isprintable() and _compiled(_ORDINARY_LINE).fullmatch(line) is not None


_compiled: Final = cache(re.compile)
"""Compiles when first used: most texts need one pattern of this module."""

_WORD_FIELD: Final = r"\{ *(?:TOC|HYPERLINK|PAGE\w*|REF|EQ|SEQ|DATE|INCLUDE\w+|MERGEFIELD)\b"
_ADMONITION: Final = r"(?:!!!|\?\?\?\+?|:::+) ?[A-Za-z]"
_UNPORTABLE: Final = (
    (r"\t", "行里有 Tab", "改用空格"),
    ("[\u00a0\u2000-\u200a\u202f\u205f]", "有不间断空格一类的空白", "改用空格或删掉"),
    (
        "^(?:[ >#]|[-*+] |[0-9]+[.)] )*\u3000|\u3000$",
        "行首或行末有全角空格",
        "删掉它，缩进由版式来做",
    ),
    (
        r"^ *> ?+(?: |[-*+](?: |$)|[0-9]{1,9}[.)](?: |$)|[>|]|(?:=+|-+)$)",
        "引文里有列表、表格或别的引文",
        "引文里只写文字，每一行写成“> 文字”",
    ),
    (r"^ *(?:[-*+]|[0-9]{1,9}[.)])  ", "列表记号后面空了不止一格", "只空一格"),
    (r"^[ >]*(?:[-*+]|[0-9]{1,9}[.)])$", "列表项是空的", "写上文字，或删掉这一行"),
    (r"^[ >]*[0-9]{1,9}\)(?: |$)", "序号后面是 )", "列表写成“1. 文字”"),
    (
        r"^(?>(?:[ >]|[-*+] |[0-9]+[.)] )*)(?![0-9]+\.)\d+\. ",
        "列表的序号不是半角数字",
        "列表写成“1. 文字”",
    ),
    (
        r"^ *(?:[-*+]|[0-9]{1,9}[.)]) +(?:(?:[-*+]|[0-9]{1,9}[.)])(?: |$)|>|[=-]+$)",
        "列表项的文字以记号开头",
        "下一级列表另起一行，缩进 4 格",
    ),
    (
        r"^(?![ >]*```)(?:[^`]|` +`)*`(?! +`)",
        "反引号没有配对",
        "代码写在一行里，前后各一个反引号",
    ),
    (
        r"^(?: *(?:>|[-*+] |[0-9]+[.)] ))* *\[(?!\^)[^\[\]]*\]:",
        "这一行会被当成链接定义，不显示",
        "冒号用“：”",
    ),
    (
        r"~~|^(?!\|).*~[^~]+~|~[^~|]+~|~\*|\*~",
        "~ 会被当成删除线",
        "不支持删除线；起止写“～”或“至”",
    ),
    (r"\[\^", "脚注不支持", "注释写在句中的（）里，出处写 [@编号]"),
    (r"^ *(?:[-*+]|[0-9]+[.)]) \[[ xX]\]", "勾选框不支持", "要打勾的写成“- □ 文字”"),
    (rf"^ *{_ADMONITION}|^> *\[!", "提示框不支持", "写成引文：每行前面写“> ”"),
    (
        r"(?<![0-9A-Za-z\\])_|(?<!\\)_(?![0-9A-Za-z])",
        "下划线不在字母中间",
        "强调用 **文字**；要显示下划线写 \\_",
    ),
    (
        r"^(?!\|| *-+$| *- )[ >]*(?=[:| ]*-)[-:| ]+$",
        "表格的一行没有以 | 开头",
        "写成 | --- | --- |",
    ),
    (r"<(?:!(?!--|\[CDATA)|[^<> ]*@)", "尖括号里有 ! 或 @", "删掉尖括号"),
    (r" $", "行末有空格", "删掉行末的空格；要换段就空一行"),
    (
        _WORD_FIELD,
        "有 Word 的域代码",
        "在 Word 里选中它，按 Ctrl+Shift+F9 变成文字，再复制",
    ),
    (
        r"^\|.*\\\|",
        "表格的格子里有竖线",
        "格子里的竖线写全角“｜”，或写“或”",
    ),
    (
        rf"^(?!\|.*\\\|)(?!.*{_WORD_FIELD}).*\\(?![#*_+.-])",
        "有反斜杠",
        "删掉它；路径里的写成 / 或 `C:\\文件夹`，此外只写在 # * _ + - . 前面",
    ),
    (
        r"^[ >]*(?:```|~~~)",
        "代码段的开头或结尾写得不对",
        "开头和结尾各写一行 ```，都顶格，一样长",
    ),
    (r"^ +(?:#{1,6}(?: |$)|>)", "标题或引文前面有空格", "让 # 或 > 顶格"),
    (r"^(?: *(?:>|[-*+] |[0-9]+[.)] ))+ *#", "引文或列表里有小标题", "标题单独写一行"),
    (r"^#{1,6} .*#$", "标题末尾有 #", "删掉它"),
    (r"^ *#{1,6}[^# ]", "# 后面没有空格", "标题写成“## 标题”；不是标题的写 \\#"),
)


@cache
def good_emphasis() -> re.Pattern[str]:
    """Matches a line whose asterisks are in pairs, and flanked as CommonMark wants them.

    A mark with punctuation on its inner side needs a space or punctuation on its outer side, else
    the forge prints the asterisks: ``**“重点”**后文``. Compiled when first used: the sets of all
    punctuation take some 20 ms.
    """
    sign = f"[{''.join(_ranges_of('PS'))}]"
    outside = rf"(?:\s|{sign})"
    kinds = []
    for mark in (r"\*\*", r"\*"):
        opening = rf"(?<!\*)(?:(?:(?<={outside})|^){mark}|{mark}(?!{sign}))(?![*\s])"
        closing = rf"(?<![*\s])(?:(?<!{sign}){mark}|{mark}(?={outside}|$))(?!\*)"
        kinds.append(rf"{opening}(?:[^*\\]|\\[^*])+{closing}")
    return re.compile(rf" *(?:\* )?(?>(?:[^*\\]|\\.|{'|'.join(kinds)})*)$")


def _ranges_of(kinds: str) -> Iterator[str]:
    """Ranges, for a pattern's set, of the characters whose Unicode category begins with ``kinds``.

    Compiling ranges is faster than compiling each character.
    """
    first = None
    for n in range(0x20000 + 1):  # all punctuation and symbols lie below
        inside = n < 0x20000 and unicodedata.category(chr(n))[0] in kinds
        if inside and first is None:
            first = n
        elif not inside and first is not None:
            yield f"\\U{first:08x}-\\U{n - 1:08x}"
            first = None


_RULE: Final = r" *(?:(?:\* *){3,}|(?:_ *){3,})$"
"""A line across the page by the signs that Markdown takes besides ``---``."""
_LIST_ITEM: Final = re.compile(r"( *)([-*+]|[0-9]{1,9}[.)])(?: |$)")
_LINE_KINDS: Final = (
    ("标题", re.compile(r" {0,3}#")),
    ("横线", re.compile(r" *(?:=+|-+) *$")),
    ("表格", re.compile(r"\|")),
    ("引文", re.compile(r" {0,3}>")),
    ("列表", _LIST_ITEM),
)
"""Each kind of line with the pattern of its beginning; any other line is text (``文字``)."""
_IN_A_LIST: Final = frozenset({"列表", "列表下的文字"})
"""Items of a list with their continuation lines, and further paragraphs of an item."""
_ALONE: Final = frozenset({"标题", "横线"})
"""Kinds of which every line is a block of its own."""

# Negated sets of ASCII signs compile in 1 ms, sets that name Unicode's spaces in 6 ms. So
# str.isprintable, which is false for all spaces but U+0020, is asked first.
_WORDS: Final = (
    r"(?>(?:[^*_`~^\\\n <]++|<(?!!|[^<> ]*@)| (?! |$)"
    r"|\*\*[^\W_]+\*\*(?!\*)"
    r"|(?<=[0-9A-Za-z])_(?=[0-9A-Za-z])|(?<!\*)~(?!\*|[^~\n]*~))+)"
)
_BEGINNING: Final = r"(?![\s#>+\[=|:-]|\d+[.)]|!!!|\?\?\?)"
_ORDINARY_LINE: Final = rf"(?!#.*#$)(?:#{{2,6}} |- |[0-9]+\. |> )?{_BEGINNING}{_WORDS}"
_BLOCKS: Final = (
    rf"(?!#.*#$)(?:#{{2,6}} |> )?{_BEGINNING}{_WORDS}",
    rf"- {_BEGINNING}{_WORDS}(?>(?:\n- {_BEGINNING}{_WORDS})*)",
    rf"[0-9]+\. {_BEGINNING}{_WORDS}(?>(?:\n[0-9]+\. {_BEGINNING}{_WORDS})*)",
    rf"\|{_WORDS}(?>(?:\n\|{_WORDS})*)",
)
_ORDINARY_TEXT: Final = rf"\n*+(?>(?:(?>{'|'.join(_BLOCKS)})\n*+(?:(?<=\n\n)|\Z))*)"


def _signs(m: Material, lines: list[str]) -> Iterator[Problem]:
    """Signs and constructs within one line."""
    for at, line in enumerate(lines, m.body_line):
        if _is_ordinary_line(line):
            continue
        if _compiled(_RULE).match(line):
            edits = mend("横线的写法不对", at, line)
            yield Problem(m.path, at, Code.PORTABLE, "横线的写法不对", "写成单独一行 ---", edits)
            continue
        if _compiled(LONE_STAR).match(line):
            hint = "列表写成“- 文字”；注释写成“注：文字”"
            around = lines[max(at - m.body_line - 1, 0) : at - m.body_line + 2]
            several = sum(bool(_compiled(LONE_STAR).match(other)) for other in around) > 1
            edits = (Edit(at, 0, 1, "- "),) if several else ()
            yield Problem(m.path, at, Code.PORTABLE, "行首的 * 后面没有空格", hint, edits)
        elif "*" in line and not good_emphasis().match(line):
            message = "* 号没有配对、挨在一起或夹着标点"
            hint = "加粗写成 **文字**，标点放在外面；乘号用 ×"
            yield Problem(m.path, at, Code.PORTABLE, message, hint, _mended_stars(at, line))
        for pattern, message, hint in _UNPORTABLE:
            if _compiled(pattern).search(line):
                edits = mend(message, at, line, pattern)
                if message == "表格的一行没有以 | 开头":
                    edits = _with_bars(m.body_line, lines, at - m.body_line)
                yield Problem(m.path, at, Code.PORTABLE, message, hint, edits)


def _with_bars(first: int, lines: list[str], place: int) -> tuple[Edit, ...]:
    """Edits that put bars around the rows of a table of which ``place`` is the delimiter row."""
    start, end = place, place
    while start and "|" in lines[start - 1]:
        start -= 1
    while end < len(lines) and "|" in lines[end]:
        end += 1
    edits: list[Edit] = []
    for at, line in enumerate(lines[start:end], first + start):
        edits += [] if line.startswith("|") else [Edit(at, 0, 0, "| ")]
        edits += [] if line.endswith("|") else [Edit(at, len(line), len(line), " |")]
    return tuple(edits)


def _mended_stars(at: int, line: str) -> tuple[Edit, ...]:
    """Edits that put punctuation behind ``**``, if the line is good then."""
    edits = mend("* 号没有配对、挨在一起或夹着标点", at, line)
    return edits if good_emphasis().match(mended(line, edits)) else ()


def _neighbours(m: Material, lines: list[str]) -> Iterator[Problem]:
    """Lines of different kinds next to each other: parsers differ in which may interrupt which."""
    before = ""
    for at, kind in enumerate(_kinds_of(lines), m.body_line):
        if kind and before and (kind != before or kind in _ALONE):
            message, hint = f"{kind}紧接在{before}后面", "中间空一行"
            edits: tuple[Edit, ...] = (Edit(at, 0, 0, "\n"),)
            line = lines[at - m.body_line]
            if line.startswith("=") and before == "文字":
                message, hint = "小标题是用下面的 === 表示的", "写成“## 小标题”，去掉 ==="
                edits = (Edit(at - 1, 0, 0, "## "), Edit(at, 0, len(line), ""))
            elif (kind, before) == ("文字", "列表"):
                hint = "是同一项就接在上一行后面；是另一段，中间空一行"
            yield Problem(m.path, at, Code.PORTABLE, message, hint, edits)
        before = kind


def _kinds_of(lines: list[str]) -> Iterator[str]:
    """The kind of block each line is part of; ``""`` for an empty line.

    ``["- 甲", "", "    乙", "丙"]`` gives 列表, ``""``, 列表下的文字, 文字.
    """
    inside = ""
    for previous, line in pairwise(["", *lines]):
        if not line.strip():
            yield ""
            continue
        kind = next((kind for kind, begins in _LINE_KINDS if begins.match(line)), "文字")
        if not (kind == "文字" and inside in _IN_A_LIST and line.startswith(" ")):
            inside = kind
        elif not previous:
            inside = "列表下的文字"
        yield inside


def _lists(m: Material, lines: list[str]) -> Iterator[Problem]:
    """Lists that change their mark, or whose levels are not indented by four."""
    marks: dict[int, str] = {}
    outermost, inside_box = -1, False
    is_shallow = not any(line.startswith("    ") for line in lines)
    for at, (line, kind) in enumerate(zip(lines, _kinds_of(lines), strict=True), m.body_line):
        indent = len(line) - len(line.lstrip(" "))
        if kind in _IN_A_LIST:
            wanted = "    " if any(n < indent for n in marks) else ""
            for message, hint in _list_slips(marks, line, indent, outermost):
                deepen = is_shallow and message.startswith("列表缩进了") and _LIST_ITEM.match(line)
                edits = (Edit(at, 0, indent, wanted),) if deepen else ()
                yield Problem(m.path, at, Code.PORTABLE, message, hint, edits)
        elif kind:
            marks = {}
            if indent and kind not in ("标题", "引文") and not inside_box:
                hint, removal = "让这一行顶格", mend("行首有空格", at, line)
                yield Problem(m.path, at, Code.PORTABLE, "行首有空格", hint, removal)
            inside_box = bool(_compiled(_ADMONITION).match(line)) or (inside_box and indent > 0)
        outermost = -1 if not kind else indent if outermost < 0 else outermost


def _list_slips(
    marks: dict[int, str], line: str, indent: int, outermost: int
) -> Iterator[tuple[str, str]]:
    """Message and hint for each slip in one line of a list.

    ``marks`` holds the mark of each open level by its indent, and is updated here. ``outermost`` is
    the indent of the first of the lines directly above, -1 below an empty line.
    """
    item = _LIST_ITEM.match(line)
    if not item and outermost >= 0:
        return
    if indent % 4 or indent > max(marks, default=-4) + 4:
        yield f"列表缩进了 {indent} 格", "下一级列表和列表项里的另一段缩进 4 格"
    if indent < outermost:
        yield "上一级列表项紧接在下一级后面", "中间空一行"
    for deeper in [n for n in marks if n > indent or (n == indent and not item)]:
        del marks[deeper]
    if any(len(mark) > 3 for n, mark in marks.items() if n < indent):
        yield "三位数的序号下面有缩进", "列表在这里分开，或不分级"
    if item:
        mark = item[2].lstrip("0123456789")
        before = marks.get(indent, mark).lstrip("0123456789")
        if mark != before and (outermost >= 0 or (mark in ".)") == (before in ".)")):
            hint = "用同一种记号；要另起列表，先写一段文字"
            yield f"一个列表里换了记号：先用 {before} 后用 {mark}", hint
        marks[indent] = item[2]


def _tildes(m: Material, lines: list[str]) -> Iterator[Problem]:
    """Tildes on two lines of a paragraph: the forge strikes out what stands between them."""
    inside = False
    for at, line in enumerate(lines, m.body_line):
        if not line.strip(" >") or line.startswith("|") or _LIST_ITEM.match(line):
            inside = False
        if inside and "~" in line:
            hint = "改用文字或“～”"
            yield Problem(m.path, at, Code.PORTABLE, "两行里各有一个 ~，中间会被当成删除线", hint)
        inside = inside or "~" in line


_DELIMITERS: Final = re.compile(r"\|(?: *:?-+:? *\|)+")


def _tables(m: Material, lines: list[str], body: str) -> Iterator[Problem]:
    """Tables without a delimiter row or body, and rows with more or fewer cells than the head.

    Every parser drops the cells that are too many. A bar in code parts cells for the forge alone.
    """
    if "`" in body:
        for number, (line, text) in enumerate(zip(lines, body.split("\n"), strict=True)):
            if line.startswith("|") and line.count("|") < text.count("|"):
                hint = "代码写到表格外面，或不写竖线"
                at = m.body_line + number
                yield Problem(m.path, at, Code.PORTABLE, "表格的代码里有竖线", hint)
    start, width, has_delimiters = 0, 0, False
    for number, line in enumerate([*lines, ""]):
        at = m.body_line + number
        if not line.startswith("|"):
            if start == 2 and has_delimiters:
                hint = "写上内容，或删掉表格"
                yield Problem(m.path, at - 1, Code.PORTABLE, "表格只有表头", hint)
            start = 0
            continue
        cells = line[1:].removesuffix("|").count("|") + 1 if len(line) > 1 else 0
        start += 1
        if start == 1:
            width = cells
            below = lines[number + 1] if number + 1 < len(lines) else ""
            has_delimiters = bool(_DELIMITERS.fullmatch(below))
            if not has_delimiters:
                hint = "表头下面一行写 | --- | --- |，每格一组"
                edits = (Edit(at + 1, 0, 0, f"|{' --- |' * cells}\n"),) if cells else ()
                yield Problem(m.path, at, Code.PORTABLE, "表头下面没有分隔行", hint, edits)
        elif cells != width and "\\|" not in line:
            message = f"这一行有 {cells} 格，表头有 {width} 格"
            hint = "补上或去掉 |，多出的格子不会显示；格子里的竖线写全角“｜”"
            yield Problem(m.path, at, Code.PORTABLE, message, hint)
