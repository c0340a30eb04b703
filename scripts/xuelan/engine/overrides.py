"""Where the templates, styles and scripts of the site lie: ``overrides/``, as MkDocs calls them."""

from __future__ import annotations

from pathlib import Path


def folder() -> Path:
    """Return the folder of the site's templates, styles and scripts.

    A wheel carries it inside the package. A checkout has it at the top, as MkDocs users expect.
    """
    package = Path(__file__).parents[1]
    inside = package / "overrides"
    return inside if inside.is_dir() else package.parents[1] / "overrides"
