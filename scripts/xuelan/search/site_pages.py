"""The site's own pages as documents: what a reader looks for by the words of the menu.

Pages that list materials and nothing else are left out; a material is found by itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from xuelan.model.catalog import Catalog
from xuelan.model.docs import HandWritten
from xuelan.model.kit import Kit
from xuelan.search.document import DocumentRef, Facets, IndexDocument, Passage, Zone
from xuelan.text.digests import key_of, program

KIND: Final = "网站页面"
MENU_WORDS: Final = {
    "about/": "关于 关于本站 本站说明 简介",
    "accessibility/": "无障碍 读屏 大字 键盘操作",
    "activities/": "活动 学习活动",
    "contributing/": "投稿 更正 纠错 勘误 怎么投稿",
    "contributing/kits/": "套装配置",
    "downloads/": "下载 学习套装 套装 附件 订阅 订阅源 RSS 数据",
    "figures/": "数字 图表 统计图",
    "glossary/": "词条 名词解释 词汇表 术语",
    "own-kit/": "本支部套装 自制套装",
    "paths/": "学习路径 阅读路径 阅读顺序",
    "quiz/": "自测 自测题 测验 测试题 答题",
    "rights/": "版权 转载 授权 许可 来源",
    "timeline/": "年表 大事记 时间线 时间轴",
}
"""By address, other words for a page; a question that is one of them brings the page first."""

_LINK: Final = re.compile(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
_HEADING: Final = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_MARKS: Final = re.compile(r"\*\*|__|^\s*(?:[-*+>]|\d+\.)\s+|^\s*\|?[\s|:-]+\|?$|<[^>]*>")
Texts = Iterable[tuple[str, str, str]]
"""Passages of a page: anchor, label, text."""


def list_site_pages(catalog: Catalog) -> list[DocumentRef]:
    """Return a reference to every page of the site that has words of its own."""
    found = [*_list_data_pages(catalog), *_list_kit_pages(catalog.kits)]
    found += [_read_page(catalog, page) for page in catalog.docs.pages if page.address]
    return [_refer_to(document) for document in found if len(document.passages) > 1]


def _refer_to(document: IndexDocument) -> DocumentRef:
    words = tuple(MENU_WORDS.get(document.url, "").split())
    facets = Facets(KIND, "", "", (), (document.title, *words))
    texts = [(p.anchor, p.label, p.text) for p in document.passages]
    key = key_of(program(), document.url, document.title, texts)
    face = key_of(document.url, document.title, words)
    return DocumentRef(
        key, face, document.id, lambda: facets, lambda: document, (document.title, *words)
    )


def _make(address: str, title: str, summary: str, texts: Texts) -> IndexDocument:
    """Make the document of one page."""
    words = MENU_WORDS.get(address, "").replace(" ", "，")
    rows = [
        Passage(Zone.TITLE, "", "", title),
        Passage(Zone.FIELD, "", "提要", summary),
        Passage(Zone.FIELD, "", "又称", words),
        *(Passage(Zone.BODY, anchor, label, text) for anchor, label, text in texts),
    ]
    passages = tuple(
        Passage(p.zone, p.anchor, p.label, unicodedata.normalize("NFC", p.text))
        for p in rows
        if p.text
    )
    name = f"page-{address.strip('/').replace('/', '-')}"
    return IndexDocument(name, address, passages[0].text, KIND, "", "", passages)


def _list_data_pages(catalog: Catalog) -> Iterator[IndexDocument]:
    """Yield the pages made from data files, and those of activities."""
    column = catalog.column
    activities = [(a.id, a.name, a.due_text, a.summary) for a in column.activities]
    summary = "、".join(name for _, name, _, _ in activities)
    yield _make("activities/", "学习活动", summary, (("", n, t) for _, n, _, t in activities))
    for name, title, due, text in activities:
        yield _make(f"activities/{name}/", title, text, [("", "期限", due)])
    yield _make("quiz/", "自测", "自测题，每题注明出处。", _list_questions(catalog))
    dated = [f for f in catalog.facts.values() if f.timeline and f.date]
    dated.sort(key=lambda f: (f.date.ljust(10, "~"), f.id))
    rows = ((f.id, f.date, f.statement) for f in dated)
    yield _make("timeline/", "年表", "按年月排列的大事。", rows)
    figures = ((f.id, f.title, f"{f.title}。{f.note}") for f in catalog.figures)
    yield _make("figures/", "数字", "图和表，每个数字注明年份和出处。", figures)
    terms = (("", t.title, f"{t.title}。{t.summary}") for t in catalog.terms)
    yield _make("glossary/", "词条", "文件和报道里的名词。", terms)
    intros = (("", p.title, f"{p.title}。{p.intro}") for p in catalog.paths)
    yield _make("paths/", "学习路径", "按对象排好的阅读顺序。", intros)
    for path in catalog.paths:
        steps = (("", "为什么读", step.why) for step in path.steps)
        yield _make(path.address, f"{path.title}学习路径", path.intro, steps)


def _list_questions(catalog: Catalog) -> Texts:
    for q in catalog.questions:
        yield q.id, "自测题", "。".join((q.question, *q.options))
        yield q.id, "解析", q.explain


def _list_kit_pages(kits: tuple[Kit, ...]) -> Iterator[IndexDocument]:
    offers = (("kits", k.title, f"{k.title}。{k.summary}") for k in kits)
    yield _make("downloads/", "下载", "学习套装、附件、订阅源和全部数据。", offers)
    for kit in kits:
        held = (("表格", kit.forms), ("格式", kit.formats))
        yield _make(kit.address, kit.title, kit.summary, (("", n, "，".join(t)) for n, t in held))


def _read_page(catalog: Catalog, page: HandWritten) -> IndexDocument:
    """Read a hand-written page: its headings, and its lines without Markdown's marks."""
    title, label, texts = str(page.front.get("title", "")), "", []
    for line in page.lines:
        if heading := _HEADING.fullmatch(line):
            label = _strip_marks(heading[2])
            if len(heading[1]) == 1:
                title = title or label
                continue
            texts.append(("", "小标题", label))
        elif text := _strip_marks(line):
            texts.append(("", label, text))
    summary = str(page.front.get("description", ""))
    return _make(page.address, title or catalog.column.title, summary, texts)


def _strip_marks(line: str) -> str:
    return _MARKS.sub("", _LINK.sub(r"\1", line)).replace("|", " ").strip()
