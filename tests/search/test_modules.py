"""The browser's modules: typed, small, and fit to be joined into one script."""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from search.conftest import MODULES
from xuelan.search import script
from xuelan.search.files import IndexManifest

MANIFEST = IndexManifest("0" * 12, "1" * 12, 4, 0, "")


def test_all_modules_go_out_and_after_those_they_import() -> None:
    """Every file is joined, each after what it needs."""
    assert sorted(script.MODULES) == sorted(p.name for p in MODULES.glob("*.js"))
    seen: set[str] = set()
    for name in script.MODULES:
        text = (MODULES / name).read_text(encoding="utf-8")
        assert set(re.findall(r'^import .* from "\./(.*)";', text, re.MULTILINE)) <= seen, name
        seen.add(name)


def test_names_are_used_once() -> None:
    """In one script the names of all modules meet."""
    pattern = r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)"
    names = Counter(
        name
        for path in MODULES.glob("*.js")
        for name in re.findall(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_small() -> None:
    """Under 20 KB gzipped altogether, as sent: without comments, which no reader pays for."""
    assert len(gzip.compress(script.join_modules(MANIFEST))) < 20_000


def test_the_joined_script_is_a_script(tmp_path: Path) -> None:
    """No import or export is left, and Node can parse it."""
    joined = tmp_path / "search.js"
    joined.write_bytes(script.join_modules(MANIFEST))
    text = joined.read_text(encoding="utf-8")
    assert not re.search(r"^(?:import|export)\b", text, re.MULTILINE)
    node = Path(sys.executable).parent / "node"
    done = subprocess.run([node, "--check", joined], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nothing_asks_the_browser_what_a_word_is() -> None:
    """Segmenters and collations differ from browser to browser; characters do not."""
    pattern = re.compile(r"\bIntl\b|Segmenter|BreakIterator|toLocale|localeCompare|\\b[\[(\w]")
    for path in MODULES.glob("*.js"):
        assert not pattern.search(path.read_text(encoding="utf-8")), path.name
