"""Reads a column as it was at a revision: by the git program, else by dulwich.

Paths are relative to the column's folder, which may be a folder of a larger repository.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xuelan.engine.staging import link_or_copy
from xuelan.text.errors import XuelanError

if TYPE_CHECKING:
    from dulwich.repo import Repo

_REGULAR: Final = frozenset({"100644", "100755"})
"""Modes of files; links and the commits of other repositories have others."""


class RevisionError(XuelanError):
    """A revision cannot be read; the message says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Revision(ABC):
    """The column in ``root`` at one commit, called by its first 10 hexadecimal digits.

    ``files`` are the ids of the contents of its files, by path.
    """

    root: Path
    name: str
    files: Mapping[str, str]

    @abstractmethod
    def list_changed(self) -> set[str]:
        """The paths at which the folder has now another file, a new one or none."""

    @abstractmethod
    def read(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The contents of files of this revision."""


def repository_prefix(root: Path) -> str:
    """The way from the repository to the column in ``root``: ``columns/a/``, or empty."""
    here = root.absolute()
    for folder in (here, *here.parents):
        if (folder / ".git").exists():
            way = here.relative_to(folder).as_posix()
            return "" if way == "." else f"{way}/"
    return ""


def open_revision(root: Path, base: str) -> Revision:
    """The revision from which the column in ``root`` and ``base`` both come.

    Where they have no common ancestor, ``base`` itself. Raises :class:`RevisionError`.
    """
    here = root.absolute()
    if not any((folder / ".git").exists() for folder in (here, *here.parents)):
        raise RevisionError(
            f"“{root}”不在 Git 仓库里，不知道改了什么。请在克隆下来的文件夹里运行；"
            "不用 Git 的，去掉 --diff，检查全部材料。"
        )
    if not base or base.startswith("-"):
        raise _unknown(base)
    return _ProgramRevision.open(root, base) if shutil.which("git") else _open_dulwich(root, base)


def _unknown(base: str) -> RevisionError:
    return RevisionError(
        f"仓库里没有“{base}”这个版本。写分支名、标签或提交号，如 origin/main；"
        "克隆不完整的，先运行 git fetch --unshallow。"
    )


def restore(revision: Revision, root: Path, changed: set[str], folder: Path) -> None:
    """Write the column as it was at ``revision`` into the empty ``folder``.

    Files of ``root`` that are not ``changed`` since get a second name there; they are only read.
    """
    for path in revision.files:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if path not in changed:
            link_or_copy(str(root / path), str(target))
    for path, data in revision.read(p for p in revision.files if p in changed):
        (folder / path).write_bytes(data)


@dataclass(frozen=True, slots=True)
class _ProgramRevision(Revision):
    """A revision read by the git program."""

    commit: str

    @classmethod
    def open(cls, root: Path, base: str) -> _ProgramRevision:
        given = _git(root, "rev-parse", "--verify", "--quiet", f"{base}^{{commit}}", fault=base)
        try:
            commit = _git(root, "merge-base", given.strip(), "HEAD").strip()
        except RevisionError:  # no common ancestor, or a clone that ends before it
            commit = given.strip()
        files = {}
        for row in _git(root, "ls-tree", "-r", "-z", commit).split("\0"):
            facts, _, path = row.partition("\t")
            if facts and facts.split()[0] in _REGULAR and "\n" not in path:
                files[path] = facts.split()[2]
        return cls(root, commit[:10], files, commit)

    def list_changed(self) -> set[str]:
        edited = ("diff", "--name-only", "--no-renames", "--no-ext-diff", "--relative", "-z")
        added = ("ls-files", "--others", "--exclude-standard", "-z")
        rows = _git(self.root, *edited, self.commit, "--", ".") + _git(self.root, *added)
        return set(rows.split("\0")) - {""}

    def read(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        wanted = list(paths)
        asked = "".join(f"{self.files[path]} {path}\n" for path in wanted)
        answer = _run(self.root, "cat-file", "--batch", "--filters", given=asked.encode()).stdout
        at = 0
        for path in wanted:
            end = answer.find(b"\n", at)
            size = answer[at:end].split()[-1:]
            if (
                end < 0 or not size or not size[0].isdigit()
            ):  # a partial clone, a filter that failed
                raise RevisionError(
                    f"读不出 {self.name} 里的 {path}，克隆不完整；先运行 git fetch。"
                )
            yield path, answer[end + 1 : end + 1 + int(size[0])]
            at = end + 2 + int(size[0])


def _run(root: Path, *words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    command = ("git", "-c", "core.quotepath=off", *words)
    return subprocess.run(  # noqa: S603 - no shell; a revision never begins with a dash
        command, cwd=root, env=environment, input=given, capture_output=True, check=False
    )


def _git(root: Path, *words: str, fault: str = "") -> str:
    """What git says. ``fault`` is the revision that is unknown if git says nothing at all."""
    done = _run(root, *words)
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip()
        if fault and not reason:
            raise _unknown(fault)
        raise RevisionError(f"git 说：{reason or f'{words[0]} 没有做成'}")
    return done.stdout.decode("utf-8", "surrogateescape")


def _open_dulwich(root: Path, base: str) -> Revision:
    """The revision read by dulwich, on machines without Git."""
    from dulwich import graph, objectspec  # noqa: PLC0415 - only where there is no git program
    from dulwich.errors import NotGitRepository  # noqa: PLC0415
    from dulwich.object_store import iter_tree_contents  # noqa: PLC0415
    from dulwich.repo import Repo  # noqa: PLC0415

    try:
        repo = Repo.discover(str(root.absolute()))
        given = objectspec.parse_commit(repo, base)
    except (KeyError, ValueError, NotGitRepository) as error:
        raise _unknown(base) from error
    try:
        found = graph.find_merge_base(repo, [given.id, repo.head()])
    except KeyError:  # a clone that ends before the common ancestor
        found = []
    commit = objectspec.parse_commit(repo, found[0]) if found else given
    prefix = repository_prefix(root)
    files = {}
    for entry in iter_tree_contents(repo.object_store, commit.tree):
        path = (entry.path or b"").decode("utf-8", "surrogateescape")
        if path.startswith(prefix) and f"{entry.mode:o}" in _REGULAR and entry.sha:
            files[path.removeprefix(prefix)] = entry.sha.decode()
    return _DulwichRevision(root, commit.id.decode()[:10], files, repo, prefix)


@dataclass(frozen=True, slots=True)
class _DulwichRevision(Revision):
    """A revision read by dulwich; ``prefix`` is the way from the repository to the column."""

    repo: Repo
    prefix: str

    def list_changed(self) -> set[str]:
        from dulwich import porcelain  # noqa: PLC0415
        from dulwich.objects import Blob  # noqa: PLC0415

        changed = set()
        for path, known in self.files.items():
            file = self.root / path
            data = file.read_bytes() if file.is_file() and not file.is_symlink() else None
            forms = [] if data is None else [data, data.replace(b"\r\n", b"\n")]
            if known not in {Blob.from_string(form).id.decode() for form in forms}:
                changed.add(path)
        state = porcelain.status(self.repo, untracked_files="all")
        now = [os.fsdecode(p).replace(os.sep, "/") for p in state.untracked]
        now += [p.decode("utf-8", "surrogateescape") for p in self.repo.open_index()]
        added = {p.removeprefix(self.prefix) for p in now if p.startswith(self.prefix)}
        return changed | {p for p in added - self.files.keys() if (self.root / p).exists()}

    def read(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        for path in paths:
            yield path, self.repo[self.files[path].encode()].as_raw_string()
