"""The Git repository of a column, through dulwich: works on machines without Git.

A change is made of blobs, trees and commits directly; the files and the branch that a person has
before them stay as they are.
"""

from __future__ import annotations

import io
import re
import socket
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import urllib3
from dulwich import porcelain
from dulwich.bundle import create_bundle_from_repo, write_bundle
from dulwich.client import HTTPUnauthorized
from dulwich.errors import GitProtocolError, NotGitRepository
from dulwich.index import commit_tree
from dulwich.object_store import iter_tree_contents
from dulwich.objects import Blob, Commit, ObjectID
from dulwich.refs import Ref
from dulwich.repo import Repo

from xuelan.text.source import list_files, read_bytes

REMOTE: Final = "origin"
_LARGEST: Final = 60 * 1000 * 1000
_SECONDS: Final = 60
_TEXTS: Final = (".md", ".yml", ".yaml", ".txt")
_FILE: Final = stat.S_IFREG | 0o644


@dataclass(frozen=True, slots=True)
class Login:
    """What a forge asks for; used for one push and never kept."""

    user: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class CommitPlan:
    """One commit to make: its message, and the new content of files (None removes one)."""

    message: str
    files: Mapping[str, bytes | None]


class ColumnRepository:
    """The repository in which the column in ``root`` lies, which may be a folder inside it."""

    def __init__(self, root: Path) -> None:
        self._repo = Repo.discover(root)
        self._root = root
        inside = root.resolve().relative_to(Path(self._repo.path).resolve()).as_posix()
        self._prefix = "" if inside == "." else f"{inside}/"

    @classmethod
    def find(cls, root: Path) -> ColumnRepository | None:
        """The repository of the column in ``root``; None if there is none, or no commit in it."""
        try:
            found = cls(root)
            found.head()
        except (NotGitRepository, KeyError, ValueError):
            return None
        return found

    def close(self) -> None:
        """Close the files that the repository has open."""
        self._repo.close()

    def head(self) -> ObjectID:
        """The commit that the person's files come from."""
        return self._repo.head()

    def branch(self, name: str) -> ObjectID | None:
        """The newest commit of a branch; None if there is no such branch."""
        try:
            return self._repo.refs[_ref(name)]
        except KeyError:
            return None

    def author(self) -> str:
        """The name that Git knows the person by, if any."""
        try:
            name: bytes = self._repo.get_config_stack().get((b"user",), b"name")
        except KeyError:
            return ""
        return name.decode(errors="replace")

    def remote(self) -> str:
        """The address to which changes are pushed; empty if the repository has none."""
        try:
            url: bytes = self._repo.get_config().get((b"remote", REMOTE.encode()), b"url")
        except KeyError:
            return ""
        return url.decode(errors="replace")

    def changes(self, folders: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Paths below ``folders`` that differ from :meth:`head`, each with new, changed or gone."""
        known = dict(self._entries(self.head(), folders))
        for folder in folders:
            for path in list_files(self._root, folder, ""):
                content = self.content(path)
                if content is None:
                    continue
                before = known.pop(path, None)
                if before is None:
                    yield path, "new"
                elif Blob.from_string(content).id != before:
                    yield path, "changed"
        for path in known:
            if not any(p.startswith((".", "_")) for p in path.split("/")):
                yield path, "gone"

    def content(self, path: str) -> bytes | None:
        """What a commit has for the file at ``path``: its bytes, texts with LF as Git has them."""
        raw, _ = read_bytes(self._root, path, _LARGEST)
        if raw is not None and path.endswith(_TEXTS):
            raw = raw.replace(b"\r\n", b"\n")
        return raw

    def _entries(self, commit: ObjectID, folders: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        store = self._repo.object_store
        starts = tuple(f"{self._prefix}{folder}/" for folder in folders)
        for entry in iter_tree_contents(store, self._repo[commit].tree):  # type: ignore[attr-defined]
            path = entry.path.decode(errors="surrogateescape")
            if path.startswith(starts):
                yield path.removeprefix(self._prefix), entry.sha

    def commit(self, branch: str, base: ObjectID, plans: Sequence[CommitPlan], author: str) -> str:
        """Put the commits of ``plans`` on ``branch``, the first upon ``base``; return the last."""
        store = self._repo.object_store
        parent = base
        for plan in plans:
            tree = self._repo[parent].tree  # type: ignore[attr-defined]
            entries = {e.path: (e.sha, e.mode) for e in iter_tree_contents(store, tree)}
            for path, content in plan.files.items():
                place = f"{self._prefix}{path}".encode()
                if content is None:
                    entries.pop(place, None)
                    continue
                blob = Blob.from_string(content)
                store.add_object(blob)
                mode = entries[place][1] if place in entries else _FILE
                entries[place] = (blob.id, mode)
            new = commit_tree(store, [(path, sha, mode) for path, (sha, mode) in entries.items()])
            parent = self._add_commit(plan.message, author, new, parent)
        self._repo.refs[_ref(branch)] = parent
        return parent.decode()

    def _add_commit(self, message: str, author: str, tree: ObjectID, parent: ObjectID) -> ObjectID:
        commit = Commit()
        commit.tree = tree
        commit.parents = [parent]
        commit.author = commit.committer = author.encode()
        commit.author_time = commit.commit_time = int(time.time())
        zone = -time.timezone
        commit.author_timezone = commit.commit_timezone = zone
        commit.encoding = b"UTF-8"
        commit.message = message.encode()
        self._repo.object_store.add_object(commit)
        return commit.id

    def push(self, branch: str, login: Login) -> str:
        """Push a branch to the remote. Return why that failed, in Chinese; empty if it did not."""
        url = self.remote()
        if not url:
            return "这个栏目没有登记远程仓库"
        options: dict[str, Any] = {}
        if url.startswith(("http://", "https://")) and login.user:
            options = {"username": login.user, "password": login.password}
        elif "://" not in url or url.startswith("ssh://"):
            options = {"ssh_command": "ssh -o BatchMode=yes -o ConnectTimeout=20"}
        name = _ref(branch)
        before = socket.getdefaulttimeout()
        socket.setdefaulttimeout(_SECONDS)
        try:
            result = porcelain.push(
                self._repo,
                url,
                [name + b":" + name],
                outstream=io.BytesIO(),
                errstream=io.BytesIO(),
                **options,
            )
        except HTTPUnauthorized:
            return "远程仓库要登录名和口令（或令牌），请在下面填好再交一次"
        except (GitProtocolError, NotGitRepository, porcelain.Error) as error:
            return f"远程仓库没有收下（{_first_line(error)}）"
        except (OSError, urllib3.exceptions.HTTPError) as error:
            return f"连不上远程仓库（{_first_line(error)}）"
        finally:
            socket.setdefaulttimeout(before)
        told = (result.ref_status or {}).get(name)
        return f"远程仓库没有收下（{told}）" if told else ""

    def bundle(self, branch: str, base: ObjectID) -> bytes:
        """The commits of a branch since ``base`` as a Git bundle."""
        made = create_bundle_from_repo(self._repo, [_ref(branch)], [base])
        file = io.BytesIO()
        write_bundle(file, made)
        return file.getvalue()


def _ref(branch: str) -> Ref:
    return Ref(f"refs/heads/{branch}".encode())


def _first_line(error: Exception) -> str:
    text = (str(error) or type(error).__name__).strip().splitlines()[0]
    return text[:120]


def pull_request_link(url: str, branch: str) -> str:
    """The page of a forge on which a pushed branch becomes a pull request; empty if unknown."""
    match = _FORGE.match(url)
    if not match:
        return ""
    host, name = match["host"], match["name"].removesuffix(".git")
    if "github" in host:
        return f"https://{host}/{name}/compare/{branch}?expand=1"
    if "gitlab" in host:
        query = f"merge_request%5Bsource_branch%5D={branch}"
        return f"https://{host}/{name}/-/merge_requests/new?{query}"
    if "gitee" in host:
        return f"https://{host}/{name}/pull/new/{branch}"
    return f"https://{host}/{name}/compare/{branch}" if "gitea" in host else ""


_FORGE: Final = re.compile(
    r"(?:https?://(?:[^@/]*@)?|ssh://git@|git@)(?P<host>[\w.-]+)(?::[0-9]+)?[:/](?P<name>[\w./-]+)$"
)
