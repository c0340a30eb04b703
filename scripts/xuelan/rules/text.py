"""Rules about the text of a material: headings, links, citations and quotations."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from ahocorasick_rs import AhoCorasick

from xuelan.model.catalog import Catalog
from xuelan.model.facts import LOW, MEDIUM
from xuelan.model.material import WITHDRAWN, Material
from xuelan.rules.files import join_path, locate
from xuelan.rules.front import find_template_words
from xuelan.rules.grouping import one_a_block
from xuelan.rules.layout import layout_rules
from xuelan.rules.lost_signs import lost_sign_rules
from xuelan.rules.pictures import check_pictures
from xuelan.rules.portable import is_ordinary, portable_rules
from xuelan.rules.punctuation import check_signs
from xuelan.rules.slips import mended_citation, slip_rules
from xuelan.text import prose
from xuelan.text.problem import Code, Problem, did_you_mean
from xuelan.text.scan import Details, Quotation, Scan, bare
from xuelan.text.source import is_file

BEGINNING: Final = 10
"""Quotations are looked for by so many first characters: with a long one that repeats itself, the
automaton takes time in proportion to the square of its length."""
MOST_PLACES: Final = 50
"""At up to so many places the rest of a quotation is compared; above, ``str.find`` looks for it."""

Quoted = dict[str, list[tuple[Material, Quotation]]]
"""Quotations and the materials that quote them, by their beginnings."""


def text_rules(catalog: Catalog, materials: Sequence[Material] | None = None) -> Iterator[Problem]:
    """Links, citations and quotations that do not fit the rest of the column.

    If ``materials`` are given, only their texts are looked at. Most texts pass by two comparisons
    of sets.
    """
    chosen = catalog.materials if materials is None else materials
    readable = {m.path for m in catalog.materials if m.is_public}
    for m in chosen:
        text = catalog.scan_of(m)
        if not text.plain or not readable.issuperset(text.targets):
            yield from _links(catalog, m, text)
        if not (catalog.citable.issuperset(text.cited) and catalog.sound.issuperset(text.stated)):
            yield from _citations(catalog, m, text.unpack())
    if not catalog.unread:
        yield from _quotations(catalog, chosen)


def materials_linking_to(catalog: Catalog, m: Material) -> list[Material]:
    """The other materials whose texts may link to a heading of ``m``."""
    name = posixpath.basename(m.path)
    return [
        other
        for other in catalog.materials
        if other.path != m.path
        and not (text := catalog.scan_of(other)).plain
        and any("#" in k.target and name in unquote(k.target) for k in text.unpack().links)
    ]


def check_text(m: Material, body: str, lines: list[str] | None = None) -> Iterator[Problem]:
    """What is wrong with the text ``body`` of ``m`` by itself.

    ``lines`` are those of :func:`xuelan.text.prose.lines`, if the caller has them.
    """
    text = prose.lines(body) if lines is None else lines
    found = list(_check(m, body, text))
    if "`" in body:
        found = [_without_edits_of_code(m, p, body.split("\n"), text) for p in found]
    yield from one_a_block(found, m.body_line, text)


def _without_edits_of_code(m: Material, p: Problem, raw: list[str], text: list[str]) -> Problem:
    """``p`` without edits if one of them would write code as it is blanked out in ``text``."""
    for e in p.edits:
        place, part = e.line - m.body_line, slice(e.start, e.end)
        if place < len(raw) and raw[place][part] != text[place][part]:
            return replace(p, edits=())
    return p


def _check(m: Material, body: str, text: list[str]) -> Iterator[Problem]:
    if (not body or body.isspace()) and m.status != WITHDRAWN:
        hint = "没有原文的，写一两句已知情况，文字状态用“原文待补”"
        yield Problem(m.path, m.body_line, Code.EMPTY_TEXT, "没有正文", hint)
    yield from _headings(m, text)
    if "]" in body:
        yield from _odd_links(m, text)
    if "![" in body:
        yield from check_pictures(m, text)
    if "<" in body:
        yield from _raw_html(m, text)
    ordinary = is_ordinary(body)
    yield from portable_rules(m, body, text, ordinary=ordinary)
    yield from layout_rules(m, body, text, ordinary=ordinary)
    yield from slip_rules(m, body, text)
    yield from lost_sign_rules(m, body, text)
    yield from check_signs(m, body, text)
    yield from find_template_words(m, body)


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


_TAG_NAME: Final = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)")
_TAG_HINTS: Final = {
    "table tr td th thead tbody tfoot caption col colgroup": (
        "表格写成 | 甲 | 乙 |，第二行写 | --- | --- |；太复杂的把原表作为附件"
    ),
    "b strong i em u ins mark": "强调写成 **文字**",
    "br": "换段就空一行；表格的格子里用“；”隔开",
    "sup sub": "上标、下标直接写 ²、³、₂ 这样的字",
    "ruby rt rp rb": "注音写在字后面的（）里",
    "img": "图片写成 ![画面内容](文件)",
    "a": "链接写成 [文字](文件.md)",
    "h1 h2 h3 h4 h5 h6": "小标题写成 ## 标题",
    "ul ol li": "列表写成“- 文字”",
    "p div span font center o style script": "删掉尖括号和里面的代码，只留文字",
}


def _raw_html(m: Material, text: list[str]) -> Iterator[Problem]:
    for number, tag in prose.tags(text):
        line = m.body_line + number - 1
        if tag[1] in "/!?" or tag.endswith(">"):
            yield Problem(
                m.path, line, Code.RAW_HTML, f"写了 HTML 代码“{tag[:30]}”", _tag_hint(tag)
            )
        else:
            hint = "小于号写成全角“＜”；是 HTML 代码就删掉"
            yield Problem(m.path, line, Code.RAW_HTML, f"“{tag[:30]}”会被当成 HTML 代码", hint)


def _tag_hint(tag: str) -> str:
    if tag.startswith("<!"):
        return "不给读者看的话，删掉"
    match = _TAG_NAME.match(tag)
    for names, hint in _TAG_HINTS.items():
        if match and match[1].lower() in names.split():
            return hint
    return "直接写文字；要显示尖括号请用《》或〈〉"


def _links(catalog: Catalog, m: Material, text: Scan) -> Iterator[Problem]:
    """The bad ones among all links of a text."""
    for link in text.unpack().links:
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
    elif unquote(parts.path) != link.target and _is_name(catalog, m, link.target):
        message = f"链接“{link.target}”里的 #、? 或 % 有别的意思"
        yield Problem(m.path, line, Code.DEAD_LINK, message, f"写成 {quote(link.target)}")
    elif parts.path:
        yield from _file_link_problems(
            catalog, m, unquote(parts.path), unquote(parts.fragment), line
        )
    elif parts.fragment and unquote(parts.fragment) not in catalog.scan_of(m).unpack().anchors:
        yield Problem(m.path, line, Code.DEAD_LINK, f"本页没有段落“{unquote(parts.fragment)}”")
    elif not parts.fragment:
        yield Problem(m.path, line, Code.DEAD_LINK, "链接没有写目标")


def _is_name(catalog: Catalog, m: Material, target: str) -> bool:
    """True if a file is called just as the link is written, with signs that a link has to quote."""
    return not target.startswith("#") and is_file(catalog.column.root / join_path(m.path, target))


def _file_link_problems(
    catalog: Catalog, m: Material, path: str, fragment: str, line: int
) -> Iterator[Problem]:
    column = catalog.column
    target = posixpath.normpath(posixpath.join(posixpath.dirname(m.path), path))
    if target.startswith(column.docs_dir + "/") and target.endswith(".md"):
        yield from _page_link_problems(catalog, m, path, target, fragment, line)
        return
    if odd := _page_for_file(catalog, m, path, line):
        yield odd
        return
    if _BACKSLASH.search(path):
        return  # reported with its edits when the text was read
    if not path.endswith(".md"):
        found, problems = locate(column.root, m.path, path, line)
        yield from problems
        published = {a.path for a in m.attachments} | {a.path for a in m.media}
        if found and found not in published:
            hint = "在信息栏的 attachments 或 media 里写上它，网站才会带上这个文件"
            yield Problem(m.path, line, Code.DEAD_LINK, f"“{path}”没有登记为附件或媒体", hint)
        return
    if target not in catalog.unread:
        yield from _material_link_problems(catalog, m, path, target, fragment, line)


def _material_link_problems(
    catalog: Catalog, m: Material, path: str, target: str, fragment: str, line: int
) -> Iterator[Problem]:
    """What is wrong with a link, written as ``path``, to the material in the file ``target``."""
    other = catalog.by_path.get(target)
    if other is None:
        name = posixpath.basename(path).removesuffix(".md")
        now = catalog.moved.get(name, "")
        near = f"已改名，写成“{now}”" if now else did_you_mean(name, catalog.by_id)
        if match := _NEAR.search(near):
            near = near.replace(match[0], f"“{_way_to(catalog, m, match[1])}”")
        yield Problem(m.path, line, Code.DEAD_LINK, f"链接的材料“{path}”不存在", near)
    elif fragment and fragment not in catalog.scan_of(other).unpack().anchors:
        yield Problem(m.path, line, Code.DEAD_LINK, f"“{path}”里没有段落“{fragment}”")
    elif m.is_public and not other.is_public:
        yield Problem(m.path, line, Code.DEAD_LINK, f"“{path}”没有发布，读者打不开")


def _page_link_problems(
    catalog: Catalog, m: Material, path: str, target: str, fragment: str, line: int
) -> Iterator[Problem]:
    """What is wrong with a link to the hand-written page in the file ``target``."""
    page = catalog.docs.by_path.get(target)
    if page is not None:
        if fragment and page.anchors is not None and fragment not in page.anchors:
            near = did_you_mean(fragment, page.anchors)
            message = f"“{path}”里没有段落“{fragment}”"
            yield Problem(m.path, line, Code.DEAD_LINK, message, near)
    elif target in (*catalog.docs.unpublished, *catalog.docs.strays):
        yield Problem(m.path, line, Code.DEAD_LINK, f"“{path}”没有发布，读者打不开")
    elif target not in catalog.docs.unread:
        near = did_you_mean(posixpath.basename(path), map(posixpath.basename, catalog.docs.by_path))
        yield Problem(m.path, line, Code.DEAD_LINK, f"链接的页面“{path}”不存在", near)


def _page_for_file(catalog: Catalog, m: Material, path: str, line: int) -> Problem | None:
    """The problem of a link to a page of the site, or to an id, instead of a file."""
    stem, _, ending = posixpath.basename(path).partition(".")
    if not (ending.lower() in ("html", "htm") or (not ending and stem in catalog.by_id)):
        return None
    hint = f"写成 {_way_to(catalog, m, stem)}" if stem in catalog.by_id else "写成 [文字](文件.md)"
    message = f"“{path}”不是文件名，链接要写材料的文件"
    return Problem(m.path, line, Code.DEAD_LINK, message, hint)


_BACKSLASH: Final = re.compile(r"\\(?![#*_+.-])")
_NEAR: Final = re.compile(r"“(.*)”")


def _way_to(catalog: Catalog, m: Material, name: str) -> str:
    """How a link in the text of ``m`` names the file of the material ``name``."""
    return posixpath.relpath(catalog.by_id[name].path, posixpath.dirname(m.path))


def _citations(catalog: Catalog, m: Material, text: Details) -> Iterator[Problem]:
    """The citations of a text that are not well formed, or cite what must not be cited so."""
    for citation in text.miswritten:
        if mended_citation(citation.raw):
            continue  # reported with its edits when the text was read
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
    """True for a fact that a sentence may only pass on as a report."""
    fact = catalog.facts.get(cited)
    return fact is not None and fact.confidence == MEDIUM


def _quotations(catalog: Catalog, materials: Sequence[Material]) -> Iterator[Problem]:
    """Quotations that are not known word for word.

    One automaton finds the beginnings of all quotations in one pass over all that may be quoted.
    Full texts of others are sources too. They are read only for what is found nowhere else.
    """
    quoted: Quoted = {}
    for m in materials:
        if m.is_source:
            continue
        for quotation in catalog.scan_of(m).quotations:
            quoted.setdefault(quotation.words[:BEGINNING], []).append((m, quotation))
    text = _known_words(catalog) if quoted else ""
    unknown = _look_up(quoted, text)
    for source in catalog.materials if unknown else ():
        if source.is_source:
            unknown = _look_up(unknown, _bare_text(catalog.body_of(source)))
    rows = [row for rows in unknown.values() for row in rows]
    if rows and not catalog.facts and catalog.has_read("facts"):
        yield _unchecked(rows)
        return
    for m, quotation in rows:
        message = f"“{quotation.text[:24]}”查不到原文"
        hint = "原话须与事实库、书目或收录的全文一字不差；不是原话就去掉引号"
        line = m.body_line + quotation.line - 1
        yield Problem(m.path, line, Code.QUOTATION, message, hint)


def _look_up(quoted: Quoted, text: str) -> Quoted:
    """The quotations that ``text`` does not contain."""
    if not quoted:
        return quoted
    found: list[list[int]] = [[] for _ in quoted]
    for number, start, _ in AhoCorasick(quoted).find_matches_as_indexes(text, overlapping=True):
        found[number].append(start)
    left: Quoted = {}
    for places, (beginning, rows) in zip(found, quoted.items(), strict=True):
        missing = [(m, q) for m, q in rows if not _is_known(q.words, text, places)]
        if missing:
            left[beginning] = missing
    return left


def _unchecked(rows: list[tuple[Material, Quotation]]) -> Problem:
    """One note for all quotations of a column that has nothing to compare them with."""
    m, quotation = min(rows, key=lambda row: (row[0].path, row[1].line))
    message = f"全栏目有 {len(rows)} 处引号里的长句没有核对，还没有事实库 materials/facts.yml"
    hint = "把核对过的原话写进事实库，以后引用时就会逐字比较"
    line = m.body_line + quotation.line - 1
    return Problem(m.path, line, Code.UNCHECKED_QUOTATION, message, hint)


_MARKUP: Final = re.compile(r"\[@[^\]\n]*\]|[*_#>|\\\\]")


def _bare_text(body: str) -> str:
    """The words of a text, as quotations from it are compared."""
    return bare(_MARKUP.sub("", body))


def _is_known(words: str, text: str, places: list[int]) -> bool:
    """True if ``text`` contains ``words``, whose beginning stands at each of ``places``."""
    if len(places) > MOST_PLACES:
        return words in text
    return any(text.startswith(words, place) for place in places)


def _known_words(catalog: Catalog) -> str:
    """All that may be quoted, joined by a character that no text contains."""
    words: list[str] = [f.statement for f in catalog.facts.values()]
    words += [w.title for w in catalog.works.values()]
    words += [m.title for m in catalog.materials] + [m.original_title for m in catalog.materials]
    words += [f"{a.name}{a.summary}" for a in catalog.column.activities]
    words += [catalog.column.title, catalog.column.tagline]
    return bare("\0".join(words))
