"""Search as a reader meets it: dialog, page, keyboard, input methods, a disk, a broken server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from conftest import ROOT, Watch
from search.conftest import Gate, Handler, Server, fail_with, hold, send_changed, send_other
from xuelan.model.catalog import Catalog
from xuelan.search.normal import fold
from xuelan.search.postings import hash_units
from xuelan.search.reader import IndexReader
from xuelan.search.results import ask

RESULTS = "[data-search-results] [data-material-id]"
FAILED = "检索暂时不可用"
INDEX = r"/search/index/"
SHARD = r"/search/index/[0-9a-f]{12}/(?:pairs|singles)/[0-9a-f]+/[0-9a-f]{2}\.js"
AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text()
TEXT = r"/search/index/[0-9a-f]{12}/0/[0-9a-f]{2}-[0-9a-f]\.js"


@pytest.fixture
def context(browser: Browser, watch: Watch) -> Iterator[BrowserContext]:
    context = watch.on(browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN"))
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def home(page: Page, server: Server) -> Page:
    """The start page, loaded."""
    page.goto(server.address)
    return page


def field(page: Page) -> Locator:
    """The dialog's field, or the one of the results page."""
    return page.locator(".search-form input")


def ids(page: Page) -> list[str]:
    found = page.locator(RESULTS).evaluate_all("all => all.map(e => e.dataset.materialId)")
    assert all(isinstance(name, str) for name in found)
    return list(found)


def type_in(page: Page, text: str) -> None:
    """As an input method hands a finished text over."""
    page.keyboard.insert_text(text)


def count(page: Page) -> int:
    return int(page.locator("[data-search-count]").inner_text())


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


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "iso-8859-1"])
def test_whatever_a_server_says_of_scripts(home: Page, reader: IndexReader, charset: str) -> None:
    """The index's files say by their first bytes how they are written, and that wins."""

    def mislabelled(route: Route) -> None:
        kind = f"text/javascript; charset={charset}"
        route.fulfill(response=route.fetch(), content_type=kind)

    home.route(re.compile(SHARD), mislabelled)
    home.route(re.compile(TEXT), mislabelled)
    home.keyboard.press("/")
    type_in(home, "农业税")
    expect(home.locator(RESULTS).first).to_be_visible()
    assert ids(home) == [f.id for f in ask(reader, "农业税", 10).found]


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


def test_an_answer_that_never_comes_is_a_failure(page: Page, server: Server) -> None:
    """After half a minute the reader is told, and may ask again."""
    page.clock.install()
    page.goto(server.address)
    gate = Gate()
    server.fail(SHARD, hold(gate))
    page.keyboard.press("/")
    with page.expect_request(re.compile(SHARD)):
        type_in(page, "农业税")
        page.clock.run_for(1000)
    page.clock.run_for(31_000)
    expect(page.get_by_role("status")).to_contain_text(FAILED)
    assert not page.locator("[data-search-count]").count()
    gate.opened.set()


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
    expect(home.get_by_role("status")).to_contain_text("拆开匹配")
    assert {"毛丰美", "心得体会"} <= set(home.locator(f"{RESULTS} mark").all_inner_texts())
    home.keyboard.press("Control+a")
    type_in(home, "毛峰美")
    expect(home.get_by_role("status")).to_contain_text("没有找到")
    assert count(home) == 0
    home.get_by_role("button", name="毛丰美", exact=True).click()
    expect(home.locator(f"{RESULTS} mark").first).to_have_text("毛丰美")


def test_the_page_shows_all(page: Page, server: Server, reader: IndexReader) -> None:
    """Ten at a time until the last, in the order of the command line; the focus goes along."""
    page.goto(f"{server.address}search/?q=农业税")
    answer = ask(reader, "农业税", 100)
    more = page.get_by_role("button", name="再看十篇")
    count_after(page, answer.count)
    while page.locator(RESULTS).count() < answer.count:
        before = page.locator(RESULTS).count()
        more.click()
        expect(page.locator(RESULTS).nth(before).locator("a").first).to_be_focused()
    assert ids(page) == [f.id for f in answer.found]
    expect(more).to_be_hidden()
    assert not page.locator(".search-index").is_visible()


def test_facets_and_order(page: Page, server: Server, reader: IndexReader) -> None:
    """Within a facet either, between facets both; counts tell what is left; the address keeps it."""
    page.goto(f"{server.address}search/?q=毛丰美")
    everything = count_after(page, ask(reader, "毛丰美", 0).count)
    reports = number_at(page, "报道")
    box(page, "报道").focus()
    page.keyboard.press("Space")
    assert count_after(page, reports) < everything
    expect(box(page, "报道")).to_be_focused()
    stories = number_at(page, "故事")
    box(page, "故事").check()
    count_after(page, reports + stories)
    both = number_at(page, "2016")
    box(page, "2016").check()
    count_after(page, both)
    page.get_by_role("button", name="日期").click()
    expect(page.get_by_role("button", name="日期")).to_have_attribute("aria-pressed", "true")
    dates = page.locator(".hit-meta").evaluate_all(
        "all => all.map(e => e.textContent.match(/2016-?\\d*-?\\d*/)[0])"
    )
    assert dates == sorted(dates, reverse=True)
    shown = ids(page)
    page.goto(page.url)
    count_after(page, both)
    assert ids(page) == shown
    for name in ("类型", "年份", "单位", "活动"):
        expect(page.get_by_role("group", name=name)).to_be_visible()


def label(page: Page, name: str) -> Locator:
    return page.locator(".search-facets label").filter(has_text=re.compile(rf"^\s*{name}\s*\d+$"))


def box(page: Page, name: str) -> Locator:
    return label(page, name).locator("input")


def number_at(page: Page, name: str) -> int:
    """The count beside a value of a facet."""
    return int(label(page, name).locator(".count").inner_text())


def count_after(page: Page, expected: int) -> int:
    expect(page.locator("[data-search-count]")).to_have_text(str(expected))
    return expected


def test_a_filter_needs_no_question(page: Page, server: Server, column: Catalog) -> None:
    """All materials of a kind, newest first."""
    page.goto(f"{server.address}search/?kind=故事")
    expect(page.locator(RESULTS).first).to_be_visible()
    stories = [m.id for m in column.public if m.kind == "故事"]
    assert count(page) == len(stories)
    assert ids(page) == stories[:10]


def test_without_script_the_page_lists_everything(
    browser: Browser, server: Server, reader: IndexReader
) -> None:
    """A to Z and by kind, and a word of explanation."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.address)
    page.get_by_role("link", name="检索", exact=True).first.click()
    assert page.url.endswith("/search/")
    assert page.locator(".az a").count() == reader.manifest.count
    assert page.get_by_role("heading", name="按文种").is_visible()
    assert "没有运行脚本" in page.locator("main, .main").first.inner_text()
    context.close()


@pytest.mark.parametrize(
    "start", ["index.html", "search/index.html", "materials/portrait/index.html"]
)
def test_from_a_disk(
    browser: Browser, built: Path, watch: Watch, reader: IndexReader, start: str
) -> None:
    """Opened by file:// with the network off: same results, links that name their file."""
    context = watch.on(browser.new_context(offline=True, locale="zh-CN"))
    page = context.new_page()
    page.goto((built / start).as_uri())
    if start.startswith("search"):
        field(page).focus()
    else:
        page.keyboard.press("/")
    type_in(page, "毛豐美")
    expect(page.locator(RESULTS).first).to_be_visible()
    answer = ask(reader, "毛丰美", 10)
    assert ids(page) == [f.id for f in answer.found]
    assert count(page) == answer.count
    page.locator(f"{RESULTS} a").first.click()
    page.wait_for_url("**/" + answer.found[0].url.replace("/#", "/index.html#"))
    expect(page.locator("h1")).to_be_visible()
    assert [c for c in watch.complaints if "search" in c] == []
    context.close()


def test_on_a_disk_the_dialog_leads_to_the_page(browser: Browser, built: Path) -> None:
    """Enter opens the results page's file with the question."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((built / "index.html").as_uri())
    page.keyboard.press("/")
    type_in(page, "花果山")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"search/index\.html\?q="))
    expect(page.locator(f"{RESULTS} mark").first).to_have_text("花果山")
    context.close()


FAULTS = {
    "shards 404": (SHARD, fail_with(404)),
    "shards 503": (SHARD, fail_with(503)),
    "shards cut short": (SHARD, send_changed(lambda data: data[: len(data) // 2])),
    "shards with a byte wrong": (SHARD, send_changed(lambda data: data[:300] + b"B" + data[301:])),
    "shards empty": (SHARD, send_changed(lambda data: b"")),
    "shards swapped": (SHARD, send_other(r"/0/(.)(.)\.js", r"/0/1\1.js")),
    "texts 404": (TEXT, fail_with(404)),
    "texts cut short": (TEXT, send_changed(lambda data: data[:100])),
    "texts swapped": (TEXT, send_other(r"/0/..-0\.js", r"/0/00-0.js")),
    "everything 503": (INDEX, fail_with(503)),
}


@pytest.mark.parametrize(("pattern", "fault"), FAULTS.values(), ids=FAULTS)
def test_a_failure_is_said_never_nothing_found(
    home: Page, server: Server, pattern: str, fault: object
) -> None:
    """Whatever is wrong with a file, the reader is told; when it is mended, search works again."""
    server.fail(pattern, fault)  # type: ignore[arg-type]
    home.keyboard.press("/")
    type_in(home, "农业税")
    expect(home.get_by_role("status")).to_contain_text(FAILED)
    assert not home.locator("[data-search-count]").count()
    assert ids(home) == []
    server.heal()
    home.get_by_role("button", name="再试一次").click()
    expect(home.locator(RESULTS).first).to_be_visible()


@pytest.mark.parametrize(
    ("query", "pattern"),
    [
        ("q=农业税", SHARD),
        ("q=农业税", "/facets.js"),
        ("kind=故事", "/facets.js"),
        ("q=毛峰美", "/words.js"),
        ("q=農業稅", "/variants.js"),
    ],
)
def test_a_failure_on_the_page(page: Page, server: Server, query: str, pattern: str) -> None:
    """The results page says it as well, whichever file is missing, and keeps its lists."""
    server.fail(pattern, fail_with(500))
    page.goto(f"{server.address}search/?{query}")
    expect(page.get_by_role("status")).to_contain_text(FAILED)
    assert not page.locator("[data-search-count]").count()
    assert page.locator(".search-index").is_visible()


def test_a_page_without_its_script_says_so(page: Page, server: Server) -> None:
    """When the script itself does not come, the search page is no empty page."""
    server.fail(r"/search/search\.js", fail_with(503))
    page.goto(f"{server.address}search/?q=农业税")
    expect(page.get_by_text("检索没有装上")).to_be_visible()
    assert page.locator(".search-index").is_visible()


def test_a_file_lost_once_is_fetched_again(home: Page, server: Server) -> None:
    """One failure of a shaky network is not the reader's concern."""
    lost: list[str] = []

    def once(handler: Handler) -> None:
        if handler.path in lost:
            SimpleHTTPRequestHandler.do_GET(handler)
        else:
            lost.append(handler.path)
            handler.send_error(502)

    server.fail(INDEX, once)
    home.keyboard.press("/")
    type_in(home, "农业税")
    expect(home.locator(RESULTS).first).to_be_visible()
    assert lost


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


def test_an_old_manifest_finds_the_new_index(
    page: Page, server: Server, reader: IndexReader
) -> None:
    """A page kept in a cache names a build that is gone: the one that is there is asked."""
    build = reader.manifest.build.encode()
    server.fail(r"/search/search\.js", send_changed(lambda data: data.replace(build, b"0" * 12)))
    server.fail(r"/search/index/0{12}/", fail_with(404))
    page.goto(server.address)
    page.keyboard.press("/")
    type_in(page, "农业税")
    expect(page.locator(RESULTS).first).to_be_visible()
    assert ids(page) == [f.id for f in ask(reader, "农业税", 10).found]


def test_an_old_manifest_and_nothing_new(page: Page, server: Server, reader: IndexReader) -> None:
    """When the new one is not to be had either, that is said."""
    build = reader.manifest.build.encode()
    server.fail(r"/search/search\.js", send_changed(lambda data: data.replace(build, b"0" * 12)))
    server.fail(r"/search/index/(0{12}/|now)", fail_with(404))
    page.goto(server.address)
    page.keyboard.press("/")
    type_in(page, "农业税")
    expect(page.get_by_role("status")).to_contain_text(FAILED)
