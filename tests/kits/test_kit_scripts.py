"""The scripts of kits: types checked by TypeScript, plain enough for the browsers in offices."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT

PAGE = sorted((ROOT / "overrides/assets/xuelan/kit").glob("*.js"))
COURSE = [ROOT / "scripts/xuelan/kits/styles/course.js"]


@pytest.mark.parametrize("scripts", [PAGE, COURSE], ids=["own-kit", "course"])
def test_the_types_hold(scripts: list[Path]) -> None:
    """JSDoc types are checked as strictly as TypeScript can; the page's scripts share one scope."""
    assert scripts
    options = ["--allowJs", "--checkJs", "--noEmit", "--strict", "--noUncheckedIndexedAccess"]
    options += ["--target", "es2020", "--lib", "es2022,dom,dom.iterable"]
    done = subprocess.run(
        [ROOT / "node_modules/.bin/tsc", *options, *scripts],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("script", [*PAGE, *COURSE], ids=lambda p: p.name)
def test_nothing_younger_browsers_only_understand(script: Path) -> None:
    """No look-behind, which stops a whole script in older ones, and no module syntax for file://."""
    text = script.read_text(encoding="utf-8")
    assert "(?<" not in text
    assert not re.search(r"^\s*(?:import|export)\b", text, re.MULTILINE)
