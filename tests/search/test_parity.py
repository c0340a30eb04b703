"""The browser and ``xuelan search`` give the same answers in the same order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from search.conftest import Server
from search.oracle import draw_mutilated, draw_substring
from search.test_golden import GROUPS
from xuelan.search.document import IndexDocument
from xuelan.search.normal import fold, load_variants
from xuelan.search.reader import IndexReader
from xuelan.search.results import SearchResult, ask

ROWS = 10

ASK = """async ([address, queries]) => {
  const { begin } = await import(address + "modules/load.js");
  const { ask } = await import(address + "modules/ask.js");
  if (!globalThis.begun) {
    let manifest;
    globalThis.xuelanNow = (now) => { manifest = now; };
    await new Promise((done) => {
      const script = document.createElement("script");
      script.onload = done;
      script.src = address + "search/index/now.js";
      document.head.append(script);
    });
    begin(manifest, address + "search/");
    globalThis.begun = true;
  }
  const answers = [];
  for (const query of queries) {
    const { answer, rows, meant, cut, forms } = await ask(query);
    const found = rows.map(({ card, url, label, excerpt, hit }) => ({
      id: card.id, title: card.title, kind: card.kind, date: card.date, url, label, excerpt,
      matched: hit.missing ? hit.pieces : [], missing: hit.missing ?? [],
    }));
    answers.push({ group: answer.group, count: answer.hits.length, found, meant, cut, forms });
  }
  return answers;
}"""


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(server.address + "search/")
    yield page
    context.close()


def _python(reader: IndexReader, query: str) -> dict[str, Any]:
    answer = ask(reader, query, ROWS)
    return {
        "group": answer.group,
        "count": answer.count,
        "found": [_as_row(f) for f in answer.found],
        "meant": list(answer.meant),
        "cut": answer.cut,
        "forms": [list(form) for form in answer.forms],
    }


def _as_row(found: SearchResult) -> dict[str, Any]:
    texts = {name: getattr(found, name) for name in found.__slots__}
    return {**texts, "matched": list(found.matched), "missing": list(found.missing)}


def _same(page: Page, server: Server, reader: IndexReader, queries: list[str]) -> None:
    answers = page.evaluate(ASK, [server.address, queries])
    for query, answer in zip(queries, answers, strict=True):
        assert answer == _python(reader, query), query


def test_golden_queries(page: Page, server: Server, reader: IndexReader) -> None:
    """Group, count, order, links, excerpts and suggestions of every golden query."""
    _same(page, server, reader, [row["q"] for group in GROUPS for row in group["queries"]])


def test_random_queries(
    page: Page, server: Server, reader: IndexReader, documents: list[IndexDocument]
) -> None:
    """Pieces that stand somewhere, pieces that stand nowhere, two pieces with a space."""
    rng = random.Random(7)
    queries = [draw_substring(documents, rng)[1] for _ in range(80)]
    queries += [draw_mutilated(documents, rng) for _ in range(80)]
    queries += [
        f"{draw_substring(documents, rng)[1]} {draw_substring(documents, rng)[1]}"
        for _ in range(40)
    ]
    _same(page, server, reader, queries)


def test_queries_of_common_words(page: Page, server: Server, reader: IndexReader) -> None:
    """Every common sequence, two of them joined, and one with something odd on either side."""
    texts = reader.common.texts
    assert {len(text) for text in texts} == {2, 3, 4}
    rng = random.Random(8)
    queries = list(texts[::3])
    queries += ["".join(rng.choices(texts, k=2)) for _ in range(80)]
    queries += [f"𠮷{text}" for text in texts[::40]] + [f"{text}𠮷。" for text in texts[::40]]
    _same(page, server, reader, queries)


def test_odd_queries(
    page: Page, server: Server, reader: IndexReader, documents: list[IndexDocument]
) -> None:
    """Nothing, marks only, one mark, too many terms, two thousand characters and one more."""
    longest = max((p.text for d in documents for p in d.passages), key=len)
    whole = "".join(p.text for p in max(documents, key=lambda d: len(d.passages)).passages)
    queries = [
        "",
        " ",
        "，。！",
        "“",
        "”“",
        "a",
        "·",
        "毛。",
        "。毛",
        "毛。丰",
        "𠮷",
        "𠮷野家",
        "é",
        "…",
    ]
    queries += [" ".join(map(str, range(30))), longest, longest[3:60], whole[:2001], "毛" * 2001]
    queries += ["签到表", "簽到表", "会议 表决", "支部", "会议记录 毛丰美"]
    queries += [
        "2016-03-07",
        "2016.3.7 决定",
        "２０１６／３／７",
        "2016年03月07日",
        "1.2016.3.7",
        "2016-3-777",
    ]
    queries += ["毛丰美 -央视", "玉米 －水样", "-大梨树", "-大梨树 -毛丰美", "毛丰美 - 大梨树", "-"]
    queries += ["毛丰美 -“心得 体会” -干", "毛丰美 -毛丰美", "什么时候", "毛丰美是谁", "目的"]
    queries += ["大梨树村在哪里", "毛丰美哪年去世的", "请问 “大梨树” 在哪里", "“大梨树” 量子纠缠"]
    queries += ["“毛丰美心得体会”", "毛丰美 “心得体会”", "\t毛丰美\n大梨树", "毛丰美" * 10]
    _same(page, server, reader, queries)


def test_the_browser_reads_gbk_as_python_writes_it(page: Page) -> None:
    """Every character of the table; what is not in it is escaped."""
    characters = "".join(c for c in map(chr, range(0x10000)) if c.encode("gbk", "ignore"))
    assert len(characters) > 21_000
    read = "bytes => new TextDecoder('gbk').decode(Uint8Array.from(bytes))"
    assert page.evaluate(read, list(characters.encode("gbk"))) == characters


def test_both_fold_alike(page: Page, server: Server, documents: list[IndexDocument]) -> None:
    """Every traditional character, every character of the column, widths, marks and numbers."""
    page.evaluate(ASK, [server.address, ["豐"]])
    texts = {p.text for d in documents for p in d.passages}
    texts |= set(load_variants()) | {chr(n) for n in (*range(0x20, 0x250), *range(0x2000, 0x2800))}
    texts |= {
        chr(n) for n in (*range(0x2E80, 0x3400), *range(0xF900, 0xFB00), *range(0xFE00, 0xFFF0))
    }
    found = page.evaluate(
        "async ([address, texts]) => {"
        ' const { fold } = await import(address + "modules/fold.js"); return texts.map(fold); }',
        [server.address, sorted(texts)],
    )
    differing = [
        (text, theirs, fold(text))
        for text, theirs in zip(sorted(texts), found, strict=True)
        if theirs != fold(text)
    ]
    assert differing == []


def test_traditional_characters_are_recognised_without_the_table(
    page: Page, server: Server, built: Path
) -> None:
    """The table is fetched for each of its characters, and for no simplified text."""
    page.evaluate(ASK, [server.address, ["毛丰美，2016年ABC"]])
    assert not [path for path in server.asked if "variants" in path]
    missed = page.evaluate(
        """async ([address, characters]) => {
          const { mayNeedVariants } = await import(address + "modules/ask.js");
          return characters.filter((c) => !mayNeedVariants(c));
        }""",
        [server.address, sorted(load_variants())],
    )
    assert missed == []
