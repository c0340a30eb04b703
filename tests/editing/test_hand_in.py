"""Handing in: real repositories, with a remote and without, and a folder without Git."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_client import Desk, running
from dulwich import porcelain

import tiny
from conftest import xuelan
from xuelan.editing.desk.repository import pull_request_link

TERM = "materials/terms/term-terrace.md"
MARK = "又一句话。\n"


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A repository on a server, with the tiny column in it."""
    root = tiny.write(tmp_path / "first")
    porcelain.init(root)
    porcelain.add(root)
    porcelain.commit(root, message=b"First", author=b"A <a@example.org>", committer=b"A <a@e>")
    target = tmp_path / "server.git"
    porcelain.clone(str(root), target, bare=True, errstream=io.BytesIO())
    return target


@pytest.fixture
def desk(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The desk of an editor's clone, on a machine that has no ``git``."""
    porcelain.clone(str(bare), tmp_path / "clone", errstream=io.BytesIO())
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with running(tmp_path / "clone") as found:
        yield found


def _edit(desk: Desk, path: str, added: str = MARK) -> None:
    shown = desk.get("open", path=path)
    here = {"window": "w", "revision": shown["revision"], "base": shown["base"]}
    after = desk.get("write", path=path, answers={}, body=shown["body"] + added, **here)
    desk.get("save", path=path, revision=after["revision"])


def _hand_in(desk: Desk, *paths: str, **more: Any) -> dict[str, Any]:
    asked = {"title": "改两处", "name": "张三", "email": "z@example.org", **more}
    done: dict[str, Any] = desk.get("hand-in", paths=paths, **asked)
    return done


def _git(repository: Path, *arguments: str) -> str:
    git = shutil.which("git", path=os.defpath + ":/usr/bin:/usr/local/bin")
    assert git
    command = [git, "-C", str(repository), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_several_texts_become_one_branch_on_the_server(desk: Desk, bare: Path) -> None:
    """A commit each, by the person; nothing else differs, and the clone stays on its branch."""
    _edit(desk, tiny.STORY)
    _edit(desk, TERM)
    files = desk.get("changes")["files"]
    assert {(f["path"], f["verb"]) for f in files} == {(tiny.STORY, "修改"), (TERM, "修改")}
    done = _hand_in(desk, tiny.STORY, TERM)
    assert done["pushed"], done
    log = _git(bare, "log", "--format=%an %s", f"master..{done['branch']}")
    assert len(log.splitlines()) == 2
    assert "张三 修改《夜校的灯》" in log
    changed = _git(bare, "diff", "--stat", "--name-only", "master", done["branch"]).split()
    assert sorted(changed) == sorted([TERM, tiny.STORY])
    assert _git(bare, "show", f"{done['branch']}:{tiny.STORY}").endswith(MARK)
    assert _git(bare, "fsck", "--strict") == ""
    assert _git(desk.root, "branch", "--show-current") == "master\n"
    assert {f["handed"] for f in desk.get("changes")["files"]} == {done["branch"]}


def test_what_was_handed_in_can_be_merged_and_built(desk: Desk, bare: Path, tmp_path: Path) -> None:
    """The merged column passes its check and builds."""
    _edit(desk, tiny.STORY)
    done = _hand_in(desk, tiny.STORY)
    merged = tmp_path / "merged"
    _git(tmp_path, "clone", "-q", str(bare), str(merged))
    _git(merged, "merge", "-q", "--ff-only", f"origin/{done['branch']}")
    built = xuelan("build", "-C", merged, "-d", tmp_path / "site")
    assert built.returncode == 0, built.stdout + built.stderr
    page = (tmp_path / "site/materials/story-night-school/index.html").read_text()
    assert MARK.strip() in page


def test_more_can_be_added_to_what_was_handed_in(desk: Desk, bare: Path) -> None:
    """The same branch gets another commit."""
    _edit(desk, tiny.STORY)
    first = _hand_in(desk, tiny.STORY)
    _edit(desk, tiny.STORY, "再一句话。\n")
    second = _hand_in(desk, tiny.STORY, onto=first["branch"])
    assert (second["pushed"], second["branch"]) == (True, first["branch"])
    assert len(_git(bare, "log", "--oneline", f"master..{first['branch']}").splitlines()) == 2


def test_a_new_text_and_one_that_is_gone(desk: Desk, bare: Path) -> None:
    """Files are added and removed as well."""
    path = desk.get("create", kind="故事", title="一盏灯")["path"]
    shown = desk.get("open", path=path)
    after = desk.get("write", path=path, window="w", revision=shown["revision"], base="",
                     answers={"summary": "讲一盏灯的事。"}, body="灯亮着。\n")  # fmt: skip
    desk.get("save", path=path, revision=after["revision"])
    done = _hand_in(desk, path)
    assert _git(bare, "diff", "--name-status", "master", done["branch"]) == f"A\t{path}\n"
    (desk.root / path).unlink()
    (desk.root / "materials/quiz.yml").unlink()
    gone = _hand_in(desk, "materials/quiz.yml")
    status = _git(bare, "diff", "--name-status", "master", gone["branch"])
    assert status == "D\tmaterials/quiz.yml\n"


def test_without_a_remote_there_is_a_file_to_send(desk: Desk, bare: Path, tmp_path: Path) -> None:
    """The letter, the files and the commits, which Git takes."""
    shutil.move(bare, tmp_path / "away.git")
    _edit(desk, tiny.STORY)
    done = _hand_in(desk, tiny.STORY, note="请看第二段。")
    assert (done["pushed"], bool(done["reason"])) == (False, True)
    packed = desk.request("GET", "/" + done["archive"])
    assert packed.headers["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(packed.read())) as archive:
        letter = archive.read("交稿说明.txt").decode()
        assert archive.read(f"files/{tiny.STORY}").decode().endswith(MARK)
        archive.extract("change.bundle", tmp_path)
    assert letter.startswith(done["letter"])
    assert all(word in letter for word in ("改两处", "请看第二段。", "修改《夜校的灯》", "张三"))
    _git(tmp_path / "away.git", "fetch", "-q", str(tmp_path / "change.bundle"),
         f"{done['branch']}:{done['branch']}")  # fmt: skip
    shown = _git(tmp_path / "away.git", "show", f"{done['branch']}:{tiny.STORY}")
    assert shown.endswith(MARK)


def test_a_folder_without_git_gives_a_file_to_send(tmp_path: Path) -> None:
    """What was written at the desk is what is handed in."""
    with running(tiny.write(tmp_path)) as desk:
        assert desk.get("changes")["files"] == []
        _edit(desk, tiny.STORY)
        assert [f["path"] for f in desk.get("changes")["files"]] == [tiny.STORY]
        done = _hand_in(desk, tiny.STORY)
        packed = desk.request("GET", "/" + done["archive"]).read()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == ["交稿说明.txt", f"files/{tiny.STORY}"]


def test_a_text_with_errors_is_not_handed_in(desk: Desk, bare: Path) -> None:
    """Nothing is pushed, and the message names the file."""
    _edit(desk, tiny.STORY, "\n[点这里](nowhere.md)\n")
    status, told = desk.ask("hand-in", paths=[tiny.STORY], title="改", name="张三")
    assert (status, tiny.STORY in told["message"]) == (422, True)
    assert _git(bare, "branch").split() == ["*", "master"]


@pytest.mark.parametrize(
    "wrong",
    [{"paths": []}, {"paths": ["mkdocs.yml"]}, {"title": " "}, {"name": ""}, {"onto": "master"}],
    ids=str,
)
def test_an_order_that_cannot_be(desk: Desk, wrong: dict[str, Any]) -> None:
    """Nothing chosen, a file of another place, no name, another's branch."""
    _edit(desk, tiny.STORY)
    asked = {"paths": [tiny.STORY], "title": "改", "name": "张三", **wrong}
    assert desk.ask("hand-in", **asked)[0] == 422


def test_a_column_inside_a_larger_repository(tmp_path: Path) -> None:
    """Paths in the commits begin at the repository."""
    root = tiny.write(tmp_path / "repository")
    porcelain.init(tmp_path / "repository")
    porcelain.add(str(tmp_path / "repository"), paths=[str(root)])
    porcelain.commit(
        str(tmp_path / "repository"), message=b"x", author=b"A <a@e>", committer=b"A <a@e>"
    )
    with running(root) as desk:
        _edit(desk, tiny.STORY)
        done = _hand_in(desk, tiny.STORY)
    changed = _git(tmp_path / "repository", "diff", "--name-only", "master", done["branch"])
    assert changed == f"{root.name}/{tiny.STORY}\n"


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://user@github.com/o/r.git", "https://github.com/o/r/compare/b?expand=1"),
        ("git@github.com:o/r.git", "https://github.com/o/r/compare/b?expand=1"),
        ("https://gitlab.example.org/a/b/r.git",
         "https://gitlab.example.org/a/b/r/-/merge_requests/new?merge_request%5Bsource_branch%5D=b"),
        ("https://gitee.com/o/r", "https://gitee.com/o/r/pull/new/b"),
        ("/srv/r.git", ""),
        ("https://git.example.org/o/r.git", ""),
    ],
)  # fmt: skip
def test_the_page_where_a_branch_becomes_a_pull_request(url: str, link: str) -> None:
    """That of the forge, where its address is known."""
    assert pull_request_link(url, "b") == link
