"""``make bench``: how long builds take and how much memory, beside Hugo and Material.

    python -m tests.bench builds --sizes 100 1000 10000 --dask 1 2

Every step is measured for all generators before the next step begins, so that whatever else the
machine does falls on all of them alike. CPU seconds and memory are those of the whole tree of
processes, a cluster's included. The table goes to ``tests/bench/results/<date>.md`` with
``--write``. Nothing is deleted before the end: a run needs room for every cold build's output.
"""

from __future__ import annotations

import argparse
import ctypes
import datetime
import http.client
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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import collection
import peers
from cluster import cluster

from xuelan.engine import overrides

HERE = Path(__file__).parent
STEPS = ("cold", "unchanged", "body edit", "title edit", "template change")
HUGO_SERVER = "hugo server"
LARGE = 1000
"""Materials from which on starting no longer counts for much: slopes begin here."""

_SUBREAPER = 36


@dataclass(frozen=True)
class Cost:
    """Of one run: wall and CPU seconds, peak memory of all its processes together in MB."""

    wall: float
    cpu: float
    memory: float


@dataclass
class Tool:
    """A generator: how it builds, where its sources stand, and what it took.

    ``workers`` is how many Dask workers build; without any it builds by itself. ``rounds`` is how
    often it is measured at most.
    """

    name: str
    root: Path
    output: str
    command: list[str]
    place: Callable[[str], str]
    template: str
    steps: tuple[str, ...] = STEPS
    rounds: int = 1000
    workers: int = 0
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


def measure(command: list[str], cwd: Path, helpers: Sequence[int] = ()) -> Cost:
    """Run ``command`` to its end, with all processes it leaves behind.

    ``helpers`` are running processes, each with a session of its own, that take part.
    """
    helped = sum(map(_used, helpers))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True
        )
        peak = _Peak({process.pid, *helpers})
        code = process.wait()
        wall = time.monotonic() - start
        memory = peak.stop()
        errors.seek(0)
        if code:
            sys.exit(f"{' '.join(command)}: {errors.read().decode()}")
    _reap(process.pid)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu + sum(map(_used, helpers)) - helped, memory)


def _reap(group: int) -> None:
    """Wait for a group's orphans, which come to this process: their CPU seconds count as well."""
    while True:
        try:
            os.waitpid(-group, 0)
        except ChildProcessError:
            return


def _used(process: int) -> float:
    """CPU seconds a running process has used so far, with the children it has waited for."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


class _Peak:
    """Watches how much memory the processes of some sessions hold together."""

    def __init__(self, sessions: set[int]) -> None:
        self._sessions = sessions
        self._most = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._done.wait(0.2):
            self._most = max(self._most, _held(self._sessions))

    def stop(self) -> float:
        self._done.set()
        self._thread.join()
        return self._most


def _held(sessions: set[int]) -> float:
    """Memory, in MB, of all processes of sessions; pages that several share count once (PSS)."""
    total = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) in sessions:
                    lines = (entry / "smaps_rollup").read_text().split("\n")
                    total += next(int(x.split()[1]) for x in lines if x.startswith("Pss:"))
            except (OSError, IndexError, StopIteration):
                continue
    return total * 1024 / 1e6


def tools(work: Path, size: int, options: argparse.Namespace) -> list[Tool]:
    """The generators with their copies of a collection: xuelan, Hugo, then the others."""
    own, few = work / "own", work / "few"
    beside = Path(sys.executable).parent
    collection.write(few, 30, options.seed)
    subprocess.run([beside / "xuelan", "build", "-C", few], check=True, capture_output=True)
    page = min((few / "site/materials").glob("*/index.html")).read_text(encoding="utf-8")
    collection.write(own, size, options.seed)
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
    shutil.copy(overrides.folder() / "partials/footer.html", own / "look/partials/footer.html")
    found[0].template = "look/partials/footer.html"
    if options.dask:
        shutil.copytree(own, work / "dask")
    for count in options.dask:
        name = f"xuelan, {count} Dask worker{'s' * (count > 1)}"
        command = [str(beside / "xuelan"), "build", "--scheduler"]
        found.append(
            Tool(name, work / "dask", "site", command, peers.own_path, "", ("cold",), workers=count)
        )
    if options.material:
        stock = size <= options.material
        peers.material(own, work / "material", stock=stock)
        name = "material" if stock else "material, articles out of the navigation"
        command = [str(beside / "mkdocs"), "build", "--quiet"]
        steps = ("cold", "body edit") if stock else ("cold",)
        found.append(
            Tool(name, work / "material", "site", command, peers.material_path, "", steps, 1)
        )
    return found


def prepare(tool: Tool, step: str, names: list[str], turn: int) -> None:
    """Make the change a step is about."""
    if step == "cold":
        set_aside(tool.root, (tool.output, ".cache", "resources"))
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


def set_aside(root: Path, names: Sequence[str]) -> None:
    """Take old outputs out of the way, into a folder that is removed when all is measured.

    Some file systems make files ten times slower for minutes after many were deleted, for they
    pass over every place freed lately; and that would fall on whoever builds next.
    """
    aside = root.parent / "aside"
    aside.mkdir(exist_ok=True)
    for name in names:
        if (root / name).exists():
            (root / name).rename(aside / f"{root.name}-{len(list(aside.iterdir()))}")


def once(tool: Tool) -> Cost:
    """What one build takes, by itself or with a cluster that has just been started for it."""
    if not tool.workers:
        return measure(tool.command, tool.root)
    with cluster(tool.workers, tool.root.parent) as (address, processes):
        return measure([*tool.command, address], tool.root, processes)


def bench(work: Path, size: int, options: argparse.Namespace) -> list[Tool]:
    """Measure all steps at one size, generator by generator within each step."""
    found = tools(work, size, options)
    names = sorted(p.stem for p in (work / "own/materials").rglob("*.md"))[size // 3 :]
    for turn in range(options.rounds):
        for step in STEPS:
            for tool in found:
                if turn >= tool.rounds or step not in tool.steps:
                    continue
                prepare(tool, step, names, turn)
                time.sleep(3.1)  # so that files count as settled, as an editor's do
                tool.costs.setdefault(step, []).append(once(tool))
                cost = tool.costs[step][-1]
                print(f"{size:7} {step:16} {tool.name:22} {cost.wall:8.2f} s wall "
                      f"{cost.cpu:8.2f} s CPU {cost.memory:7.0f} MB", flush=True)  # fmt: skip
    return found


def served(tool: Tool, command: list[str], address: str, name: str) -> float:
    """Seconds from saving an edit until the running preview has given out the whole page with it.

    The page is asked for again and again, in the same way whoever serves it.
    """
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
        except (OSError, http.client.HTTPException, UnicodeDecodeError):
            pass  # not there yet, or being written while it is given out
        time.sleep(0.01)
    sys.exit(f"{address}: no answer with {word!r}")


def table(size: int, found: list[Tool], previews: dict[str, float]) -> str:
    """The figures as Markdown, with the ratio to Hugo's wall time and to Material's CPU time."""
    lines = [
        f"## {size} materials",
        "",
        "| step | generator | wall s | CPU s | memory MB | wall × Hugo |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for step in STEPS:
        base = found[1].middle("cold" if step == "cold" else "body edit")
        for tool in found:
            cost = tool.middle(step)
            if cost and base:
                figures = f"{cost.wall:.2f} | {cost.cpu:.2f} | {cost.memory:.0f}"
                ratio = "" if tool is found[1] else f"{cost.wall / base.wall:.2f}"
                lines.append(f"| {step} | {tool.name} | {figures} | {ratio} |")
    for name, wall in previews.items():
        ratio = "" if name == HUGO_SERVER else f"{wall / previews[HUGO_SERVER]:.2f}"
        lines.append(f"| served edit | {name} | {wall:.2f} | | | {ratio} |")
    single = {tool.root: tool for tool in reversed(found)}
    output = [(tool.name, *tool.made()) for tool in reversed(single.values())]
    notes = [
        "made: " + "; ".join(f"{name} {count} files, {mb:.0f} MB" for name, count, mb in output)
    ]
    own, material = found[0].middle("cold"), found[-1].middle("cold")
    if own and material and found[-1].name.startswith("material"):
        notes.append(f"cold: {own.cpu / material.cpu:.3f} × {found[-1].name}, CPU")
    return "\n".join([*lines, "", *(f"- {note}" for note in notes), ""])


def slopes(measured: dict[int, list[Tool]]) -> str:
    """What a material costs each generator in a cold build, as Markdown; nothing for one size."""
    if len(measured) < 2:
        return ""
    lines = [
        "## CPU and memory per material",
        "",
        "Cold builds. Peak memory, start-up and all, divided by the number of materials.",
        "",
        "| generator | materials | CPU ms | memory KB |",
        "|---|---:|---:|---:|",
    ]
    found: dict[str, list[tuple[int, Cost]]] = {}
    for size, tools in sorted(measured.items()):
        for tool in tools:
            if cost := tool.middle("cold"):
                found.setdefault(tool.name, []).append((size, cost))
    notes = []
    for name, costs in found.items():
        for size, cost in costs:
            cpu, memory = cost.cpu / size * 1000, cost.memory / size * 1000
            lines.append(f"| {name} | {size} | {cpu:.2f} | {memory:.0f} |")
        large = [(size, cost) for size, cost in costs if size >= LARGE]
        if len(large) > 1:
            (few, less), (many, more) = large[0], large[-1]
            cpu = (more.cpu - less.cpu) / (many - few) * 1000
            memory = (more.memory - less.memory) / (many - few) * 1000
            notes.append(
                f"{name}, from {few} to {many}: {cpu:.2f} ms and {memory:.1f} KB for each further "
                f"material; CPU per material × {more.cpu / many / (less.cpu / few):.2f}, "
                f"memory per material × {more.memory / many / (less.memory / few):.2f}"
            )
    return "\n".join([*lines, "", *(f"- {note}" for note in notes), ""])


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 10000])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--material", type=int, default=1000, help="stock Material up to this size; 0: never"
    )
    parser.add_argument(
        "--dask", type=int, nargs="+", default=[], metavar="K",
        help="measure cold builds on K Dask workers as well",
    )  # fmt: skip
    parser.add_argument("--serve", action="store_true", help="measure the previews as well")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--folder", type=Path, help="work here instead of in a temporary folder")
    options = parser.parse_args(arguments)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    parts, measured = [], {}
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.folder) as folder:
        for size in options.sizes:
            work = Path(folder) / str(size)
            measured[size] = bench(work, size, options)
            previews = _previews(work, measured[size]) if options.serve else {}
            parts.append(table(size, measured[size], previews))
            print(parts[-1], flush=True)
        parts.append(slopes(measured))
        text = "\n".join([_heading(options), *parts]).rstrip("\n") + "\n"
        print(parts[-1])
        if options.write:
            day = datetime.datetime.now(datetime.UTC).date().isoformat()
            target = HERE / "results" / f"{day}.md"
            target.parent.mkdir(exist_ok=True)
            target.write_text(text, encoding="utf-8")


def _previews(work: Path, found: list[Tool]) -> dict[str, float]:
    beside = Path(sys.executable).parent
    name = min(p.stem for p in (work / "own/materials").rglob("*.md"))
    hugo = [str(beside / "hugo"), "server", "--port", "8761", "--quiet"]
    own = [str(beside / "xuelan"), "serve", "--port", "8762"]
    return {
        HUGO_SERVER: served(
            found[1], hugo, f"http://127.0.0.1:8761/column/materials/{name}/", name
        ),
        "xuelan": served(found[0], own, f"http://127.0.0.1:8762/materials/{name}/", name),
    }


def _heading(options: argparse.Namespace) -> str:
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
        f"Hugo {version.split('-')[0]}; load at the end {load:.1f}.\n\n"
        f"    python -m tests.bench builds {_given(options)}\n\n"
        f"Medians of {options.rounds} round{'s' * (options.rounds > 1)} (Material: one), seed "
        f"{options.seed}; all generators within each step in turn. “wall × Hugo” is the ratio to "
        "Hugo's cold build for cold builds, to its second build, after an edit, for the others, "
        "and to `hugo server` for served edits: seconds from saving until the whole page with "
        "the edit has come, asked for every 10 ms. Hugo has no search; xuelan's figures include "
        "its own. Figures of Dask include the scheduler and the workers, freshly started.\n"
    )


def _given(options: argparse.Namespace) -> str:
    """The options by which the figures can be had again."""
    words = []
    for name in ("sizes", "rounds", "seed", "material", "dask"):
        value = getattr(options, name)
        values = value if isinstance(value, list) else [value]
        words += [f"--{name}", *map(str, values)] if values else []
    return " ".join([*words, "--serve"] if options.serve else words)


if __name__ == "__main__":
    main()
