"""Checks whether a copy of a kit is complete, unaltered and current.

The manifest in the copy lists its files. ``kits.json`` beside the published kits names the current
version and the digest of its manifest, so a manifest that was rewritten to fit altered files is
found too.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from xuelan.kits.packing.package import FORMAT, MANIFEST, SUMS
from xuelan.text.dates import zh_date
from xuelan.text.errors import XuelanError

MAX_BYTES: Final = 4 * 1000**3
MAX_FILES: Final = 100_000
MAX_RATIO: Final = 200
"""No file of a kit decompresses to more than this many times its size."""
_CHUNK: Final = 1 << 20


class NotAKitError(XuelanError):
    """The file or folder is not a kit; the message says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The copy compared with the kit published now; the tuples hold titles of materials."""

    is_newest: bool
    is_forged: bool
    version: str
    date: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a check; ``current`` is ``None`` without a published kit to compare with."""

    title: str
    version: str
    date: str
    files: int
    missing: tuple[str, ...]
    altered: tuple[str, ...]
    unknown: tuple[str, ...]
    current: Comparison | None

    @property
    def is_intact(self) -> bool:
        """True if every file is there and unaltered, and no other file is."""
        return not (self.missing or self.altered or self.unknown or self._is_forged)

    @property
    def _is_forged(self) -> bool:
        return self.current is not None and self.current.is_forged


def verify(copy: Path, published: str | None = None) -> Verdict:
    """Check a kit, packed (ZIP) or unpacked (folder), against its manifest.

    ``published`` is the text of the site's ``downloads/kits.json``, for the comparison with the
    current version. Raises :class:`NotAKitError`, and ``OSError`` if a file cannot be read.
    """
    if copy.is_dir():
        return _verdict(_digests_of_folder(copy), _parse(_manifest_in(copy)), published)
    try:
        with zipfile.ZipFile(copy) as archive:
            _refuse_bombs(archive)
            folder = _folder(archive)
            manifest = archive.read(folder + MANIFEST)
            return _verdict(_digests_of_zip(archive, folder), _parse(manifest), published)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise NotAKitError("压缩包坏了或打不开，请重新下载") from error


def _refuse_bombs(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    total = sum(e.file_size for e in entries)
    steep = any(e.file_size > MAX_RATIO * max(e.compress_size, 1000) for e in entries)
    if len(entries) > MAX_FILES or total > MAX_BYTES or steep:
        raise NotAKitError("压缩包大得不像套装，没有展开")


def _folder(archive: zipfile.ZipFile) -> str:
    """The folder inside the ZIP in which the manifest stands, ending in ``/``."""
    found = [n for n in archive.namelist() if n.rsplit("/", 1)[-1] == MANIFEST]
    if not found:
        raise NotAKitError("里面没有 manifest.json，不是本专栏的套装")
    return min(found, key=len).removesuffix(MANIFEST)


def _manifest_in(folder: Path) -> bytes:
    if not (folder / MANIFEST).is_file():
        raise NotAKitError("文件夹里没有 manifest.json，不是本专栏的套装")
    return (folder / MANIFEST).read_bytes()


def _parse(manifest: bytes) -> dict[str, Any]:
    """The data of a manifest, with its own SHA-256 as ``manifest_sha256``."""
    try:
        data = json.loads(manifest)
        good = data["format"] == FORMAT and all(
            isinstance(f["path"], str) and isinstance(f["sha256"], str) for f in data["files"]
        )
        named = {name: str(data[name]) for name in ("id", "title", "version", "date", "build")}
    except (ValueError, KeyError, TypeError) as error:
        raise NotAKitError("manifest.json 读不懂，可能被改动过") from error
    if not good:
        raise NotAKitError("这个套装是另一种格式，请用新版程序核对")
    digest = hashlib.sha256(manifest).hexdigest()
    return {**data, **named, "manifest_sha256": digest}


def _digests_of_zip(archive: zipfile.ZipFile, folder: str) -> dict[str, str]:
    """SHA-256 by path; the digest of a file with a wrong CRC in the ZIP is ``damaged``."""
    digests: dict[str, str] = {}
    for entry in archive.infolist():
        if entry.is_dir():
            continue
        name = entry.filename
        name = name.removeprefix(folder) if name.startswith(folder) else f"../{name}"
        try:
            with archive.open(entry) as file:
                digests[name] = _digest(file)
        except zipfile.BadZipFile:
            digests[name] = "damaged"
    return digests


def _digests_of_folder(folder: Path) -> dict[str, str]:
    digests: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                digests[path.relative_to(folder).as_posix()] = _digest(file)
    return digests


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _verdict(
    digests: Mapping[str, str], manifest: dict[str, Any], published: str | None
) -> Verdict:
    wanted = {f["path"]: f["sha256"] for f in manifest["files"]}
    known = {*wanted, MANIFEST, SUMS}
    return Verdict(
        title=manifest["title"],
        version=manifest["version"],
        date=manifest["date"],
        files=len(wanted),
        missing=tuple(sorted(n for n in wanted if n not in digests)),
        altered=tuple(sorted(n for n, d in wanted.items() if digests.get(n, d) != d)),
        unknown=tuple(sorted(n for n in digests if n not in known)),
        current=_compare(manifest, published) if published else None,
    )


def _compare(manifest: dict[str, Any], published: str) -> Comparison | None:
    """Compare with the same kit on the site; ``None`` if the site does not have it."""
    try:
        return _difference(manifest, json.loads(published)["kits"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotAKitError("对照用的 kits.json 读不懂，请从网站上重新下载") from error


def _difference(manifest: dict[str, Any], rows: list[dict[str, Any]]) -> Comparison | None:
    now = next((k for k in rows if k["id"] == manifest["id"]), None)
    if now is None:
        return None
    old = {m["id"]: m for m in manifest.get("materials", ())}
    new = {m["id"]: m for m in now["materials"]}
    same_state = (now["version"], now["build"]) == (manifest["version"], manifest["build"])
    return Comparison(
        is_newest=now["version"] == manifest["version"],
        is_forged=same_state and now["manifest_sha256"] != manifest["manifest_sha256"],
        version=now["version"],
        date=now["date"],
        added=tuple(m["title"] for i, m in new.items() if i not in old),
        changed=tuple(
            m["title"] for i, m in new.items() if i in old and m["sha256"] != old[i]["sha256"]
        ),
        removed=tuple(m["title"] for i, m in old.items() if i not in new),
    )


def as_text(verdict: Verdict) -> str:
    """The verdict in Chinese, one finding a line."""
    return "\n".join(_lines(verdict)) + "\n"


def _lines(verdict: Verdict) -> Iterator[str]:
    yield f"{verdict.title}　版本 {verdict.version}，{zh_date(verdict.date)}"
    for label, names in (
        ("缺少", verdict.missing),
        ("被改动", verdict.altered),
        ("多出", verdict.unknown),
    ):
        if names:
            more = f" 等{len(names)}个文件" if len(names) > 5 else ""
            yield f"{label}：{'、'.join(names[:5])}{more}"
    if not (verdict.missing or verdict.altered or verdict.unknown):
        yield f"完整：清单上的{verdict.files}个文件都在，没有改动。"
    yield from _current_lines(verdict.current)


def _current_lines(current: Comparison | None) -> Iterator[str]:
    if current is None:
        yield "没有可以对照的网站，不知道是不是最新。"
    elif current.is_forged:
        yield "清单与网站发布的不同，可能被人改过，请重新下载。"
    elif current.is_newest:
        yield "是最新版本。"
    else:
        yield f"不是最新：现在是版本 {current.version}，{zh_date(current.date)}。"
        for label, titles in (
            ("新收", current.added),
            ("有改动", current.changed),
            ("已去掉", current.removed),
        ):
            if titles:
                yield f"　{label}：{'、'.join(titles)}"
