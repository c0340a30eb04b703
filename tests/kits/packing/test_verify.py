"""Is a copy complete, unaltered and current? Asked on the command line and in a browser."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import tiny
from conftest import xuelan
from kit_plans import STUDY, make_kit
from xuelan.kits.packing.package import Package, index, summary
from xuelan.kits.packing.verify import NotAKitError, Verdict, as_text, verify

RECIPE = STUDY.replace("PDF, 大字版PDF, EPUB, 公文转录件", "EPUB")
FOLDER = "集中学习套装/"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return make_kit(tmp_path_factory.mktemp("kit"), RECIPE)


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """The kit after one text was changed, one added and one taken out."""
    recipe = RECIPE.replace("notice-2024-3]", "report-letter]")
    story = tiny.text(tiny.STORY, ("二十个人读", "三十个人读"))
    return make_kit(tmp_path_factory.mktemp("newer"), recipe, {tiny.STORY: story})


def changed(made: Package, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The kit's ZIP packed again by someone else after ``change``."""
    with zipfile.ZipFile(io.BytesIO(made.archive)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def flip(files: dict[str, bytes]) -> None:
    files[FOLDER + "01-读本.epub"] = b"!" + files[FOLDER + "01-读本.epub"][1:]


def remove(files: dict[str, bytes]) -> None:
    del files[FOLDER + "许可.txt"]


def add(files: dict[str, bytes]) -> None:
    files[FOLDER + "新文件.exe"] = b"MZ"


def forge(files: dict[str, bytes]) -> None:
    """Alter a file and write the manifest anew, so that the two agree."""
    name = FOLDER + "许可.txt"
    files[name] += "另加一句。".encode()
    told = json.loads(files[FOLDER + "manifest.json"])
    for file in told["files"]:
        if file["path"] == "许可.txt":
            file["sha256"] = hashlib.sha256(files[name]).hexdigest()
            file["bytes"] = len(files[name])
    files[FOLDER + "manifest.json"] = json.dumps(told, ensure_ascii=False).encode()


def nothing(_: dict[str, bytes]) -> None:
    """Packed again without any change."""


CASES = [
    (nothing, True, "个文件都在，没有改动。", "是最新版本。"),
    (flip, False, "被改动：01-读本.epub", "是最新版本。"),
    (remove, False, "缺少：许可.txt", "是最新版本。"),
    (add, False, "多出：新文件.exe", "是最新版本。"),
    (forge, False, "个文件都在，没有改动。", "清单与"),
]


def check(copy: Path, data: bytes, published: Package) -> Verdict:
    copy.write_bytes(data)
    return verify(copy, index([summary(published)]))


@pytest.mark.parametrize(("change", "intact", "finding", "currency"), CASES)
def test_tampering_is_found(
    tmp_path: Path, made: Package, change: Callable[[dict[str, bytes]], None], intact: bool,
    finding: str, currency: str,
) -> None:  # fmt: skip
    """A flipped byte, a missing or added file, a manifest rewritten to fit: each is told."""
    verdict = check(tmp_path / "kit.zip", changed(made, change), made)
    assert verdict.is_intact is intact
    text = as_text(verdict)
    assert finding in text
    assert currency in text


def test_an_unpacked_kit_is_checked_the_same_way(tmp_path: Path, made: Package) -> None:
    """The folder people work in can be checked as well as the ZIP."""
    zipfile.ZipFile(io.BytesIO(made.archive)).extractall(tmp_path)
    folder = tmp_path / FOLDER
    assert verify(folder, index([summary(made)])).is_intact
    (folder / "开始.html").unlink()
    assert verify(folder).missing == ("开始.html",)


def test_an_old_copy_learns_what_changed(tmp_path: Path, made: Package, newer: Package) -> None:
    """Complete and unaltered, but not current: the texts that differ are named."""
    verdict = check(tmp_path / "kit.zip", made.archive, newer)
    assert verdict.is_intact
    assert as_text(verdict).splitlines()[2:] == [
        f"不是最新：现在是版本 {newer.manifest_data['version']}，2026年1月1日。"
        if newer.manifest_data["date"] == "2026-01-01"
        else f"不是最新：现在是版本 {newer.manifest_data['version']}，2026年1月2日。",
        "　新收："
        + next(m["title"] for m in newer.manifest_data["materials"] if m["id"] == "report-letter"),
        "　有改动：夜校的灯",
        "　已去掉：关于开展读书活动的通知",
    ]


def test_a_kit_the_site_does_not_have(tmp_path: Path, made: Package) -> None:
    """Nothing is claimed where there is nothing to compare with."""
    (tmp_path / "kit.zip").write_bytes(made.archive)
    assert verify(tmp_path / "kit.zip").current is None
    assert verify(tmp_path / "kit.zip", '{"kits": []}').current is None


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/manifest.json", b" " * 50_000_000)
    return out.getvalue()


def zipped(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_", "."), text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "坏了或打不开"),
        (b"PK\x03\x04 and then nothing", "坏了或打不开"),
        (zipped(readme_txt="x"), "里面没有 manifest.json"),
        (zipped(manifest_json="{"), "manifest.json 读不懂"),
        (zipped(manifest_json="[]"), "manifest.json 读不懂"),
        (bomb(), "大得不像套装，没有展开"),
    ],
)
def test_what_is_no_kit_is_said_so(tmp_path: Path, data: bytes, message: str) -> None:
    """Half a download, another ZIP, garbage, a bomb: a sentence, not a traceback."""
    (tmp_path / "kit.zip").write_bytes(data)
    with pytest.raises(NotAKitError, match=message):
        verify(tmp_path / "kit.zip")


def test_the_command_says_and_returns_it(tmp_path: Path, made: Package) -> None:
    """Exit code 0 for a whole kit, 1 for one that is not, and one line for a wrong file."""
    (tmp_path / "kits.json").write_text(index([summary(made)]), encoding="utf-8")
    (tmp_path / "good.zip").write_bytes(made.archive)
    (tmp_path / "bad.zip").write_bytes(changed(made, flip))
    good = xuelan("verify", "good.zip", "--against", "kits.json", cwd=tmp_path)
    assert (good.returncode, good.stdout.splitlines()[2]) == (0, "是最新版本。")
    bad = xuelan("verify", "bad.zip", cwd=tmp_path)
    assert bad.returncode == 1
    assert "被改动：01-读本.epub" in bad.stdout
    wrong = xuelan("verify", "kits.json", cwd=tmp_path)
    assert (wrong.returncode, wrong.stderr) == (1, "压缩包坏了或打不开，请重新下载\n")


@pytest.fixture(scope="module")
def verify_page(made: Package, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny column's site with the verify page of its one kit."""
    root = tiny.write(tmp_path_factory.mktemp("column"), {
        "materials/guides/guide-study.md": tiny.text(
            "materials/guides/guide-study.md", ("## 会上\n", "## 60分钟日程\n")
        ),
        "materials/kits/study.yml": RECIPE,
    })  # fmt: skip
    done = xuelan("build", "-C", root)
    assert done.returncode == 0, done.stderr
    assert (root / "site/downloads/study/study.zip").read_bytes() == made.archive
    return root / "site"


def verdict_in(page: Page, archive: Path) -> tuple[str, str]:
    """What the page shows after ``archive`` was chosen: its state and its text."""
    page.set_input_files("[data-verify-file]", archive)
    shown = page.locator("[data-verify-verdict]:is([data-state=good], [data-state=bad])")
    shown.wait_for()
    return shown.get_attribute("data-state") or "", shown.inner_text()


@pytest.mark.parametrize("way", ["http", "file", "own hash"])
def test_the_page_finds_the_same(
    browser: Browser, serve: Callable[[Path], str], verify_page: Path, made: Package,
    newer: Package, tmp_path: Path, way: str,
) -> None:  # fmt: skip
    """On a server, from a folder, and where the browser's own SHA-256 is refused (plain http)."""
    context = browser.new_context(offline=way == "file")
    complaints: list[str] = []
    context.on("console", lambda m: complaints.append(m.text))
    context.on("weberror", lambda e: complaints.append(str(e.error)))
    page = context.new_page()
    if way == "own hash":
        page.add_init_script("Object.defineProperty(window, 'crypto', {value: {}})")
    start = verify_page.as_uri() + "/" if way == "file" else serve(verify_page)
    page.goto(start + "downloads/verify/index.html")
    for number, (change, intact, finding, currency) in enumerate(CASES):
        archive = tmp_path / f"{number}.zip"
        archive.write_bytes(changed(made, change))
        state, text = verdict_in(page, archive)
        assert (state == "good") is intact, text
        assert finding in text
        assert currency in text
    (tmp_path / "newer.zip").write_bytes(newer.archive)
    state, text = verdict_in(page, tmp_path / "newer.zip")
    assert state == "good"
    assert "不是最新" in text
    assert "有改动：夜校的灯" in text
    (tmp_path / "no.zip").write_bytes(b"nothing of the kind")
    assert "这不是压缩包" in verdict_in(page, tmp_path / "no.zip")[1]
    assert complaints == []
    context.close()


def test_the_largest_file_in_a_row_hashes_right(tmp_path: Path) -> None:
    """A check that reads in pieces reads all of them."""
    big = bytes(range(256)) * 20_000
    told = {
        "format": "xuelan-kit/1", "id": "x", "title": "大", "version": "1", "date": "2026-01-02",
        "build": "1", "materials": [],
        "files": [{"path": "big.bin", "sha256": hashlib.sha256(big).hexdigest()}],
    }  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("大/manifest.json", json.dumps(told))
        archive.writestr("大/big.bin", big)
    (tmp_path / "big.zip").write_bytes(out.getvalue())
    assert verify(tmp_path / "big.zip").is_intact
