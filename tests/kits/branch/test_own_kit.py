"""The branch's own kit, made in a real browser: the same from the site and from a folder."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from icalendar import Calendar
from playwright.sync_api import Browser, Page

from conftest import ROOT, Watch
from kit_plans import copied
from xuelan.check import check
from xuelan.kits.branch.blueprint import Blueprint, Particulars
from xuelan.kits.branch.readings import READINGS_NAME
from xuelan.kits.html_tree import parse, pieces
from xuelan.kits.print.press import visible
from xuelan.model.content import Rendered
from xuelan.pages import own_kit as own_kit_page
from xuelan.rendering.pipeline import render_all

AWKWARD = '<甲&乙>"丙"/丁 =1+1 😀'
SIXTY = "长" * 60


@pytest.fixture(scope="module")
def parts() -> dict[str, Blueprint]:
    """What Python makes branches' kits from, for the real column."""
    catalog, _ = check(ROOT)
    assert catalog is not None
    return {p.kit: p for p in own_kit_page.blueprints(catalog, render_all(catalog))}


@pytest.fixture(scope="module")
def texts() -> Mapping[str, Rendered]:
    catalog, _ = check(ROOT)
    assert catalog is not None
    return render_all(catalog)


@pytest.fixture
def own_kit(page: Page, address: str) -> Page:
    page.goto(f"{address}own-kit/")
    return page


@pytest.fixture(scope="module")
def folder(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The offline folder of the real column."""
    target = tmp_path_factory.mktemp("offline")
    for path, data in copied(site).items():
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return target


def fill(page: Page, **typed: str) -> None:
    for name, value in typed.items():
        field = page.locator(f"[name={name}]")
        if name == "kit":
            field.select_option(value)
        else:
            field.fill(value)


def made(page: Page) -> tuple[str, dict[str, bytes]]:
    """Press the button: the file name offered, and what is in the ZIP."""
    with page.expect_download() as download:
        page.get_by_role("button", name="生成并下载压缩包").click()
    data = Path(download.value.path()).read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        files = {n.split("/", 1)[1]: archive.read(n) for n in archive.namelist()}
    return download.value.suggested_filename, files


def office_parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {n: archive.read(n) for n in archive.namelist()}


@pytest.mark.parametrize("branch", ["第一支部", AWKWARD, SIXTY])
@pytest.mark.parametrize("kit", ["study", "meeting"])
def test_the_browser_makes_what_python_makes(
    own_kit: Page, watch: Watch, parts: dict[str, Blueprint], kit: str, branch: str
) -> None:
    """Same files, same XML in every part, the same calendar byte for byte."""
    fill(own_kit, kit=kit, branch=branch, meeting="学习会", date="2026-12-03", time="14:30")
    fill(own_kit, place="三楼,会议室", host="示例甲")
    own_kit.locator(f"[data-kit~={kit}] input[name=minutes][value='90']").check()
    first = next(iter(parts[kit].readings))
    own_kit.locator(f"fieldset[data-kit={kit}] input[value={first}]").check()
    _, files = made(own_kit)
    assert next(iter(files)) == READINGS_NAME
    del files[READINGS_NAME]
    wanted = dict(
        parts[kit].files(
            Particulars(
                branch, "学习会", "2026-12-03", "14:30", "三楼,会议室", "示例甲", 90, (first,)
            )
        )
    )
    assert list(files) == list(wanted)
    for name, data in wanted.items():
        if name.endswith(".ics"):
            assert files[name] == data
        else:
            assert office_parts(files[name]) == office_parts(data)
    assert watch.complaints == []


@pytest.mark.parametrize("way", ["http", "file"])
def test_the_chosen_readings_are_in_it(
    browser: Browser, watch: Watch, folder: Path, address: str, texts: Mapping[str, Rendered],
    tmp_path: Path, way: str,
) -> None:  # fmt: skip
    """One page with the whole text of each chosen reading and of no other; it opens by itself."""
    context = watch.on(browser.new_context(locale="zh-CN", offline=way == "file"))
    page = context.new_page()
    start = (folder / "own-kit/index.html").as_uri() if way == "file" else f"{address}own-kit/"
    page.goto(start)
    fill(page, kit="study", branch=AWKWARD)
    for reading in ("portrait", "gan-spirit"):
        page.locator(f"fieldset[data-kit=study] input[value={reading}]").check()
    _, files = made(page)
    (tmp_path / READINGS_NAME).write_bytes(files[READINGS_NAME])
    page.goto((tmp_path / READINGS_NAME).as_uri())
    assert page.locator("article").count() == 2
    assert AWKWARD in " ".join(page.locator("h1").inner_text().split())
    shown = visible(page.locator("main").inner_text())
    for reading in ("portrait", "gan-spirit"):
        for piece in pieces(parse(texts[reading].html)):
            assert visible(piece) in shown, piece
    assert watch.complaints == []
    context.close()


def test_readings_that_cannot_be_had_are_told(own_kit: Page) -> None:
    """No ZIP without the texts that were asked for: the page says why there is none."""
    own_kit.route("**/own-kit/texts/*", lambda route: route.abort())
    fill(own_kit, kit="study", branch="第一支部")
    own_kit.locator("fieldset[data-kit=study] input[value=portrait]").check()
    own_kit.get_by_role("button", name="生成并下载压缩包").click()
    own_kit.get_by_text("学习材料的正文没有读到").wait_for()


def test_nothing_typed_leaves_the_browser(own_kit: Page, watch: Watch, address: str) -> None:
    """Making a kit asks the network for nothing; the page has asked for its own files only."""
    own_kit.wait_for_load_state("networkidle")
    before = len(watch.requests)
    fill(own_kit, branch="第一支部")
    made(own_kit)
    assert [u for u in watch.requests[before:] if not u.startswith("blob:")] == []
    assert watch.foreign(address) == []
    assert watch.complaints == []


def test_it_works_from_a_folder_without_network(
    browser: Browser, watch: Watch, folder: Path
) -> None:
    """Opened as file:// and offline, the page makes the same forms, and complains of nothing."""
    context = watch.on(browser.new_context(locale="zh-CN", offline=True))
    page = context.new_page()
    page.goto(f"{(folder / 'own-kit/index.html').as_uri()}")
    fill(page, branch="第一支部", date="2026-12-03")
    name, files = made(page)
    assert name.startswith("第一支部 ")
    assert "40-支部日程.ics" in files
    assert watch.complaints == []
    context.close()


def test_it_works_where_the_browser_cannot_compress(browser: Browser, address: str) -> None:
    """Old browsers have no CompressionStream: the ZIP is then stored, and sound."""
    context = browser.new_context(locale="zh-CN")
    context.add_init_script("delete window.CompressionStream")
    page = context.new_page()
    page.goto(f"{address}own-kit/")
    fill(page, branch="第一支部")
    _, files = made(page)
    for name, data in files.items():
        if name.endswith(".docx"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                assert {i.compress_type for i in archive.infolist()} == {zipfile.ZIP_STORED}
    context.close()


def test_what_was_typed_stays_until_it_is_wiped(own_kit: Page) -> None:
    """A reload brings it back; one button takes it out of the form and out of the browser."""
    fill(own_kit, kit="meeting", branch="第一支部", place="三楼")
    own_kit.reload()
    assert own_kit.locator("[name=branch]").input_value() == "第一支部"
    assert own_kit.locator("[name=kit]").input_value() == "meeting"
    own_kit.get_by_role("button", name="清除填写的内容").click()
    assert own_kit.locator("[name=branch]").input_value() == ""
    assert own_kit.evaluate("Object.keys(localStorage).filter(k => k.includes('own-kit'))") == []
    own_kit.reload()
    assert own_kit.locator("[name=place]").input_value() == ""


def test_a_damaged_memory_does_no_harm(own_kit: Page, watch: Watch) -> None:
    """Whatever stands in the browser's storage, the page begins with an empty form."""
    for damaged in ("{", "null", "[]", json.dumps({"branch": 7, "readings": "x", "kit": "none"})):
        own_kit.evaluate("text => localStorage.setItem('xuelan.own-kit', text)", damaged)
        own_kit.reload(wait_until="networkidle")
        assert own_kit.locator("[name=branch]").input_value() == ""
    assert watch.complaints == []


def test_without_a_name_nothing_is_made(own_kit: Page) -> None:
    """The browser asks for the branch's name; without a date there is no calendar."""
    own_kit.get_by_role("button", name="生成并下载压缩包").click()
    assert own_kit.evaluate("document.activeElement.name") == "branch"
    fill(own_kit, branch="第一支部")
    _, files = made(own_kit)
    assert not [name for name in files if name.endswith(".ics")]
    assert "没有填日期" in own_kit.locator("[data-own-kit-status]").inner_text()


def test_only_what_belongs_to_the_chosen_activity_is_offered(
    own_kit: Page, parts: dict[str, Blueprint]
) -> None:
    """Readings and forms change with the activity, and so does the suggested name."""
    for kit, made_of in parts.items():
        fill(own_kit, kit=kit)
        shown = own_kit.locator("input[name=forms]:visible")
        assert shown.count() == len(made_of.forms)
        assert own_kit.locator("input[name=readings]:visible").count() == len(made_of.readings)
        assert own_kit.locator("[name=meeting]").input_value() == made_of.meeting


def test_the_calendar_of_the_browser_is_read_back(own_kit: Page) -> None:
    """A calendar reader finds the meeting at its hour and the guide's days around it."""
    fill(own_kit, branch=AWKWARD, date="2026-12-03", time="09:00")
    _, files = made(own_kit)
    first, *rest = Calendar.from_ical(files["40-支部日程.ics"]).walk("VEVENT")
    assert first["dtstart"].dt.isoformat() == "2026-12-03T01:00:00+00:00"
    assert AWKWARD in str(first["summary"])
    assert rest


@pytest.fixture
def no_script(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    yield context.new_page()
    context.close()


def test_without_script_the_page_says_where_the_blank_forms_are(
    no_script: Page, address: str
) -> None:
    """No dead form is shown, but the way to the downloads."""
    no_script.goto(f"{address}own-kit/")
    assert not no_script.locator("[data-own-kit]").is_visible()
    assert no_script.locator("noscript a[href='../downloads/']").count() == 1
