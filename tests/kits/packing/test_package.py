"""One download: a ZIP any system unpacks, and a manifest that is right."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from kit_plans import STUDY, finished, planned
from xuelan.kits import make
from xuelan.kits.exporters import KitFormat
from xuelan.kits.packing.package import Package
from xuelan.kits.plan import KitFile, KitPlan
from xuelan.model.kit import KitError

RECIPE = STUDY.replace("大字版PDF, EPUB, 公文转录件", "EPUB").replace(
    "audience: [支部]", "audience: [支部]\nforms: [签到表]"
)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> KitPlan:
    return planned(tmp_path_factory.mktemp("kit"), RECIPE)


@pytest.fixture(scope="module")
def made(plan: KitPlan) -> Package:
    return finished(plan)


@pytest.fixture(scope="module")
def unpacked(made: Package, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    zipfile.ZipFile(io.BytesIO(made.archive)).extractall(folder)
    return folder / "集中学习套装"


def test_what_is_in_a_kit(unpacked: Path) -> None:
    """Start page, numbered files, licences, manifest and checksums, all in one folder."""
    assert sorted(p.name for p in unpacked.rglob("*")) == [
        "01-读本.epub", "01-读本.pdf", "02-活动指南.pdf", "12-签到表.docx", "12-签到表.pdf",
        "30-自测题.docx", "30-自测题.pdf", "31-自测题答案.docx", "31-自测题答案.pdf",
        "SHA256SUMS", "manifest.json", "开始.html", "许可.txt",
    ]  # fmt: skip


def test_names_are_marked_as_utf_8(made: Package) -> None:
    """Windows reads Chinese names right only when the ZIP says that they are UTF-8."""
    for entry in zipfile.ZipFile(io.BytesIO(made.archive)).infolist():
        assert entry.flag_bits & 0x800 or entry.filename.isascii()
        assert entry.filename.startswith("集中学习套装/")
        assert "\\" not in entry.filename


def test_dates_and_modes_are_fixed(made: Package) -> None:
    """The kit's own date, readable by everyone, executable by no one."""
    for entry in zipfile.ZipFile(io.BytesIO(made.archive)).infolist():
        assert entry.date_time == (2026, 1, 2, 0, 0, 0)
        assert entry.external_attr >> 16 == 0o100644


def test_the_same_kit_gives_the_same_bytes(made: Package, tmp_path: Path) -> None:
    """Made again in another folder, the ZIP is the same to the byte."""
    assert finished(planned(tmp_path / "elsewhere", RECIPE)).archive == made.archive


def test_checksums_hold(unpacked: Path) -> None:
    """``sha256sum -c`` finds every file as it was made."""
    done = subprocess.run(
        ["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=unpacked, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert len(done.stdout.splitlines()) == len(list(unpacked.rglob("*"))) - 1


def test_the_manifest_tells_every_file_and_text(unpacked: Path, plan: KitPlan) -> None:
    """Paths, sizes and hashes are those of the files; the texts carry hash, ground and source."""
    told = json.loads((unpacked / "manifest.json").read_text(encoding="utf-8"))
    assert (told["id"], told["version"], told["date"]) == ("study", plan.version, "2026-01-02")
    assert told["column"]["address"] == "https://example.org/study/"
    for file in told["files"]:
        data = (unpacked / file["path"]).read_bytes()
        assert file["bytes"] == len(data)
        assert file["sha256"] == hashlib.sha256(data).hexdigest()
    listed = {f["path"] for f in told["files"]}
    on_disk = {p.relative_to(unpacked).as_posix() for p in unpacked.rglob("*") if p.is_file()}
    assert listed == on_disk - {"manifest.json", "SHA256SUMS"}
    assert [(m["id"], m["ground"], m["source"]) for m in told["materials"]] == [
        ("guide-study", "本站原创", "示例编辑组"),
        ("story-night-school", "本站原创", "示例编辑组"),
        ("notice-2024-3", "公文", "甲县委组织部"),
    ]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("href", "src")]


def test_the_start_page_leads_to_every_file(unpacked: Path) -> None:
    """Opened by double click it links to all there is, with nothing from outside but the site."""
    links = _Links()
    links.feed((unpacked / "开始.html").read_text(encoding="utf-8"))
    local = [unquote(link) for link in links.found if "://" not in link]
    assert all((unpacked / link).is_file() for link in local)
    assert {link.split("-")[0] for link in local} == {"01", "02", "12", "30", "31"}
    assert [link for link in links.found if "://" in link] == [
        "https://example.org/study/downloads/study/"
    ] * ("://" in "".join(links.found))


def test_texts_with_signs_stay_text_on_the_start_page(tmp_path: Path) -> None:
    """A title with ``<&>"`` is shown, not read as HTML, and makes a file name Windows accepts."""
    recipe = RECIPE.replace("title: 集中学习套装", "title: '甲<b>&\"乙/丙'")
    archive = zipfile.ZipFile(io.BytesIO(finished(planned(tmp_path, recipe)).archive))
    page = archive.read("甲＜b＞&＂乙／丙/开始.html").decode()
    assert "<h1>甲&lt;b&gt;&amp;&#34;乙/丙</h1>" in page


def test_two_files_of_one_name_are_refused(plan: KitPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows would keep only one of ``a.pdf`` and ``A.pdf``."""
    monkeypatch.setattr(make, "FORMATS", (KitFormat("双", (), (), (), _twins),))
    with pytest.raises(KitError, match=r"套装“集中学习套装”没有做成：.*有两个文件都叫“A.pdf”"):
        finished(plan)


def _twins(_: KitPlan) -> Iterator[KitFile]:
    yield KitFile("a.pdf", "", "", b"")
    yield KitFile("A.pdf", "", "", b"")
