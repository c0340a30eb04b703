"""From a plan to one finished download: files, start page, manifest, checksums, ZIP."""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import jinja2

from xuelan import __version__
from xuelan.catalog import Catalog
from xuelan.dates import chinese, timestamp
from xuelan.kits.exporters import EXPORTERS
from xuelan.kits.names import file_name
from xuelan.kits.plan import Exporter, KitFile, KitPlan, MissingItemError
from xuelan.material import OFFICIAL, OWN
from xuelan.page import human_size

FORMAT: Final = "xuelan-kit/1"
"""The first value of every manifest; the number goes up when older readers cannot read it."""

START, LICENCES, MANIFEST, SUMS = "开始.html", "许可.txt", "manifest.json", "SHA256SUMS"

_STORED: Final = (".docx", ".xlsx", ".epub", ".zip", ".zim", ".png", ".jpg", ".jpeg", ".webp")
"""Endings of files that are compressed already."""


@dataclass(frozen=True, slots=True)
class Package:
    """A finished kit: its files in order, its manifest as text, and all of it as one ZIP."""

    id: str
    files: tuple[KitFile, ...]
    manifest: str
    archive: bytes

    @classmethod
    def read(cls, archive: bytes) -> Package:
        """A package from the ZIP another run made.

        Raises ``KeyError``, ``ValueError`` or ``zipfile.BadZipFile`` when it is not such a ZIP.
        """
        with zipfile.ZipFile(io.BytesIO(archive)) as zipped_kit:
            folder = zipped_kit.namelist()[0].split("/")[0]
            manifest = zipped_kit.read(f"{folder}/{MANIFEST}").decode()
            data = json.loads(manifest)
            files = tuple(
                KitFile(f["path"], f["title"], f["group"], zipped_kit.read(f"{folder}/{f['path']}"))
                for f in data["files"]
            )
        return cls(data["id"], files, manifest, archive)

    @property
    def told(self) -> dict[str, Any]:
        """The manifest as data."""
        data: dict[str, Any] = json.loads(self.manifest)
        return data

    @property
    def archive_name(self) -> str:
        """The ZIP's name on the server: plain letters, safe in every address bar."""
        return f"{self.id}.zip"


Runner = Callable[[Exporter, KitPlan], Iterable[KitFile]]
"""Gets an exporter's files: by calling it, or from where they were kept."""


def direct(exporter: Exporter, plan: KitPlan) -> Iterable[KitFile]:
    """The exporter's files, made now."""
    return exporter(plan)


def pack(plan: KitPlan, run: Runner = direct) -> Package:
    """Make every file of a kit, each exporter's by ``run``.

    Raises :class:`~xuelan.kits.plan.MissingItemError` when two exporters use one name or an
    exporter cannot give what the recipe asks for, and what the exporters raise.
    """
    made = [file for exporter in EXPORTERS for file in run(exporter, plan)]
    start = KitFile(START, "从这里开始", "", start_page(plan, made))
    licences = KitFile(LICENCES, "许可和来源", "", _licences(plan).encode())
    files = (start, *made, licences)
    _refuse_twins(plan, files)
    manifest = _manifest(plan, files)
    listed = KitFile(MANIFEST, "清单", "", manifest.encode())
    sums = KitFile(SUMS, "校验和", "", checksums((*files, listed)).encode())
    archive = zipped((*files, listed, sums), file_name(plan.kit.title), plan.date)
    return Package(plan.kit.id, files, manifest, archive)


def _refuse_twins(plan: KitPlan, files: Iterable[KitFile]) -> None:
    """Windows sees no difference between capital and small letters."""
    seen: set[str] = set()
    for file in files:
        if file.name.casefold() in seen:
            raise MissingItemError(f"套装“{plan.kit.title}”里有两个文件都叫“{file.name}”")
        seen.add(file.name.casefold())


def _manifest(plan: KitPlan, files: Iterable[KitFile]) -> str:
    column = plan.column
    data: dict[str, Any] = {
        "format": FORMAT,
        "id": plan.kit.id,
        "title": plan.kit.title,
        "version": plan.version,
        "date": plan.date,
        "build": build_id(plan.catalog),
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
        "files": [
            {
                "path": f.name,
                "title": f.title,
                "group": f.group,
                "bytes": len(f.data),
                "sha256": hashlib.sha256(f.data).hexdigest(),
            }
            for f in files
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def build_id(catalog: Catalog) -> str:
    """Which state of the whole column a kit was made from: twelve hexadecimal digits."""
    held = "\n".join(f"{m.id} {m.digest}" for m in sorted(catalog.public, key=lambda m: m.id))
    return hashlib.sha256(f"{catalog.column.title}\n{held}".encode()).hexdigest()[:12]


def checksums(files: Iterable[KitFile]) -> str:
    """Lines for ``sha256sum -c``."""
    return "".join(f"{hashlib.sha256(f.data).hexdigest()}  {f.name}\n" for f in files)


def _licences(plan: KitPlan) -> str:
    column = plan.column
    own = [m for m in plan.materials if m.ground == OWN]
    others = [m for m in plan.materials if m.ground != OWN]
    lines = [f"{plan.kit.title}　版本 {plan.version}　{chinese(plan.date)}", ""]
    lines.append(f"来自“{column.title}”，{column.publisher}编。")
    lines += [column.copyright] if column.copyright else []
    lines += ["", "PDF 中嵌入的字体为思源宋体、思源黑体、霞鹜文楷，均以 SIL OFL 1.1 许可发布。"]
    lines += ["", "本栏目编写的文字：", *(f"　{m.title}" for m in own)] if own else []
    if others:
        lines += ["", "公文和第三方作品的条目（公文为转录或摘要，第三方作品只有自写的提要）："]
        for m in others:
            told = "，".join(t for t in (m.publisher, m.number, chinese(m.issued)) if t)
            kind = "公文" if m.ground == OFFICIAL else "第三方"
            lines.append(f"　{m.title}（{kind}{'：' + told if told else ''}）")
    return "\n".join(lines) + "\n"


def start_page(plan: KitPlan, files: list[KitFile]) -> bytes:
    """A page that opens by double click and leads to everything in the folder."""
    groups: dict[str, list[KitFile]] = {}
    for file in files:
        if file.group:
            groups.setdefault(file.group, []).append(file)
    address = plan.address_of(plan.kit.address)
    return (
        _template()
        .render(plan=plan, groups=groups, address=address, date=chinese(plan.date))
        .encode()
    )


@cache
def _template() -> jinja2.Template:
    env = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    env.filters["size"] = human_size
    text = resources.files("xuelan.kits").joinpath("styles/start.html").read_text("utf-8")
    return env.from_string(text)


def zipped(files: Iterable[KitFile], folder: str, date: str) -> bytes:
    """A ZIP with everything below ``folder``: UTF-8 names, one date, one mode, given order."""
    moment = datetime.datetime.fromisoformat(timestamp(max(date, "1980-01-01")))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for file in files:
            info = zipfile.ZipInfo(f"{folder}/{file.name}", moment.timetuple()[:6])
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            stored = file.name.lower().endswith(_STORED)
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, file.data, compresslevel=9)
    return out.getvalue()
