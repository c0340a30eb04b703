"""``make bench``: how long builds take and how much memory, beside Hugo and Material.

    python tests/bench/run.py --sizes 100 1000 10000 --write

Every step is measured for all generators before the next step begins, so that whatever else the
machine does falls on all of them alike. CPU seconds and memory are those of the whole tree of
processes. The table goes to ``tests/bench/results/<date>.md`` with ``--write``.
"""

from __future__ import annotations

import argparse
import ctypes
import datetime
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import collection
import peers

from xuelan import look

HERE = Path(__file__).parent
STEPS = ("cold", "unchanged", "body edit", "title edit", "template change")
_SUBREAPER = 36


@dataclass(frozen=True)
class Cost:
    """Of one run: wall and CPU seconds, peak memory of all its processes together in MB."""

    wall: float
    cpu: float
    memory: float


@dataclass
class Tool:
    """A generator: how it builds, where its sources stand, and what it took."""

    name: str
    root: Path
    output: str
    command: list[str]
    place: Callable[[str], str]
    template: str
    steps: tuple[str, ...] = STEPS
    costs: dict[str, list[Cost]] = field(default_factory=dict)

    def made(self) -> tuple[int, float]:
        """How many files it has made, and how many MB they are together."""
        files = [p for p in (self.root / self.output).rglob("*") if p.is_file()]
        return len(files), sum(p.stat().st_size for p in files) / 1e6

    def middle(self, step: str) -> Cost | None:
        """The median of what a step took."""
        found = self.costs.get(step)
        if not found:
            return None
        return Cost(
            *(statistics.median(getattr(c, n) for c in found) for n in ("wall", "cpu", "memory"))
        )


def measure(command: list[str], cwd: Path) -> Cost:
    """Run ``command`` to its end, with all processes it leaves behind."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True
        )
        peak = _Peak(process.pid)
        code = process.wait()
        wall = time.monotonic() - start
        memory = peak.stop()
        errors.seek(0)
        if code:
            sys.exit(f"{' '.join(command)}: {errors.read().decode()}")
    _reap()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu, memory)


def _reap() -> None:
    """Wait for orphans, which come to this process: their CPU seconds count as well."""
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


class _Peak:
    """Watches how much memory a session's processes hold together."""

    def __init__(self, session: int) -> None:
        self._session = session
        self._most = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._done.wait(0.2):
            self._most = max(self._most, _held(self._session))

    def stop(self) -> float:
        self._done.set()
        self._thread.join()
        return self._most


def _held(session: int) -> float:
    """Memory, in MB, of all processes of a session; pages that several share count once (PSS)."""
    total = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == session:
                    lines = (entry / "smaps_rollup").read_text().split("\n")
                    total += next(int(x.split()[1]) for x in lines if x.startswith("Pss:"))
            except (OSError, IndexError, StopIteration):
                continue
    return total * 1024 / 1e6


def tools(work: Path, size: int, seed: int, material_up_to: int) -> list[Tool]:
    """The generators with their copies of a collection."""
    own, few = work / "own", work / "few"
    beside = Path(sys.executable).parent
    collection.write(few, 30, seed)
    subprocess.run([beside / "xuelan", "build", "-C", few], check=True, capture_output=True)
    page = min((few / "site/materials").glob("*/index.html")).read_text(encoding="utf-8")
    collection.write(own, size, seed)
    peers.hugo(own, work / "hugo", page)
    found = [
        Tool("xuelan", own, "site", [str(beside / "xuelan"), "build"], peers.own_path, ""),
        Tool(
            "hugo", work / "hugo", "public", [str(beside / "hugo"), "--quiet"],
            peers.hugo_path, "layouts/_partials/footer.html",
        ),
    ]  # fmt: skip
    settings = own / "mkdocs.yml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("  language: zh\n", "  language: zh\n  custom_dir: look\n"))
    (own / "look/partials").mkdir(parents=True)
    shutil.copy(look.folder() / "partials/footer.html", own / "look/partials/footer.html")
    found[0].template = "look/partials/footer.html"
    if material_up_to:
        stock = size <= material_up_to
        peers.material(own, work / "material", stock=stock)
        name = "material" if stock else "material, articles out of the navigation"
        command = [str(beside / "mkdocs"), "build", "--quiet"]
        steps = ("cold", "body edit") if stock else ("cold",)
        found.append(Tool(name, work / "material", "site", command, peers.material_path, "", steps))
    return found


def prepare(tool: Tool, step: str, names: list[str], turn: int) -> None:
    """Make the change a step is about."""
    if step == "cold":
        for name in (tool.output, ".site.twin", ".cache", "resources"):
            shutil.rmtree(tool.root / name, ignore_errors=True)
    elif step == "body edit":
        path = tool.root / tool.place(names[turn])
        text = path.read_text(encoding="utf-8")
        path.write_text(f"{text}\n补充第{turn}句。\n", encoding="utf-8")
    elif step == "title edit":
        path = tool.root / tool.place(names[turn])
        lines = path.read_text(encoding="utf-8").split("\n")
        at = next(n for n, line in enumerate(lines) if line.startswith(("title: ", "# ")))
        lines[at] += f"第{turn}版"
        path.write_text("\n".join(lines), encoding="utf-8")
    elif step == "template change" and tool.template:
        with (tool.root / tool.template).open("a", encoding="utf-8") as file:
            file.write(f"<p>{turn}</p>\n")


def bench(work: Path, size: int, options: argparse.Namespace) -> list[Tool]:
    """Measure all steps at one size, generator by generator within each step."""
    found = tools(work, size, options.seed, options.material)
    names = sorted(p.stem for p in (work / "own/materials").rglob("*.md"))[size // 3 :]
    for turn in range(options.rounds):
        for step in STEPS:
            for tool in found:
                if tool.name.startswith("material") and (turn or step not in tool.steps):
                    continue
                prepare(tool, step, names, turn)
                time.sleep(3.1)  # so that files count as settled, as an editor's do
                tool.costs.setdefault(step, []).append(measure(tool.command, tool.root))
                cost = tool.costs[step][-1]
                print(f"{size:7} {step:16} {tool.name:10} {cost.wall:8.2f} s wall "
                      f"{cost.cpu:8.2f} s CPU {cost.memory:7.0f} MB", flush=True)  # fmt: skip
    return found


def served(tool: Tool, command: list[str], address: str, name: str) -> float:
    """Seconds from saving an edit until the running preview gives out the page with it."""
    process = subprocess.Popen(
        command, cwd=tool.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _until(address, "", 600)
        time.sleep(3)
        path = tool.root / tool.place(name)
        taken = []
        for turn in range(3):
            word = f"预览第{turn}次的字"
            text = path.read_text(encoding="utf-8")
            start = time.monotonic()
            path.write_text(f"{text}\n{word}。\n", encoding="utf-8")
            _until(address, word, 120)
            taken.append(time.monotonic() - start)
            time.sleep(2)
        return statistics.median(taken)
    finally:
        process.terminate()
        process.wait()


def _until(address: str, word: str, patience: float) -> None:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=30) as answer:
                if word in answer.read().decode():
                    return
        except OSError:
            pass
        time.sleep(0.01)
    sys.exit(f"{address}: no answer with {word!r}")


def table(size: int, found: list[Tool], previews: dict[str, float]) -> str:
    """The figures as Markdown, with the ratio to Hugo's and Material's."""
    own, hugo = found[0], found[1]
    lines = [
        f"## {size} materials",
        "",
        "| step | generator | wall s | CPU s | memory MB |",
        "|---|---|---:|---:|---:|",
    ]
    for step in STEPS:
        for tool in found:
            cost = tool.middle(step)
            if cost:
                figures = f"{cost.wall:.2f} | {cost.cpu:.2f} | {cost.memory:.0f}"
                lines.append(f"| {step} | {tool.name} | {figures} |")
    lines += [f"| served edit | {name} | {wall:.2f} | | |" for name, wall in previews.items()]
    output = ((tool.name, *tool.made()) for tool in found)
    ratios = [
        "made: " + "; ".join(f"{name} {count} files, {mb:.0f} MB" for name, count, mb in output)
    ]
    again = hugo.middle("body edit")
    for step in STEPS:
        cost = own.middle(step)
        base = hugo.middle("cold") if step == "cold" else again
        if cost and base:
            against = "its cold build" if step == "cold" else "its second build"
            ratios.append(f"{step}: {cost.wall / base.wall:.2f} × Hugo's wall time ({against})")
    material = found[2].middle("cold") if len(found) > 2 else None
    if material:
        ratios.append(f"cold: {own.middle('cold').cpu / material.cpu:.3f} × {found[2].name}, CPU")
    if len(previews) == 2:
        ratios.append(
            f"served edit: {previews['xuelan'] / previews['hugo server']:.2f} × hugo server"
        )
    return "\n".join([*lines, "", *(f"- {r}" for r in ratios), ""])


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 10000])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--material", type=int, default=1000, help="stock Material up to this size; 0: never"
    )
    parser.add_argument("--serve", action="store_true", help="measure the previews as well")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--folder", type=Path, help="work here instead of in a temporary folder")
    options = parser.parse_args(arguments)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    parts, slope = [], []
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.folder) as folder:
        for size in options.sizes:
            work = Path(folder) / str(size)
            found = bench(work, size, options)
            previews = _previews(work, found) if options.serve else {}
            parts.append(table(size, found, previews))
            cold = found[0].middle("cold")
            slope.append((size, cold.cpu / size * 1000, cold.memory / size * 1000))
            print(parts[-1], flush=True)
            shutil.rmtree(work)
    growth = "\n".join(f"| {s} | {cpu:.2f} | {memory:.0f} |" for s, cpu, memory in slope)
    parts.append(
        f"## Per material, cold\n\n| size | CPU ms | memory KB |\n|---:|---:|---:|\n{growth}\n\n"
        f"From {slope[0][0]} to {slope[-1][0]}: CPU per material × {slope[-1][1] / slope[0][1]:.2f}, "
        f"memory per material × {slope[-1][2] / slope[0][2]:.2f}.\n"
    )
    text = "\n".join([_heading(), *parts])
    print(parts[-1])
    if options.write:
        target = HERE / "results" / f"{datetime.datetime.now(datetime.UTC).date().isoformat()}.md"
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _previews(work: Path, found: list[Tool]) -> dict[str, float]:
    beside = Path(sys.executable).parent
    name = min(p.stem for p in (work / "own/materials").rglob("*.md"))
    hugo = [str(beside / "hugo"), "server", "--port", "8761", "--quiet"]
    own = [str(beside / "xuelan"), "serve", "--port", "8762"]
    return {
        "hugo server": served(
            found[1], hugo, f"http://127.0.0.1:8761/column/materials/{name}/", name
        ),
        "xuelan": served(found[0], own, f"http://127.0.0.1:8762/materials/{name}/", name),
    }


def _heading() -> str:
    load = os.getloadavg()[0]
    versions = subprocess.run(
        [str(Path(sys.executable).parent / "hugo"), "version"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    version = next(word for word in versions if word.startswith("v0"))
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return (
        f"# Builds, {today}\n\n{os.cpu_count()} processors, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}, "
        f"Hugo {version.split('-')[0]}; "
        f"load at the end {load:.1f}. Medians; all generators within each step in turn. "
        "Hugo has no search; xuelan's figures include its own.\n"
    )


if __name__ == "__main__":
    main()
