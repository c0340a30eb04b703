"""A web page before it is read: its encoding, where its text stands, what it says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree, html

from xuelan.editing.importing.archive import NotImportedError
from xuelan.editing.importing.blocks import Ledger, bare
from xuelan.editing.importing.encodings import Decoded, decode_text

DEEPEST: Final = 200
"""Elements that may stand inside each other; a page of a newspaper has thirty."""

_CHARSET: Final = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
NEVER: Final = frozenset(
    ("script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math",
     "canvas", "select", "option", "textarea", "button", "input", "audio", "video", "head", "title")
)  # fmt: skip
_AROUND: Final = frozenset(("nav", "aside", "footer", "form", "header"))
_MAIN: Final = (
    "//article", "//main", "//*[@role='main']",
    "//*[@id='UCAP-CONTENT' or @id='zoom' or @id='Zoom' or @id='rwb_zw' or @id='js_content']",
    "//*[contains(concat(' ', @class, ' '), ' TRS_Editor ')]",
    "//*[contains(concat(' ', @class, ' '), ' pages_content ')]",
    "//*[contains(concat(' ', @class, ' '), ' article-content ')]",
    "//*[@id='article' or @id='content' or @class='article' or @class='content']",
)  # fmt: skip
_OFFICE_AROUND: Final = frozenset({"header", "footer"})
"""Titles of the boxes that LibreOffice puts a page's header and footer into."""
_METAS: Final = {
    "articletitle": "title", "og:title": "title",
    "pubdate": "issued", "publishdate": "issued", "article:published_time": "issued",
    "contentsource": "outlet", "source": "outlet", "mediaid": "outlet",
    "author": "author", "og:url": "source",
}  # fmt: skip


def decode_page(data: bytes, ledger: Ledger) -> str:
    """The text of a page: a mark or strict UTF-8 counts more than what the page says of itself."""
    named = _CHARSET.search(data[:4000])
    name = named[1].decode("ascii", "replace").lower() if named else ""
    name = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}.get(name, name)
    if not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        for codec in dict.fromkeys(("utf-8", name)):
            try:
                text = data.decode(codec)
            except (UnicodeDecodeError, LookupError):
                continue
            if codec != "utf-8" or max(text, default="") >= "\u0800" or text.isascii():
                return text
    decoded: Decoded = decode_text(data)
    ledger.tell(f"网页的编码按 {decoded.name} 读。")
    return decoded.text


def parse_page(text: str) -> Any:
    """The tree of a page. Raises :class:`NotImportedError` for one that is empty or too deep."""
    parser = html.HTMLParser(
        no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    try:
        tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise NotImportedError("网页里没有内容，或写法有损坏，读不出来。") from error
    depth = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise NotImportedError("网页的标签套得太深，不像是普通网页。")
    return tree


_OUTSIDE: Final = "导航、页脚和正文以外的文字"


def find_content(body: Any) -> Any:
    """The part of a page that holds its text; the whole if no part is marked as such."""
    every = len(bare(body.text_content()))
    for path in _MAIN:
        found = [e for e in body.xpath(path) if len(bare(e.text_content())) >= 0.2 * every]
        if found:
            return max(found, key=lambda e: len(e.text_content()))
    return body


def find_title(body: Any, content: Any) -> Any:
    """The page's one h1, if it stands above its content."""
    titles = [h for h in body.iter("h1") if bare(h.text_content())]
    if len(titles) != 1 or titles[0] is content or content in titles[0].iterancestors():
        return None
    return None if content is body else titles[0]


def find_hints(tree: Any) -> dict[str, str]:
    """What a page's head says of it."""
    hints: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = (meta.get("name") or meta.get("property") or "").lower()
        words = " ".join((meta.get("content") or "").split())
        if name in _METAS and words and _METAS[name] not in hints:
            hints[_METAS[name]] = words
    if match := re.match(r"(\d{4})-(\d\d?)-(\d\d?)", hints.pop("issued", "")):
        hints["issued"] = f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}"
    if tree.xpath(
        "//meta[@name='generator'][contains(@content, 'Office') or contains(@content, 'Word')]"
    ):
        hints.pop("author", None)  # whoever saved the file
    title = tree.findtext(".//title")
    if title and "title" not in hints:
        hints["title"] = re.split(r"\s*[-_|—–]{1,2}\s*(?=\S{2,12}$)", " ".join(title.split()))[0]
    return {key: words for key, words in hints.items() if words}


def count_page(body: Any, content: Any, title: Any, *, whole: bool) -> dict[str, str]:
    """The characters of a page by where they stand, counted over all its text nodes."""
    found: dict[str, list[str]] = {"正文": [], _OUTSIDE: [], "隐藏的文字": []}
    stack = [(body, False)]
    while stack:
        element, hidden = stack.pop()
        if not isinstance(element.tag, str) or element.tag in NEVER:
            continue
        hidden = hidden or is_hidden(element)
        for text, owner in ((element.text, element), *((c.tail, element) for c in element)):
            if text and bare(text):
                inside = owner in (content, title) or any(
                    e in (content, title) for e in owner.iterancestors()
                )
                skipped = not whole and any(map(is_around, _between(owner, content)))
                kind = "正文" if inside and not skipped else _OUTSIDE
                found["隐藏的文字" if hidden else kind].append(text)
        stack += [(child, hidden) for child in reversed(list(element))]
    return {kind: "".join(texts) for kind, texts in found.items()}


def _between(element: Any, content: Any) -> Iterator[Any]:
    """``element`` and what stands around it, up to the content."""
    while element is not None and element is not content:
        yield element
        element = element.getparent()


def is_around(element: Any) -> bool:
    """True for what stands around the text of a page."""
    return element.tag in _AROUND or element.get("title") in _OFFICE_AROUND


def is_hidden(element: Any) -> bool:
    """True for an element that browsers do not show."""
    style = re.sub(r"\s", "", element.get("style") or "").lower()
    return (
        "display:none" in style or "visibility:hidden" in style or "mso-hide:all" in style
        or element.get("hidden") is not None
    )  # fmt: skip
