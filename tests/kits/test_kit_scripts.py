"""The scripts of kits: plain enough for the browsers in offices."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conftest import ROOT

PAGE = sorted((ROOT / "overrides/assets/xuelan/kit").glob("*.js"))
COURSE = [ROOT / "scripts/xuelan/kits/styles/course.js"]


@pytest.mark.parametrize("script", [*PAGE, *COURSE], ids=lambda p: p.name)
def test_nothing_younger_browsers_only_understand(script: Path) -> None:
    """No look-behind, which stops a whole script in older ones, and no module syntax for file://."""
    text = script.read_text(encoding="utf-8")
    assert "(?<" not in text
    assert not re.search(r"^\s*(?:import|export)\b", text, re.MULTILINE)
