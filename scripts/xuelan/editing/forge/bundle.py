"""A preview to hand on: the pages of a column in one small ZIP that works from a folder."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import unquote, urljoin

from xuelan.check import check
from xuelan.editing.forge.changes import compare
from xuelan.engine.cache import Cache
from xuelan.engine.clock import source_date_epoch
from xuelan.engine.context import BuildContext
from xuelan.engine.staging import SiteTree
from xuelan.engine.workers import open_workers
from xuelan.host.obtain import obtain
from xuelan.kits.packing import offline_site
from xuelan.kits.packing.site_copy import FOLDER
from xuelan.kits.packing.zip_writer import PackedFile, ZipMember, write_zip
from xuelan.model.catalog import Catalog, newest
from xuelan.model.material import Material
from xuelan.site import write_site
from xuelan.text.problem import Problem, fatal

LIMIT: Final = 5_000_000
"""A bundle is smaller than so many bytes: it goes by mail and by messenger."""

START: Final = "打开预览.html"
ABSENT: Final = "不在预览里.html"

_INDEX_FILES: Final = re.compile(rf"{FOLDER}/(?:search/(?!index\.html).*|assets/xuelan/index/.*)")
_LINK: Final = re.compile(r'(\s(?:href|src)=")([^"#][^"]*)(")')
_FRAME: Final = (
    '<!doctype html>\n<html lang="zh-CN"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width,initial-scale=1">'
    "<title>{title}</title>\n<h1>{title}</h1>\n{body}\n</html>\n"
)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The problems found and, unless they forbade it, the ZIP; how many pages it leaves out."""

    problems: list[Problem]
    archive: bytes = b""
    pages: int = 0
    left_out: int = 0


def make_bundle(root: Path, base: str = "", records: str = ".cache/work") -> Bundle:
    """Make the bundle of the column in ``root``, drafts among its pages.

    If it is too large, the search index stays out; then all pages of materials but those changed
    since the revision ``base``. Links to pages that stay out lead to a page that says so.
    """
    if base:
        comparison = compare(root, base)
        catalog, changed = comparison.catalog, set(comparison.changes)
        problems = [*comparison.problems, *comparison.known]
    else:
        catalog, problems = check(root)
        changed = set()
    if catalog is None or fatal(problems):
        return Bundle(problems)
    shown = replace(catalog, drafts=True)
    touched = [m for m in shown.public if m.path in changed]
    files = _choose(_copy(root, shown, records), touched)
    return _pack(shown, touched, *files, problems)


def _copy(root: Path, catalog: Catalog, records: str) -> tuple[PackedFile, ...]:
    with (
        open_workers() as workers,
        ExitStack() as resources,
        source_date_epoch(newest(catalog.public)),
        TemporaryDirectory(prefix="xuelan-") as folder,
    ):
        context = BuildContext.without_site(root, Cache(root / records), workers)
        context = replace(context, resources=resources)
        tree = SiteTree(Path(folder))
        write_site(
            context, catalog, obtain(catalog, context.cache, context.inputs), tree, kits=False
        )
        return offline_site.copy(tree, {}, context.cache, workers)


def _choose(
    files: Sequence[PackedFile], touched: Iterable[Material]
) -> tuple[list[PackedFile], set[str]]:
    """The files that fit into a bundle, and the names of those that do not."""
    own = tuple(f"{FOLDER}/{m.address}" for m in touched)
    choices: tuple[Callable[[str], bool], ...] = (
        lambda _: True,
        lambda name: not _INDEX_FILES.fullmatch(name),
        lambda name: (
            not _INDEX_FILES.fullmatch(name)
            and (not name.startswith(f"{FOLDER}/materials/") or name.startswith(own))
        ),
        lambda name: name.startswith((f"{FOLDER}/assets/", *own)) or name == f"{FOLDER}/index.html",
    )
    kept: list[PackedFile] = []
    for wanted in choices:
        kept = [f for f in files if wanted(f.name)]
        if sum(len(f.member.body) + 2 * len(f.name.encode()) + 200 for f in kept) < LIMIT:
            break
    names = {f.name for f in kept}
    return kept, {f.name for f in files if f.name not in names}


def _pack(
    catalog: Catalog,
    touched: Sequence[Material],
    files: Sequence[PackedFile],
    absent: set[str],
    problems: list[Problem],
) -> Bundle:
    present = {f.name for f in files}
    members = [_lead_on(f.member, present) for f in files]
    title = f"{catalog.column.title}：预览"
    rows = "".join(
        f'<li><a href="{FOLDER}/{m.address}index.html">{html.escape(m.title)}</a></li>'
        for m in touched
    )
    body = f"<p>改过的页面：</p><ul>{rows}</ul>" if rows else ""
    body += f'<p><a href="{FOLDER}/index.html">从首页看起</a></p>'
    pages = {
        START: (title, body),
        ABSENT: ("这一页不在预览里", "<p>预览里没有收这一页，到网站上看。</p>"),
    }
    own = [
        ZipMember.of(name, _FRAME.format(title=html.escape(t), body=b).encode())
        for name, (t, b) in pages.items()
    ]
    archive = b"".join(write_zip("预览", [*own, *members], newest(catalog.public) or "1980-01-01"))
    left_out = sum(name.endswith(".html") for name in absent)
    shown = sum(m.name.endswith(".html") for m in members)
    return Bundle(problems, archive, shown, left_out)


def _lead_on(member: ZipMember, present: set[str]) -> ZipMember:
    """The page with its links to files that are not ``present`` leading to a page that says so."""
    if not member.name.endswith(".html"):
        return member

    def target(m: re.Match[str]) -> str:
        address = urljoin(f"https://x/{member.name}", html.unescape(m[2]))
        path = unquote(address.partition("#")[0].partition("?")[0])
        if not path.startswith("https://x/") or path.removeprefix("https://x/") in present:
            return m[0]
        return f"{m[1]}{'../' * member.name.count('/')}{ABSENT}{m[3]}"

    page = member.data.decode()
    changed = _LINK.sub(target, page)
    return member if changed == page else ZipMember.of(member.name, changed.encode())
