"""Rules about the menu (``nav``): its form, and that each entry leads somewhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import yaml

from xuelan.model.catalog import Catalog
from xuelan.model.column import SETTINGS_FILE
from xuelan.rules.addresses import SiteMap, is_page_file, material_at
from xuelan.text.problem import Code, Problem, did_you_mean

_ELSEWHERE: Final = ("http", "https", "mailto", "tel")
_FORM: Final = "写成“- 名称: 页面.md”；分组写“- 组名:”，下面缩进再列各项"
_DEEPEST: Final = 4
_FROM_ROOT: Final = "手写页写文件，如 about.md；程序生成的页写网址，如 /activities/"


def check_menu(catalog: Catalog) -> Iterator[Problem]:
    """Everything that is wrong with the menu in the settings."""
    path = catalog.column.root / SETTINGS_FILE
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    if not re.search(r"^nav *:", text, re.MULTILINE):
        return
    try:
        settings = yaml.compose(text, yaml.CSafeLoader)
    except yaml.YAMLError:
        return  # reading the settings has said so
    pairs = settings.value if isinstance(settings, yaml.MappingNode) else ()
    for key, value in pairs:
        if key.value == "nav":
            for line, message, hint in _Menu(SiteMap(catalog)).read(value):
                yield Problem(SETTINGS_FILE, line, Code.SETTINGS, f"nav {message}", hint)


Fault = tuple[int, str, str]
"""The line, the message and the hint of a problem."""


@dataclass(frozen=True)
class _Menu:
    """Reads the entries of the menu; ``seen`` are the lines of those read, by where they lead."""

    site: SiteMap
    seen: dict[str, int] = field(default_factory=dict)

    def read(self, node: Any, depth: int = 1) -> Iterator[Fault]:
        """What is wrong with the menu, or with a group of it ``depth`` levels down."""
        line = node.start_mark.line + 1
        if node.tag.startswith("!") or node.tag == "tag:yaml.org,2002:null":
            return  # a value from the environment, or none
        if depth > _DEEPEST:
            yield line, f"的分组超过了 {_DEEPEST} 层", "减少层数"
            return
        if not isinstance(node, yaml.SequenceNode):
            yield line, "应为列表", "每项一行，前面写“- ”"
            return
        for item in node.value:
            yield from self._item(item, depth)

    def _item(self, node: Any, depth: int) -> Iterator[Fault]:
        line = node.start_mark.line + 1
        if node.tag.startswith("!"):
            return
        if isinstance(node, yaml.ScalarNode):
            yield from self._leaf(line, None, node)
        elif not isinstance(node, yaml.MappingNode) or len(node.value) != 1:
            yield line, "里有一项写得不对", _FORM
        else:
            [(key, value)] = node.value
            title = key.value.strip() if isinstance(key, yaml.ScalarNode) else ""
            if not title or key.tag == "tag:yaml.org,2002:null":
                yield line, "里有一项没有名称", _FORM
            elif key.tag != "tag:yaml.org,2002:str":
                yield line, f"里的名称“{title}”不是文字", f"加英文引号：'{title}'"
            elif isinstance(value, yaml.SequenceNode):
                if not value.value:
                    yield line, f"里的“{title}”下面没有内容", "写上各项，或删掉这一行"
                yield from self.read(value, depth + 1)
            elif isinstance(value, yaml.ScalarNode):
                yield from self._leaf(line, title, value)
            else:
                yield line, f"里的“{title}”下面应为列表", "每项一行，前面写“- ”"

    def _leaf(self, line: int, title: str | None, node: Any) -> Iterator[Fault]:
        """An entry that leads to a page, or out of the site."""
        target = node.value
        if node.tag.startswith("!"):
            return  # a value from the environment
        if node.tag != "tag:yaml.org,2002:str" or not target.strip():
            yield line, f"里的“{title or target}”没有写页面", _FROM_ROOT
            return
        try:
            parts = urlsplit(target)
        except ValueError:
            yield line, f"里的“{target}”写法有误", ""
            return
        if parts.scheme.lower() in _ELSEWHERE and (parts.netloc or parts.path):
            if not parts.netloc and parts.scheme.lower().startswith("http"):
                yield line, f"里的网址“{target}”不完整", "例如 https://example.org/"
        elif parts.scheme or parts.netloc:
            yield line, f"里的“{target[:60]}”不能链接", "站外网址以 https:// 开头"
        elif self.site.catalog.column.knows_pages:
            yield from self._page(line, target)
        if title is None and not is_page_file(target):
            yield line, f"里的“{target}”没有名称", f"写成“- 名称: {target}”"

    def _page(self, line: int, target: str) -> Iterator[Fault]:
        """An entry that leads to a page of the site, by its file or by its address."""
        parts = urlsplit(target)
        path, anchor = unquote(parts.path), unquote(parts.fragment)
        if is_page_file(path):
            address = self._address(path)
            if address is None:
                yield line, *self._no_file(path)
                return
            if parts.fragment or parts.query or path.startswith("/"):
                rest = target.removeprefix(parts.path)
                yield (
                    line,
                    f"里的“{target}”写得不对",
                    f"写成 {path.lstrip('/')}，或网址 /{address}{rest}",
                )
                return
        else:
            address = path.lstrip("/").removesuffix("index.html")
            if fault := self._no_address(path, address):
                yield line, *fault
                return
            if anchor and not self.site.names(anchor, address):
                near = did_you_mean(anchor, self.site.pages.get(address) or ())
                yield line, f"里的“{path}”没有段落“{anchor}”", near
        first = self.seen.setdefault(f"{address}#{anchor}?{parts.query}", line)
        if first != line:
            yield line, f"里的“{target}”在第 {first} 行已经有了", "同一页只留一项"

    def _address(self, path: str) -> str | None:
        docs = self.site.catalog.docs
        page = docs.by_path.get(posixpath.normpath(f"{docs.folder}/{path}"))
        return page.address if page else None

    def _no_file(self, path: str) -> tuple[str, str]:
        """Message and hint for the file of a page that is not there, or not published."""
        docs = self.site.catalog.docs
        file = posixpath.normpath(f"{docs.folder}/{path}")
        if file in docs.unpublished or file in docs.strays:
            return f"里的“{path}”没有发布", "从 exclude_docs 里去掉它，或删掉这一项"
        if file in docs.unread:
            return f"里的“{path}”读不出来", ""
        if material := material_at(self.site.catalog, f"{docs.folder}/index.md", path):
            return f"里的“{path}”是一份材料", f"写它的网址：/{material.address}"
        near = did_you_mean(path, map(docs.site_path, docs.by_path))
        return f"里的“{path}”不存在", near or f"路径从 {docs.folder} 文件夹写起"

    def _no_address(self, path: str, address: str) -> tuple[str, str] | None:
        """Message and hint for an address at which there is nothing."""
        site = self.site
        if address in site.pages or site.has_file(address) or (not address and path):
            return None
        if f"{address}/" in site.pages or site.has_file(f"{address}/"):
            return f"里的网址“{path}”末尾少了 /", f"写成 /{address}/"
        if re.match(r"(?:www\.|[\w-]+(?:\.[\w-]+)*\.(?:com|cn|org|net|gov|edu))(?:/|$)", path):
            return f"里的“{path}”不存在", f"站外网址写全：https://{path}"
        return f"里的网址“{path}”不存在", site.did_you_mean(address) or _FROM_ROOT
