"""What a branch's own kit costs: CPU seconds, memory and bytes, for 1 and for 1,000 branches.

Run ``python tests/bench/branches.py`` in a checkout. Everything runs in this one process, so that
CPU seconds are those of one core; the command itself uses every core there is.
"""

from __future__ import annotations

import csv
import resource
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from xuelan.check import check
from xuelan.kits.branches import read
from xuelan.kits.branches_run import Shared, make
from xuelan.kits.package import pack
from xuelan.kits.plan import plan
from xuelan.render import render_all
from xuelan.work import HERE

ROOT = Path(__file__).parents[2]
SIZES = (1, 1000)


def main() -> None:
    catalog, _ = check(ROOT)
    assert catalog is not None
    kit = next(k for k in catalog.kits if k.activity and "会议议程" in k.forms)
    start = time.process_time()
    made = plan(kit, catalog, render_all(catalog))
    shared = {kit.id: Shared.of(made, pack(made))}
    print(f"shared parts of “{kit.id}”, once: {time.process_time() - start:.2f} s CPU")
    print("branches  CPU s/kit  wall s  peak MB  MB/kit")
    for count in SIZES:
        with TemporaryDirectory() as folder:
            row = measured(shared, kit.id, count, Path(folder))
        print("{:8d}  {:9.4f}  {:6.1f}  {:7.0f}  {:6.2f}".format(count, *row))


def measured(
    shared: dict[str, Shared], kit: str, count: int, folder: Path
) -> tuple[float, float, float, float]:
    """CPU seconds a kit, wall seconds, peak memory and size of a kit in megabytes."""
    path = folder / "branches.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("支部名称", "日期", "开始时间", "地点", "主持人"))
        for n in range(1, count + 1):
            rows.writerow((f"示例街道第{n}党支部", "2026-12-03", "14:30", "会议室", "示例甲"))
    cpu, wall = time.process_time(), time.monotonic()
    listed = read(path, {kit: shared[kit].parts}, kit)
    done = make(shared, listed, folder / "out", HERE, lambda _done, _total: None)
    assert len(done) == count
    return (
        (time.process_time() - cpu) / count,
        time.monotonic() - wall,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
        sum(d.size for d in done) / count / 1e6,
    )


if __name__ == "__main__":
    main()
