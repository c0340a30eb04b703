"""The tiny column in a real repository, as an editor has it after cloning."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import tiny

IDENTITY = {
    "GIT_AUTHOR_NAME": "editor", "GIT_AUTHOR_EMAIL": "editor@example.org",
    "GIT_COMMITTER_NAME": "editor", "GIT_COMMITTER_EMAIL": "editor@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
}  # fmt: skip


def git(folder: Path, *words: str) -> str:
    """Run git in ``folder`` and return what it says."""
    done = subprocess.run(
        ["git", *words], cwd=folder, env={**os.environ, **IDENTITY}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    return done.stdout


def commit(folder: Path, message: str = "change") -> None:
    """Commit all that is in ``folder``."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)


def clone(folder: Path, files: tiny.Files | None = None, inside: str = "") -> Path:
    """A clone of a repository with the tiny column, ``files`` changed; returns the column.

    ``inside`` is the folder of the repository that holds the column.
    """
    origin = folder / "origin"
    place = origin / inside if inside else origin
    tiny.write(folder / "made", files).rename(folder / "ready")
    place.parent.mkdir(parents=True, exist_ok=True)
    (folder / "ready").rename(place)
    git(origin, "init", "--quiet", "--initial-branch=main")
    commit(origin, "column")
    git(folder, "clone", "--quiet", "origin", "clone")
    git(folder / "clone", "checkout", "--quiet", "-b", "edit")
    return folder / "clone" / inside


def edit(root: Path, path: str, *changes: tuple[str, str]) -> None:
    """Change a file of the column; each old text must be in it."""
    text = (root / path).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (root / path).write_text(text, encoding="utf-8")
