"""What each kit of this column costs to make: CPU seconds, memory, bytes; WeasyPrint beside typst.

Run ``python tests/bench/kits.py`` in a checkout. Every kit is made from nothing, without the
cache, in this one process.
"""

from __future__ import annotations

import html
import resource
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from xuelan import host
from xuelan.check import check
from xuelan.kits import book
from xuelan.kits.exporters import EXPORTERS
from xuelan.kits.make import plans
from xuelan.kits.package import pack
from xuelan.kits.plan import KitPlan
from xuelan.kits.press import extract, pdf
from xuelan.render import render_all

ROOT = Path(__file__).parents[2]
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


def main() -> None:
    made = all_plans()
    print("kit           CPU s  peak MB      MB  files")
    for plan in made:
        seconds, package = timed(lambda p=plan: pack(p))
        size = len(package.archive) / 1e6
        files = len(package.files)
        print(f"{plan.kit.id:12} {seconds:6.2f}  {peak():7.0f}  {size:6.2f}  {files:5d}")
    print("\nexporter      CPU s, all kits")
    for exporter in EXPORTERS:
        seconds = sum(timed(lambda p=p, e=exporter: list(e(p)))[0] for p in made)
        print(f"{exporter.__module__.rsplit('.', 1)[-1]:12} {seconds:6.2f}")
    print("\nthe reader of the first kit as PDF")
    compare(made[0])


def all_plans() -> list[KitPlan]:
    catalog, _ = check(ROOT)
    assert catalog is not None
    with TemporaryDirectory() as folder:
        tree = Path(folder) / "site"
        host.build(catalog, tree, kits=())
        return list(plans(catalog, render_all(catalog), tree, catalog.kits))


def compare(plan: KitPlan) -> None:
    """The same texts by typst and by WeasyPrint, both tagged for PDF/UA-1."""
    volume = book.readings_volume(plan)
    source = book.source(plan, volume, book.ORDINARY)
    seconds, data = timed(lambda: pdf(source, ROOT, plan.date, []))
    print(
        f"typst        {seconds:6.2f} s  {len(extract(data)):3d} pages  {len(data) / 1e3:5.0f} KB"
    )
    try:
        import weasyprint
    except (ImportError, OSError):
        print("weasyprint   not installed")
        return
    texts = "".join(
        f"<h1>{html.escape(m.title)}</h1>{plan.rendered[m.id].html}" for m in volume.materials
    )
    page = f'<html lang="zh-CN"><title>x</title><style>{STYLE}</style><body>{texts}'
    seconds, data = timed(lambda: weasyprint.HTML(string=page).write_pdf(pdf_variant="pdf/ua-1"))
    print(
        f"weasyprint   {seconds:6.2f} s  {len(extract(data)):3d} pages  {len(data) / 1e3:5.0f} KB"
    )


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """CPU seconds of this process, and what came of it."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def peak() -> float:
    """The most memory this process has held so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    main()
