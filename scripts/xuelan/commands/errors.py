"""Errors become text here, and only here: a line of Chinese and exit code 1.

Errors of this package and of the system are what a person can do something about. All others are
mistakes in the program, and keep their traceback.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any, Final

import click

UNTOUCHED: Final = "网站没有生成；原来的网站没有改动。"

_READERS: Final = frozenset({"check", "digest", "schema", "search", "stats", "verify"})
"""Commands that write nothing."""


_SERVERS: Final = {"edit": "编辑台", "serve": "预览"}
"""Commands that listen on a port, and what they open there."""


class Stop(click.ClickException):
    """Ends a command with a message and exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the message to the error stream, without the word “Error” before it."""
        click.echo(self.message, file, err=True)


def explain(error: Exception, command: str, params: Mapping[str, Any]) -> str:
    """Return what to tell a person who gave ``command`` with ``params`` and met ``error``."""
    if isinstance(error, OSError):
        return _explain_system(error, command, params)
    from xuelan.engine.publish import BusyError, NotASiteError
    from xuelan.model.kit import KitError
    from xuelan.pages.frames import HostError
    from xuelan.search.files import DamagedIndexError
    from xuelan.text.source import ChangedError

    site = f"“{params.get('site_dir')}”" if params.get("site_dir") else "网站"
    texts: dict[type[Exception], str] = {
        BusyError: "另一次生成正在进行，请等它结束再试。",
        ChangedError: f"“{error}”在处理途中又有改动，请再来一次。",
        DamagedIndexError: f"检索暂时不可用：{site}里没有完整的索引，请先运行 xuelan build。",
        HostError: f"手写页面（docs/）没有生成成功：{error}",
        KitError: f"{error}\n{UNTOUCHED}" if command == "build" else str(error),
        NotASiteError: f"“{error}”里有别的东西，不是 xuelan 生成的网站，为免误删已停止。",
    }
    return next((text for kind, text in texts.items() if isinstance(error, kind)), str(error))


def _explain_system(error: OSError, command: str, params: Mapping[str, Any]) -> str:
    what = error.strerror or str(error)
    if command in _SERVERS and error.filename is None:  # the only call that names no file
        hint = f"可能已经开着一个{_SERVERS[command]}，也可以用 --port 换一个端口。"
        return f"端口 {params['port']} 打不开（{what}）。{hint}"
    # A write to a full disk does not say where: name the place the command writes to.
    place = error.filename or params.get("out") or params.get("site_dir") or params.get("folder")
    begin = "文件读不出来" if command in _READERS else "写不进去"
    return f"{begin}：{what}（{place}）"
