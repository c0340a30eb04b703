"""``xuelan kits --branches``: one filled kit for each branch of a list.

What is the same for all is made and compressed once and laid into a file; each process reads it
once. Every kit bears in its ZIP comment the fingerprint of all that went into it, so a second run
makes only what is missing or out of date, whatever stopped the first.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from xuelan.build import RECORDS
from xuelan.build_kits import chosen, finished
from xuelan.check import check
from xuelan.engine.cache import Cache
from xuelan.engine.context import BuildContext
from xuelan.engine.workers import Workers, open_workers
from xuelan.kits.branch.blueprint import CALENDAR_NAME, Parts, form_name, stamp
from xuelan.kits.branch.branch_list import Branch, BranchList, Refused, read
from xuelan.kits.broadcast import PREFIX, Lent, lend
from xuelan.kits.exporters import FORMATS
from xuelan.kits.forms import AGENDA_FORM
from xuelan.kits.make import plans
from xuelan.kits.packing.package import MANIFEST, START, SUMS, Package, checksums, start_page
from xuelan.kits.packing.zip_writer import Packed, archive, comment_of
from xuelan.kits.plan import KitFile, KitPlan
from xuelan.model.kit import KitError
from xuelan.rendering.pipeline import render_all
from xuelan.text.file_names import file_name
from xuelan.text.problem import Problem

FOLDER: Final = "支部套装"
COMMON: Final = "共用套装"
"""Where the kits themselves go, once: what a branch's own ZIP leaves out is in there."""
LISTED: Final = "已做成.csv"
REFUSED: Final = "未做成.csv"
_MARK: Final = "xuelan-branch "
_TAIL: Final = 200
"""Bytes from the end of a ZIP that surely hold our comment."""
_HALF: Final = ".half-"
"""Begins the name of a file that is being written."""
_LEFT_OUT: Final = tuple(p for f in FORMATS if not f.for_branches for p in f.prefixes)
"""Not in a branch's own ZIP: what carries the whole site is given out once, with the kit itself."""


@dataclass(frozen=True)
class Shared:
    """All that the branches of one kit have in common: ``files`` they all have, start pages."""

    parts: Parts
    files: tuple[Packed, ...]
    starts: Mapping[tuple[int, bool], Packed]
    manifest: Mapping[str, Any]

    @cached_property
    def fingerprint(self) -> str:
        """Changes with anything a branch's kit is made from, and with nothing else."""
        told = [json.dumps(self.manifest, ensure_ascii=False), repr(self.parts)]
        told += [f.sha256 for f in (*self.files, *self.starts.values())]
        return hashlib.sha256("\0".join(told).encode()).hexdigest()

    @classmethod
    def of(cls, plan: KitPlan, parts: Parts, package: Package) -> Shared:
        """What branches share of a finished kit."""
        kept = [f for f in package.files if not f.name.startswith(_LEFT_OUT) and f.name != START]
        starts = {
            (minutes, dated): _start(plan, _listed(kept, parts, minutes, dated=dated))
            for minutes in (*parts.agendas, 0)
            for dated in (False, True)
        }
        manifest = {k: v for k, v in package.told.items() if k != "files"}
        manifest["build"] += "-branch"
        return cls(parts, tuple(kept), starts, manifest)


def _start(plan: KitPlan, files: Sequence[Packed]) -> Packed:
    return Packed.of(KitFile(START, "从这里开始", "", start_page(plan, files, pages=False)))


def _calendar(data: bytes) -> Packed:
    return Packed.of(KitFile(CALENDAR_NAME, "支部日程（日历）", "日程", data))


def _listed(files: list[Packed], parts: Parts, minutes: int, *, dated: bool) -> list[Packed]:
    """The files the start page names: agendas of other lengths left out, the calendar added."""
    other = _other_agendas(parts, minutes)
    found = [f for f in files if not f.name.startswith(other)]
    return [*found, *([_calendar(b"")] if dated else [])]


def _other_agendas(parts: Parts, minutes: int) -> tuple[str, ...]:
    names = (form_name(AGENDA_FORM, n) for n in parts.agendas if n != minutes)
    return tuple(name.removesuffix(".docx") for name in names)


@dataclass(frozen=True, slots=True)
class Done:
    """A branch's kit: its row, its name, its file below the output folder and its size in bytes.

    ``fresh`` is false when an earlier run had made it already.
    """

    row: int
    branch: str
    file: str
    size: int
    fresh: bool


@dataclass(frozen=True, slots=True)
class Making:
    """Makes the kit of one branch; small enough to be sent to other processes."""

    shared: Lent[Mapping[str, Shared]]
    out: Path

    def __call__(self, branch: Branch) -> Done:
        """Make the kit, unless it is there already."""
        name = f"{branch.row:05d}-{file_name(branch.particulars.branch)}.zip"
        target = self.out / FOLDER / name
        shared = self.shared.get()[branch.kit]
        mark = _MARK + _key(shared.fingerprint, branch)
        size = _made(target, mark)
        fresh = not size
        if fresh:
            pieces = _kit(shared, branch, mark)
            half = target.with_name(_HALF + name)
            with half.open("wb") as file:
                file.writelines(pieces)
            half.replace(target)
            size = sum(map(len, pieces))
        return Done(branch.row, branch.particulars.branch, f"{FOLDER}/{name}", size, fresh)


def _key(fingerprint: str, branch: Branch) -> str:
    return hashlib.sha256(f"{fingerprint}\0{branch!r}".encode()).hexdigest()[:32]


def _made(target: Path, mark: str) -> int:
    """The size of a kit made earlier from the same things; 0 when it must be made."""
    try:
        return target.stat().st_size if _comment(target) == mark else 0
    except OSError:
        return 0


def _comment(file: Path) -> str:
    with file.open("rb") as opened:
        opened.seek(max(0, opened.seek(0, os.SEEK_END) - _TAIL))
        return comment_of(opened.read())


def _kit(shared: Shared, branch: Branch, mark: str) -> list[bytes]:
    """The ZIP of one branch in pieces."""
    p = branch.particulars
    own = dict(shared.parts.files(p))
    other = _other_agendas(shared.parts, p.minutes)
    files = [shared.starts[(p.minutes, bool(p.date))]]
    for file in shared.files:
        if file.name in own:
            filled = KitFile(file.name, file.title, file.group, own.pop(file.name))
            files.append(Packed.of(filled))
        elif not file.name.startswith(other):
            files.append(file)
    files += map(_calendar, own.values())
    told = {**shared.manifest, "branch": p.branch, "files": [f.told for f in files]}
    manifest = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    files.append(Packed.of(KitFile(MANIFEST, "清单", "", manifest.encode())))
    files.append(Packed.of(KitFile(SUMS, "校验和", "", checksums(files).encode())))
    folder = file_name(f"{p.branch} {p.meeting}")
    return archive(folder, (f.member for f in files), shared.parts.stamp, mark)


@dataclass(frozen=True, slots=True)
class Report:
    """Problems found and, unless they forbade it, the list as read and the kits made."""

    problems: list[Problem]
    listed: BranchList | None
    done: list[Done]


def run(
    root: Path,
    ids: Sequence[str],
    file: Path,
    out: Path,
    progress: Callable[[int, int], None],
    scheduler: str = "",
) -> Report:
    """Make a kit for every branch in ``file`` from the column in ``root``.

    ``ids`` are the kits branches may ask for; without any, those that are for an activity.
    ``scheduler`` is the address of a Dask cluster to work on, whose machines must all see ``out``
    at the same path. Raises :class:`~xuelan.model.kit.KitError`,
    :class:`~xuelan.host.obtain.HostError`, and ``OSError`` when the scheduler does not answer.
    """
    cache = Cache(root / RECORDS)
    with open_workers() as helpers:
        catalog, problems = check(root, cache, helpers)
        if catalog is None or any(p.is_error for p in problems):
            return Report(problems, None, [])
        kits = chosen(catalog, ids)
        if not ids:
            kits = tuple(k for k in kits if k.activity and k.forms)
        if not kits:
            raise KitError("这个栏目还没有为活动准备的套装；在 materials/kits/ 里写一份清单。")
        rendered = render_all(catalog, cache, helpers)
        planned, now = tuple(plans(kits, catalog, rendered)), stamp(catalog)
        parts = {p.kit.id: Parts.of(p, now) for p in planned}
        listed = read(file, parts, kits[0].id if len(kits) == 1 else "")
        (out / COMMON).mkdir(parents=True, exist_ok=True)
        shared: dict[str, Shared] = {}
        packages = finished(catalog, kits, BuildContext.without_site(root, cache, helpers))
        for plan, package in zip(planned, packages, strict=True):
            (out / COMMON / package.archive_name).write_bytes(package.archive)
            shared[package.id] = Shared.of(plan, parts[package.id], package)
        cache.save()
    with open_workers(scheduler=scheduler) as helpers:
        return Report(problems, listed, make(shared, listed, out, helpers, progress))


def make(
    shared: Mapping[str, Shared],
    listed: BranchList,
    out: Path,
    workers: Workers,
    progress: Callable[[int, int], None],
) -> list[Done]:
    """Make every branch's kit below ``out``, and the two lists that say what came of it.

    ``progress`` is told how many of how many are done. Kits an earlier run made for rows that are
    gone or changed are removed; other files are never touched. Raises
    :class:`~xuelan.model.kit.KitError` when ``out`` holds something else under the folder's name.
    """
    folder = out / FOLDER
    if folder.exists() and not folder.is_dir():
        raise KitError(f"“{folder}”不是文件夹，请换一个位置。")
    folder.mkdir(parents=True, exist_ok=True)
    for left in out.glob(f"{PREFIX}*"):
        left.unlink()
    done: list[Done] = []
    for each in shared.values():
        _ = each.fingerprint  # computed once, for all processes
    common: Mapping[str, Shared] = dict(shared)
    with lend(common, out) as lent:
        for made in workers.map(Making(lent, out.absolute()), listed.branches, "支部套装"):
            done.append(made)
            progress(len(done), len(listed.branches))
    _remove_stale(folder, {d.file.removeprefix(f"{FOLDER}/") for d in done})
    _write_lists(out, done, listed.refused)
    return done


def _remove_stale(folder: Path, wanted: set[str]) -> None:
    for file in sorted(folder.iterdir()):
        if file.name in wanted or not file.is_file():
            continue
        if file.name.startswith(_HALF) or _comment(file).startswith(_MARK):
            file.unlink()


def _write_lists(out: Path, done: Sequence[Done], refused: Sequence[Refused]) -> None:
    made = [("行号", "支部名称", "文件", "字节")]
    made += [(str(d.row), d.branch, d.file, str(d.size)) for d in done]
    (out / LISTED).write_bytes(sheet(made))
    left = [("行号", "支部名称", "原因")]
    left += [(str(r.row), r.branch, r.reason) for r in refused]
    if refused:
        (out / REFUSED).write_bytes(sheet(left))
    else:
        (out / REFUSED).unlink(missing_ok=True)


def sheet(rows: Sequence[Sequence[str]]) -> bytes:
    """Rows as CSV that Excel opens as they are: UTF-8 with its mark, formulas made text."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    """Spreadsheets run what begins with these signs; an apostrophe makes it text."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
