"""The shape of the code: imports run one way, one module knows MkDocs, nothing is of one column."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from conftest import ROOT

CODE = ROOT / "scripts" / "xuelan"


def _name(path: Path) -> str:
    return ".".join(path.relative_to(CODE).with_suffix("").parts).removesuffix(".__init__")


MODULES = {_name(p): p for p in sorted(CODE.rglob("*.py")) if _name(p) != "__init__"}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}


def _imported(module: str) -> set[str]:
    """The modules of this package that ``module`` imports, at the top or inside a function."""
    found: set[str] = set()
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} imports from a place relative to itself"
            if (node.module or "").split(".")[0] == "xuelan":
                base = (node.module or "").removeprefix("xuelan").lstrip(".")
                names = (f"{base}.{alias.name}".lstrip(".") for alias in node.names)
                found |= {name if name in MODULES else base for name in names}
        elif isinstance(node, ast.Import):
            found |= {a.name.removeprefix("xuelan.") for a in node.names}
    return found & MODULES.keys()


def _floors() -> list[list[str]]:
    """The packages named in each row of the table in ``docs/architecture.md``, from the top."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    return [re.findall(r"`([^`]+)`", cell) for cell in cells]


FLOORS = [name for row in _floors() for name in row]
"""The packages and the modules beside them, from the ground up."""


def _package(module: str) -> str:
    return module.partition(".")[0]


def test_the_table_names_what_exists() -> None:
    """Each package has its place in the table once; what is gone leaves the table as well."""
    assert sorted(FLOORS) == sorted({_package(m) for m in MODULES} - {"__main__"})


@pytest.mark.parametrize("module", [m for m in MODULES if m != "__main__"])
def test_imports_run_downward(module: str) -> None:
    """A module imports from its own package and from packages named before it, no others."""
    below = FLOORS[: FLOORS.index(_package(module)) + 1]
    assert {m for m in _imported(module) if _package(m) not in below} == set()


def test_no_module_needs_itself() -> None:
    """Following imports from any module, those inside functions too, never leads back to it."""
    done: set[str] = set()

    def walk(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, " → ".join((*above, module))
        if module not in done:
            for other in sorted(_imported(module)):
                walk(other, (*above, module))
            done.add(module)

    for module in MODULES:
        walk(module, ())


def _foreign(module: str) -> set[str]:
    nodes = list(ast.walk(TREES[module]))
    plain = {a.name for n in nodes if isinstance(n, ast.Import) for a in n.names}
    given = {n.module or "" for n in nodes if isinstance(n, ast.ImportFrom)}
    return {name.partition(".")[0] for name in plain | given}


def test_only_the_command_line_knows_click() -> None:
    """The library never prints and never ends the process; ``cli`` and ``commands`` do."""
    assert {_package(m) for m in MODULES if "click" in _foreign(m)} == {"cli", "commands"}


def test_only_one_package_knows_mkdocs() -> None:
    """Leaving MkDocs one day means rewriting ``host`` and nothing else."""
    assert {_package(m) for m in MODULES if "mkdocs" in _foreign(m)} == {"host"}


@pytest.mark.parametrize(
    ("library", "doors"),
    [
        ("markdown", ["host.page_links", "rendering.python_markdown"]),
        ("nh3", ["rendering.python_markdown"]),
        ("filelock", ["engine.publish"]),
    ],
)
def test_a_library_has_one_door(library: str, doors: list[str]) -> None:
    """Who wants to change the library finds the one place that uses it."""
    assert [m for m in MODULES if library in _foreign(m)] == doors


TEXT = {
    ".py",
    ".html",
    ".css",
    ".js",
    ".svg",
    ".yml",
    ".md",
    ".typ",
    ".json",
    ".txt",
    ".xml",
    ".xsl",
}


def _own_files() -> list[Path]:
    folders = (CODE, ROOT / "overrides")
    found = [p for folder in folders for p in sorted(folder.rglob("*")) if p.suffix in TEXT]
    return [p for p in found if "__pycache__" not in p.parts]


COLUMN_WORDS = (
    "毛丰美", "大梨树", "凤城", "大连", "丹东", "毛正新", "孙德忠", "张丽萍", "鸡叫亮天", "五味子",
    "maofengmei", "mao-fengmei", "dalishu", "dalian", "fengcheng",
)  # fmt: skip


@pytest.mark.parametrize("word", COLUMN_WORDS)
def test_the_generator_knows_no_column(word: str) -> None:
    """Another unit starts its own column with the same code and the same look."""
    assert len(_own_files()) > 80
    for path in _own_files():
        assert word not in path.read_text(encoding="utf-8").lower(), path


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    """What is committed works wherever it is cloned."""
    place = re.compile(r"(?<![\w.~-])(?:/home/\w|/root\b|/Users/\w|/work/|[A-Z]:\\\\?[A-Za-z]{3,})")
    folders = ("scripts", "overrides", "docs", "materials", "requirements", ".ci", ".github")
    files = [
        p for f in folders for p in sorted((ROOT / f).rglob("*")) if p.suffix in TEXT | {".in"}
    ]
    files += [p for p in sorted(ROOT.iterdir()) if p.is_file() and p.suffix in TEXT | {".toml"}]
    for path in files:
        found = place.search(path.read_text(encoding="utf-8"))
        assert found is None, f"{path}: {found[0]}"
