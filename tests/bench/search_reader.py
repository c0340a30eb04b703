"""What a reader's browser loads and waits for when asking: xuelan, Pagefind, Material.

A real Chromium whose network is held to 1.6 Mbit/s and 150 ms, every question with an empty cache.
The server compresses nothing but JSON, so what xuelan and Pagefind send is what lies on the disk
(both compress their own index), and Material's index goes out gzipped.
"""

from __future__ import annotations

import contextlib
import functools
import gzip
import html
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import synthetic
from playwright.sync_api import Browser, Page, expect

from xuelan.search import matching
from xuelan.search.normal import fold
from xuelan.search.query import parse
from xuelan.search.reader import IndexReader

HERE = Path(__file__).resolve().parent
QUESTIONS = 8
"""Questions a reader is measured with: names first, then whatever stands in ten texts."""
NAMES = ("毛丰美", "五味子", "专题组织生活会", "大梨树村")
"""Whose number of hits is compared with the number of materials that hold them."""
LOAD = "集体经济"
"""The question the peers' loads are measured with."""
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 2e5, "uploadThroughput": 2e5}
PATIENCE = 300_000
"""Milliseconds an answer may take."""
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{title}</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="{root}search.css">
<a href="{root}search/" data-search-open>检索</a><main><h1>{title}</h1>{body}</main>
<script defer src="{root}search/search.js"></script>"""
HEADINGS = ("| a reader's browser | requests | KB | ms |", "| --- | ---: | ---: | ---: |")


@dataclass(frozen=True)
class Cost:
    """What a process costs: CPU and wall seconds, peak memory in MB."""

    cpu: float
    wall: float
    memory: float


def run(command: list[str | Path], cwd: Path | None = None) -> tuple[Cost, str]:
    """Run a command to its end; return its cost and its output."""
    start = time.monotonic()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=cwd)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read()
    if status:
        raise SystemExit(said)
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(cpu, time.monotonic() - start, usage.ru_maxrss / 1000), said


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if not self.path.endswith(".json"):
            super().do_GET()
            return
        body = _gzip(self.translate_path(self.path))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@functools.cache
def _gzip(path: str) -> bytes:
    return gzip.compress(Path(path).read_bytes())


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder; connections stay open."""
    handler = functools.partial(_Handler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@dataclass(frozen=True)
class Load:
    """What one step loads: requests, KB on the wire, milliseconds waited, of these script."""

    requests: int
    kilobytes: float
    wait: float
    script: float


class Meter:
    """Counts what one page loads and waits for on a slow network."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.on("Network.requestWillBeSent", self._count_request)
        self.session.on("Network.loadingFinished", self._count_bytes)
        self.session.send("Network.enable")
        self.session.send("Network.emulateNetworkConditions", NETWORK)
        self.session.send("Performance.enable")
        self.requests = self.bytes = 0
        self.start()

    def _count_request(self, _: Any) -> None:
        self.requests += 1

    def _count_bytes(self, event: Any) -> None:
        self.bytes += event["encodedDataLength"]

    def start(self) -> None:
        """Count from now on."""
        self.requests = self.bytes = 0
        self._script, self._start = self._read_script_time(), time.monotonic()

    def stop(self) -> Load:
        """Return what was loaded since :meth:`start`."""
        wait = (time.monotonic() - self._start) * 1000
        return Load(self.requests, self.bytes / 1000, wait, self._read_script_time() - self._script)

    def _read_script_time(self) -> float:
        metrics = self.session.send("Performance.getMetrics")["metrics"]
        return float(next(m["value"] for m in metrics if m["name"] == "ScriptDuration")) * 1000


def write_table(steps: dict[str, list[Load]]) -> list[str]:
    """Write the median and the worst of each step as rows of a table."""
    rows = []
    for name, loads in steps.items():
        columns: list[list[float]] = [
            [load.requests for load in loads],
            [load.kilobytes for load in loads],
            [load.script if "script" in name else load.wait for load in loads],
        ]
        cells = " | ".join(f"{statistics.median(c):.3g} (≤ {max(c):.3g})" for c in columns)
        rows.append(f"| {name} | {cells} |")
    return rows


@contextlib.contextmanager
def open_page(browser: Browser) -> Iterator[tuple[Page, Meter]]:
    """Open a page with an empty cache."""
    context = browser.new_context()
    page = context.new_page()
    yield page, Meter(page)
    context.close()


# xuelan


def measure_own(browser: Browser, site: Path) -> list[str]:
    """Measure, with xuelan, focus, ten results, one character more, the first question again."""
    (site / "index.html").write_text(PAGE.format(title="首页", root="", body=""), encoding="utf-8")
    style = HERE.parents[1] / "overrides/assets/xuelan/search/search.css"
    (site / "search.css").write_bytes(style.read_bytes())
    steps: dict[str, list[Load]] = {}
    with serve(site) as address:
        for question, longer in choose_questions(IndexReader(site)).items():
            for name, load in _ask_own(browser, address, question, longer):
                steps.setdefault(name, []).append(load)
    return write_table(steps)


def _ask_own(
    browser: Browser, address: str, question: str, longer: str
) -> Iterator[tuple[str, Load]]:
    with open_page(browser) as (page, meter):
        page.goto(address, wait_until="networkidle")
        rows = page.locator("[data-search-results] [data-material-id]")
        meter.start()
        page.keyboard.press("/")
        page.get_by_role("dialog").wait_for()
        yield "xuelan: focus", meter.stop()
        meter.start()
        page.keyboard.insert_text(question)
        rows.nth(9).wait_for()
        yield "xuelan: first question, ten results", meter.stop()
        meter.start()
        page.keyboard.insert_text(longer[len(question) :])
        page.locator("[data-search-results] mark", has_text=longer).first.wait_for()
        yield "xuelan: one character more", meter.stop()
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        expect(rows).to_have_count(0)
        meter.start()
        page.keyboard.insert_text(question)
        rows.nth(9).wait_for()
        yield "xuelan: first question again, ms of script", meter.stop()


def choose_questions(reader: IndexReader) -> dict[str, str]:
    """Choose four characters that ten materials hold, each with the five characters there."""
    writer = synthetic.Writer(1)
    found: dict[str, str] = {}
    for number in range(reader.manifest.count):
        body = "".join(p for _, paragraphs in writer.text(number).sections for p in paragraphs)
        names = [name for name in synthetic.NAMES if len(name) == 4 and name in body]
        others = [body[n : n + 4] for n in range(40, 1200, 97)] if number > 20 else []
        for question in names + others:
            at = body.find(question)
            longer = body[at : at + 5]
            if question in found or fold(longer) != longer or len(longer) < 5:
                continue
            if len(matching.match_exact(reader, parse(question))) >= 10:
                found[question] = longer
            if len(found) == QUESTIONS:
                return found
    return found


# Peers


def write_pages(folder: Path, count: int, *, markdown: bool) -> dict[str, int]:
    """Write every material as a page; return for each name how many materials hold it."""
    writer = synthetic.Writer(1)
    holding = dict.fromkeys(NAMES, 0)
    for number in range(count):
        text = writer.text(number)
        pieces = [text.title, text.summary]
        parts = [text.summary]
        for heading, paragraphs in text.sections:
            pieces += [heading, *paragraphs]
            if markdown:
                parts.append("\n\n".join([f"## {heading}", *paragraphs]))
            else:
                rows = "".join(f"<p>{html.escape(p)}</p>" for p in paragraphs)
                parts.append(f"<h2>{heading}</h2>{rows}")
        for name in NAMES:
            holding[name] += any(fold(name) in fold(piece) for piece in pieces)
        body = "\n\n".join(parts)
        if markdown:
            (folder / f"{text.id}.md").write_text(f"# {text.title}\n\n{body}\n", encoding="utf-8")
        else:
            page = PAGE.format(title=html.escape(text.title), root="../../", body=body)
            target = folder / "materials" / text.id / "index.html"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(page, encoding="utf-8")
    return holding


FIND = """async ([address, question]) => {
  const pagefind = await import(address + "pagefind/pagefind.js");
  await pagefind.options({ noWorker: true });  // a worker's network would not be held back
  const answer = await pagefind.search(question);
  const shown = await Promise.all(answer.results.slice(0, 10).map((result) => result.data()));
  return [answer.results.length, shown.length];
}"""


def measure_pagefind(browser: Browser, folder: Path, count: int) -> tuple[list[str], list[str]]:
    """Measure Pagefind: its index, what ten results load, how many it finds."""
    holding = write_pages(folder, count, markdown=False)
    (folder / "index.html").write_text(PAGE.format(title="首页", root="", body=""), "utf-8")
    cost, _ = run([sys.executable, "-m", "pagefind", "--site", folder, "--force-language", "zh"])
    size = sum(p.stat().st_size for p in (folder / "pagefind").rglob("*") if p.is_file()) / 1e6
    hits = {}
    with serve(folder) as address, open_page(browser) as (page, meter):
        page.goto(address, wait_until="networkidle")
        meter.start()
        page.evaluate(FIND, [address, LOAD])
        load = meter.stop()
        for name in NAMES:
            hits[name] = page.evaluate(FIND, [address, name])[0]
    rows = write_table({"Pagefind: first question, ten results": [load]})
    return rows, _describe("Pagefind", cost, size, hits, holding)


def measure_material(browser: Browser, folder: Path, count: int) -> tuple[list[str], list[str]]:
    """Measure Material's own search: one index, segmented by jieba, loaded on every page."""
    docs = folder / "docs"
    docs.mkdir(parents=True)
    holding = write_pages(docs, count, markdown=True)
    (docs / "index.md").write_text("# 首页\n", encoding="utf-8")
    theme = "theme: {name: material, language: zh, font: false}"
    rest = "plugins: [search]\nvalidation: {nav: {omitted_files: ignore}}"
    (folder / "mkdocs.yml").write_text(f"site_name: 示例\nnav: [index.md]\n{theme}\n{rest}\n")
    cost, _ = run([sys.executable, "-m", "mkdocs", "build", "-q"], folder)
    index = folder / "site/search/search_index.json"
    hits = {}
    with serve(folder / "site") as address, open_page(browser) as (page, meter):
        meter.start()
        page.goto(address, timeout=PATIENCE)
        _ask_material(page, LOAD)
        load = meter.stop()
        for name in NAMES:
            hits[name] = _ask_material(page, name)
    rows = write_table({"Material: first question, page loads included": [load]})
    return rows, _describe("Material", cost, index.stat().st_size / 1e6, hits, holding)


def _ask_material(page: Page, question: str) -> int:
    """Return the number of results in Material's search box."""
    field = page.locator("[data-md-component=search-query]")
    meta = page.locator(".md-search-result__meta")
    for text, answer in (("", "键入以开始搜索"), (question, "符合条件的结果")):
        field.fill(text)
        field.press("End")  # it listens to keys
        expect(meta).to_contain_text(answer, timeout=PATIENCE)
    number = re.search(r"\d+", meta.inner_text())
    return int(number[0]) if number else 0


def _describe(
    name: str, cost: Cost, size: float, hits: dict[str, int], holding: dict[str, int]
) -> list[str]:
    """Describe the cost of a peer's index, and how many of the materials it finds."""
    found = "，".join(f"{q} {hits[q]} of {holding[q]}" for q in hits)
    costs = f"{cost.cpu:.1f} s CPU, {cost.memory:.0f} MB peak, {size:.1f} MB of index"
    return [f"- {name}: {costs}; finds {found}"]
