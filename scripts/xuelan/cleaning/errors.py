"""Why a file cannot be read or published."""

from __future__ import annotations

from xuelan.text.errors import XuelanError


class UnfitError(XuelanError):
    """The file cannot or must not be read or published.

    The message says why and ``hint`` what to do, in Chinese. The message goes on after the name of
    the file: “…”加了密码.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
