"""The errors of this program have one root."""

from __future__ import annotations

import ast

from conftest import ROOT
from xuelan.text.errors import XuelanError

_BUILT_IN = {"Exception", "OSError", "ValueError", "LookupError", "RuntimeError"}


def test_every_error_of_the_package_has_one_root() -> None:
    """Who catches ``XuelanError`` catches all that is raised for a person, and nothing else."""
    paths = sorted((ROOT / "scripts" / "xuelan").rglob("*.py"))
    nodes = [node for p in paths for node in ast.walk(ast.parse(p.read_text(encoding="utf-8")))]
    classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
    rooted = [c.name for c in classes if _BUILT_IN & {ast.unparse(base) for base in c.bases}]
    assert rooted == [XuelanError.__name__]
