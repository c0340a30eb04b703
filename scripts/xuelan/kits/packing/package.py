"""One finished download: files, start page, licences, manifest and checksums in a ZIP."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from xuelan import __version__
from xuelan.kits.packing.zip_writer import PackedFile, write_zip
from xuelan.kits.plan import KitFile, KitPlan, MissingItemError
from xuelan.kits.templating import render_html
from xuelan.model.material import OFFICIAL, OWN
from xuelan.text.dates import zh_date
from xuelan.text.file_names import file_name

FORMAT: Final = "xuelan-kit/1"
"""The first value of every manifest. Its number is raised when older programs cannot read it."""

START, LICENCES, MANIFEST, SUMS = "开始.html", "许可.txt", "manifest.json", "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Package:
    """A finished kit: its files in order, its manifest as text, and all of it as one ZIP."""

    id: str
    files: tuple[PackedFile, ...]
    manifest: str
    archive: bytes

    @property
    def manifest_data(self) -> dict[str, Any]:
        """The manifest, parsed."""
        data: dict[str, Any] = json.loads(self.manifest)
        return data

    @property
    def archive_name(self) -> str:
        """The name of the ZIP on the server, in ASCII letters for every address bar."""
        return f"{self.id}.zip"

    @property
    def singles(self) -> Iterator[tuple[str, bytes]]:
        """The files that are published one by one beside the ZIP, with their paths.

        These are the manifest and all files on the start page. The copy of the site is not among
        them: the site itself is online.
        """
        yield "manifest.json", self.manifest.encode()
        for file in self.files:
            if file.group:
                yield file.name, file.member.data


def pack(
    plan: KitPlan, made: Sequence[PackedFile], state: str, pages: Sequence[PackedFile] = ()
) -> Package:
    """Pack the files ``made`` by exporters and the ``pages`` of the site, if the kit has them.

    ``state`` is the digest of the column for the manifest. Raises
    :class:`~xuelan.model.kit.KitError` if two files have one name, or the ZIP becomes too large.
    """
    start = KitFile(START, "从这里开始", "", start_page(plan, made, pages=bool(pages)))
    licences = KitFile(LICENCES, "许可和来源", "", _licences(plan))
    files = (PackedFile.of(start), *made, PackedFile.of(licences), *pages)
    _refuse_twins(plan, files)
    manifest = _manifest(plan, files, state)
    listed = PackedFile.of(KitFile(MANIFEST, "清单", "", manifest.encode()))
    sums = PackedFile.of(KitFile(SUMS, "校验和", "", checksums((*files, listed)).encode()))
    members = (f.member for f in (*files, listed, sums))
    pieces = write_zip(file_name(plan.kit.title), members, plan.date)
    return Package(plan.kit.id, files, manifest, b"".join(pieces))


def _refuse_twins(plan: KitPlan, files: Iterable[PackedFile]) -> None:
    """Raise an error if two names differ in capital letters only: for Windows they are the same."""
    seen: set[str] = set()
    for file in files:
        if file.name.casefold() in seen:
            raise MissingItemError(f"套装“{plan.kit.title}”里有两个文件都叫“{file.name}”")
        seen.add(file.name.casefold())


def _manifest(plan: KitPlan, files: Iterable[PackedFile], state: str) -> str:
    column = plan.column
    data: dict[str, Any] = {
        "format": FORMAT,
        "id": plan.kit.id,
        "title": plan.kit.title,
        "version": plan.version,
        "date": plan.date,
        "build": state,
        "program": f"xuelan {__version__}",
        "column": {"title": column.title, "publisher": column.publisher, "address": column.url},
        "licences": {"text": column.copyright, "fonts": "OFL-1.1"},
        "materials": [
            {
                "id": m.id,
                "title": m.title,
                "sha256": m.digest,
                "ground": m.ground,
                "source": m.publisher or column.publisher,
            }
            for m in plan.materials
        ],
        "files": [f.manifest_entry for f in files],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def checksums(files: Iterable[PackedFile]) -> str:
    """The content of ``SHA256SUMS``: lines for ``sha256sum -c``."""
    return "".join(f"{f.sha256}  {f.name}\n" for f in files)


def _licences(plan: KitPlan) -> bytes:
    """The licences of texts and fonts, with line ends and a mark for the Notepad of any Windows."""
    column = plan.column
    own = [m for m in plan.materials if m.ground == OWN]
    others = [m for m in plan.materials if m.ground != OWN]
    lines = [f"{plan.kit.title}　版本 {plan.version}　{zh_date(plan.date)}", ""]
    lines.append(f"来自“{column.title}”，{column.publisher}编。")
    lines += [column.copyright] if column.copyright else []
    lines += ["", "PDF 中嵌入的字体为思源宋体、思源黑体、霞鹜文楷，均以 SIL OFL 1.1 许可发布。"]
    lines += ["", "本栏目编写的文字：", *(f"　{m.title}" for m in own)] if own else []
    if others:
        lines += ["", "公文和第三方作品的条目（公文为转录或摘要，第三方作品只有自写的提要）："]
        for m in others:
            source = "，".join(t for t in (m.publisher, m.number, zh_date(m.issued)) if t)
            kind = "公文" if m.ground == OFFICIAL else "第三方"
            lines.append(f"　{m.title}（{kind}{'：' + source if source else ''}）")
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8-sig")


def start_page(plan: KitPlan, files: Iterable[PackedFile], *, pages: bool) -> bytes:
    """The page with links to everything in the folder; it opens by double click."""
    groups: dict[str, list[PackedFile]] = {}
    for file in files:
        if file.group:
            groups.setdefault(file.group, []).append(file)
    address = plan.address_of(plan.kit.address)
    date = zh_date(plan.date)
    page = render_html(
        "start.html", plan=plan, groups=groups, address=address, date=date, pages=pages
    )
    return page.encode()


def summary(package: Package) -> dict[str, Any]:
    """A finished kit as pages and lists show it: its manifest, and size and digest of its ZIP."""
    return {
        **package.manifest_data,
        "archive": package.archive_name,
        "archive_bytes": len(package.archive),
        "archive_sha256": hashlib.sha256(package.archive).hexdigest(),
        "manifest_sha256": hashlib.sha256(package.manifest.encode()).hexdigest(),
    }


_INDEXED: Final = ("id", "title", "version", "date", "build", "manifest_sha256")


def index(summaries: Iterable[Mapping[str, Any]]) -> str:
    """The content of ``kits.json``: the current version of every kit, to compare copies with."""
    rows = [
        {
            **{name: kit[name] for name in _INDEXED},
            "materials": [{n: m[n] for n in ("id", "title", "sha256")} for m in kit["materials"]],
        }
        for kit in summaries
    ]
    return json.dumps({"format": FORMAT, "kits": rows}, ensure_ascii=False, indent=1) + "\n"
