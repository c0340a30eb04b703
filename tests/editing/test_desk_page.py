"""The desk's page in a real Chromium, as an editor uses it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_client import Desk, running
from PIL import Image
from playwright.sync_api import Page, expect

import tiny
from conftest import ROOT, Watch
from xuelan.check import check
from xuelan.editing.desk.app import BUNDLE

AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text()


@pytest.fixture
def desk(tmp_path: Path, page: Page) -> Iterator[Desk]:
    """A desk with its list on screen."""
    assert BUNDLE.is_file(), f"no {BUNDLE.name}: run `make lint`"
    with running(tiny.write(tmp_path)) as found:
        page.goto(found.entry)
        page.wait_for_selector(".desk-list li")
        yield found
        page.close()


def _open(page: Page, path: str = tiny.STORY) -> None:
    page.evaluate("path => { location.hash = '#/article/' + path }", path)
    page.wait_for_selector(".cm-content")


def _file(desk: Desk, path: str = tiny.STORY) -> str:
    return (desk.root / path).read_text(encoding="utf-8")


def _save(page: Page) -> None:
    page.get_by_role("button", name="存入栏目").click()
    expect(page.locator(".desk-state")).to_contain_text("已存入栏目")


def test_from_the_list_to_a_saved_text(page: Page, desk: Desk, watch: Watch) -> None:
    """Found, opened, changed, mended where it was wrong, saved; the console stays empty."""
    page.get_by_label("查找").fill("夜校")
    page.get_by_role("link", name="夜校的灯").click()
    page.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("\n又一段。")
    expect(page.locator(".desk-sheet")).to_contain_text("又一段。")
    expect(page.locator(".desk-state")).to_contain_text("自动存好")
    assert _file(desk) == tiny.text(tiny.STORY)
    page.get_by_label("标题").first.fill("")
    expect(page.locator("[data-field=title] .desk-faults")).to_contain_text("没有填写")
    page.get_by_label("标题").first.fill("夜校里的灯")
    expect(page.locator("[data-field=title] .desk-faults")).to_be_empty()
    _save(page)
    expected = tiny.text(tiny.STORY, ("title: 夜校的灯", "title: 夜校里的灯")) + "\n又一段。"
    assert _file(desk) == expected
    assert watch.complaints == []
    assert watch.foreign(desk.address) == []


def test_an_input_method_composes_in_the_text(page: Page, desk: Desk) -> None:
    """What is being composed is not torn apart by autosave; what is committed is all there."""
    _open(page)
    page.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    session = page.context.new_cdp_session(page)
    for part in ("ni", "ni h", "ni hao"):
        session.send("Input.imeSetComposition",
                     {"text": part, "selectionStart": len(part), "selectionEnd": len(part)})  # fmt: skip
        page.wait_for_timeout(700)  # longer than the pause after which a draft is sent
    session.send("Input.insertText", {"text": "你好"})
    expect(page.locator(".desk-sheet")).to_contain_text("你好")
    _save(page)
    assert _file(desk) == tiny.text(tiny.STORY) + "你好"


def test_a_closed_tab_loses_nothing(page: Page, desk: Desk) -> None:
    """The draft is there again in another tab."""
    _open(page)
    page.locator(".cm-content").click()
    page.keyboard.type("没写完")
    expect(page.locator(".desk-state")).to_contain_text("自动存好")
    other = page.context.new_page()
    other.goto(desk.entry)
    _open(other)
    expect(other.locator(".cm-content")).to_contain_text("没写完")


def test_a_button_mends_what_a_machine_can(page: Page, desk: Desk) -> None:
    """By the edits that the problem carries."""
    shown = desk.get("open", path=tiny.STORY)
    body = shown["body"] + "\n二十个人,读了一个冬天.\n"
    desk.get("write", path=tiny.STORY, window="w", revision=0, base=shown["base"],
             answers={}, body=body)  # fmt: skip
    _open(page)
    page.get_by_role("button", name="替我改好").first.click()
    expect(page.locator(".desk-sheet")).to_contain_text("二十个人，读了一个冬天。")


def test_two_windows_are_told_of_each_other(page: Page, desk: Desk) -> None:
    """The later one chooses; here it takes its own."""
    _open(page)
    other = page.context.new_page()
    other.goto(desk.entry)
    _open(other)
    for window, word in ((page, "甲"), (other, "乙")):
        window.locator(".cm-content").click()
        window.keyboard.type(word)
        window.wait_for_timeout(900)
    other.get_by_role("button", name="用这个窗口里的").click()
    expect(other.locator(".desk-state")).to_contain_text("自动存好")
    assert "乙" in desk.get("open", path=tiny.STORY)["body"]
    assert any("甲" in p.read_text("utf-8") for p in (desk.root / ".xuelan/kept").iterdir())


def test_a_picture_is_added_and_shown(page: Page, desk: Desk) -> None:
    """Beside the material, named in it, and the column passes its check."""
    picture = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(picture, "PNG")
    _open(page)
    page.get_by_text("加附件或图片").click()
    page.get_by_label("图片上有什么").fill("一块红色")
    page.locator(".desk-drop input").set_input_files(
        {"name": "灯.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    )
    expect(page.get_by_text("已加“灯.png”")).to_be_visible()
    assert "alt: 一块红色" in _file(desk)
    assert (desk.root / "materials/stories/files/灯.png").is_file()
    assert not [p for p in check(desk.root)[1] if p.is_error]


def test_a_document_is_brought_in(page: Page, desk: Desk) -> None:
    """A text from elsewhere becomes a material, with a report."""
    page.get_by_role("link", name="写新的").first.click()
    text = "关于修路的通知\n\n各村：\n\n请修路。\n".encode("gb18030")
    page.locator(".desk-drop input").set_input_files(
        {"name": "修路.txt", "mimeType": "text/plain", "buffer": text}
    )
    page.get_by_role("link", name="打开它").click()
    expect(page.locator(".cm-content")).to_contain_text("请修路。")


def test_a_reviewer_signs(page: Page, desk: Desk) -> None:
    """The sign-off holds for the content; the next stage is another person's."""
    _open(page)
    page.get_by_text("审核签字").last.click()
    page.get_by_label("审核人的姓名或职务").fill("张三")
    page.get_by_role("button", name="签字").click()
    expect(page.locator("[data-field=reviews] input").first).to_have_value("张三")
    assert "stage: 初审" in _file(desk)
    page.get_by_label("审次").last.select_option("复审")
    page.get_by_label("审核人的姓名或职务").fill("张三")
    page.get_by_role("button", name="签字").click()
    expect(page.get_by_role("alert")).to_contain_text("不同的人")


def test_handing_in_gives_a_file_to_send(page: Page, desk: Desk) -> None:
    """Chosen, named, packed, downloaded."""
    _open(page)
    page.locator(".cm-content").click()
    page.keyboard.type("好。")
    _save(page)
    page.get_by_role("link", name="交稿").click()
    page.get_by_label("这次改了什么").fill("改一句")
    page.get_by_label("您的姓名").fill("张三")
    page.get_by_role("button", name="交稿").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载压缩包").click()
    assert download.value.suggested_filename.endswith(".zip")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("view", ["", "new", "change", f"article/{tiny.STORY}"])
def test_every_view_can_be_used_by_everybody(
    page: Page, desk: Desk, view: str, width: int, scheme: str
) -> None:
    """Nothing sticks out, and axe finds nothing."""
    shown = desk.get("open", path=tiny.STORY)
    desk.get("write", path=tiny.STORY, window="w", revision=0, base=shown["base"],
             answers={"title": ""}, body=shown["body"])  # fmt: skip
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(desk.address + "#/" + view)
    page.reload()
    page.wait_for_selector("main h1")
    page.wait_for_timeout(300)
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.evaluate(AXE)
    found = page.evaluate("axe.run().then(result => result.violations)")
    assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found] == []
