"""One download: a ZIP any system unpacks, a manifest that is right, and nothing made twice."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planned import STUDY, planned

import tiny
from xuelan.kits import package, press, store
from xuelan.kits.names import LONGEST, file_name
from xuelan.kits.package import Package, pack
from xuelan.kits.plan import KitFile, KitPlan, MissingItemError

RECIPE = STUDY.replace("大字版PDF, EPUB, 公文转录件", "EPUB").replace(
    "audience: [支部]", "audience: [支部]\nforms: [签到表]"
)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> KitPlan:
    return planned(tmp_path_factory.mktemp("kit"), RECIPE)


@pytest.fixture(scope="module")
def made(plan: KitPlan) -> Package:
    return pack(plan)


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
    assert pack(planned(tmp_path / "elsewhere", RECIPE)).archive == made.archive


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
    archive = zipfile.ZipFile(io.BytesIO(pack(planned(tmp_path, recipe)).archive))
    page = archive.read("甲＜b＞&＂乙／丙/开始.html").decode()
    assert "<h1>甲&lt;b&gt;&amp;&#34;乙/丙</h1>" in page


def test_two_files_of_one_name_are_refused(plan: KitPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows would keep only one of ``a.pdf`` and ``A.pdf``."""
    twin = lambda _: iter([KitFile("a.pdf", "", "", b""), KitFile("A.pdf", "", "", b"")])  # noqa: E731
    monkeypatch.setattr(package, "EXPORTERS", (twin,))
    with pytest.raises(MissingItemError, match=r"有两个文件都叫“A.pdf”"):
        pack(plan)


def test_a_package_read_back_is_the_same(made: Package) -> None:
    """The cache holds ZIPs only; everything else is in them."""
    assert Package.read(made.archive) == made


def kept(plan: KitPlan, what: str = "kit") -> list[Path]:
    """The cache's entries of a kit."""
    return sorted((plan.column.root / ".cache" / "kits").glob(f"study-{what}-*"))


def test_an_unchanged_kit_is_not_made_again(
    plan: KitPlan, made: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second build takes the first one's kit."""
    assert store.obtain(plan) == made
    monkeypatch.setattr(store, "pack", lambda *_: pytest.fail("made again"))
    assert store.obtain(plan) == made


def test_an_edit_elsewhere_sets_no_book_again(
    plan: KitPlan, made: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the copy of the site is packed anew; books and forms stay as they were."""
    store.obtain(plan)
    monkeypatch.setattr(press.typst, "Compiler", lambda **_: pytest.fail("set again"))
    other = store.obtain(replace(plan, offline={"index.html": b"another page"}))
    assert [f for f in other.files if f.group] == [f for f in made.files if f.group]
    assert len(kept(plan)) == 1, "an older entry makes room for the newer"


@pytest.mark.parametrize("what", ["kit", "book"])
def test_a_damaged_entry_is_made_anew(plan: KitPlan, made: Package, what: str) -> None:
    """Whatever happened to the cache, a kit is right."""
    store.obtain(plan)
    (entry,) = kept(plan, what)
    entry.write_bytes(entry.read_bytes()[:-100])
    for other in kept(plan, "kit"):
        other.write_bytes(b"")
    assert store.obtain(plan) == made
    assert kept(plan)[0].read_bytes() == made.archive


def test_any_change_makes_another_entry(tmp_path: Path, plan: KitPlan) -> None:
    """A word, a question, a recipe's wording: each has its own entry."""
    changes = [("二十个人读", "三十个人读"), ("我们的夜校", "你们的夜校")]
    others = [
        planned(tmp_path / str(n), RECIPE, {tiny.STORY: tiny.text(tiny.STORY, change)})
        for n, change in enumerate(changes)
    ]
    others.append(planned(tmp_path / "recipe", RECIPE.replace("给支部", "给党小组")))
    for each in (plan, *others):
        store.obtain(each)
    assert len({kept(each, "book")[0].name for each in (plan, *others)}) == 4


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
