"""Where the look lives: in the installed package, or in the repository's ``overrides/``."""

from __future__ import annotations

from pathlib import Path


def folder() -> Path:
    """The folder of templates, styles and scripts that make the look.

    A wheel carries it inside the package; a checkout has it at the top, as MkDocs users expect.
    """
    package = Path(__file__).parents[1]
    inside = package / "overrides"
    return inside if inside.is_dir() else package.parents[1] / "overrides"
