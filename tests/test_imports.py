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


def _trees(module: str) -> list[ast.stmt]:
    return ast.parse(MODULES[module].read_text(encoding="utf-8")).body


def _imported(nodes: list[ast.AST]) -> set[str]:
    """The modules of this package that ``nodes`` import."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "xuelan":
            base = (node.module or "").removeprefix("xuelan").lstrip(".")
            for alias in node.names:
                whole = f"{base}.{alias.name}".lstrip(".")
                found.add(whole if whole in MODULES else base)
    return found & MODULES.keys()


def _everywhere(module: str) -> set[str]:
    return _imported([n for statement in _trees(module) for n in ast.walk(statement)])


def _at_the_top(module: str) -> set[str]:
    return _imported(list(_trees(module)))


def _rows() -> list[list[str]]:
    """The modules named in each row of the table in ``docs/architecture.md``, from the top."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    return [re.findall(r"`([^`]+)`", cell) for cell in cells]


ROWS = _rows()


def _row_of(module: str) -> int | None:
    """A module's row: the one that names it, else the one that names its folder, ``kits/``."""
    names = [module.replace(".", "/"), f"{module.partition('.')[0]}/"]
    for name in names:
        for number, row in enumerate(ROWS):
            if name in row:
                return number
    return None


@pytest.mark.parametrize("module", [m for m in MODULES if m != "__main__"])
def test_imports_run_downward(module: str) -> None:
    """A module imports only from its own row of the architecture table and from rows above it."""
    row = _row_of(module)
    assert row is not None, f"docs/architecture.md has no row for `{module}`"
    higher = {m: _row_of(m) for m in _everywhere(module)}
    assert {m for m, number in higher.items() if number is None or number > row} == set()


def test_the_table_names_only_what_exists() -> None:
    """A module that is gone leaves the table as well."""
    known = {m.replace(".", "/") for m in MODULES} | {f"{m.partition('.')[0]}/" for m in MODULES}
    assert {name for row in ROWS for name in row} <= known


def test_no_module_needs_itself() -> None:
    """Following imports from any module never leads back to it."""
    done: set[str] = set()

    def walk(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, " → ".join((*above, module))
        if module not in done:
            for other in sorted(_at_the_top(module)):
                walk(other, (*above, module))
            done.add(module)

    for module in MODULES:
        walk(module, ())


def _foreign(module: str) -> set[str]:
    nodes = [n for statement in _trees(module) for n in ast.walk(statement)]
    plain = {a.name for n in nodes if isinstance(n, ast.Import) for a in n.names}
    given = {n.module or "" for n in nodes if isinstance(n, ast.ImportFrom)}
    return {name.partition(".")[0] for name in plain | given}


def test_only_one_module_knows_mkdocs() -> None:
    """Leaving MkDocs one day means rewriting ``host`` and nothing else."""
    assert [m for m in MODULES if "mkdocs" in _foreign(m)] == ["host"]


@pytest.mark.parametrize(
    ("package", "modules"),
    [
        ("markdown", ["markdown_html"]),
        ("nh3", ["markdown_html"]),
        ("click", ["cli"]),
        ("filelock", ["publish"]),
    ],
)
def test_a_library_has_one_door(package: str, modules: list[str]) -> None:
    """Who wants to change the library finds the one place that uses it."""
    assert [m for m in MODULES if package in _foreign(m)] == modules


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
