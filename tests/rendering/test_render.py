"""Markdown in, safe HTML out: citations, glossary links, links between files, plain text."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import tiny
from readable import Case, read
from strategies import TEXTS
from xuelan.model.catalog import Catalog
from xuelan.model.content import Rendered, characters
from xuelan.rendering import links
from xuelan.rendering.links import Dependencies, LinkTable
from xuelan.rendering.pipeline import render_all
from xuelan.rendering.renderer import Renderer
from xuelan.rules.text import check_text, text_rules
from xuelan.text.scan import scan

CASES = read("render.md")


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The tiny column: W-001 and W-002 are works, fact-001 to fact-004 rest on them."""
    return tiny.catalog(tmp_path_factory.mktemp("render"))


def _render(catalog: Catalog, body: str) -> Rendered:
    return tiny.rendered(catalog, body)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_markdown_in_html_out(catalog: Catalog, case: Case, request: pytest.FixtureRequest) -> None:
    """The case's Markdown becomes exactly the case's HTML."""
    html = _render(catalog, case.given[0].text).html + "\n"
    if request.config.getoption("--refresh"):
        case.refresh(html)
        return
    assert html == case.expected


class _Page(HTMLParser):
    """Tags, attributes and text of a piece of HTML, as a browser reads them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def links(self) -> list[str]:
        return [value for name, value in self.attributes if name in ("href", "src")]


ALLOWED_TAGS = {
    "p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "table", "thead", "tbody",
    "tr", "th", "td", "a", "em", "strong", "code", "pre", "sup", "sub", "del", "hr", "br", "img",
    "span",
}  # fmt: skip
ALLOWED_ATTRIBUTES = {"id", "class", "href", "title", "src", "alt", "align", "scope", "start"}

HOSTILE_PIECES = (
    "<script>", "</script>", "<img src=x onerror=alert(1)>", "<svg/onload=x>",
    "<a href='javascript:x'>", "[甲](javascript:alert(1))", "[乙](JaVa\tScRiPt:x)",
    "![丙](data:image/svg+xml,x)", "<javascript:x>", "[丁]: javascript:x\n", "[丁]",
    "[戊](//evil.example)", '[己](vbscript:x \'a" onclick=x\')', "&#106;", "avascript:",
    "[x](&#106;avascript:x)", '![](x" onerror="y)', "<style>", "<!--", "-->", "<?x",
    "[@fact-001]", "[庚](../notices/notice-2024-3.md)", "梯田", "`", "```\n", "**", "*", "_",
    "\n\n", "## ", "- ", "> ", "| a | b |\n| --- | --- |\n| ", " |\n", "    ", "\\", "&lt;",
    "&", "<", ">", '"',
)  # fmt: skip
MARKS = st.sampled_from(HOSTILE_PIECES)
HOSTILE = st.lists(st.one_of(MARKS, st.text(max_size=5)), max_size=25).map("".join)


@settings(max_examples=200, deadline=None)
@given(body=HOSTILE)
def test_nothing_typed_becomes_code(catalog: Catalog, body: str) -> None:
    """Only allowed tags and attributes come out, and no link leaves the site or runs a script."""
    page = _Page(_render(catalog, body.replace("\x02", "").replace("\x03", "")).html)
    assert page.tags <= ALLOWED_TAGS
    assert {name for name, _ in page.attributes} <= ALLOWED_ATTRIBUTES
    for link in page.links:
        assert not re.match(r"[\s\x00-\x1f]*(?:[A-Za-z][A-Za-z0-9+.-]*:|//|\\)", unquote(link)), (
            link
        )


PLAIN = st.text(
    alphabet=st.one_of(
        st.sampled_from("甲乙丙。，；：“”（）《》〔〕——……0123456789ABCabc%℃㎡、'\"$=,;@^{}/"),
        st.characters(categories=["Lo", "Lu", "Ll", "Nd", "Sc"]),
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(text=PLAIN)
def test_every_character_of_plain_text_survives(catalog: Catalog, text: str) -> None:
    """What is not Markdown comes out letter for letter, on the page and in the plain text."""
    rendered = _render(catalog, text + "\n")
    assert _Page(rendered.html).text == text
    assert [b.text for b in rendered.blocks] == [text]


@pytest.mark.parametrize(
    "text",
    ["5 < 6 > 3", "A & B", "&amp; &lt;b&gt; &copy;", "<b>粗</b>", "R&D", "&nosuch;", "&copy 2016"],
)
def test_signs_that_html_uses_survive(catalog: Catalog, text: str) -> None:
    """The reader sees what was typed; an entity shows the sign it stands for, as on the forge."""
    seen = {"&amp; &lt;b&gt; &copy;": "& <b> ©"}.get(text, text)
    rendered = _render(catalog, text)
    assert _Page(rendered.html).text == seen
    assert [b.text for b in rendered.blocks] == [seen]


ADDRESSES = (
    "../notices/notice-2024-3.md", "../notices/notice-2024-3.md#一时间", "#白天",
    "../../docs/index.md", "../notices/notice-2024-3.md#%E4%B8%80%E6%97%B6%E9%97%B4",
    "nowhere.md", "", "a b.md", "x.pdf", "../guides/guide-study.md",
    "../notices/notice%2D2024-3.md", "../notices/notice&#45;2024-3.md",
    "../notices/./notice-2024-3.md", "../../materials/notices/notice-2024-3.md", "(a)",
    "a\\_b.md",
)  # fmt: skip
TARGETS = st.sampled_from(ADDRESSES)
LINK = st.builds(
    "{}[{}]({}{}{})".format,
    st.sampled_from(["", "", "", "!", "\\", "`", "["]),
    st.sampled_from(["甲", "", "[乙]", "`丙`", "**丁**", "[@fact-001]", "!", "戊\n己"]),
    st.sampled_from(["", "", "", " ", "<", "\n"]),
    TARGETS,
    st.sampled_from(["", "", "", " ", ">", ' "题"', " '题'", ' "a)b"', "\n"]),
)
LINKED = st.lists(
    st.one_of(
        LINK,
        st.sampled_from(
            ["\n\n", "\n", "## 白天\n\n", "[甲]", "[甲][乙]", "[甲][]", "\n\n[甲]: a.md", ")"]
        ),
        st.sampled_from(
            ["`", "[", "](", "正文。", "- ", "<a.md>", "<https://x.y>", "[^1]", "*", "&", "]:"]
        ),
    ),
    max_size=5,
).map("".join)


def _is_accepted(catalog: Catalog, body: str) -> bool:
    """True if ``check`` finds nothing wrong with the story when it has this text."""
    story = tiny.in_memory(body)
    changed = replace(
        catalog,
        materials=tuple(story if m.id == story.id else m for m in catalog.materials),
        scans={**catalog.scans, story.path: scan(story.path, body)},
    )
    wrong = (p for p in text_rules(changed) if p.path == story.path)
    return not any((*check_text(story, body), *wrong))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(body=LINKED)
def test_every_link_check_accepts_leads_somewhere(catalog: Catalog, body: str) -> None:
    """No link in a text without problems is dead, however oddly it is written."""
    assume(_is_accepted(catalog, body))
    rendered = tiny.rendered(catalog, body)
    pages = {f"../{m.id}/" for m in catalog.public} | {"../../"}
    for link in _Page(rendered.html).links:
        page, _, anchor = unquote(link).partition("#")
        anchors = {h.anchor for h in rendered.headings} if not page else {"一时间", ""}
        assert page in pages or not page, link
        assert anchor in anchors or anchor.startswith("ref-"), link


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(body=TEXTS)
def test_no_word_of_an_accepted_text_is_lost(catalog: Catalog, body: str) -> None:
    """Whatever ``check`` accepts is shown whole, in the order in which it was written."""
    assume(not list(check_text(tiny.in_memory(body), body)))
    html = re.sub(r'<img[^>]* alt="([^"]*)"[^>]*>', r"\1", tiny.rendered(catalog, body).html)
    assert re.findall("[一-鿿]", _Page(html).text) == re.findall("[一-鿿]", body)


EVERYTHING = st.lists(st.one_of(LINK, MARKS, PLAIN), max_size=8).map("".join)


@settings(max_examples=200, deadline=None)
@given(body=EVERYTHING)
def test_a_text_depends_only_on_what_it_names(catalog: Catalog, body: str) -> None:
    """Rendered among the things it names, a text comes out as among all things there are."""
    story = tiny.in_memory(body)
    whole = Dependencies(
        materials={m.path: m.id for m in catalog.materials},
        sources={i: catalog.sources_of(i) for i in (*catalog.works, *catalog.facts)},
        terms={"梯田": "term-terrace", "水平梯田": "term-terrace"},
    )
    alone = LinkTable(catalog).dependencies_of(body)
    renderer = Renderer(catalog.column.docs_dir)
    assert renderer.render(story.id, story.path, body, alone) == renderer.render(
        story.id, story.path, body, whole
    )


def test_references_are_numbered_by_first_mention(catalog: Catalog) -> None:
    """A fact brings its works; a work mentioned again keeps its number."""
    rendered = _render(catalog, "甲[@fact-004]，乙[@fact-001]，丙[@W-002]。\n")
    assert rendered.references == ("W-002", "W-001")
    assert re.findall(r"<sup.*?</sup>", rendered.html) == [
        '<sup class="cite">[<a href="#ref-1" id="cite-1">1</a>]</sup>',
        '<sup class="cite">[<a href="#ref-2" id="cite-2">2</a>]</sup>',
        '<sup class="cite">[<a href="#ref-1">1</a>]</sup>',
    ]


@pytest.mark.parametrize(
    ("works", "printed"),
    [(1, "[1]"), (2, "[1-2]"), (3, "[1-3]"), (5, "[1-5]")],
)
def test_neighbouring_numbers_are_joined(catalog: Catalog, works: int, printed: str) -> None:
    """Runs are joined by a hyphen, as the standard's examples do even for two."""
    ids = [f"S-{n}" for n in range(1, works + 1)]
    more = replace(catalog, works=dict.fromkeys(ids, catalog.works["W-001"]), facts={})
    rendered = _render(more, "甲[" + "; ".join(f"@{i}" for i in ids) + "]。\n")
    assert _Page(rendered.html).text.strip() == f"甲{printed}。"


def test_numbers_apart_are_joined_by_a_comma(catalog: Catalog) -> None:
    """1, 2 and 4 print as 1-2,4."""
    works = {f"S-{n}": catalog.works["W-001"] for n in range(1, 5)}
    more = replace(catalog, works=works, facts={})
    rendered = _render(more, "甲[@S-1; @S-2]，乙[@S-3]，丙[@S-4; @S-1; @S-2]。\n")
    assert _Page(rendered.html).text.strip() == "甲[1-2]，乙[3]，丙[1-2,4]。"


def test_plain_text_of_blocks_is_for_search_and_kits(catalog: Catalog) -> None:
    """Each paragraph, item, quotation and table once, under its heading, without numbers."""
    body = "\n\n".join(
        (
            "引子[@fact-001]。",
            "## 会前",
            "- 书`x<y`\n    - 灯",
            "> 引文",
            "| 甲 | 乙 |\n| --- | --- |\n| 丙 | 丁 |",
        )
    )
    rendered = _render(catalog, body)
    assert [(b.anchor, b.section, b.text) for b in rendered.blocks] == [
        ("p1", -1, "引子。"),
        ("p2", 0, "书x<y"),
        ("p3", 0, "灯"),
        ("p4", 0, "引文"),
        ("p5", 0, "甲｜乙\n丙｜丁"),
    ]
    for block in rendered.blocks:
        assert f'id="{block.anchor}"' in rendered.html


@pytest.mark.parametrize(
    ("body", "characters"),
    [("一二三。", 3), ("2016年3月28日", 6), ("GDP增长", 3), ("“干”[@fact-001]", 1), ("", 0)],
)
def test_characters_are_counted_as_readers_read_them(
    catalog: Catalog, body: str, characters: int
) -> None:
    """A Chinese character, a number and a word count one each; signs and citations none."""
    assert _render(catalog, body).characters == characters


def test_reading_time_follows_the_characters(catalog: Catalog) -> None:
    """400 characters a minute silently, 220 aloud, at least a minute."""
    rendered = _render(catalog, "字" * 1000 + "\n")
    assert (rendered.minutes, rendered.minutes_aloud) == (2, 5)
    assert _render(catalog, "字\n").minutes == 1


def test_only_public_materials_are_rendered(catalog: Catalog) -> None:
    """A draft's text is not prepared at all."""
    story = catalog.by_id["story-night-school"]
    drafts = tuple(replace(m, status="draft") if m == story else m for m in catalog.materials)
    rendered = render_all(replace(catalog, materials=drafts))
    assert sorted(rendered) == sorted(m.id for m in catalog.materials if m != story)


def test_the_same_text_renders_the_same_way_again(catalog: Catalog) -> None:
    """Nothing of one text is left over in the next."""
    texts = [
        "甲[@fact-001]\n\n## 梯田\n",
        "[甲]: x.md\n\n梯田\n",
        "[甲] 梯田[@fact-004]\n\n## 梯田\n",
    ]
    renderer = Renderer(catalog.column.docs_dir)
    story, table = tiny.in_memory(texts[0]), LinkTable(catalog)
    first, again = (
        [renderer.render(story.id, story.path, t, table.dependencies_of(t)) for t in texts]
        for _ in range(2)
    )
    assert first == again == [tiny.rendered(catalog, t) for t in texts]


_COUNTED = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("一鿿㐀䶿䷀䷿\u33ff\ua000aZ09/:@[`{？ \n😀\U00020000\udc00"),
    )
)


@given(_COUNTED)
def test_what_counts_as_a_character(text: str) -> None:
    """Each Chinese character, and each word or number of other letters."""
    found = re.findall("[\u4e00-\u9fff\u3400-\u4dbf]|[0-9A-Za-z]+", text)
    assert characters(text) == len(found)


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("玩SWTOR，加入WTO的", "玩SWTOR，加入{}的"),
        ("WTO2、2WTO、WTO。", "WTO2、2WTO、{}。"),
        ("a_WTO-x", "a_{}-x"),
        ("ÉWTO", "ÉWTO"),
    ],
)
def test_a_glossary_word_is_no_part_of_another(text: str, linked: str, *, quick: bool) -> None:
    """The letters WTO in SWTOR are not the entry; a Chinese character beside a word ends it."""
    words = Dependencies({}, {}, {"WTO": "term-wto"})
    html = Renderer("docs", quick).render("a", "materials/a/a.md", text, words).html
    link = '<a class="term" href="../term-wto/">WTO</a>'
    assert html == f'<p id="p1">{linked.format(link)}</p>'


def test_a_glossary_word_over_two_lines_is_found(catalog: Catalog) -> None:
    """The break is not part of the word."""
    assert ">水平梯田</a>" in _render(catalog, "修水平\n梯田。\n").html


def test_a_glossary_word_may_begin_inside_another_that_is_none(catalog: Catalog) -> None:
    """What only begins like an entry hides none of the entries in it."""
    words = {"山WTO": "term-a", "WTOs会": "term-b"}
    table = LinkTable(catalog)
    table._terms, table._finder = words, links._word_finder(words)
    assert set(table.dependencies_of("山WTOs会").terms) == set(words)
