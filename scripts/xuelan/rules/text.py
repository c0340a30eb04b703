"""Rules about the text of a material: headings, links, citations, quotations, portable Markdown."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Final
from urllib.parse import unquote, urlsplit

from ahocorasick_rs import AhoCorasick

from xuelan.model.catalog import Catalog
from xuelan.model.facts import LOW, MEDIUM
from xuelan.model.material import WITHDRAWN, Material
from xuelan.rules.files import locate
from xuelan.text import prose
from xuelan.text.problem import Code, Problem, did_you_mean
from xuelan.text.scan import Details, Quotation, Scan, bare
from xuelan.text.source import is_file

BEGINNING: Final = 10
"""Characters by which a quotation is looked for first. (The finder takes time in proportion to the
square of a long one that repeats itself.)"""
MOST_PLACES: Final = 50
"""Places at which the rest of a quotation is looked for; with more, the text is looked through."""


def text_rules(catalog: Catalog, materials: Sequence[Material] | None = None) -> Iterator[Problem]:
    """How the texts fit the rest of the column, one material after another.

    Of ``materials`` where they are given, else of all.
    """
    chosen = catalog.materials if materials is None else materials
    readable = {m.path for m in catalog.materials if m.is_public}
    for m in chosen:
        text = catalog.scan_of(m)
        if not text.plain or not readable.issuperset(text.targets):
            yield from _links(catalog, m, text)
        if not (catalog.citable.issuperset(text.cited) and catalog.sound.issuperset(text.stated)):
            yield from _citations(catalog, m, text.closely())
    if not catalog.unread:
        yield from _quotations(catalog, chosen)


def linking(catalog: Catalog, m: Material) -> list[Material]:
    """The other materials whose texts may link to a part of ``m``."""
    name = posixpath.basename(m.path)
    return [
        other
        for other in catalog.materials
        if other.path != m.path
        and not (text := catalog.scan_of(other)).plain
        and any("#" in k.target and name in unquote(k.target) for k in text.closely().links)
    ]


def own_rules(m: Material, body: str, lines: list[str] | None = None) -> Iterator[Problem]:
    """What can be said of one text by itself.

    ``lines`` are those of :func:`xuelan.text.prose.lines` where they are at hand.
    """
    text = prose.lines(body) if lines is None else lines
    if (not body or body.isspace()) and m.status != WITHDRAWN:
        hint = "没有原文的，写一两句已知情况，文字状态用“原文待补”"
        yield Problem(m.path, m.body_line, Code.EMPTY_TEXT, "没有正文", hint)
    yield from _headings(m, text)
    if "]" in body:
        yield from _odd_links(m, text)
    if "<" in body:
        yield from _raw_html(m, text)
    if not _ORDINARY_TEXT.fullmatch(body):
        yield from _portable(m, text)
    if "|" in body:
        yield from _tables(m, text)


def _headings(m: Material, text: list[str]) -> Iterator[Problem]:
    level = 1
    for heading in prose.headings(text):
        line = m.body_line + heading.line - 1
        if heading.level == 1:
            hint = "标题已写在信息栏里，正文从 ## 开始"
            yield Problem(m.path, line, Code.HEADING, "正文里不用一级标题", hint)
        elif heading.level > level + 1:
            message = f"从{level}级标题跳到了{heading.level}级"
            yield Problem(m.path, line, Code.HEADING, message, f"改用{'#' * (level + 1)}")
        if not heading.text:
            yield Problem(m.path, line, Code.HEADING, "标题是空的")
        level = heading.level


def _odd_links(m: Material, text: list[str]) -> Iterator[Problem]:
    for number, piece in prose.odd_links(text):
        message = f"链接“{piece[:30]}”的写法认不出来"
        hint = "写成 [文字](文件.md)，写在一行里，文字和文件名里不用括号"
        yield Problem(m.path, m.body_line + number - 1, Code.DEAD_LINK, message, hint)


def _raw_html(m: Material, text: list[str]) -> Iterator[Problem]:
    for number, tag in prose.tags(text):
        message = f"写了 HTML 代码“{tag[:30]}”"
        hint = "直接写文字；要显示尖括号请用《》或〈〉"
        yield Problem(m.path, m.body_line + number - 1, Code.RAW_HTML, message, hint)


_UNPORTABLE: Final = (
    (re.compile(r"\t"), "行里有 Tab", "改用空格"),
    (re.compile("[\u00a0\u2000-\u200a\u202f\u205f]"), "有不间断空格一类的空白", "改用空格或删掉"),
    (
        re.compile("^(?:[ >#]|[-*+] |[0-9]+[.)] )*\u3000|\u3000$"),
        "行首或行末有全角空格",
        "删掉它，缩进由版式来做",
    ),
    (
        re.compile(r"^ *> ?+(?: |[-*+](?: |$)|[0-9]{1,9}[.)](?: |$)|[>|]|(?:=+|-+)$)"),
        "引文里有列表、表格或别的引文",
        "引文里只写文字，每一行写成“> 文字”",
    ),
    (re.compile(r"^ *(?:[-*+]|[0-9]{1,9}[.)])  "), "列表记号后面空了不止一格", "只空一格"),
    (re.compile(r"^[ >]*(?:[-*+]|[0-9]{1,9}[.)])$"), "列表项是空的", "写上文字，或删掉这一行"),
    (re.compile(r"^[ >]*[0-9]{1,9}\)(?: |$)"), "序号后面是 )", "列表写成“1. 文字”"),
    (
        re.compile(r"^ *(?:[-*+]|[0-9]{1,9}[.)]) +(?:(?:[-*+]|[0-9]{1,9}[.)])(?: |$)|>|[=-]+$)"),
        "列表项的文字以记号开头",
        "下一级列表另起一行，缩进 4 格",
    ),
    (
        re.compile(r"^(?![ >]*```)(?:[^`]|` +`)*`(?! +`)"),
        "反引号没有配对",
        "代码写在一行里，前后各一个反引号",
    ),
    (
        re.compile(r"^(?: *(?:>|[-*+] |[0-9]+[.)] ))* *\[[^\[\]]*\]:"),
        "这一行会被当成链接定义，不显示",
        "冒号用“：”",
    ),
    (
        re.compile(r"~~|^(?!\|).*~[^~]+~|~[^~|]+~|~\*|\*~|\[\^|^ *(?:[-*+]|[0-9]+[.)]) \[[ xX]\]"),
        "删除线、脚注和勾选框不支持",
        "改用文字说明",
    ),
    (
        re.compile(r"(?<![0-9A-Za-z\\])_|_(?![0-9A-Za-z])"),
        "下划线不在字母中间",
        "强调用 **文字**；要显示下划线写 \\_",
    ),
    (
        re.compile(r"^(?!\|| *-+$| *- )[ >]*(?=[:| ]*-)[-:| ]+$"),
        "表格的一行没有以 | 开头",
        "写成 | --- | --- |",
    ),
    (re.compile(r"<(?:!(?!--|\[CDATA)|[^<> ]*@)"), "尖括号里有 ! 或 @", "删掉尖括号"),
    (re.compile(r" $"), "行末有空格", "删掉行末的空格；要换段就空一行"),
    (re.compile(r"\\(?![#*_+.-])"), "有反斜杠", "删掉它；反斜杠只写在 # * _ + - . 前面"),
    (
        re.compile(r"^[ >]*(?:```|~~~)"),
        "代码段的开头或结尾写得不对",
        "开头和结尾各写一行 ```，都顶格，一样长",
    ),
    (re.compile(r"^ +(?:#{1,6}(?: |$)|>)"), "标题或引文前面有空格", "让 # 或 > 顶格"),
    (re.compile(r"^(?: *(?:>|[-*+] |[0-9]+[.)] ))+ *#"), "引文或列表里有小标题", "标题单独写一行"),
    (re.compile(r"^#{1,6} .*#$"), "标题末尾有 #", "删掉它"),
    (re.compile(r"^ *#{1,6}[^# ]"), "# 后面没有空格", "标题写成“## 标题”；不是标题的写 \\#"),
)


@cache
def _stars() -> re.Pattern[str]:
    """Lines whose asterisks mean the same everywhere: in pairs, and flanked as CommonMark wants.

    Marks that enclose a punctuation mark need a space or punctuation on their other side, else
    the forge prints them: ``**“重点”**后文``.
    """
    sign = f"[{''.join(_ranges('PS'))}]"
    outside = rf"(?:\s|{sign})"
    kinds = []
    for mark in (r"\*\*", r"\*"):
        opening = rf"(?<!\*)(?:(?:(?<={outside})|^){mark}|{mark}(?!{sign}))(?![*\s])"
        closing = rf"(?<![*\s])(?:(?<!{sign}){mark}|{mark}(?={outside}|$))(?!\*)"
        kinds.append(rf"{opening}(?:[^*\\]|\\[^*])+{closing}")
    return re.compile(rf" *(?:\* )?(?>(?:[^*\\]|\\.|{'|'.join(kinds)})*)$")


def _ranges(kinds: str) -> Iterator[str]:
    """Unbroken runs of characters of these Unicode categories: read faster than one by one."""
    first = None
    for n in range(0x20000 + 1):  # all punctuation and symbols lie below
        inside = n < 0x20000 and unicodedata.category(chr(n))[0] in kinds
        if inside and first is None:
            first = n
        elif not inside and first is not None:
            yield f"\\U{first:08x}-\\U{n - 1:08x}"
            first = None


_LIST_ITEM: Final = re.compile(r"( *)([-*+]|[0-9]{1,9}[.)])(?: |$)")
_KINDS: Final = (
    ("标题", re.compile(r" {0,3}#")),
    ("横线", re.compile(r" *(?:=+|-+) *$")),
    ("表格", re.compile(r"\|")),
    ("引文", re.compile(r" {0,3}>")),
    ("列表", _LIST_ITEM),
)
"""What the beginning of a line makes of it; a line that begins with none of these is text."""
_LISTED: Final = frozenset({"列表", "列表下的文字"})
"""A list's items with the lines that go on with them, and their further paragraphs."""
_ALONE: Final = frozenset({"标题", "横线"})
"""Kinds of which every line is a block of its own."""

_SPACES: Final = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
r"""What ``\s`` stands for, written out so that a set with it is looked up in one step."""
_WORDS: Final = (
    rf"(?>(?:[^*_`~^\\{_SPACES}<]++|<(?!!|[^<> ]*@)| (?! |$)"
    r"|\*\*[\u4e00-\u9fffA-Za-z0-9]+\*\*(?!\*))+)"
)
_BEGINNING: Final = r"(?![\s#>+\[=|:-]|[0-9]+[.)])"
_ORDINARY: Final = re.compile(
    rf"(?!#.*#$)(?:#{{2,6}} |- |[0-9]+\. |> )?{_BEGINNING}{_WORDS}", re.MULTILINE
)
"""Most lines: none of the patterns above is in them, and their asterisks are in order."""

_BLOCKS: Final = (
    rf"(?!#.*#$)(?:#{{2,6}} |> )?{_BEGINNING}{_WORDS}",
    rf"- {_BEGINNING}{_WORDS}(?>(?:\n- {_BEGINNING}{_WORDS})*)",
    rf"[0-9]+\. {_BEGINNING}{_WORDS}(?>(?:\n[0-9]+\. {_BEGINNING}{_WORDS})*)",
    rf"\|{_WORDS}(?>(?:\n\|{_WORDS})*)",
)
_ORDINARY_TEXT: Final = re.compile(
    rf"\n*+(?>(?:(?>{'|'.join(_BLOCKS)})\n*+(?:(?<=\n\n)|\Z))*)", re.MULTILINE
)
"""Most texts: ordinary lines in blocks with empty lines between, which all read alike."""


def _portable(m: Material, text: list[str]) -> Iterator[Problem]:
    """Constructs that the forge's preview and the site read differently."""
    yield from _neighbours(m, text)
    yield from _lists(m, text)
    if sum(line.count("~") for line in text) > 1:
        yield from _tildes(m, text)
    for at, line in enumerate(text, m.body_line):
        if _ORDINARY.fullmatch(line):
            continue
        if "*" in line and not _stars().match(line):
            hint = "加粗写成 **文字**，标点放在外面；乘号用 ×"
            yield Problem(m.path, at, Code.PORTABLE, "* 号没有配对、挨在一起或夹着标点", hint)
        for pattern, message, hint in _UNPORTABLE:
            if pattern.search(line):
                yield Problem(m.path, at, Code.PORTABLE, message, hint)


def _neighbours(m: Material, text: list[str]) -> Iterator[Problem]:
    """Where a block ends is seen alike only with an empty line there."""
    before = ""
    for at, kind in enumerate(_kinds(text), m.body_line):
        if kind and before and (kind != before or kind in _ALONE):
            message = f"{kind}紧接在{before}后面"
            yield Problem(m.path, at, Code.PORTABLE, message, "中间空一行")
        before = kind


def _kinds(text: list[str]) -> Iterator[str]:
    """What each line is part of, nothing for an empty one."""
    inside = ""
    for previous, line in pairwise(["", *text]):
        if not line.strip():
            yield ""
            continue
        kind = next((kind for kind, begins in _KINDS if begins.match(line)), "文字")
        if not (kind == "文字" and inside in _LISTED and line.startswith(" ")):
            inside = kind
        elif not previous:
            inside = "列表下的文字"
        yield inside


def _lists(m: Material, text: list[str]) -> Iterator[Problem]:
    """A list goes on, level by level, with the mark and the indent it began with."""
    marks: dict[int, str] = {}
    outermost = -1
    for at, (line, kind) in enumerate(zip(text, _kinds(text), strict=True), m.body_line):
        indent = len(line) - len(line.lstrip(" "))
        if kind in _LISTED:
            for message, hint in _slips(marks, line, indent, outermost):
                yield Problem(m.path, at, Code.PORTABLE, message, hint)
        elif kind:
            marks = {}
            if indent and kind not in ("标题", "引文"):
                yield Problem(m.path, at, Code.PORTABLE, "行首有空格", "让这一行顶格")
        outermost = -1 if not kind else indent if outermost < 0 else outermost


def _slips(
    marks: dict[int, str], line: str, indent: int, outermost: int
) -> Iterator[tuple[str, str]]:
    """What is wrong with a line of a list, whose ``marks`` so far, by indent, are brought up.

    ``outermost`` is the indent of the first of the lines right above, -1 below an empty one.
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


def _tildes(m: Material, text: list[str]) -> Iterator[Problem]:
    """Two on different lines of a paragraph strike out what is between them."""
    inside = False
    for at, line in enumerate(text, m.body_line):
        if not line.strip(" >") or line.startswith("|") or _LIST_ITEM.match(line):
            inside = False
        if inside and "~" in line:
            hint = "改用文字或“～”"
            yield Problem(m.path, at, Code.PORTABLE, "两行里各有一个 ~，中间会被当成删除线", hint)
        inside = inside or "~" in line


_DELIMITERS: Final = re.compile(r"\|(?: *:?-+:? *\|)+")


def _tables(m: Material, text: list[str]) -> Iterator[Problem]:
    """A row with more cells than the head loses them, whoever renders it."""
    start, width = 0, 0
    for number, line in enumerate([*text, ""]):
        at = m.body_line + number
        if not line.startswith("|"):
            if start == 2:
                hint = "写上内容，或删掉表格"
                yield Problem(m.path, at - 1, Code.PORTABLE, "表格只有表头", hint)
            start = 0
            continue
        cells = line[1:].removesuffix("|").count("|") + 1 if len(line) > 1 else 0
        start += 1
        if start == 1:
            width = cells
            if not _DELIMITERS.fullmatch(text[number + 1] if number + 1 < len(text) else ""):
                hint = "表头下面一行写 | --- | --- |，每格一组"
                yield Problem(m.path, at, Code.PORTABLE, "表头下面没有分隔行", hint)
        elif cells != width:
            message = f"这一行有 {cells} 格，表头有 {width} 格"
            yield Problem(m.path, at, Code.PORTABLE, message, "补上或去掉 |；多出的格子不会显示")


def _links(catalog: Catalog, m: Material, text: Scan) -> Iterator[Problem]:
    """The links of a text that may have a bad one among them."""
    for link in text.closely().links:
        yield from _link_problems(catalog, m, link, m.body_line + link.line - 1)


def _link_problems(catalog: Catalog, m: Material, link: prose.Link, line: int) -> Iterator[Problem]:
    if link.is_image and not link.text.strip():
        hint = "写成 ![画面内容](文件)"
        yield Problem(m.path, line, Code.IMAGE_ALT, "图片没有替代文字", hint)
    try:
        parts = urlsplit(link.target)
    except ValueError:
        yield Problem(m.path, line, Code.DEAD_LINK, f"链接“{link.target}”写法有误")
        return
    if parts.scheme in ("http", "https") or parts.netloc:
        hint = "站外文献登记到 materials/works.yml，正文用 [@编号] 引用"
        yield Problem(m.path, line, Code.OUTBOUND_LINK, f"正文直接链接站外：{link.target}", hint)
    elif parts.scheme:
        message = f"链接“{link.target[:40]}”的写法不安全"
        yield Problem(m.path, line, Code.UNSAFE_LINK, message, "只链接本栏目里的文件")
    elif parts.path:
        yield from _file_link_problems(
            catalog, m, unquote(parts.path), unquote(parts.fragment), line
        )
    elif parts.fragment and unquote(parts.fragment) not in catalog.scan_of(m).closely().anchors:
        yield Problem(m.path, line, Code.DEAD_LINK, f"本页没有段落“{unquote(parts.fragment)}”")
    elif not parts.fragment:
        yield Problem(m.path, line, Code.DEAD_LINK, "链接没有写目标")


def _file_link_problems(
    catalog: Catalog, m: Material, path: str, fragment: str, line: int
) -> Iterator[Problem]:
    column = catalog.column
    target = posixpath.normpath(posixpath.join(posixpath.dirname(m.path), path))
    if target.startswith(column.docs_dir + "/") and target.endswith(".md"):
        if not is_file(column.root / target):
            yield Problem(m.path, line, Code.DEAD_LINK, f"链接的页面“{path}”不存在")
        return
    if not path.endswith(".md"):
        found, problems = locate(column.root, m.path, path, line)
        yield from problems
        published = {a.path for a in m.attachments} | {a.path for a in m.media}
        if found and found not in published:
            hint = "在信息栏的 attachments 或 media 里写上它，网站才会带上这个文件"
            yield Problem(m.path, line, Code.DEAD_LINK, f"“{path}”没有登记为附件或媒体", hint)
        return
    other = catalog.by_path.get(target)
    if target in catalog.unread:
        return
    if other is None:
        near = did_you_mean(posixpath.basename(path), map(posixpath.basename, catalog.by_path))
        yield Problem(m.path, line, Code.DEAD_LINK, f"链接的材料“{path}”不存在", near)
    elif fragment and fragment not in catalog.scan_of(other).closely().anchors:
        yield Problem(m.path, line, Code.DEAD_LINK, f"“{path}”里没有段落“{fragment}”")
    elif m.is_public and not other.is_public:
        yield Problem(m.path, line, Code.DEAD_LINK, f"“{path}”没有发布，读者打不开")


def _citations(catalog: Catalog, m: Material, text: Details) -> Iterator[Problem]:
    """What is cited by a text that cites more than what may be cited without more ado."""
    for citation in text.miswritten:
        message = f"引注“{citation.raw}”写法有误"
        hint = "写成 [@life-001]，几个编号写成 [@life-001; @life-002]"
        line = m.body_line + citation.line - 1
        yield Problem(m.path, line, Code.UNKNOWN_CITATION, message, hint)
    for claim in text.claims:
        line = m.body_line + claim.line - 1
        for i in claim.cited:
            if i not in catalog.facts and i not in catalog.works:
                if not (catalog.has_read("facts") and catalog.has_read("works")):
                    continue
                message = f"引注“{i}”在事实库和书目中都没有"
                hint = did_you_mean(i, [*catalog.facts, *catalog.works])
                yield Problem(m.path, line, Code.UNKNOWN_CITATION, message, hint)
            elif i in catalog.facts and catalog.facts[i].confidence == LOW:
                message = f"“{i}”可信度为 low，不得引用"
                yield Problem(m.path, line, Code.UNKNOWN_CITATION, message)
        medium = [i for i in claim.cited if is_medium(catalog, i)]
        if medium and not claim.reported:
            message = f"引用了 {'、'.join(medium)}（medium），句中没有“据报道”"
            hint = "句中写明“据报道”或“据《某报》报道”"
            yield Problem(m.path, line, Code.HEARSAY, message, hint)


def is_medium(catalog: Catalog, cited: str) -> bool:
    """True for a fact that may only be passed on as reported."""
    fact = catalog.facts.get(cited)
    return fact is not None and fact.confidence == MEDIUM


def _quotations(catalog: Catalog, materials: Sequence[Material]) -> Iterator[Problem]:
    """One walk through all that may be quoted, for the beginnings of all quotations at once."""
    quoted: dict[str, list[tuple[Material, Quotation]]] = {}
    for m in materials:
        for quotation in catalog.scan_of(m).quotations:
            quoted.setdefault(quotation.words[:BEGINNING], []).append((m, quotation))
    text = _known_words(catalog) if quoted else ""
    found: list[list[int]] = [[] for _ in quoted]
    for number, start, _ in AhoCorasick(quoted).find_matches_as_indexes(text, overlapping=True):
        found[number].append(start)
    for places, rows in zip(found, quoted.values(), strict=True):
        for m, quotation in rows:
            if _is_known(quotation.words, text, places):
                continue
            message = f"“{quotation.text[:24]}”查不到原文"
            hint = "原话须与事实库一字不差；不是原话就去掉引号"
            line = m.body_line + quotation.line - 1
            yield Problem(m.path, line, Code.QUOTATION, message, hint)


def _is_known(words: str, text: str, places: list[int]) -> bool:
    """True if ``words`` stand in ``text``, whose ``places`` are where their beginning stands."""
    if len(places) > MOST_PLACES:
        return words in text
    return any(text.startswith(words, place) for place in places)


def _known_words(catalog: Catalog) -> str:
    """Everything a quotation may repeat, joined by a character no text contains."""
    words: list[str] = [f.statement for f in catalog.facts.values()]
    words += [w.title for w in catalog.works.values()]
    words += [m.title for m in catalog.materials] + [m.original_title for m in catalog.materials]
    words += [f"{a.name}{a.summary}" for a in catalog.column.activities]
    words += [catalog.column.title, catalog.column.tagline]
    return bare("\0".join(words))
