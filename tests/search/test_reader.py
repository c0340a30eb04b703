"""Search as a reader meets it in the dialog: questions, keyboard, input methods, accessibility."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from conftest import ROOT, Watch
from search.browsing import INDEX, RESULTS, SHARD, count, field, ids, type_in
from search.conftest import Gate, Server, hold
from xuelan.search.normal import fold
from xuelan.search.postings import hash_units
from xuelan.search.reader import IndexReader
from xuelan.search.results import ask

AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text()


def test_nothing_of_the_index_loads_before_it_is_asked(home: Page, server: Server) -> None:
    """Neither on a page nor when the dialog opens."""
    home.wait_for_load_state("networkidle")
    home.keyboard.press("/")
    expect(home.get_by_role("dialog")).to_be_visible()
    home.wait_for_load_state("networkidle")
    assert not [path for path in server.asked if re.search(INDEX, path)]


def test_a_question_in_the_dialog(
    home: Page, server: Server, watch: Watch, reader: IndexReader
) -> None:
    """Results with marks, the count, a link to the paragraph; the console stays empty."""
    home.get_by_role("link", name="检索", exact=True).first.click()
    expect(field(home)).to_be_focused()
    type_in(home, "农业税")
    expect(home.locator(RESULTS).first).to_be_visible()
    answer = ask(reader, "农业税", 10)
    assert ids(home) == [f.id for f in answer.found]
    assert count(home) == answer.count
    expect(home.get_by_role("status")).to_contain_text("完整匹配")
    assert set(home.locator(f"{RESULTS} mark").all_inner_texts()) == {"农业税"}
    link = home.locator(f"{RESULTS} a").first
    assert link.get_attribute("href") == server.address + answer.found[0].url
    link.click()
    target = home.url.partition("#")[2]
    expect(home.locator(f'[id="{target}"]')).to_be_visible()
    assert "农业税" in home.locator("article").inner_text()
    assert watch.complaints == []
    assert watch.foreign(server.address) == []


def test_the_keyboard_is_enough(home: Page, server: Server) -> None:
    """`/` opens, arrows walk, Enter goes, Esc closes and gives the focus back."""
    opener = home.locator("[data-search-open]").first
    opener.focus()
    home.keyboard.press("/")
    type_in(home, "五味子")
    expect(home.locator(RESULTS).first).to_be_visible()
    links = home.locator(f"{RESULTS} a")
    home.keyboard.press("ArrowDown")
    expect(links.nth(0)).to_be_focused()
    home.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    home.keyboard.press("ArrowUp")
    home.keyboard.press("ArrowUp")
    expect(field(home)).to_be_focused()
    home.keyboard.press("Escape")
    home.keyboard.press("Escape")
    expect(home.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()
    home.keyboard.press("/")
    home.keyboard.press("Control+a")
    type_in(home, "花果山")
    expect(home.locator(f"{RESULTS} mark").first).to_have_text("花果山")
    home.keyboard.press("ArrowDown")
    expect(links.nth(0)).to_be_focused()
    target = links.nth(0).get_attribute("href")
    home.keyboard.press("Enter")
    home.wait_for_url(str(target))


def test_enter_in_the_field_leads_to_the_page(home: Page) -> None:
    """The full results page with the same question."""
    home.keyboard.press("/")
    type_in(home, "五味子")
    home.keyboard.press("Enter")
    home.wait_for_url(re.compile(r"/search/\?q="))
    expect(home.locator(RESULTS).first).to_be_visible()
    assert field(home).input_value() == "五味子"


def test_a_slash_in_a_field_is_a_slash(page: Page, server: Server) -> None:
    """Typing / into a field does not open the dialog."""
    page.goto(server.address + "search/")
    field(page).focus()
    page.keyboard.press("/")
    assert field(page).input_value() == "/"
    assert not page.locator("dialog[open]").count()


def test_an_input_method_is_left_alone(home: Page, server: Server, context: BrowserContext) -> None:
    """Nothing is asked while pinyin is being composed; the finished word is, at once."""
    home.keyboard.press("/")
    session = context.new_cdp_session(home)
    for part in ("n", "no", "nong", "nong ye shui"):
        session.send(
            "Input.imeSetComposition",
            {"text": part, "selectionStart": len(part), "selectionEnd": len(part)},
        )
        home.wait_for_timeout(200)
    assert field(home).input_value() == "nong ye shui"
    assert not [path for path in server.asked if re.search(INDEX, path)]
    session.send("Input.insertText", {"text": "农业税"})
    expect(home.locator(RESULTS).first).to_be_visible()
    assert field(home).input_value() == "农业税"


def shards(reader: IndexReader, text: str) -> set[int]:
    """The shards with the pairs of a text."""
    units = map(ord, fold(text))
    return {hash_units(a, b) >> 32 - reader.manifest.bits for a, b in pairwise(units)}


def test_only_the_last_question_counts(home: Page, server: Server, reader: IndexReader) -> None:
    """A late answer to an earlier question is dropped."""
    early = "农业税"
    others = ("花果山", "五味子", "大梨树", "共产党员", "心得体会", "辽宁日报")
    late = next(q for q in others if not shards(reader, q) & shards(reader, early))
    gate = Gate()
    server.fail(SHARD, hold(gate))
    home.keyboard.press("/")
    type_in(home, early)
    assert gate.reached.wait(60)
    server.faults.clear()
    home.keyboard.press("Control+a")
    type_in(home, late)
    expect(home.locator(f"{RESULTS} mark").first).to_have_text(late)
    with home.expect_response(re.compile(SHARD)):
        gate.opened.set()
    home.wait_for_load_state("networkidle")
    assert set(home.locator(f"{RESULTS} mark").all_inner_texts()) == {late}


def test_a_slow_answer_is_announced_and_comes(home: Page, server: Server) -> None:
    """A reader who waits is told so."""
    gate = Gate()
    server.fail(INDEX, hold(gate))
    home.keyboard.press("/")
    type_in(home, "农业税")
    expect(home.get_by_role("status")).to_have_text("正在检索……")
    gate.opened.set()
    expect(home.locator(RESULTS).first).to_be_visible()


def test_two_thousand_characters(home: Page, server: Server) -> None:
    """A long paste is answered with a bounded number of files; one too long says what is cut."""
    home.keyboard.press("/")
    type_in(home, "毛丰美是大梨树村的带头人。" * 153)
    expect(home.get_by_role("status")).to_contain_text("篇")
    assert len([path for path in server.asked if re.search(INDEX, path)]) < 80
    home.keyboard.press("Control+a")
    type_in(home, "干" * 2001)
    expect(home.get_by_role("status")).to_contain_text("检索词太长")


def test_lines_pasted_are_words_apart(page: Page, server: Server, context: BrowserContext) -> None:
    """A one-line field would glue pasted lines together."""
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(server.address + "search/")
    page.evaluate("navigator.clipboard.writeText('毛丰美\\r\\n农业税\\n')")
    field(page).focus()
    page.keyboard.press("Control+v")
    assert field(page).input_value().split() == ["毛丰美", "农业税"]
    expect(page.locator(RESULTS).first).to_be_visible()


def test_taken_apart_and_meant(home: Page) -> None:
    """Each group says what it is; what was meant is one click away."""
    home.keyboard.press("/")
    type_in(home, "毛丰美心得体会")
    expect(home.get_by_role("status")).to_contain_text("相关匹配")
    assert {"毛丰美", "心得体会"} <= set(home.locator(f"{RESULTS} mark").all_inner_texts())
    home.keyboard.press("Control+a")
    type_in(home, "毛峰美")
    expect(home.get_by_role("status")).to_contain_text("没有找到")
    assert count(home) == 0
    home.get_by_role("button", name="毛丰美", exact=True).click()
    expect(home.locator(f"{RESULTS} mark").first).to_have_text("毛丰美")


@pytest.mark.parametrize("locale", ["zh-CN", "th-TH", "tr-TR", "en-US"])
def test_no_segmenter_of_the_browser_is_asked(
    browser: Browser, server: Server, watch: Watch, reader: IndexReader, locale: str
) -> None:
    """Whatever language the browser speaks, and with its segmenters taken away: the same answer."""
    context = watch.on(browser.new_context(locale=locale))
    context.add_init_script(
        "for (const name of ['Segmenter', 'v8BreakIterator', 'Collator'])"
        " Object.defineProperty(Intl, name, { get() { throw new Error(name); } });"
    )
    page = context.new_page()
    page.goto(server.address)
    page.keyboard.press("/")
    for query in ("毛丰美心得体会", "大委组传〔2016〕29号", "BEIJING Review"):
        page.keyboard.press("Control+a")
        type_in(page, query)
        answer = ask(reader, query, 10)
        expect(page.locator("[data-search-count]")).to_have_text(str(answer.count))
        assert ids(page) == [f.id for f in answer.found]
    assert watch.complaints == []
    context.close()


def test_a_form_to_fill_in_is_found(home: Page, server: Server, reader: IndexReader) -> None:
    """Beside the materials, with the kit it comes with; it is not one of the counted results."""
    home.keyboard.press("/")
    type_in(home, "会议记录")
    form = home.locator(".search-forms a").first
    expect(form).to_have_text("会议记录")
    answer = ask(reader, "会议记录", 10)
    assert count(home) == answer.count
    assert ids(home) == [f.id for f in answer.found]
    home.keyboard.press("ArrowDown")
    expect(form).to_be_focused()
    home.keyboard.press("Enter")
    home.wait_for_url(server.address + answer.forms[0].url)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_dialog_and_page(
    browser: Browser, server: Server, width: int, scheme: Literal["light", "dark"]
) -> None:
    """With results, marks, forms and facets: nothing serious, nothing sticks out sideways."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    for start in ("", "search/?q=毛丰美"):
        page.goto(server.address + start)
        if not start:
            page.keyboard.press("/")
            type_in(page, "会议记录")
        expect(page.locator(RESULTS).first).to_be_visible()
        page.evaluate(AXE)
        found = page.evaluate("axe.run().then(result => result.violations)")
        assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
