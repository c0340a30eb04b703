"""What search costs: building the index, and what a reader's browser loads and waits for.

    python tests/bench/search_bench.py --sizes 200 2000 10000 --peers pagefind material --write

Synthetic Chinese materials of 1,760 characters, see ``synthetic.py``; the browser's side is in
``search_reader.py``. Pagefind and Material's own search are measured on the same pages.
"""

from __future__ import annotations

import argparse
import datetime
import functools
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import search_reader
import synthetic
from playwright.sync_api import sync_playwright
from search_reader import HERE, run

from xuelan.engine.cache import Cache
from xuelan.search.document import DocumentRef, Facets, IndexDocument
from xuelan.search.update import IndexUpdate
from xuelan.text.digests import key_of

sys.path.insert(0, str(HERE.parent))

import chromium
from site_folder import rewrite

SIZES = (200, 2000, 10000)
PEERS = {"pagefind": search_reader.measure_pagefind, "material": search_reader.measure_material}
SENTENCE, PARAGRAPH = "改了一句话，实干担当。", "前面新添一段。" * 12
STEPS = ("cold", "unchanged", "a sentence edited", "a paragraph put in front")


def list_edits(step: str, count: int) -> dict[int, str]:
    """Return what was put into which material before ``step``; edits stay."""
    at = STEPS.index(step)
    made = {count // 2: SENTENCE} if at >= 2 else {}
    return made | ({count // 3: PARAGRAPH} if at >= 3 else {})


class Materials:
    """Materials that are written when they are loaded: a hundred thousand need no memory.

    ``seconds`` is the CPU time that writing took, which is not the index's.
    """

    def __init__(self, count: int, edited: dict[int, str]) -> None:
        self.writer = synthetic.Writer(1)
        self.count = count
        self.edited = edited
        self.seconds = 0.0

    def document(self, number: int) -> IndexDocument:
        start = time.process_time()
        document = synthetic.document(self.writer.text(number))
        if extra := self.edited.get(number):
            passages = list(document.passages)
            at = len(passages) // 2 if extra == SENTENCE else 4
            passages[at] = msgspec.structs.replace(passages[at], text=extra + passages[at].text)
            document = replace(document, passages=tuple(passages))
        self.seconds += time.process_time() - start
        return document

    def refs(self) -> list[DocumentRef]:
        return [
            DocumentRef(
                key=key_of("synthetic", number, self.edited.get(number)),
                face=b"%d" % number,
                id=f"m-{number:06d}",
                facets=functools.partial(_make_facets, number),
                load=functools.partial(self.document, number),
            )
            for number in range(self.count)
        ]


def _make_facets(number: int) -> Facets:
    return Facets(
        kind=synthetic.KINDS[number % len(synthetic.KINDS)],
        year=str(1990 + number % 36),
        unit=synthetic.UNITS[number % len(synthetic.UNITS)],
        activities=(synthetic.ACTIVITIES[number % 5],),
        words=(synthetic.NAMES[number % len(synthetic.NAMES)], f"第{number}号材料"),
    )


def build(folder: Path, count: int, step: str) -> None:
    """One build of the index in a process of its own; prints the CPU seconds of the index."""
    materials = Materials(count, list_edits(step, count))
    refs = materials.refs()
    cache = Cache(folder / "cache")
    with rewrite(folder / "site", folder / "cache") as tree:
        start = time.process_time()
        IndexUpdate(refs, tree, cache).finish(())
        print(time.process_time() - start - materials.seconds)
    cache.save(compact=True)


def measure_index(folder: Path, count: int) -> list[str]:
    """Measure the index built cold, unchanged, and after edits; by one process, on one core."""
    lines = ["| index | CPU s | peak MB |", "| --- | ---: | ---: |"]
    for step in STEPS:
        child = json.dumps([str(folder), count, step])
        cost, said = run([sys.executable, Path(__file__).resolve(), "--child", child])
        lines.append(f"| {step} | {float(said):.2f} | {cost.memory:.0f} |")
    files = [p for p in (folder / "site/search").rglob("*") if p.is_file()]
    size = sum(p.stat().st_size for p in files) / 1e6
    return [*lines, "", f"{len(files)} files, {size:.1f} MB", ""]


def report(count: int, peers: list[str], say: Callable[[str], None]) -> None:
    """Measure everything at one size."""
    say(f"## {count:,} materials\n")
    with tempfile.TemporaryDirectory(prefix="search-bench-") as name, sync_playwright() as driver:
        folder = Path(name)
        browser = driver.chromium.launch(executable_path=chromium.find(), args=list(chromium.FLAGS))
        for line in measure_index(folder, count):
            say(line)
        rows = [*search_reader.HEADINGS, *search_reader.measure_own(browser, folder / "site")]
        for row in rows:
            say(row)
        told = []
        for peer in peers:
            shutil.rmtree(folder / "cache", ignore_errors=True)
            more, said = PEERS[peer](browser, folder / peer, count)
            told += said
            for row in more:
                say(row)
        for line in ["", *told]:
            say(line)
        browser.close()
    say("")


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.child:
        folder, count, step = json.loads(chosen.child)
        build(Path(folder), count, step)
        return
    today = f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}"
    lines = []

    def say(line: str) -> None:
        print(line, flush=True)
        lines.append(line)

    say(f"# Search, {today}\n\n{search_reader.__doc__}")
    for size in chosen.sizes:
        report(size, chosen.peers, say)
    if chosen.write:
        target = HERE / "results" / f"search-{today}.md"
        target.parent.mkdir(exist_ok=True)
        target.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
