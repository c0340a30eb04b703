"""``xuelan check --diff BASE`` in real repositories: clone, edit, commit, check."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import git_column
import tiny
from git_column import clone, commit, edit, git
from tiny import STORY
from xuelan.cli import main

NOTICE = "materials/notices/notice-2024-3.md"
FULL_WIDTH = ("白天修梯田，夜里读书", "白天修梯田，夜里读书［@fact-001］")
UNKNOWN = ("夜里读书，见", "夜里读书[@nothing-1]，见")


@pytest.fixture(params=["git", "dulwich"])
def reader(request: pytest.FixtureRequest) -> str:
    """Each test runs with the git program, and as on a machine that has none."""
    return str(request.param)


def check(root: Path, *words: str, reader: str = "git", base: str = "origin/main") -> Result:
    """Run the command; without the git program if ``reader`` is dulwich."""
    env = {"PATH": ""} if reader == "dulwich" else {}
    command = ["check", "-C", str(root), "--diff", base, *words]
    return CliRunner().invoke(main, command, env=env)


def found(root: Path, reader: str = "git", base: str = "origin/main") -> list[tuple[str, str]]:
    """The files and the codes of what is found."""
    output = check(root, "--format", "json", reader=reader, base=base).output
    return [(p["path"], p["code"]) for p in json.loads(output)["problems"]]


def test_nothing_changed_nothing_found(tmp_path: Path, reader: str) -> None:
    """Problems that the base has already are not the editor's: they are counted, not listed."""
    root = clone(tmp_path, {STORY: tiny.text(STORY, UNKNOWN)})
    result = check(root, reader=reader)
    assert result.exit_code == 0
    assert "改了 0 个文件。另有 1 处问题那时就有" in result.output
    assert STORY not in result.output


@pytest.mark.parametrize("committed", [True, False])
def test_a_change_and_what_it_brings(tmp_path: Path, reader: str, committed: bool) -> None:
    """Committed or not, a new problem is found, and the command fails."""
    root = clone(tmp_path)
    edit(root, STORY, UNKNOWN)
    if committed:
        commit(root)
    result = check(root, reader=reader)
    assert result.exit_code == 1
    assert f"{STORY}:23: 错误[unknown-citation]" in result.output
    assert "改了 1 个文件" in result.output


def test_an_old_problem_that_moved_is_an_old_one(tmp_path: Path, reader: str) -> None:
    """Lines inserted above it do not make it new."""
    root = clone(tmp_path, {STORY: tiny.text(STORY, UNKNOWN)})
    edit(root, STORY, ("## 白天修梯田", "冬天很长。\n\n## 白天修梯田"))
    assert found(root, reader) == []


def test_an_old_problem_on_a_changed_line_is_told(tmp_path: Path, reader: str) -> None:
    """Whoever changes the line sees what is wrong with it."""
    root = clone(tmp_path, {STORY: tiny.text(STORY, UNKNOWN)})
    edit(root, STORY, ("夜里读书", "夜里学习"))
    assert found(root, reader) == [(STORY, "unknown-citation")]


def test_what_a_change_breaks_elsewhere(tmp_path: Path, reader: str) -> None:
    """A notice is removed: the text that links to it and the settings are not in order any more."""
    root = clone(tmp_path)
    git(root, "rm", "--quiet", NOTICE)
    commit(root)
    broken = found(root, reader)
    assert (STORY, "dead-link") in broken
    assert ("mkdocs.yml", "unknown-reference") in broken


def test_a_file_that_git_does_not_know_yet(tmp_path: Path, reader: str) -> None:
    """A new material counts before it is added."""
    root = clone(tmp_path)
    (root / "materials/stories/new.md").write_text("没有信息栏\n", encoding="utf-8")
    assert found(root, reader) == [("materials/stories/new.md", "no-front-matter")]


def test_what_others_mended_meanwhile(tmp_path: Path, reader: str) -> None:
    """The base has gone on: the change is compared with where it began."""
    root = clone(tmp_path, {STORY: tiny.text(STORY, UNKNOWN)})
    origin = tmp_path / "origin"
    edit(origin, STORY, ("[@nothing-1]", ""))
    commit(origin, "mended")
    git(root, "fetch", "--quiet")
    (root / "docs/news.md").write_text("# 消息\n\n没有消息。\n", encoding="utf-8")
    commit(root)
    assert (STORY, "unknown-citation") not in found(root, reader)


def test_a_column_in_a_folder_of_its_repository(tmp_path: Path, reader: str) -> None:
    """Paths are the column's for people and the repository's for forges."""
    root = clone(tmp_path, inside="columns/a")
    edit(root, STORY, UNKNOWN)
    assert found(root, reader) == [(STORY, "unknown-citation")]
    output = check(root, "--format", "github", reader=reader).output
    assert output.startswith(f"::error file=columns/a/{STORY},line=23,")


def test_windows_line_ends_that_git_gives_are_no_change(tmp_path: Path, reader: str) -> None:
    """A clone with ``core.autocrlf`` has other line ends in every file, and no change in any."""
    root = clone(tmp_path)
    for file in root.rglob("*.md"):
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    git(root, "config", "core.autocrlf", "true")
    assert found(root, reader) == []


@pytest.mark.parametrize("base", ["nothing", "", "-x", "--output=/tmp/x", "HEAD:mkdocs.yml"])
def test_a_base_that_is_not_there(tmp_path: Path, reader: str, base: str) -> None:
    """The message says what to write instead."""
    result = check(clone(tmp_path), reader=reader, base=base)
    assert result.exit_code == 1
    assert result.output.startswith(f"仓库里没有“{base}”这个版本。写分支名、标签或提交号")


def test_a_folder_without_a_repository(tmp_path: Path, reader: str) -> None:
    """The message says what to do with one and without."""
    result = check(tiny.write(tmp_path), reader=reader)
    assert result.exit_code == 1
    assert "不在 Git 仓库里" in result.output
    assert "去掉 --diff" in result.output


def test_settings_that_cannot_be_read(tmp_path: Path, reader: str) -> None:
    """What is wrong with them is told, as without ``--diff``."""
    root = clone(tmp_path)
    (root / "mkdocs.yml").write_text("site_name: [\n", encoding="utf-8")
    result = check(root, "--report", str(tmp_path / "out"), reader=reader)
    assert result.exit_code == 1
    assert "mkdocs.yml:" in result.output


def _report(root: Path, name: str, *words: str) -> str:
    check(root, "--report", str(root / "out"), *words)
    return (root / "out" / name).read_text(encoding="utf-8")


def test_the_comment_lists_pages_words_and_findings(tmp_path: Path) -> None:
    """Titles lead to their pages in the preview; the words that came and went are counted."""
    root = clone(tmp_path)
    edit(root, STORY, ("夜里读书，见", "夜里读书写字[@nothing-1]，见"))
    text = _report(root, "report.md", "--preview", "https://forge.example/p/")
    page = "https://forge.example/p/materials/story-night-school/index.html"
    assert f"| [夜校的灯]({page})（故事） | 修改 | 4 | 0 |" in text
    assert "[看预览](https://forge.example/p/index.html)" in text
    assert f"`{STORY}:23` **错误**（unknown-citation）" in text


def test_the_comment_mentions_nobody(tmp_path: Path) -> None:
    """A title is shown as it is written: no markup, no mention, no picture, no address."""
    title = "@everyone ![x](https://evil.example/a.png) <b>粗</b> | `x`"
    root = clone(tmp_path, {STORY: tiny.text(STORY, ("title: 夜校的灯", f"title: '{title}'"))})
    edit(root, STORY, ("夜里读书，见", "夜里读书写字，见"))
    text = _report(root, "report.md")
    (row,) = (line for line in text.splitlines() if "everyone" in line)
    assert "@everyone" not in row
    assert "![" not in row
    assert "<b>" not in row
    assert "https://" not in row


def test_an_address_that_is_no_https_is_not_linked(tmp_path: Path) -> None:
    """The link to the preview cannot become a script."""
    root = clone(tmp_path)
    edit(root, STORY, UNKNOWN)
    assert "看预览" not in _report(root, "report.md", "--preview", "javascript:alert(1)")


def test_suggestions_are_the_edits_of_problems(tmp_path: Path) -> None:
    """GitHub offers the mended line to accept."""
    root = clone(tmp_path, inside="columns/a")
    edit(root, STORY, FULL_WIDTH)
    review = json.loads(_report(root, "review.json"))
    (comment,) = review["comments"]
    assert (comment["path"], comment["line"], comment["side"]) == (
        f"columns/a/{STORY}", 23, "RIGHT",
    )  # fmt: skip
    assert "```suggestion\n白天修梯田，夜里读书[@fact-001]，见" in comment["body"]
    assert review["event"] == "COMMENT"


def test_the_report_shows_the_mended_line(tmp_path: Path) -> None:
    """Where no suggestion can be clicked, the line can be copied."""
    root = clone(tmp_path)
    edit(root, STORY, FULL_WIDTH)
    assert "可以改成：`` 白天修梯田，夜里读书[@fact-001]，见" in _report(root, "report.md")


def test_no_suggestion_outside_the_difference(tmp_path: Path) -> None:
    """GitHub refuses a review with a comment on a line that is not in the difference."""
    root = clone(tmp_path, {STORY: tiny.text(STORY, FULL_WIDTH)})
    (root / STORY).write_text(tiny.text(STORY), encoding="utf-8")
    assert json.loads(_report(root, "review.json"))["comments"] == []


def _fingerprints(root: Path) -> set[str]:
    rows = json.loads(_report(root, "codequality.json"))
    return {row["fingerprint"] for row in rows if row["location"]["path"] == STORY}


def test_fingerprints_stay_when_lines_move(tmp_path: Path) -> None:
    """GitLab knows a finding again, or it would show it as solved and as new."""
    root = clone(tmp_path)
    edit(root, STORY, UNKNOWN)
    before = _fingerprints(root)
    edit(root, STORY, ("## 白天修梯田", "冬天很长。\n\n## 白天修梯田"))
    assert _fingerprints(root) == before
    assert len(before) == 1


def test_equal_findings_have_fingerprints_of_their_own(tmp_path: Path) -> None:
    """GitLab takes each only once."""
    root = clone(tmp_path)
    edit(root, STORY, ("冬天[@fact-002]。", "冬天[@fact-002]。又一句[@nothing-1]。"), UNKNOWN)
    assert len(_fingerprints(root)) == 2


def test_gitlab_reads_the_report(tmp_path: Path) -> None:
    """Each row has what GitLab's Code Quality needs, and one of its severities."""
    root = clone(tmp_path, inside="a")
    edit(root, STORY, UNKNOWN)
    (row,) = json.loads(check(root, "--format", "gitlab").output)
    assert row["check_name"] == "unknown-citation"
    assert row["severity"] in ("info", "minor", "major", "critical", "blocker")
    assert row["location"] == {"path": f"a/{STORY}", "lines": {"begin": 23}}


def test_a_report_needs_a_base(tmp_path: Path) -> None:
    """Without ``--diff`` nothing has changed that could be reported."""
    result = CliRunner().invoke(main, ["check", "-C", str(tmp_path), "--report", "out"])
    assert result.exit_code == 2
    assert "--diff" in result.output


def test_a_shallow_clone_says_what_to_fetch(tmp_path: Path) -> None:
    """The forge's machines clone one commit only."""
    root = clone(tmp_path)
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{tmp_path}/origin", "shallow")
    first = git(root, "rev-parse", "HEAD").strip()
    edit(tmp_path / "origin", STORY, ("夜里读书", "夜里学习"))
    commit(tmp_path / "origin")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{tmp_path}/origin", "later")
    result = check(tmp_path / "later", base=first)
    assert result.exit_code == 1
    assert "git fetch --unshallow" in result.output


def test_git_column_is_a_real_clone(tmp_path: Path) -> None:
    """The tests above compare with what the remote has."""
    root = git_column.clone(tmp_path)
    assert git(root, "rev-parse", "origin/main") == git(root, "rev-parse", "HEAD")
