"""The column a command works on: its settings, its materials, its site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xuelan.commands.errors import Stop

if TYPE_CHECKING:
    from xuelan.model.catalog import Catalog
    from xuelan.model.column import Column


def load_column(folder: Path) -> Column:
    """Return the settings of the column in ``folder``; stops the command when they are unusable."""
    from xuelan.reading.settings import load
    from xuelan.text.problem import as_text

    column, problems = load(folder)
    if column is None:
        raise Stop(as_text(problems).rstrip())
    return column


def load_catalog(folder: Path) -> Catalog:
    """Return the materials of the column in ``folder``, in order or not.

    Stops the command when the settings are unusable.
    """
    from xuelan.check import check
    from xuelan.text.problem import as_text

    catalog, problems = check(folder)
    if catalog is None:
        raise Stop(as_text(problems).rstrip())
    return catalog


def find_site(folder: Path) -> Path:
    """Return the folder into which ``build`` writes the site of the column in ``folder``."""
    from xuelan.reading.settings import load

    column, _ = load(folder)
    return folder / (column.site_dir if column else "site")
