"""Rules about hand-written pages: their place in the site, settings, links and pictures."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from xuelan.engine import overrides
from xuelan.model.catalog import Catalog
from xuelan.model.column import MATERIALS_FOLDER
from xuelan.model.docs import HandWritten, PageLink
from xuelan.rules.addresses import SiteMap, is_page_file, leads_to, maker, material_at
from xuelan.rules.page_blocks import check_blocks
from xuelan.rules.punctuation import find_faults
from xuelan.text import page_text, prose
from xuelan.text.problem import Code, Problem, did_you_mean
from xuelan.text.source import is_file

_ELSEWHERE: Final = ("http", "https", "mailto", "tel")

_FEW: Final = 6
"""So many places of a page are named where none is like the one meant."""
_WIDE: Final = re.compile(r"\[[^\[\]\n]+\]（[^（）\n]*[./][^（）\n]*）")


def check_pages(catalog: Catalog) -> Iterator[Problem]:
    """Everything that is wrong with the folder of hand-written pages."""
    yield from _strays(catalog)
    yield from _places(catalog)
    site = SiteMap(catalog)
    for page in catalog.docs.pages:
        yield from _settings(catalog, page)
        yield from check_blocks(page, catalog.column.extensions)
        yield from _odd_links(page)
        yield from _signs(page)
        if catalog.column.knows_pages:
            for link in page.links:
                yield from _link(site, page, link)


def _strays(catalog: Catalog) -> Iterator[Problem]:
    for path in catalog.docs.strays:
        hint = "不需要就删掉；要给读者看的，在页面里写一个链接指向它"
        yield Problem(path, 1, Code.STRAY_FILE, "像是副本、底稿或软件留下的文件，没有发布", hint)


def _places(catalog: Catalog) -> Iterator[Problem]:
    """No two files have one address, and none has that of a page which the program makes."""
    docs = catalog.docs
    places = {p.path: f"{p.address}index.html" for p in docs.pages}
    places |= {path: docs.site_path(path) for path in docs.files}
    taken: dict[str, str] = {}
    for path, place in sorted(places.items()):
        address = place.removesuffix("index.html") or "/"
        if name := maker(catalog, place):
            message = f"网址 {address} 是程序生成的“{name}”的，这个文件会被它盖掉"
            yield Problem(path, 1, Code.ADDRESS_TAKEN, message, "换一个文件名")
        elif other := taken.get(place.casefold()):
            message = f"与 {other} 的网址相同：{address}"
            yield Problem(path, 1, Code.ADDRESS_TAKEN, message, "留一个，或换一个文件名")
        taken.setdefault(place.casefold(), path)


def _settings(catalog: Catalog, page: HandWritten) -> Iterator[Problem]:
    """The settings between ``---`` lines at the top of a page."""
    lines = getattr(page.front, "lines", {})
    for name in ("title", "description", "template"):
        value = page.front.get(name)
        if value is not None and not isinstance(value, str):
            hint = "数字、日期请用英文引号括起来"
            line = lines.get(name, 2)
            yield Problem(page.path, line, Code.WRONG_TYPE, f"“{name}”应为一行文字", hint)
    template = page.front.get("template")
    if isinstance(template, str) and not _has_template(catalog, template):
        message = f"没有“{template}”这个模板"
        yield Problem(page.path, lines.get("template", 2), Code.MISSING_FILE, message, "删掉这一行")
    text = "\n".join(page.lines[:1])
    if page.body_line == 1 and (word := page_text.swallowed(text)):
        message = f"页面以“{word}:”开头，这一行会被当成设置，不显示"
        yield Problem(page.path, 1, Code.PORTABLE, message, "冒号改用“：”，或在上面先写标题")
    if page.body_line == 1 and text.rstrip() == "---":
        message = "开头的 --- 没有结束的一行"
        hint = "设置写完后再写一行 ---；不是设置的，删掉第一行"
        yield Problem(page.path, 1, Code.NO_FRONT_MATTER, message, hint)


def _has_template(catalog: Catalog, name: str) -> bool:
    """True for a template of the column or of the look; the host has more, for its own pages."""
    own = catalog.column.theme_dir
    folders = [overrides.folder(), *([catalog.column.root / own] if own else [])]
    return name == "main.html" or any(is_file(folder / name) for folder in folders)


def _signs(page: HandWritten) -> Iterator[Problem]:
    """Half-width punctuation in Chinese; a page with a program of its own is left alone."""
    if page.path.endswith(".md") and not any("<script" in line for line in page.lines):
        yield from find_faults(page.path, page.lines, page.body_line)


def _odd_links(page: HandWritten) -> Iterator[Problem]:
    """What looks like a link and is none; references to definitions below are links here."""
    for number, piece in prose.odd_links(list(page.lines)):
        if piece.startswith("]("):
            message = f"链接“{piece[:30]}”的写法认不出来"
            hint = "写成 [文字](文件.md)，写在一行里，文字和文件名里不用括号"
            yield Problem(page.path, page.body_line + number - 1, Code.DEAD_LINK, message, hint)
    for number, line in enumerate(page.lines, page.body_line):
        for piece in _WIDE.findall(line) if "]（" in line else ():
            message = f"“{piece[:30]}”用了全角括号，不会成为链接"
            yield Problem(page.path, number, Code.DEAD_LINK, message, "括号用半角：[文字](文件.md)")


def _link(site: SiteMap, page: HandWritten, link: PageLink) -> Iterator[Problem]:
    line = page.body_line + link.line - 1
    if link.is_image and not link.is_html and not link.text.strip():
        hint = "写成 ![画面内容](文件)"
        yield Problem(page.path, line, Code.IMAGE_ALT, "图片没有替代文字", hint)
    for code, message, hint in _faults(site, page, link):
        yield Problem(page.path, line, code, message, hint)


def _faults(site: SiteMap, page: HandWritten, link: PageLink) -> Iterator[tuple[Code, str, str]]:
    """Code, message and hint for what is wrong with a link."""
    target = link.target
    try:
        parts = urlsplit(target)
    except ValueError:
        yield Code.DEAD_LINK, f"链接“{target[:40]}”写法有误", ""
        return
    path, anchor = unquote(parts.path), unquote(parts.fragment)
    if "\\" in target or re.match(r"[A-Za-z]:", target):
        hint = "写从这一页出发的路径，用 / 分隔"
        yield Code.DEAD_LINK, f"“{target[:40]}”是自己电脑上的路径", hint
    elif parts.scheme or parts.netloc:
        yield from _outside_faults(link, parts.scheme)
    elif not path:
        yield from _own_anchor_faults(site, page, anchor, is_empty=not (anchor or parts.query))
    elif link.is_html:
        yield from _address_faults(site, page, path, anchor)
    else:
        yield from _path_faults(site, page, path, anchor)


def _outside_faults(link: PageLink, scheme: str) -> Iterator[tuple[Code, str, str]]:
    """A link that leads out of the site."""
    target = link.target[:60]
    if scheme and scheme.lower() not in _ELSEWHERE:
        yield Code.UNSAFE_LINK, f"链接“{target[:40]}”的写法不安全", "网址以 https:// 开头"
    elif link.is_image:
        hint = "把图片存进手写页的文件夹，再链接它；网页不向别的网站要东西"
        yield Code.OUTBOUND_LINK, f"图片在别的网站上，不会显示：{target}", hint
    elif not scheme:
        yield Code.DEAD_LINK, f"网址“{target}”不完整", f"写全：https:{target}"


def _own_anchor_faults(
    site: SiteMap, page: HandWritten, anchor: str, *, is_empty: bool
) -> Iterator[tuple[Code, str, str]]:
    """A link to a place of the page that it stands in."""
    if is_empty:
        yield Code.DEAD_LINK, "链接没有写目标", ""
    elif anchor and not site.names(anchor, page.address):
        yield Code.DEAD_LINK, f"本页没有段落“{anchor}”", _near_anchor(site, anchor, page.address)


def _path_faults(
    site: SiteMap, page: HandWritten, path: str, anchor: str
) -> Iterator[tuple[Code, str, str]]:
    """A link as Markdown has it: the path of a file, or an address."""
    docs = site.catalog.docs
    from_root = path.startswith("/")
    joined = f"{docs.folder}{path}" if from_root else f"{posixpath.dirname(page.path)}/{path}"
    file = posixpath.normpath(joined)
    if file in docs.files:
        return
    if file in docs.by_path:
        yield from _anchor_faults(site, path, anchor, docs.by_path[file].address)
    elif not is_page_file(path):
        yield from _address_faults(site, page, path, anchor, is_rooted=from_root)
    elif file in docs.unpublished or file in docs.strays:
        yield Code.DEAD_LINK, f"“{path}”没有发布，读者打不开", ""
    elif material := material_at(site.catalog, page.path, path):
        if not material.is_public:
            yield Code.DEAD_LINK, f"“{path}”没有发布，读者打不开", ""
        else:
            yield from _anchor_faults(site, path, anchor, material.address)
    elif file not in docs.unread and file not in site.catalog.unread:
        is_material = file.startswith(f"{MATERIALS_FOLDER}/")
        known: Iterable[str] = site.catalog.by_path if is_material else docs.by_path
        what = "材料" if is_material else "页面"
        yield Code.DEAD_LINK, f"链接的{what}“{path}”不存在", _near_file(page, file, known)


def _near_file(page: HandWritten, file: str, known: Iterable[str]) -> str:
    """A hint that names the file meant: another of the same name, else one with a name like it."""
    name, folder = posixpath.basename(file), posixpath.dirname(page.path)
    same = [path for path in known if posixpath.basename(path) == name]
    if len(same) == 1:
        return f"是不是想写“{posixpath.relpath(same[0], folder)}”？"
    return did_you_mean(
        posixpath.relpath(file, folder), [posixpath.relpath(p, folder) for p in known]
    )


def _anchor_faults(
    site: SiteMap, path: str, anchor: str, address: str
) -> Iterator[tuple[Code, str, str]]:
    if anchor and not site.names(anchor, address):
        hint = _near_anchor(site, anchor, address)
        yield Code.DEAD_LINK, f"“{path}”里没有段落“{anchor}”", hint


def _near_anchor(site: SiteMap, anchor: str, address: str) -> str:
    known = sorted(site.pages.get(address) or ())
    few = f"那里有：{'、'.join(known)}" if 0 < len(known) <= _FEW else ""
    return did_you_mean(anchor, known) or few


def _address_faults(
    site: SiteMap, page: HandWritten, path: str, anchor: str, *, is_rooted: bool = False
) -> Iterator[tuple[Code, str, str]]:
    """A link that a browser follows from the page's own address."""
    if path.startswith("/") and not is_rooted:
        hint = f"HTML 里写相对的网址：{'../' * page.address.count('/')}{path.lstrip('/')}"
        yield Code.DEAD_LINK, f"“{path}”只有网站放在域名的根上才对", hint
        return
    where = path.lstrip("/").removesuffix("index.html") if is_rooted else leads_to(page, path)
    if where in site.pages:
        yield from _anchor_faults(site, path, anchor, where)
    elif site.has_file(where):
        return
    elif f"{where}/" in site.pages or site.has_file(f"{where}/"):
        yield Code.DEAD_LINK, f"网址“{path}”末尾少了 /", f"写成 {path}/"
    elif posixpath.splitext(path)[1]:
        files = [
            posixpath.relpath(f, posixpath.dirname(page.path)) for f in site.catalog.docs.files
        ]
        hint = "检查文件名（大小写也要一致），并确认文件已一起提交"
        if not is_rooted and is_page_file(path):
            hint = "HTML 里写网址，如 ../about/；要写文件名，用 [文字](文件.md)"
        hint = did_you_mean(path, files) or hint
        yield Code.DEAD_LINK, f"链接的文件“{path}”不存在", hint
    else:
        yield Code.DEAD_LINK, f"链接的网址“{path}”不存在", _near_address(site, page, where, path)


def _near_address(site: SiteMap, page: HandWritten, where: str, path: str) -> str:
    """A hint that names the address meant, from the site's root."""
    if f"{page.address}{path}" == where:
        above = posixpath.dirname(page.address.rstrip("/"))
        meant = posixpath.join(above, path).lstrip("/")
        if meant in site.pages:
            return f"从这一页的网址 /{page.address} 出发，应写 ../{path}；也可以写 /{meant}"
    return site.did_you_mean(where)
