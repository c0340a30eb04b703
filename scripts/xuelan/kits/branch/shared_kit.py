"""The files that all branches of a kit share, and the ZIP of one branch made from them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from xuelan.kits.branch.blueprint import CALENDAR_NAME, Blueprint, form_name
from xuelan.kits.branch.branch_list import Branch
from xuelan.kits.cache_keys import hash_value
from xuelan.kits.exporters import FORMATS
from xuelan.kits.forms import AGENDA_FORM
from xuelan.kits.packing.package import MANIFEST, START, SUMS, Package, checksums, start_page
from xuelan.kits.packing.zip_writer import PackedFile, write_zip
from xuelan.kits.plan import KitFile, KitPlan
from xuelan.text.file_names import file_name

_LEFT_OUT: Final = tuple(p for f in FORMATS if not f.for_branches for p in f.prefixes)
"""Starts of the names of large files, which only the kit itself contains."""


@dataclass(frozen=True)
class SharedKit:
    """The files that the branches of one kit share, compressed once.

    ``files`` are in the order of the kit; a file that the blueprint fills in replaces the one of
    the same name. ``starts`` are the start pages by the length of the meeting in minutes (0 for any
    other) and by whether it has a date. ``manifest`` is that of the kit without its files.
    """

    blueprint: Blueprint
    files: tuple[PackedFile, ...]
    starts: Mapping[tuple[int, bool], PackedFile]
    manifest: Mapping[str, Any]

    @classmethod
    def of(cls, plan: KitPlan, blueprint: Blueprint, package: Package) -> SharedKit:
        """The shared files of a finished kit."""
        kept = [f for f in package.files if not f.name.startswith((*_LEFT_OUT, START))]
        starts = {
            (minutes, dated): _start(plan, _list_files(kept, blueprint, minutes, dated=dated))
            for minutes in (*blueprint.agendas, 0)
            for dated in (False, True)
        }
        manifest = {k: v for k, v in package.manifest_data.items() if k != "files"}
        manifest["build"] += "-branch"
        return cls(blueprint, tuple(kept), starts, manifest)

    @cached_property
    def fingerprint(self) -> bytes:
        """A digest that changes with anything a branch's kit is made from."""
        digests = [f.sha256 for f in (*self.files, *self.starts.values())]
        return hash_value((self.manifest, self.blueprint, digests))

    def mark(self, branch: Branch) -> str:
        """A digest of these files and the particulars of ``branch``, 32 hexadecimal digits."""
        return hash_value((self.fingerprint, branch)).hex()

    def zip_for(self, branch: Branch, comment: str) -> list[bytes]:
        """The ZIP of one branch in pieces, with ``comment`` at its end."""
        p = branch.particulars
        own = dict(self.blueprint.files(p))
        other = _other_agendas(self.blueprint, p.minutes)
        files = [self.starts[p.minutes, bool(p.date)]]
        for file in self.files:
            if file.name in own:
                filled = KitFile(file.name, file.title, file.group, own.pop(file.name))
                files.append(PackedFile.of(filled))
            elif not file.name.startswith(other):
                files.append(file)
        files += map(_calendar, own.values())
        files += _lists(files, {**self.manifest, "branch": p.branch})
        folder = file_name(f"{p.branch} {p.meeting}")
        return write_zip(folder, (f.member for f in files), self.blueprint.stamp, comment)


def _start(plan: KitPlan, files: Iterable[PackedFile]) -> PackedFile:
    return PackedFile.of(KitFile(START, "从这里开始", "", start_page(plan, files, pages=False)))


def _calendar(data: bytes) -> PackedFile:
    return PackedFile.of(KitFile(CALENDAR_NAME, "支部日程（日历）", "日程", data))


def _lists(files: Sequence[PackedFile], manifest: Mapping[str, Any]) -> list[PackedFile]:
    """The manifest with ``files``, and the list of checksums."""
    data = {**manifest, "files": [f.manifest_entry for f in files]}
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    listed = PackedFile.of(KitFile(MANIFEST, "清单", "", text.encode()))
    sums = checksums([*files, listed]).encode()
    return [listed, PackedFile.of(KitFile(SUMS, "校验和", "", sums))]


def _list_files(
    files: list[PackedFile], blueprint: Blueprint, minutes: int, *, dated: bool
) -> list[PackedFile]:
    """The files on the start page: without agendas of other lengths, with the calendar."""
    other = _other_agendas(blueprint, minutes)
    named = [f for f in files if not f.name.startswith(other)]
    return [*named, *([_calendar(b"")] if dated else [])]


def _other_agendas(blueprint: Blueprint, minutes: int) -> tuple[str, ...]:
    """Starts of the names of agendas for meetings of another length."""
    names = (form_name(AGENDA_FORM, n) for n in blueprint.agendas if n != minutes)
    return tuple(name.removesuffix(".docx") for name in names)
