"""What search costs: building the index, and what a reader's browser loads and waits.

    python tests/bench/search_bench.py --sizes 200 2000 10000 [--peers 2000] [--write]

Synthetic Chinese materials of 1,760 characters; see ``synthetic.py``. The browser is a real
Chromium whose network is held to 1.6 Mbit/s and 150 ms. Up to the size given by ``--peers``,
Pagefind and Material's own search are measured on the same pages with the same questions.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import functools
import gzip
import html
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import synthetic
from playwright.sync_api import Browser, Page, sync_playwright

from xuelan import publish
from xuelan.cache import Cache, key_of
from xuelan.search import engine
from xuelan.search.document import Document, Entry
from xuelan.search.normal import fold
from xuelan.search.query import parse
from xuelan.search.reader import Reader
from xuelan.search.update import update

HERE = Path(__file__).parent
SIZES = [200, 2000, 10000]
QUESTIONS = ["集体经济", "干字精神", "大梨树村", "心得体会"]
"""Four characters each, in many materials."""
EXACT = ["毛丰美", "五味子", "专题组织生活会", "大梨树村"]
"""Whose number of hits is compared with the number of materials that hold them."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 2e5, "uploadThroughput": 2e5}
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{title}</title>
<link rel="stylesheet" href="{root}assets/xuelan/search/search.css">
<a href="{root}search/" data-search-open>检索</a><main><h1>{title}</h1>{body}</main>
<script defer src="{root}search/search.js"></script>"""


@dataclass(frozen=True)
class Cost:
    """Of a process: CPU and wall seconds, peak memory in MB."""

    cpu: float
    wall: float
    memory: float


def measured(command: list[str | Path], cwd: Path | None = None) -> tuple[Cost, str]:
    """Run a command to its end; what it cost, and what it said."""
    start = time.monotonic()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=cwd)
        _, status, usage = os.wait4(process.pid, 0)
        output.seek(0)
        said = output.read()
    if status:
        raise SystemExit(said)
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(cpu, time.monotonic() - start, usage.ru_maxrss / 1024), said


# The index


class Materials:
    """Materials written when asked for, so that a hundred thousand need no memory."""

    def __init__(self, count: int, edits: dict[int, str]) -> None:
        self.writer = synthetic.Writer(1)
        self.count = count
        self.edits = edits
        self.seconds = 0.0

    def document(self, number: int) -> Document:
        start = time.process_time()
        document = synthetic.document(self.writer.text(number))
        if number in self.edits:
            pieces = list(document.pieces)
            at = len(pieces) // 2 if self.edits[number] == "a sentence" else 4
            extra = (
                "改了一句话，实干担当。"
                if self.edits[number] == "a sentence"
                else "前面新添一段。" * 12
            )
            pieces[at] = pieces[at]._replace(text=extra + pieces[at].text)
            document = replace(document, pieces=tuple(pieces))
        self.seconds += time.process_time() - start
        return document

    def entries(self) -> list[Entry]:
        return [
            Entry(
                key=key_of("synthetic", number, self.edits.get(number)),
                id=f"m-{number:06d}",
                kind=synthetic.KINDS[number % len(synthetic.KINDS)],
                year=str(1990 + number % 36),
                unit=synthetic.UNITS[number % len(synthetic.UNITS)],
                activities=(synthetic.ACTIVITIES[number % 5],),
                words=(synthetic.NAMES[number % len(synthetic.NAMES)], f"第{number}号材料"),
                open=functools.partial(self.document, number),
            )
            for number in range(self.count)
        ]


def child(folder: Path, count: int, edits: dict[int, str]) -> None:
    """One build of the index, in a process of its own; prints the CPU seconds of the index."""
    materials = Materials(count, edits)
    entries = materials.entries()
    cache = Cache(folder / "cache")
    with publish.published(folder / "site", folder / "cache") as tree:
        start = time.process_time()
        update(entries, tree, cache)
        print(time.process_time() - start - materials.seconds)
    cache.save(tidy=True)


def index_costs(folder: Path, count: int) -> list[str]:
    """The index built cold, unchanged, and after edits."""
    runs: list[tuple[str, dict[int, str]]] = [
        ("cold", {}),
        ("unchanged", {}),
        ("a sentence edited", {count // 2: "a sentence"}),
        ("a paragraph put in front", {count // 2: "a sentence", count // 3: "a paragraph"}),
    ]
    lines = []
    for name, edits in runs:
        arguments = json.dumps([str(folder), count, list(edits.items())])
        cost, said = measured([sys.executable, __file__, "--child", arguments])
        lines.append(f"| {name} | {float(said):.2f} | {cost.memory:.0f} |")
    files = [p for p in (folder / "site/search").rglob("*") if p.is_file()]
    size = sum(p.stat().st_size for p in files) / 1e6
    return ["| index | CPU s | peak MB |", "| --- | --- | --- |", *lines, "",
            f"{len(files)} files, {size:.1f} MB"]  # fmt: skip


# The browser


def chromium() -> str:
    """The path of a Chromium, as the tests find it."""
    command = [sys.executable, HERE.parent / "chromium.py"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serves a folder plainly: connections stay open, nothing is compressed."""
    handler = functools.partial(_Handler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


class Meter:
    """Counts requests and bytes on the wire of one page on a slow network."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.requests = self.bytes = 0
        self.session.on("Network.requestWillBeSent", self._asked)
        self.session.on("Network.loadingFinished", self._loaded)
        self.session.send("Network.enable")
        self.session.send("Network.emulateNetworkConditions", NETWORK)
        self.session.send("Performance.enable")

    def _asked(self, _: Any) -> None:
        self.requests += 1

    def _loaded(self, event: Any) -> None:
        self.bytes += event["encodedDataLength"]

    def take(self) -> tuple[int, float]:
        """Requests and KB since the last time."""
        found = self.requests, self.bytes / 1000
        self.requests = self.bytes = 0
        return found

    def script(self) -> float:
        """Milliseconds of script so far."""
        metrics = self.session.send("Performance.getMetrics")["metrics"]
        return float(next(m["value"] for m in metrics if m["name"] == "ScriptDuration")) * 1000


@dataclass(frozen=True)
class Loads:
    """Of one step for a reader: requests, KB, milliseconds."""

    requests: int
    kilobytes: float
    wait: float


def ours(browser: Browser, address: str, question: str, longer: str) -> list[Loads]:
    """From focus to ten results; one character more; the first question again (script only)."""
    context = browser.new_context()
    page = context.new_page()
    meter = Meter(page)
    page.goto(address, wait_until="networkidle")
    before, _ = meter.take()
    assert before <= 5
    page.keyboard.press("/")
    rows = page.locator("[data-search-results] [data-material-id]")
    start = time.monotonic()
    page.keyboard.insert_text(question)
    rows.nth(9).wait_for()
    first = Loads(*meter.take(), (time.monotonic() - start) * 1000)
    start = time.monotonic()
    page.keyboard.insert_text(longer[len(question) :])
    page.locator("[data-search-results] mark", has_text=longer).first.wait_for()
    second = Loads(*meter.take(), (time.monotonic() - start) * 1000)
    page.keyboard.press("Backspace")
    page.wait_for_timeout(600)
    page.keyboard.press("Control+a")
    start_script = meter.script()
    page.keyboard.insert_text(longer)
    page.wait_for_timeout(600)
    third = Loads(*meter.take(), meter.script() - start_script)
    context.close()
    return [first, second, third]


def browser_costs(browser: Browser, folder: Path, site: Path) -> list[str]:
    """What a reader waits for, over several questions: the middle and the worst."""
    (site / "index.html").write_text(PAGE.format(title="首页", root="", body=""), encoding="utf-8")
    target = site / "assets/xuelan/search/search.css"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE.parents[1] / "overrides/assets/xuelan/search/search.css", target)
    reader = Reader(site)
    steps: list[list[Loads]] = []
    with served(site) as address:
        for question, longer in questions(reader):
            steps.append(ours(browser, address, question, longer))
    names = ["focus to ten results", "one character more", "asked again (script ms)"]
    lines = [f"{len(steps)} questions of four characters", "",
             "| a reader's browser | requests | KB | ms |", "| --- | --- | --- | --- |"]  # fmt: skip
    for name, loads in zip(names, zip(*steps, strict=True), strict=True):
        columns = [
            [load.requests for load in loads],
            [load.kilobytes for load in loads],
            [load.wait for load in loads],
        ]
        cells = " | ".join(f"{statistics.median(c):.3g}, at most {max(c):.3g}" for c in columns)
        lines.append(f"| {name} | {cells} |")
    return lines


def questions(reader: Reader) -> Iterator[tuple[str, str]]:
    """Four characters in ten materials and more, each with a fifth that goes on."""
    writer = synthetic.Writer(1)
    found: dict[str, str] = {}
    for number in range(min(400, reader.manifest.count)):
        text = writer.text(number)
        body = "".join(p for _, paragraphs in text.sections for p in paragraphs)
        others = [body[n : n + 4] for n in range(40, 1200, 97)] if number > 100 else []
        for question in [q for q in (*QUESTIONS, *others) if q in body and q not in found]:
            at = body.find(question)
            longer = body[at : at + 5]
            plain = len(fold(question)) == 4 and len(fold(longer)) == 5 and "\n" not in fold(longer)
            if plain and len(engine.exact(reader, parse(question))) >= 10:
                found[question] = longer
            if len(found) == 12:
                break
    yield from found.items()


# Pagefind and Material on the same pages


def pages(folder: Path, count: int, suffix: str) -> dict[str, int]:
    """Every material as a page; for each exact question the number of materials that hold it."""
    writer = synthetic.Writer(1)
    holding = dict.fromkeys(EXACT, 0)
    for number in range(count):
        text = writer.text(number)
        whole = [text.title, text.summary]
        parts = []
        for heading, paragraphs in text.sections:
            whole += [heading, *paragraphs]
            if suffix == ".md":
                parts.append("\n\n".join([f"## {heading}", *paragraphs]))
            else:
                rows = "".join(f"<p>{html.escape(p)}</p>" for p in paragraphs)
                parts.append(f"<h2>{heading}</h2>{rows}")
        for question in EXACT:
            holding[question] += any(fold(question) in fold(piece) for piece in whole)
        body = "\n\n".join([text.summary, *parts])
        if suffix == ".md":
            (folder / f"{text.id}.md").write_text(f"# {text.title}\n\n{body}\n", encoding="utf-8")
        else:
            page = PAGE.format(title=html.escape(text.title), root="../../", body=body)
            target = folder / "materials" / text.id / "index.html"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(page, encoding="utf-8")
    return holding


FIND = """async ([address, question]) => {
  const pagefind = await import(address + "pagefind/pagefind.js");
  const answer = await pagefind.search(question);
  const shown = await Promise.all(answer.results.slice(0, 10).map((result) => result.data()));
  return [answer.results.length, shown.length];
}"""


def pagefind(browser: Browser, folder: Path, count: int) -> list[str]:
    """Pagefind: its index, and what ten results load."""
    holding = pages(folder, count, ".html")
    (folder / "index.html").write_text(
        PAGE.format(title="首页", root="", body=""), encoding="utf-8"
    )
    cost, _ = measured(
        [sys.executable, "-m", "pagefind", "--site", folder, "--force-language", "zh"]
    )
    size = sum(p.stat().st_size for p in (folder / "pagefind").rglob("*") if p.is_file()) / 1e6
    loads, hits = [], []
    with served(folder) as address:
        for question in [*QUESTIONS, *EXACT]:
            context = browser.new_context()
            page = context.new_page()
            meter = Meter(page)
            page.goto(address, wait_until="networkidle")
            meter.take()
            start = time.monotonic()
            number, _ = page.evaluate(FIND, [address, question])
            wait = (time.monotonic() - start) * 1000
            if question in QUESTIONS:
                loads.append(Loads(*meter.take(), wait))
            if question in EXACT:
                hits.append(f"{question} {number} of {holding[question]}")
            context.close()
    return _peer("Pagefind", cost, size, loads, hits)


def material(browser: Browser, folder: Path, count: int) -> list[str]:
    """Material's own search: one index for all, segmented by jieba."""
    docs = folder / "docs"
    docs.mkdir(parents=True)
    holding = pages(docs, count, ".md")
    (docs / "index.md").write_text("# 首页\n", encoding="utf-8")
    settings = (
        "site_name: 示例\nnav: [index.md]\ntheme: {name: material, language: zh, font: false}\n"
    )
    settings += "plugins: [search]\nvalidation: {nav: {omitted_files: ignore}}\n"
    (folder / "mkdocs.yml").write_text(settings, encoding="utf-8")
    cost, _ = measured([sys.executable, "-m", "mkdocs", "build", "-q"], folder)
    data = (folder / "site/search/search_index.json").read_bytes()
    loads, hits = [], []
    with served(folder / "site") as address:
        for question in (*QUESTIONS[:1], *EXACT):
            context = browser.new_context()
            page = context.new_page()
            meter = Meter(page)
            start = time.monotonic()
            page.goto(address)
            page.locator("[data-md-component=search-query]").fill(question)
            meta = page.locator(".md-search-result__meta")
            meta.filter(has_text="条").or_(meta.filter(has_text="没有")).wait_for(timeout=300_000)
            wait = (time.monotonic() - start) * 1000
            if question in QUESTIONS[:1]:
                loads.append(Loads(*meter.take(), wait))
            said = meta.inner_text()
            if question in EXACT:
                hits.append(f"{question} “{said.strip()}” of {holding[question]}")
            context.close()
    extra = f"index {len(data) / 1e6:.1f} MB, gzipped {len(gzip.compress(data)) / 1e6:.1f} MB"
    return [*_peer("Material", cost, len(data) / 1e6, loads, hits), extra]


def _peer(name: str, cost: Cost, size: float, loads: list[Loads], hits: list[str]) -> list[str]:
    requests = statistics.median(load.requests for load in loads)
    kilobytes = statistics.median(load.kilobytes for load in loads)
    wait = statistics.median(load.wait for load in loads)
    return [
        f"{name}: {cost.cpu:.1f} s CPU, {cost.memory:.0f} MB peak, {size:.1f} MB of index",
        f"a question: {requests:.0f} requests, {kilobytes:.0f} KB, {wait:.0f} ms",
        "found: " + "; ".join(hits),
    ]


def report(count: int, peers: int, say: Callable[[str], None]) -> None:
    """Everything about one size."""
    say(f"## {count} materials\n")
    with tempfile.TemporaryDirectory(prefix="search-bench-") as name, sync_playwright() as driver:
        folder = Path(name)
        browser = driver.chromium.launch(executable_path=chromium(), args=FLAGS)
        for line in index_costs(folder, count):
            say(line)
        say("")
        for line in browser_costs(browser, folder, folder / "site"):
            say(line)
        if count <= peers:
            for peer in (pagefind, material):
                say("")
                for line in peer(browser, folder / peer.__name__, count):
                    say(f"{line}  ")
        browser.close()
    say("")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--peers", type=int, default=2000)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.child:
        folder, count, edits = json.loads(chosen.child)
        child(Path(folder), count, dict(edits))
        return
    lines = [f"# Search, {datetime.datetime.now(datetime.UTC):%Y-%m-%d}", ""]

    def say(line: str) -> None:
        print(line, flush=True)
        lines.append(line)

    for size in chosen.sizes:
        report(size, chosen.peers, say)
    if chosen.write:
        target = HERE / "results" / f"search-{datetime.datetime.now(datetime.UTC):%Y-%m-%d}.md"
        target.parent.mkdir(exist_ok=True)
        target.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
