"""The browser's scripts: types in JSDoc, checked by TypeScript."""

from __future__ import annotations

import json
import subprocess

import pytest

from conftest import ROOT

TSC = ROOT / "node_modules/.bin/tsc"
SCOPES = sorted(p for p in (ROOT / "tests/types").glob("*.json") if p.name != "base.json")
"""One file for the scripts that share one scope, as they do in a page."""


@pytest.mark.parametrize("scope", SCOPES, ids=lambda path: path.stem)
def test_the_types_hold(scope: object) -> None:
    """``tsc`` has nothing to say, as strict as it can be."""
    done = subprocess.run([TSC, "-p", scope], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_script_is_in_one_scope() -> None:
    """A new folder of scripts gets a file in ``tests/types`` as well."""
    patterns = [json.loads(scope.read_text(encoding="utf-8"))["include"][0] for scope in SCOPES]
    covered = [p for pattern in patterns for p in ROOT.glob(pattern.removeprefix("../../"))]
    scripts = [p for f in ("overrides", "scripts") for p in (ROOT / f).rglob("*.js")]
    assert sorted(covered) == sorted(scripts)
