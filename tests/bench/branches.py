"""What branches' own kits cost by the command an office runs: seconds, memory, bytes.

    python tests/bench/branches.py --sizes 1 1000 10000

``xuelan kits study --branches list.csv`` runs as it is, on all processors; the kit itself is in
the cache, so that what is counted is the list, the start of the processes and the branches' kits.
"""

from __future__ import annotations

import argparse
import csv
import ctypes
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
KIT = "study"
_SUBREAPER = 36
"""``prctl`` option: orphaned descendants become ours, so that their time is counted."""


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 1000])
    for line in report(parser.parse_args(arguments).sizes):
        print(line, flush=True)


def report(sizes: list[int]) -> Iterator[str]:
    """A table of runs of the command, line by line."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    yield f"## `xuelan kits {KIT} --branches`, on {os.cpu_count()} processors\n"
    yield "Memory is that of the largest process.\n"
    yield "| branches | wall s | CPU s | CPU s a kit | peak MB | MB a kit |"
    yield "|---:|---:|---:|---:|---:|---:|"
    with TemporaryDirectory() as folder:
        run(Path(folder), 1)  # fills the cache
        for size in sizes:
            wall, cpu, memory, bytes_each = run(Path(folder), size)
            figures = f"{wall:.1f} | {cpu:.1f} | {cpu / size:.4f} | {memory:.0f}"
            yield f"| {size} | {figures} | {bytes_each / 1e6:.2f} |"


def run(folder: Path, count: int) -> tuple[float, float, float, float]:
    """Wall and CPU seconds, peak megabytes of any process, and bytes of a kit."""
    listed, out = folder / f"{count}.csv", folder / f"out-{count}"
    with listed.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("支部名称", "日期", "开始时间", "地点", "主持人"))
        for n in range(1, count + 1):
            rows.writerow((f"示例街道第{n}党支部", "2026-12-03", "14:30", "会议室", "示例甲"))
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-m", "xuelan", "kits", KIT, "--branches", listed, "--out", out]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    wall = time.monotonic() - start
    _reap()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    made = list((out / "支部套装").iterdir())
    assert len(made) == count
    return wall, cpu, after.ru_maxrss / 1000, sum(f.stat().st_size for f in made) / count


def _reap() -> None:
    """Wait for what the command left behind: Python's process server ends a moment later."""
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


if __name__ == "__main__":
    main()
