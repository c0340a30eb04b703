"""One download: a ZIP any system unpacks, a manifest that is right, and nothing made twice."""

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
from hypothesis import given
from hypothesis import strategies as st
from planned import STUDY, finished, planned

import tiny
from conftest import ROOT
from xuelan.engine.cache import Cache
from xuelan.engine.workers import open_workers
from xuelan.kits import cache_keys, make
from xuelan.kits.exporters import KitFormat
from xuelan.kits.packing import offline_site, zip_writer
from xuelan.kits.packing.package import Package
from xuelan.kits.packing.site_copy import SiteCopy
from xuelan.kits.packing.zip_writer import ZipMember, write_zip
from xuelan.kits.plan import KitFile, KitPlan
from xuelan.kits.print import book
from xuelan.model.kit import KitError
from xuelan.text.file_names import LONGEST, file_name

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


# Nothing is made twice


def kept(plan: KitPlan, folder: Path, site: str = "first") -> tuple[Package, set[str]]:
    """The kit made with the cache in ``folder`` beside a site, and the formats that had work."""
    worked = set()

    def note(self: KitFormat, plan: KitPlan, site: SiteCopy) -> Iterator[KitFile]:
        worked.add(self.name)
        return ONE(self, plan, site)

    cache = Cache(folder)
    copy = SiteCopy([offline_site.fit(("index.html", site.encode()))])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(KitFormat, "files", note)
        (package,) = make.packages((plan,), copy, cache)
    cache.save()
    return package, worked


ONE = KitFormat.files
EVERYTHING = RECIPE.replace("EPUB]", "EPUB, 离线网页]")


def test_an_unchanged_kit_is_not_made_again(tmp_path: Path) -> None:
    """The second build takes what the first one kept, and the bytes are the same."""
    plan = planned(tmp_path, EVERYTHING)
    first, worked = kept(plan, tmp_path / "cache")
    assert "读本" in worked
    assert kept(plan, tmp_path / "cache") == (first, set())


def test_an_edit_elsewhere_makes_only_the_copy_anew(tmp_path: Path) -> None:
    """Another page of the site: the kit carries it, and no exporter had anything to do."""
    plan = planned(tmp_path, EVERYTHING)
    first, _ = kept(plan, tmp_path / "cache")
    second, worked = kept(plan, tmp_path / "cache", site="second")
    assert worked == set()
    assert second.archive != first.archive
    assert [f for f in second.files if f.group] == [f for f in first.files if f.group]
    (page,) = (f for f in second.files if f.name == "离线网页/index.html")
    assert page.member.data == b"second"


def test_only_zim_is_made_anew_for_another_site(tmp_path: Path) -> None:
    """It holds the pages; nothing else does."""
    plan = planned(tmp_path, RECIPE.replace("EPUB]", "EPUB, ZIM]"))
    kept(plan, tmp_path / "cache")
    assert kept(plan, tmp_path / "cache", site="second")[1] == {"ZIM"}


def test_any_change_of_the_kit_is_seen(tmp_path: Path) -> None:
    """A word, a summary, the recipe's wording."""
    kept(planned(tmp_path / "first", RECIPE), tmp_path / "cache")
    changes: list[tuple[str, dict[str, str]]] = [
        (RECIPE, {tiny.STORY: tiny.text(tiny.STORY, ("二十个人读", "三十个人读"))}),
        (RECIPE, {tiny.STORY: tiny.text(tiny.STORY, ("我们的夜校", "你们的夜校"))}),
        (RECIPE.replace("给支部", "给党小组"), {}),
    ]
    for number, (recipe, others) in enumerate(changes):
        plan = planned(tmp_path / str(number), recipe, others)
        assert {"读本", "电子书"} <= kept(plan, tmp_path / "cache")[1]


def test_a_damaged_cache_costs_time_only(tmp_path: Path) -> None:
    """Whatever happened to it, the kit is right."""
    plan = planned(tmp_path, EVERYTHING)
    first, _ = kept(plan, tmp_path / "cache")
    for pack in (tmp_path / "cache").glob("*.pack"):
        data = pack.read_bytes()
        pack.write_bytes(data[:200] + bytes(40) + data[240:])
    assert kept(plan, tmp_path / "cache")[0] == first


def test_two_processes_make_the_same_bytes(plan: KitPlan, made: Package) -> None:
    """Sent to other processes, every exporter gives what it gives here."""
    with open_workers() as helpers:
        (package,) = make.packages((plan,), SiteCopy(), workers=helpers)
    assert package == made


def test_an_error_in_another_process_is_told_in_words(tmp_path: Path) -> None:
    """A character no face has: the kit's name and the character, no traceback."""
    story = tiny.text(tiny.STORY, ("二十个人读", "二十个人📢读"))
    plan = planned(tmp_path, RECIPE, {tiny.STORY: story})
    with (
        open_workers() as helpers,
        pytest.raises(KitError, match="套装“集中学习套装”没有做成：印刷字体"),
    ):
        list(make.packages((plan,), SiteCopy(), workers=helpers))


def test_the_key_names_the_code_an_exporter_uses() -> None:
    """Its own module, what that imports and the styles; not the pages, not the command line."""
    used = {
        p.relative_to(ROOT / "scripts/xuelan").as_posix() for p in cache_keys.modules(book.__name__)
    }
    assert {
        "kits/print/book.py",
        "kits/print/press.py",
        "kits/print/typeset.py",
        "model/works.py",
    } <= used
    assert not used & {
        "pages/theme.py",
        "cli.py",
        "preview/serve.py",
        "kits/word/fillable_form.py",
        "kits/formats/epub.py",
    }


def test_more_files_than_a_plain_zip_can_count() -> None:
    """A site of 70,000 files is packed in the form made for that, and read back."""
    members = [ZipMember.of(f"{n}.txt", b"") for n in range(70_000)]
    data = b"".join(write_zip("夹", members, "2026-01-02"))
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert len(names) == 70_000
    assert names[-1] == "夹/69999.txt"


def test_a_kit_too_large_for_a_zip_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Said in words, with what to do, before anything is written."""
    monkeypatch.setattr(zip_writer, "MAX_BYTES", 1000)
    with pytest.raises(KitError, match="超过 4 GB"):
        write_zip("夹", [ZipMember.of("a.png", bytes(2000))], "2026-01-02")


@given(st.text(max_size=90))
def test_any_text_makes_a_file_name(text: str) -> None:
    """Never empty, never longer than it may be, without a sign Windows refuses."""
    name = file_name(text, ".docx")
    stem = name.removesuffix(".docx")
    assert 0 < len(stem) <= LONGEST + 1
    assert not set(name) & set('<>:"/\\|?*')
    assert not any(ord(c) < 32 or c == "\x7f" for c in name)
    assert stem == stem.strip(" .")
    assert stem.upper() not in {"CON", "NUL", "COM1", "LPT9"}


def test_chinese_names_are_kept() -> None:
    """Only what systems refuse is changed."""
    assert file_name("甲县“实干”支部（第1组）", ".pdf") == "甲县“实干”支部（第1组）.pdf"
    assert file_name("A/B: 研讨?📢 ", ".pdf") == "A／B： 研讨？.pdf"
    assert file_name("con") == "con_"
    assert file_name("📢") == "未命名"
