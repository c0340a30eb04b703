"""Handing in: the chosen texts become a branch with a commit each.

It is pushed where the remote allows. Otherwise, and where there is no Git at all, everything that
whoever merges it needs is packed into one file to send by mail.
"""

from __future__ import annotations

import datetime
import io
import posixpath
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import msgspec

from xuelan.editing.desk.places import DeskError, digest_of, own_folder, write_whole
from xuelan.editing.desk.repository import (
    ColumnRepository,
    CommitPlan,
    Login,
    pull_request_link,
)
from xuelan.editing.desk.workbench import Workbench
from xuelan.reading.files import file_paths
from xuelan.text.problem import Problem

VERBS: Final = {"new": "新增", "changed": "修改", "gone": "删去"}
_HANDED: Final = "handed"
_RECORD: Final = "handed.json"


@dataclass(frozen=True, slots=True)
class HandedChange:
    """A change that was handed in: its branch and, by path, the digest of what it has."""

    branch: str
    title: str
    time: str
    files: dict[str, str] = field(default_factory=dict)
    base: str = ""
    pushed: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """What a person asks to be handed in, and what is told to those who review it.

    ``onto`` is the branch of an earlier change to which this is added.
    """

    paths: tuple[str, ...]
    title: str
    note: str
    name: str
    email: str
    onto: str = ""
    login: Login = field(default_factory=Login)


def list_changes(bench: Workbench) -> dict[str, Any]:
    """All files that differ from what the column had, and the changes handed in before."""
    catalog = bench.catalog()
    titles = {m.path: m.title for m in catalog.materials}
    faults = bench.faults()
    handed = _read_record(bench.root)
    unsaved = {draft.path for draft in bench.drafts.all()}
    known = {path: (h.branch, d) for h in handed for path, d in h.files.items()}
    rows = []
    repository = ColumnRepository.find(bench.root)
    for path, how in _find_changes(bench, repository):
        branch, digest = known.get(path, ("", ""))
        is_handed = digest == _digest(bench, path)
        rows.append(
            {
                "path": path,
                "title": titles.get(path) or posixpath.basename(path),
                "verb": VERBS[how],
                "errors": sum(p.is_error for p in faults.get(path, ())),
                "unsaved": path in unsaved,
                "handed": branch if is_handed else "",
            }
        )
    return {
        "files": sorted(rows, key=lambda r: (not r["path"].endswith(".md"), r["path"])),
        "unsaved": sorted(unsaved),
        "handed": [{"branch": h.branch, "title": h.title, "time": h.time} for h in handed],
        "remote": _hide_password(repository.remote()) if repository else "",
        "hasGit": repository is not None,
        "name": _read_me(bench.root) or (repository.author() if repository else ""),
    }


def hand_in(bench: Workbench, order: Order) -> dict[str, Any]:
    """Hand in what ``order`` asks for. Raises :class:`DeskError` if it cannot be."""
    if not order.title.strip() or not order.name.strip():
        raise DeskError("请写上这次改了什么，以及您的姓名。")
    repository = ColumnRepository.find(bench.root)
    with bench.lock:
        changes = dict(_find_changes(bench, repository))
        chosen = _with_attachments(bench, order.paths, changes)
        problems = _check_chosen(bench, chosen)
        plans = _plan(bench, chosen, changes)
        letter = _letter(bench, order, chosen, changes, problems)
        change = _new_change(bench, order, chosen)
        if repository is not None:
            base = (repository.branch(change.branch) if order.onto else None) or repository.head()
            repository.commit(change.branch, base, plans, _author(order))
    reason = "这个文件夹没有用 Git 管理"
    if repository is not None:
        reason = repository.push(change.branch, order.login)
    link = ""
    if repository is not None and not reason:
        link = pull_request_link(repository.remote(), change.branch)
    elif reason:
        bundle = repository.bundle(change.branch, repository.head()) if repository else b""
        _pack(bench.root, change.branch, letter, bundle, plans)
    pushed = not reason
    _record(bench.root, replace(change, pushed=pushed), order.name.strip())
    return {
        "branch": change.branch,
        "pushed": pushed,
        "reason": reason,
        "link": link,
        "letter": letter,
        "archive": "" if pushed else f"handed/{change.branch}.zip",
    }


def _find_changes(bench: Workbench, repository: ColumnRepository | None) -> list[tuple[str, str]]:
    if repository is not None:
        return list(repository.changes(bench.folders()))
    saved = bench.drafts.saved_paths()
    return [
        (path, ("new" if is_new else "changed") if (bench.root / path).exists() else "gone")
        for path, is_new in saved.items()
        if (bench.root / path).exists() or not is_new
    ]


def _with_attachments(
    bench: Workbench, paths: Sequence[str], changes: dict[str, str]
) -> dict[str, list[str]]:
    """Each chosen path with the changed files that its material names."""
    if not paths or not set(paths) <= changes.keys():
        raise DeskError("请至少选一篇；如果列表已经变了，请刷新页面再选。")
    by_path = bench.catalog().by_path
    chosen: dict[str, list[str]] = {}
    taken: set[str] = set(paths)
    for path in sorted(paths):
        m = by_path.get(path)
        own = [f for f in file_paths(m) if f in changes and f not in taken] if m else []
        taken |= set(own)
        chosen[path] = [path, *own]
    return chosen


def _check_chosen(bench: Workbench, chosen: dict[str, list[str]]) -> list[Problem]:
    """The warnings and notes of the chosen texts. Raises :class:`DeskError` for errors."""
    faults = bench.faults()
    found = [p for files in chosen.values() for path in files for p in faults.get(path, ())]
    wrong = sorted({p.path for p in found if p.is_error})
    if wrong:
        raise DeskError(f"{'、'.join(wrong)} 还有错误，请先改好再交。")
    unsaved = sorted(p for p in chosen if bench.drafts.find(p) is not None)
    if unsaved:
        raise DeskError(f"{'、'.join(unsaved)} 有还没存入栏目的改动，请先打开它存好或放弃。")
    return found


def _plan(
    bench: Workbench, chosen: dict[str, list[str]], changes: dict[str, str]
) -> list[CommitPlan]:
    plans = []
    for path, files in chosen.items():
        message = f"{VERBS[changes[path]]}{_title(bench, path)}\n"
        plans.append(CommitPlan(message, {f: bench.content(f) for f in files}))
    return plans


def _title(bench: Workbench, path: str) -> str:
    m = bench.catalog().by_path.get(path)
    return f"《{m.title}》" if m and m.title else f" {path}"


def _letter(
    bench: Workbench,
    order: Order,
    chosen: dict[str, list[str]],
    changes: dict[str, str],
    problems: list[Problem],
) -> str:
    """The text of the pull request, in Markdown, which is also the letter to send by mail."""
    lines = [order.title.strip(), "", order.note.strip(), ""] if order.note.strip() else [
        order.title.strip(), ""
    ]  # fmt: skip
    lines.append(f"交稿人：{order.name.strip()}")
    lines += ["", "## 改了什么", ""]
    for path, files in chosen.items():
        lines.append(f"- {VERBS[changes[path]]}{_title(bench, path)}：`{path}`")
        lines += [f"    - {VERBS[changes[f]]} `{f}`" for f in files[1:]]
        lines += [f"    - {s}" for s in _reviews(bench, path)]
    lines += ["", "## 检查结果", ""]
    lines += [f"- {p.path}:{p.line} {p.code.severity}：{p.message}" for p in problems]
    lines += [] if problems else ["没有发现问题。"]
    return "\n".join(lines) + "\n"


def _reviews(bench: Workbench, path: str) -> list[str]:
    m = bench.catalog().by_path.get(path)
    return [f"{s.stage}：{s.by}，{s.date}" for s in m.reviews] if m else []


def _new_change(bench: Workbench, order: Order, chosen: dict[str, list[str]]) -> HandedChange:
    """The change, or the earlier one with more files."""
    digests = {f: _digest(bench, f) for files in chosen.values() for f in files}
    now = datetime.datetime.now().astimezone()
    time = now.replace(tzinfo=None).isoformat(timespec="minutes")
    if order.onto:
        earlier = [h for h in _read_record(bench.root) if h.branch == order.onto]
        if not earlier:
            raise DeskError("要补充的那次交稿已经不在了，请另交一份。")
        return replace(earlier[0], time=time, files={**earlier[0].files, **digests})
    first = posixpath.basename(next(iter(chosen))).partition(".")[0]
    name = re.sub(r"[^a-z0-9]+", "-", first.lower()).strip("-")[:40] or "change"
    branch = f"edit-{now:%Y%m%d-%H%M%S}-{name}"
    return HandedChange(branch, order.title.strip(), time, digests)


def _digest(bench: Workbench, path: str) -> str:
    return digest_of(bench.content(path))


def _author(order: Order) -> str:
    name, email = (re.sub(r"[<>\n\r\x00]", "", t).strip() for t in (order.name, order.email))
    return f"{name} <{email}>"


_HOW: Final = """

—— 以下写给合并的人 ——

压缩包里的 files/ 文件夹是改过的文件，照原来的位置放进仓库就行。
{bundle}
"""
_BUNDLE: Final = """
也可以用 Git 取，提交记录和署名都在：

    git fetch change.bundle {branch}:{branch}
"""


def _pack(root: Path, branch: str, letter: str, bundle: bytes, plans: Sequence[CommitPlan]) -> None:
    """Write the file to send by mail: the letter, the files and the commits."""
    file = io.BytesIO()
    how = _BUNDLE.format(branch=branch) if bundle else ""
    gone = [path for plan in plans for path, content in plan.files.items() if content is None]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("交稿说明.txt", letter + _HOW.format(bundle=how))
        for plan in plans:
            for path, content in plan.files.items():
                if content is not None:
                    archive.writestr(f"files/{path}", content)
        if gone:
            archive.writestr("要删去的文件.txt", "\n".join(gone) + "\n")
        if bundle:
            archive.writestr("change.bundle", bundle)
    write_whole(own_folder(root, _HANDED) / f"{branch}.zip", file.getvalue())


def find_archive(root: Path, name: str) -> Path | None:
    """The packed change called ``name``; None if there is none."""
    known = {p.name: p for p in own_folder(root, _HANDED).glob("*.zip")}
    return known.get(name)


class _Record(msgspec.Struct):
    """What the desk remembers between starts."""

    name: str = ""
    handed: list[HandedChange] = []


def _load(root: Path) -> _Record:
    place = own_folder(root) / _RECORD
    try:
        return msgspec.json.decode(place.read_bytes(), type=_Record)
    except (FileNotFoundError, msgspec.DecodeError):
        return _Record()


def _read_record(root: Path) -> list[HandedChange]:
    return _load(root).handed


def _read_me(root: Path) -> str:
    return _load(root).name


def _record(root: Path, change: HandedChange, name: str) -> None:
    others = [h for h in _read_record(root) if h.branch != change.branch]
    record = _Record(name, [change, *others][:50])
    write_whole(own_folder(root) / _RECORD, msgspec.json.encode(record))


def _hide_password(url: str) -> str:
    return re.sub(r"//[^@/]*@", "//", url)
