"""What each kit of this column costs, and a branch's own: seconds, memory, bytes.

    python tests/bench/kits.py --branches 1 1000 --write

Every kit is made from nothing, without a cache, in a process of its own; the reader's PDF is made
by typst and by WeasyPrint, and the branches' kits by ``tests/bench/branches.py``. The tables go to
``tests/bench/results/kits-<date>.md`` with ``--write``.
"""

from __future__ import annotations

import argparse
import datetime
import functools
import html
import multiprocessing
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TypeVar

from xuelan.build_kits import copy_site
from xuelan.check import check
from xuelan.engine.context import BuildContext
from xuelan.kits.make import make_kits
from xuelan.kits.plan import KitPlan, plan
from xuelan.kits.print import book
from xuelan.kits.print.press import extract, pdf
from xuelan.rendering.pipeline import render_all

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SERIF = ROOT / "node_modules/@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf"
STYLE = f"""
@font-face {{ font-family: book; src: url({SERIF.as_uri()}) }}
@page {{ size: A4; margin: 29mm 33mm 36mm }}
body {{ font: 12pt/21pt book; text-align: justify }}
p {{ text-indent: 2em; margin: 0 }} h1 {{ break-before: page }}
table {{ width: 100%; border-collapse: collapse; font-size: 9.5pt }} td {{ border-top: 1pt solid }}
"""
"""As near to the book's own style as WeasyPrint needs to do the same work."""

T = TypeVar("T")


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--branches", type=int, nargs="*", default=[1, 1000])
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    lines: list[str] = []
    for line in report(options.branches):
        print(line, flush=True)
        lines.append(line)
    if options.write:
        day = datetime.datetime.now(datetime.UTC).date().isoformat()
        target = HERE / "results" / f"kits-{day}.md"
        target.parent.mkdir(exist_ok=True)
        target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def report(sizes: list[int]) -> Iterator[str]:
    """The tables, line by line."""
    yield "# Study kits\n"
    yield f"Python {platform.python_version()} on {platform.machine()}; nothing cached.\n"
    yield "## Each kit, in one process\n"
    yield "Site and copy of the site, which all kits share, are made before and not counted."
    yield "Memory is the process's peak, the site in it.\n"
    yield "| kit | texts | files | CPU s | peak MB | ZIP MB |\n|---|---:|---:|---:|---:|---:|"
    catalog, _ = check(ROOT)
    assert catalog is not None
    for kit in catalog.kits:
        texts, files, seconds, memory, size = alone(functools.partial(one_kit, kit.id))
        row = f"{texts} | {files} | {seconds:.2f} | {memory:.0f} | {size / 1e6:.1f}"
        yield f"| {kit.id} | {row} |"
    yield "\n## The same reader as PDF\n"
    yield "| reader of | by | CPU s | peak MB | pages | KB |\n|---|---|---:|---:|---:|---:|"
    for kit in (catalog.kits[0], catalog.kits[-1]):
        for name, printer in (("typst", by_typst), ("WeasyPrint", by_weasyprint)):
            found = alone(functools.partial(printer, kit.id))
            row = (
                "{:.2f} | {:.0f} | {} | {:.0f}".format(*found)
                if found
                else "not to be loaded | | |"
            )
            yield f"| {kit.id} | {name} | {row} |"
    yield ""
    # A process of its own: it waits for all its children, and this one has some that stay.
    command = [sys.executable, str(HERE / "branches.py"), "--sizes", *map(str, sizes)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        yield from (line.rstrip("\n") for line in running.stdout)
    if running.returncode:
        yield "\nThe branches' kits were not made."


def alone(work: Callable[[], T]) -> T:
    """What ``work`` gives in a new process, so that nobody else's memory is counted."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(work).result()


def one_kit(name: str) -> tuple[int, int, float, float, int]:
    """Texts, files, CPU seconds, peak megabytes and bytes of a kit."""
    catalog, _ = check(ROOT)
    assert catalog is not None
    rendered = render_all(catalog)
    kits = [k for k in catalog.kits if k.id == name]
    pages = copy_site(BuildContext.without_site(ROOT), catalog, kits)
    start = time.process_time()
    (package,) = make_kits(kits, catalog, rendered, pages)
    seconds = time.process_time() - start
    files = sum(1 for f in package.files if f.group)
    texts = len(package.manifest_data["materials"])
    return texts, files, seconds, peak(), len(package.archive)


def planned(name: str) -> KitPlan:
    """The plan of a kit."""
    catalog, _ = check(ROOT)
    assert catalog is not None
    kit = next(k for k in catalog.kits if k.id == name)
    return plan(kit, catalog, render_all(catalog))


Print = tuple[float, float, int, float]
"""CPU seconds, peak megabytes, pages, kilobytes."""


def by_typst(name: str) -> Print:
    """The reader by typst, tagged, with the gates."""
    made = planned(name)
    start = time.process_time()
    volume = book.readings_volume(made)
    source = book.source(made, volume, book.ORDINARY)
    words = book.words(made, volume)
    pictures = made.assets.pictures(volume.materials)
    data = pdf(source, ROOT, made.date, words, book.ORDINARY.area, pictures)
    return time.process_time() - start, peak(), len(extract(data)), len(data) / 1e3


def by_weasyprint(name: str) -> Print | None:
    """The same texts by WeasyPrint, tagged; nothing where it or Pango (apt) is missing."""
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        print(f"WeasyPrint cannot be loaded: {error}", file=sys.stderr)
        print("make bench installs it; on Debian: apt-get install libpango-1.0-0", file=sys.stderr)
        return None
    made = planned(name)
    volume = book.readings_volume(made)
    start = time.process_time()
    texts = "".join(
        f"<h1>{html.escape(m.title)}</h1>{made.rendered[m.id].html}" for m in volume.materials
    )
    page = f'<html lang="zh-CN"><title>x</title><style>{STYLE}</style><body>{texts}'
    data = weasyprint.HTML(string=page).write_pdf(pdf_variant="pdf/ua-1")
    return time.process_time() - start, peak(), len(extract(data)), len(data) / 1e3


def peak() -> float:
    """The most memory this process has held so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    main()
