"""Problems as a command prints them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from xuelan.text.problem import Problem

FORMATS = ("text", "json", "github", "gitlab")


def print_problems(
    problems: Sequence[Problem], *, form: str = "text", strict: bool = False, quiet: bool = False
) -> bool:
    """Print ``problems`` and return True when they make the command fail.

    With ``quiet`` only those that do are printed, and with none of them nothing in plain text.
    """
    from xuelan.text import annotations, problem

    failing = problem.fatal(problems, strict=strict)
    shown = failing if quiet else problems
    formats = {
        "text": problem.as_text,
        "json": problem.as_json,
        "github": annotations.as_github,
        "gitlab": annotations.as_gitlab,
    }
    if shown or not quiet or form != "text":
        click.echo(formats[form](shown), nl=False)
    return bool(failing)
