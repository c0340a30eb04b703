"""The root of the errors that this program raises for the person in front of it."""

from __future__ import annotations


class XuelanError(Exception):
    """The root of every exception class of this package.

    Each subclass carries what the person has to know; ``str(error)`` is Chinese where it is shown
    as it is. Mistakes in an editor's files are no exceptions but problems
    (:mod:`xuelan.text.problem`).
    """
