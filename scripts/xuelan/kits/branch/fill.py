"""Makes the kits of all branches of a list, in several processes, into one folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xuelan.engine.workers import Workers
from xuelan.kits.branch.branch_list import Branch, BranchList
from xuelan.kits.branch.shared_kit import SharedKit
from xuelan.kits.broadcast import PREFIX, Broadcast, broadcast
from xuelan.kits.packing.zip_writer import comment_of
from xuelan.model.kit import KitError
from xuelan.text.file_names import file_name

FOLDER: Final = "支部套装"
_MARK: Final = "xuelan-branch "
"""The start of the comment of a branch's ZIP, before the mark of its content."""
_TAIL: Final = 200
"""Bytes at the end of a ZIP that contain its whole comment."""
_HALF: Final = ".half-"
"""The start of the name of a file that is being written."""


@dataclass(frozen=True, slots=True)
class BranchKit:
    """The kit of a branch: its row, its file below the output folder, and its size in bytes.

    ``fresh`` is false if an earlier run made it.
    """

    row: int
    branch: str
    file: str
    size: int
    fresh: bool


@dataclass(frozen=True, slots=True)
class FillTask:
    """Makes the kit of one branch; small enough to be sent to other processes often."""

    shared: Broadcast[Mapping[str, SharedKit]]
    out: Path

    def __call__(self, branch: Branch) -> BranchKit:
        """Make the kit, unless an earlier run has made the same one."""
        name = f"{branch.row:05d}-{file_name(branch.particulars.branch)}.zip"
        target = self.out / FOLDER / name
        kit = self.shared.get()[branch.kit]
        comment = _MARK + kit.mark(branch)
        size = _size_if_current(target, comment)
        fresh = not size
        if fresh:
            pieces = kit.zip_for(branch, comment)
            half = target.with_name(_HALF + name)
            with half.open("wb") as file:
                file.writelines(pieces)
            half.replace(target)
            size = sum(map(len, pieces))
        return BranchKit(branch.row, branch.particulars.branch, f"{FOLDER}/{name}", size, fresh)


def fill_all(
    shared: Mapping[str, SharedKit],
    listed: BranchList,
    out: Path,
    workers: Workers,
    progress: Callable[[int, int], None],
) -> list[BranchKit]:
    """Make every branch's kit below ``out``.

    ``progress`` is called with the number of kits made and of all. Kits that an earlier run made
    for rows that are gone or changed are removed; no other file is touched. Raises
    :class:`~xuelan.model.kit.KitError` if the name of the folder in ``out`` is that of a file.
    """
    folder = out / FOLDER
    if folder.exists() and not folder.is_dir():
        raise KitError(f"“{folder}”不是文件夹，请换一个位置。")
    folder.mkdir(parents=True, exist_ok=True)
    for left in out.glob(f"{PREFIX}*"):
        left.unlink()
    for each in shared.values():
        _ = each.fingerprint  # computed once, before it is sent
    kits: list[BranchKit] = []
    with broadcast(shared, out) as sent:
        for kit in workers.map(FillTask(sent, out.absolute()), listed.branches, "支部套装"):
            kits.append(kit)
            progress(len(kits), len(listed.branches))
    _remove_stale(folder, {kit.file.removeprefix(f"{FOLDER}/") for kit in kits})
    return kits


def _size_if_current(target: Path, comment: str) -> int:
    """The size of the kit if its ZIP has this comment; 0 if it must be made."""
    try:
        return target.stat().st_size if _read_comment(target) == comment else 0
    except OSError:
        return 0


def _read_comment(file: Path) -> str:
    with file.open("rb") as opened:
        opened.seek(max(0, opened.seek(0, os.SEEK_END) - _TAIL))
        return comment_of(opened.read())


def _remove_stale(folder: Path, wanted: set[str]) -> None:
    for file in sorted(folder.iterdir()):
        if file.name in wanted or not file.is_file():
            continue
        if file.name.startswith(_HALF) or _read_comment(file).startswith(_MARK):
            file.unlink()
